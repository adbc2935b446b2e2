//! What a Crunchbase address leads to.

use crate::address::Url;

use crate::canonical;

/// The two kinds of entities that become leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntityKind {
    /// `/person/<permalink>`
    Person,
    /// `/organization/<permalink>`
    Organization,
}

impl EntityKind {
    /// The first path segment of the entity's address.
    pub(crate) const fn segment(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organization => "organization",
        }
    }
}

/// An entity's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityAddress {
    pub(crate) kind: EntityKind,
    /// Permalink as the address has it, percent-encoded.
    permalink: String,
    /// Whether it is the entity's own page, not one of its tabs.
    pub(crate) is_front: bool,
    /// Whether it is the tab of an organization's people.
    pub(super) is_team: bool,
}

impl EntityAddress {
    /// Reads the address of an entity's page or of one of its tabs.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        let host = canonical::host(url);
        if !matches!(host, "crunchbase.com" | "www.crunchbase.com") {
            return None;
        }
        let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
        let kind = match segments.next()? {
            "person" => EntityKind::Person,
            // `/company/` until 2013.
            "organization" | "company" => EntityKind::Organization,
            _ => return None,
        };
        let permalink = segments.next()?;
        // Refuses what is no slug at all.
        canonical::normal_slug(permalink)?;
        let tab = segments.next();
        Some(Self {
            kind,
            permalink: permalink.to_owned(),
            is_front: tab.is_none(),
            is_team: kind == EntityKind::Organization && tab == Some("people"),
        })
    }

    /// The canonical address.
    pub(crate) fn canonical(&self) -> String {
        format!(
            "https://www.crunchbase.com/{}/{}",
            self.kind.segment(),
            self.permalink
        )
    }

    /// The permalink in the form in which it is compared.
    pub(super) fn slug(&self) -> Option<String> {
        canonical::normal_slug(&self.permalink)
    }

    /// Whether two addresses are of the same entity.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.slug() == other.slug()
    }
}

/// The canonical address of the entity with a permalink from the page's data.
pub(super) fn from_permalink(kind: EntityKind, permalink: &str) -> Option<String> {
    // As a path segment: what is encoded already stays, and nothing in it may end the segment.
    let segment = permalink
        .replace('/', "%2F")
        .replace('?', "%3F")
        .replace('#', "%23");
    let address = format!("https://www.crunchbase.com/{}/{segment}", kind.segment());
    let url = Url::parse(&address).ok()?;
    EntityAddress::of(&url).map(|address| address.canonical())
}

/// A page's kind, as far as its address tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PageAddress {
    Entity(EntityAddress),
    /// A list of persons or organizations, with the name of its collection.
    List(EntityKind, String),
    /// A list of both: a hub (of a place, an industry), what was found by a word.
    Mixed,
    Login,
    Other,
}

/// Reads the page's kind from its address.
pub(super) fn page(url: &Url) -> PageAddress {
    if let Some(entity) = EntityAddress::of(url) {
        return PageAddress::Entity(entity);
    }
    let segments: Vec<&str> = url
        .path_segments()
        .map(|segments| segments.filter(|segment| !segment.is_empty()).collect())
        .unwrap_or_default();
    match segments.as_slice() {
        ["login" | "register", ..] | ["account", "signup" | "login", ..] => PageAddress::Login,
        ["discover" | "search" | "textsearch", rest @ ..]
        | ["app", "search", rest @ ..]
        | ["lists", rest @ ..] => rest
            .iter()
            .find_map(|segment| Some((collection(segment)?, (*segment).to_owned())))
            .map_or_else(
                || match segments.as_slice() {
                    // Saved lists say by their rows what they are of.
                    ["search" | "textsearch"] | ["lists", _, ..] => PageAddress::Mixed,
                    _ => PageAddress::Other,
                },
                |(kind, name)| PageAddress::List(kind, name),
            ),
        // Of the layout before 2018.
        [name] if collection(name).is_some() => {
            let kind = collection(name).unwrap_or(EntityKind::Organization);
            PageAddress::List(kind, (*name).to_owned())
        }
        ["location" | "category", _, ..] | ["hub", _, ..] | ["funding-rounds"] => {
            PageAddress::Mixed
        }
        _ => PageAddress::Other,
    }
}

/// The kind of entities in a collection.
fn collection(segment: &str) -> Option<EntityKind> {
    match segment {
        "people" | "principal.people" => Some(EntityKind::Person),
        "organization.companies"
        | "organizations"
        | "companies"
        | "principal.investors"
        | "organization.schools"
        | "schools"
        | "investors" => Some(EntityKind::Organization),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> PageAddress {
        page(&Url::parse(&format!("https://www.crunchbase.com{path}")).unwrap())
    }

    #[test]
    fn kinds_are_told_from_the_address() {
        let PageAddress::Entity(entity) = at("/organization/Bright-Mill/people?x=1") else {
            panic!("no entity");
        };
        assert_eq!(entity.kind, EntityKind::Organization);
        assert!(!entity.is_front && entity.is_team);
        assert_eq!(entity.slug().as_deref(), Some("bright-mill"));
        let PageAddress::Entity(entity) = at("/company/bright-mill") else {
            panic!("no entity");
        };
        assert_eq!(
            entity.canonical(),
            "https://www.crunchbase.com/organization/bright-mill"
        );
        assert!(matches!(
            at("/discover/people"),
            PageAddress::List(EntityKind::Person, _)
        ));
        assert!(matches!(
            at("/discover/organization.companies/0b1c"),
            PageAddress::List(EntityKind::Organization, _)
        ));
        assert!(matches!(
            at("/lists/mills/0b1c/people"),
            PageAddress::List(EntityKind::Person, _)
        ));
        assert!(matches!(
            at("/people?page=2"),
            PageAddress::List(EntityKind::Person, _)
        ));
        for mixed in [
            "/location/sample-town/0b1c",
            "/category/mills/0b1c",
            "/hub/sample-town-startups",
            "/funding-rounds",
            "/textsearch?q=mill",
            "/lists/mills/0b1c/person",
        ] {
            assert_eq!(at(mixed), PageAddress::Mixed, "{mixed}");
        }
        assert_eq!(at("/search/funding_rounds"), PageAddress::Other);
        assert_eq!(at("/login?redirect_to=/person/x"), PageAddress::Login);
        assert_eq!(at("/person/"), PageAddress::Other);
        assert_eq!(at("/discover/funding_rounds"), PageAddress::Other);
    }

    #[test]
    fn permalinks_become_addresses() {
        assert_eq!(
            from_permalink(EntityKind::Person, "zoë-example").as_deref(),
            Some("https://www.crunchbase.com/person/zo%C3%AB-example")
        );
        assert_eq!(from_permalink(EntityKind::Person, "a/b"), None);
        assert_eq!(from_permalink(EntityKind::Person, ""), None);
    }
}
