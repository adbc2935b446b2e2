//! Voyager data embedded in member pages: `code[id^="bpr-guid-"]` elements with JSON.
//!
//! The blocks are those of the *first* page loaded in the tab: after in-page navigation they
//! describe somebody else, and they always hold the viewer. So a profile is taken only where
//! its own `publicIdentifier` (or member id) is that of the address in view.

use serde_json::{Map, Value};

use crate::canonical;
use crate::dom;
use crate::sites::view::View;

type Entity = Map<String, Value>;

/// What the embedded data says of one member.
#[derive(Debug, Clone, Default)]
pub(crate) struct Member {
    /// Member id (`ACoAA…`).
    pub(crate) id: Option<String>,
    /// Public slug, canonical.
    pub(crate) slug: Option<String>,
    /// First name as the member gave it, maybe with further marks.
    pub(crate) first_name: Option<String>,
    /// Last name as the member gave it, maybe with further marks.
    pub(crate) last_name: Option<String>,
    /// Headline.
    pub(crate) headline: Option<String>,
    /// Place.
    pub(crate) location: Option<String>,
    /// Industry.
    pub(crate) industry: Option<String>,
    /// Positions without an end date as (title, company), in the page's order; `None` where
    /// the data holds no positions at all.
    pub(crate) current_positions: Option<Vec<(Option<String>, Option<String>)>>,
}

impl Member {
    /// First and last name joined.
    pub(crate) fn full_name(&self) -> Option<String> {
        match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
    }
}

/// Finds the member whose slug, or member id, is `slug`.
pub(crate) fn member(view: &View<'_>, slug: &str) -> Option<Member> {
    let decoded = canonical::percent_decode(slug).unwrap_or_default();
    let mut best: Option<Member> = None;
    for block in view.all("embedded_json").into_iter().take(400) {
        let raw = dom::raw_text(block);
        // Most blocks are settings: look before parsing.
        if !raw.contains(slug) && !raw.contains(&decoded) {
            continue;
        }
        let Ok(json) = serde_json::from_str::<Value>(raw.trim()) else {
            continue;
        };
        let Some(included) = json.get("included").and_then(Value::as_array) else {
            continue;
        };
        let entities: Vec<&Entity> = included.iter().filter_map(Value::as_object).collect();
        if let Some(found) = read_member(&entities, slug)
            && best.as_ref().is_none_or(|b| richness(b) < richness(&found))
        {
            best = Some(found);
        }
    }
    best
}

/// How much a block says: the fullest one of several wins.
fn richness(member: &Member) -> usize {
    [
        member.headline.is_some(),
        member.location.is_some(),
        member.current_positions.is_some(),
        member.first_name.is_some(),
    ]
    .into_iter()
    .filter(|known| *known)
    .count()
}

fn read_member(entities: &[&Entity], slug: &str) -> Option<Member> {
    let own = entities
        .iter()
        .filter(|entity| is_type(entity, "Profile") || is_type(entity, "MiniProfile"))
        .find(|entity| {
            let public =
                text(entity, "publicIdentifier").and_then(|public| canonical::normal_slug(&public));
            public.as_deref() == Some(slug) || urn_id(entity).as_deref() == Some(slug)
        })?;
    let id = urn_id(own);
    // Before 2020 the profile itself has no public identifier: join it by member id.
    let profile = entities
        .iter()
        .filter(|entity| is_type(entity, "Profile"))
        .find(|entity| urn_id(entity) == id)
        .unwrap_or(own);
    let pick = |key: &str| text(profile, key).or_else(|| text(own, key));
    Some(Member {
        slug: text(own, "publicIdentifier").and_then(|public| canonical::normal_slug(&public)),
        first_name: pick("firstName"),
        last_name: pick("lastName"),
        headline: pick("headline").or_else(|| text(own, "occupation")),
        location: place(entities, profile),
        industry: industry(entities, profile),
        current_positions: id.as_deref().and_then(|id| positions(entities, id)),
        id,
    })
}

/// Whether the last part of `$type` is `name`.
fn is_type(entity: &Entity, name: &str) -> bool {
    entity
        .get("$type")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.rsplit('.').next() == Some(name))
}

fn text(entity: &Entity, key: &str) -> Option<String> {
    let text = entity.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The id at the end of `urn:li:fsd_profile:ACoAA…`.
fn urn_id(entity: &Entity) -> Option<String> {
    let urn = entity.get("entityUrn")?.as_str()?;
    let id = urn.rsplit(':').next()?;
    canonical::is_member_id(id).then(|| id.to_owned())
}

fn by_urn<'e>(entities: &[&'e Entity], urn: &str) -> Option<&'e Entity> {
    entities.iter().copied().find(|entity| {
        ["entityUrn", "$id"]
            .iter()
            .any(|key| entity.get(*key).and_then(Value::as_str) == Some(urn))
    })
}

fn place(entities: &[&Entity], profile: &Entity) -> Option<String> {
    let geo = profile
        .get("geoLocation")
        .and_then(|location| location.get("*geo").or_else(|| location.get("geoUrn")))
        .and_then(Value::as_str);
    geo.and_then(|urn| by_urn(entities, urn))
        .and_then(|geo| text(geo, "defaultLocalizedName"))
        .or_else(|| text(profile, "geoLocationName"))
        .or_else(|| text(profile, "locationName"))
}

fn industry(entities: &[&Entity], profile: &Entity) -> Option<String> {
    text(profile, "industryName").or_else(|| {
        let urn = profile.get("*industry")?.as_str()?;
        by_urn(entities, urn).and_then(|industry| text(industry, "name"))
    })
}

/// The current positions of the member with this id.
fn positions(entities: &[&Entity], id: &str) -> Option<Vec<(Option<String>, Option<String>)>> {
    let mut own: Vec<&Entity> = entities
        .iter()
        .copied()
        .filter(|entity| is_type(entity, "Position"))
        .filter(|entity| text(entity, "entityUrn").is_some_and(|urn| urn.contains(id)))
        .take(200)
        .collect();
    if own.is_empty() {
        return None;
    }
    // The displayed order stands in the view or the collections that list the positions.
    let listed: Vec<&str> = entities
        .iter()
        .filter_map(|entity| entity.get("elements").or_else(|| entity.get("*elements")))
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(Value::as_str)
        .filter(|urn| urn.contains("osition:"))
        .collect();
    own = crate::ordered::by_key(own, |position| {
        let urn = position.get("entityUrn").and_then(Value::as_str);
        listed
            .iter()
            .position(|listed| Some(*listed) == urn)
            .unwrap_or(usize::MAX)
    });
    let current = own
        .into_iter()
        .filter(|position| goes_on(entities, position))
        .map(|position| (text(position, "title"), text(position, "companyName")))
        .collect();
    Some(current)
}

/// Whether a position has dates without an end.
fn goes_on(entities: &[&Entity], position: &Entity) -> bool {
    let dates = ["dateRange", "timePeriod", "*dateRange", "*timePeriod"]
        .iter()
        .find_map(|key| position.get(*key));
    let ended = |dates: &Entity| {
        ["end", "endDate", "*end", "*endDate"]
            .iter()
            .any(|key| dates.get(*key).is_some_and(|end| !end.is_null()))
    };
    match dates {
        Some(Value::Object(dates)) => !ended(dates),
        Some(Value::String(urn)) => by_urn(entities, urn).is_some_and(|dates| !ended(dates)),
        _ => false,
    }
}
