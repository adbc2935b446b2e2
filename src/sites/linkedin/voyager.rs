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
        let Some(mut found) = read_member(&entities, slug) else {
            continue;
        };
        // The positions may stand in another block than the rest.
        if let Some(mut other) = best.take() {
            if richness(&other) >= richness(&found) {
                std::mem::swap(&mut other, &mut found);
            }
            found.current_positions = found.current_positions.or(other.current_positions);
        }
        best = Some(found);
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
        .find(|entity| id.is_some() && urn_id(entity) == id)
        .unwrap_or(own);
    let pick = |key: &str| text(profile, key).or_else(|| text(own, key));
    Some(Member {
        slug: text(own, "publicIdentifier").and_then(|public| canonical::normal_slug(&public)),
        first_name: pick("firstName"),
        last_name: pick("lastName"),
        headline: pick("headline").or_else(|| text(own, "occupation")),
        location: place(entities, profile),
        industry: industry(entities, profile),
        current_positions: positions(entities, [profile, own], id.as_deref()),
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
    // Joined by within the data alone, where it may have any length.
    let is_id = id.starts_with('A') && id.get(3..5) == Some("AA") && !id.contains(['(', ',', ')']);
    is_id.then(|| id.to_owned())
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

/// The current positions of the member: those that the own profile lists, by groups or directly,
/// and those with the member's id.
fn positions(
    entities: &[&Entity],
    own: [&Entity; 2],
    id: Option<&str>,
) -> Option<Vec<(Option<String>, Option<String>)>> {
    let mut listed = Listed::default();
    for profile in own {
        listed.follow(entities, profile, None, 0);
    }
    let is_own = |entity: &&&Entity| {
        let urn = entity.get("entityUrn").and_then(Value::as_str);
        let mut parts = urn.unwrap_or_default().split(['(', ',', ':', ')']);
        is_type(entity, "Position") && id.is_some() && parts.any(|part| Some(part) == id)
    };
    let found = entities.iter().filter(is_own).take(POSITIONS_MAX);
    // The displayed order stands in the view or the collections that list the positions.
    let order: Vec<&str> = entities
        .iter()
        .filter_map(|entity| elements(entity))
        .flatten()
        .filter_map(Value::as_str)
        .filter(|urn| urn.contains("osition:"))
        .collect();
    let found = crate::ordered::by_key(found.collect(), |position: &&&Entity| {
        let urn = position.get("entityUrn").and_then(Value::as_str);
        let at = order.iter().position(|listed| Some(*listed) == urn);
        at.unwrap_or(usize::MAX)
    });
    for position in found {
        listed.add(position, None);
    }
    if listed.positions.is_empty() {
        return None;
    }
    let current = listed.positions.into_iter();
    let current = current.filter(|(position, _)| goes_on(entities, position));
    let read = |(position, group): (&Entity, Option<&Entity>)| {
        let named = |entity: &Entity| text(entity, "companyName").or_else(|| text(entity, "name"));
        let company = text(position, "companyName").or_else(|| group.and_then(named));
        (text(position, "title"), company)
    };
    Some(current.map(read).collect())
}

/// Most positions read of one member.
const POSITIONS_MAX: usize = 200;

fn elements(entity: &Entity) -> Option<&Vec<Value>> {
    let elements = entity.get("elements").or_else(|| entity.get("*elements"));
    elements.and_then(Value::as_array)
}

/// The positions that an entity lists, in the page's order, each with the group it is of.
#[derive(Default)]
struct Listed<'e> {
    positions: Vec<(&'e Entity, Option<&'e Entity>)>,
    steps: usize,
}

impl<'e> Listed<'e> {
    /// Follows what refers to positions: lists, groups, and the lists of these, as entities of
    /// their own or within each other.
    fn follow(
        &mut self,
        entities: &[&'e Entity],
        from: &'e Entity,
        group: Option<&'e Entity>,
        depth: usize,
    ) {
        let references = from.iter().filter(|(key, _)| key.contains("ositio"));
        let references = references.map(|(_, value)| std::slice::from_ref(value));
        let listed = elements(from).map(Vec::as_slice);
        for value in references.chain(listed).flatten() {
            self.steps += 1;
            if depth > 6 || self.steps > 1_000 || self.positions.len() >= POSITIONS_MAX {
                return;
            }
            let entity = match value {
                Value::String(urn) => by_urn(entities, urn),
                other => other.as_object(),
            };
            let Some(entity) = entity else { continue };
            if is_type(entity, "Position") {
                self.add(entity, group);
            } else {
                let is_group = is_type(entity, "PositionGroup");
                let group = is_group.then_some(entity).or(group);
                self.follow(entities, entity, group, depth + 1);
            }
        }
    }

    fn add(&mut self, position: &'e Entity, group: Option<&'e Entity>) {
        let mut known = self.positions.iter();
        if !known.any(|(known, _)| std::ptr::eq(*known, position)) {
            self.positions.push((position, group));
        }
    }
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
