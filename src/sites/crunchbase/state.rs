//! The page's embedded state: JSON that Angular left for its first rendering.
//!
//! It is the richest source and the one that goes stale: after in-page navigation it still
//! describes the page loaded first. Entities are therefore only taken by permalink.

use serde_json::{Map, Value};

use super::address::{self, EntityAddress, EntityKind};
use crate::address::Url;
use crate::canonical;
use crate::dom;
use crate::sites::view::View;

/// Most nodes looked at in one document, and most entities found.
const NODES_MAX: usize = 2_000_000;
const ENTITIES_MAX: usize = 20_000;
/// Most documents, those within strings of others included.
const DOCUMENTS_MAX: usize = 40;

/// The state documents of a page.
#[derive(Debug, Default)]
pub(super) struct State {
    documents: Vec<Value>,
}

/// The entities of a page's state.
#[derive(Debug)]
pub(super) struct Entities<'s> {
    /// With their permalinks; at most ENTITIES_MAX.
    all: Vec<(String, Entity<'s>)>,
}

/// One entity of the state: a person, an organization, or something else.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entity<'s> {
    properties: &'s Map<String, Value>,
    cards: Option<&'s Map<String, Value>>,
}

/// An organization that a field refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference<'s> {
    pub name: &'s str,
    /// Canonical address.
    pub address: Option<String>,
}

/// A current job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job<'s> {
    pub title: Option<&'s str>,
    pub company: Option<Reference<'s>>,
}

impl State {
    /// Reads the state elements of a page. What does not parse is left out.
    pub(super) fn read(view: &View<'_>) -> Self {
        let mut documents = Vec::new();
        let mut seen = Vec::new();
        for selector in view.rules.selectors("state") {
            for element in selector.select(view.root()) {
                if documents.len() >= DOCUMENTS_MAX || seen.contains(&element.id()) {
                    continue;
                }
                seen.push(element.id());
                let text = dom::raw_text(element);
                let text = text.trim();
                let document =
                    serde_json::from_str(text).or_else(|_| serde_json::from_str(&unescape(text)));
                if let Ok(document @ Value::Object(_)) = document {
                    documents.push(document);
                }
            }
        }
        let mut state = Self { documents };
        let inner: Vec<Value> = state
            .documents
            .iter()
            .flat_map(documents_within)
            .take(DOCUMENTS_MAX)
            .collect();
        state.documents.extend(inner);
        state
    }

    /// The entities of the state, by permalink.
    pub(super) fn entities(&self) -> Entities<'_> {
        let mut all = Vec::new();
        for document in &self.documents {
            visit(document, &mut |value| {
                if all.len() < ENTITIES_MAX
                    && let Some(entity) = Entity::of(value)
                    && let Some(permalink) = entity.permalink().and_then(canonical::normal_slug)
                {
                    all.push((permalink, entity));
                }
            });
        }
        Entities { all }
    }

    /// The entities of one kind in the answer to a search in `collection`, in order.
    pub(super) fn search(&self, kind: EntityKind, collection: &str) -> Vec<Entity<'_>> {
        let wanted = format!("/searches/{collection}");
        let mut found = Vec::new();
        for document in &self.documents {
            visit_members(document, &mut |key, value| {
                let asked = [Some(key), text(value.get("url")), text(value.get("u"))]
                    .into_iter()
                    .flatten()
                    .any(|source| source.contains(&wanted));
                let body = ["data", "body", "b"]
                    .iter()
                    .find_map(|name| value.get(*name));
                let Some(Value::Array(list)) = body.and_then(|body| body.get("entities")) else {
                    return;
                };
                if asked && found.is_empty() {
                    found.extend(
                        list.iter()
                            .filter_map(Entity::of)
                            .filter(|entity| entity.is_kind(kind))
                            .take(ENTITIES_MAX),
                    );
                }
            });
        }
        found
    }
}

impl<'s> Entities<'s> {
    /// The entity of an address: the one with most data where there are several.
    pub(super) fn find(&self, address: &EntityAddress) -> Option<Entity<'s>> {
        let slug = address.slug()?;
        self.all
            .iter()
            .filter(|(permalink, entity)| *permalink == slug && entity.is_kind(address.kind))
            .map(|(_, entity)| entity)
            .max_by_key(|entity| (entity.cards.map_or(0, Map::len), entity.properties.len()))
            .copied()
    }
}

impl Entities<'_> {
    /// Whether an entity of this kind and name was loaded as a page of its own.
    pub(super) fn is_loaded(&self, kind: EntityKind, name: &str) -> bool {
        self.all.iter().any(|(_, entity)| {
            entity.cards.is_some_and(|cards| !cards.is_empty())
                && entity.is_kind(kind)
                && entity.name().is_some_and(|own| dom::collapse(own) == name)
        })
    }
}

impl<'s> Entity<'s> {
    fn of(value: &'s Value) -> Option<Self> {
        let properties = value.get("properties")?.as_object()?;
        properties.get("identifier")?.get("permalink")?.as_str()?;
        Some(Self {
            properties,
            cards: value.get("cards").and_then(Value::as_object),
        })
    }

    fn is_kind(&self, kind: EntityKind) -> bool {
        match self.identifier("entity_def_id") {
            Some(def) => def == kind.segment(),
            None => true,
        }
    }

    fn identifier(&self, key: &str) -> Option<&'s str> {
        text(self.properties.get("identifier")?.get(key))
    }

    fn permalink(&self) -> Option<&'s str> {
        self.identifier("permalink")
    }

    /// The canonical address.
    pub(super) fn address(&self, kind: EntityKind) -> Option<String> {
        address::from_permalink(kind, self.permalink()?)
    }

    /// The entity's name.
    pub(super) fn name(&self) -> Option<&'s str> {
        self.identifier("value").or_else(|| self.text("name"))
    }

    /// The value of a field in the properties, or in the first card that has it. Cards that
    /// are lists are about other entities; the others describe this one.
    fn field(&self, name: &str) -> Option<&'s Value> {
        let has = |map: &'s Map<String, Value>| map.get(name).filter(|value| is_filled(value));
        has(self.properties).or_else(|| {
            self.cards?
                .values()
                .filter_map(Value::as_object)
                .find_map(has)
        })
    }

    /// A text field, written plainly or as `{value}`.
    pub(super) fn text(&self, name: &str) -> Option<&'s str> {
        plain(self.field(name)?)
    }

    /// The organization that a field refers to.
    pub(super) fn reference(&self, name: &str) -> Option<Reference<'s>> {
        reference(self.field(name)?)
    }

    /// The places of `location_identifiers` from the city to the country, as Crunchbase
    /// displays them; continents and groups ("Silicon Valley") are not.
    pub(super) fn location(&self) -> Option<String> {
        let places = self.field("location_identifiers")?.as_array()?;
        let shown: Vec<&str> = places
            .iter()
            .filter(|place| {
                !matches!(
                    text(place.get("location_type")),
                    Some("continent" | "group")
                )
            })
            .filter_map(|place| text(place.get("value")))
            .take(6)
            .collect();
        (!shown.is_empty()).then(|| shown.join(", "))
    }

    /// The names in a list of references, joined.
    pub(super) fn names(&self, field: &str) -> Option<String> {
        let names: Vec<&str> = self
            .field(field)?
            .as_array()?
            .iter()
            .filter_map(|item| text(item.get("value")))
            .take(40)
            .collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// The current jobs, in the page's order.
    pub(super) fn current_jobs(&self) -> Vec<Job<'s>> {
        let lists = self.cards.into_iter().flat_map(|cards| {
            cards
                .iter()
                .filter(|(name, _)| name.starts_with("current_jobs"))
                .filter_map(|(_, card)| card.as_array())
        });
        let Some(jobs) = lists.max_by_key(|jobs| jobs.len()) else {
            return Vec::new();
        };
        jobs.iter()
            .take(20)
            .map(|job| Job {
                title: text(job.get("title")),
                company: job.get("organization_identifier").and_then(reference),
            })
            .collect()
    }
}

impl<'s> Entity<'s> {
    /// Name, canonical address and title of those who work at an organization now.
    pub(super) fn current_team(&self) -> Vec<(&'s str, EntityAddress, Option<&'s str>)> {
        let lists = self.cards.into_iter().flat_map(|cards| {
            cards
                .iter()
                .filter(|(name, _)| name.starts_with("current_employees"))
                .filter_map(|(_, card)| card.as_array())
        });
        let longest = lists.max_by_key(|list| list.len());
        longest
            .into_iter()
            .flatten()
            .take(ENTITIES_MAX)
            .filter_map(|job| {
                let person = job.get("person_identifier")?;
                let permalink = text(person.get("permalink"))?;
                let address = address::from_permalink(EntityKind::Person, permalink)?;
                let address = EntityAddress::of(&Url::parse(&address).ok()?)?;
                Some((text(person.get("value"))?, address, text(job.get("title"))))
            })
            .collect()
    }
}

fn reference(value: &Value) -> Option<Reference<'_>> {
    Some(Reference {
        name: text(value.get("value"))?,
        address: text(value.get("permalink"))
            .and_then(|permalink| address::from_permalink(EntityKind::Organization, permalink)),
    })
}

fn plain(value: &Value) -> Option<&str> {
    text(Some(value)).or_else(|| text(value.get("value")))
}

fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.trim().is_empty())
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    }
}

/// Visits every value of a document, parents before children, in order, without recursion.
fn visit<'s>(document: &'s Value, look: &mut impl FnMut(&'s Value)) {
    let mut open = vec![document];
    let mut seen = 0_usize;
    while let Some(value) = open.pop() {
        seen += 1;
        if seen > NODES_MAX {
            return;
        }
        look(value);
        match value {
            Value::Array(list) => open.extend(list.iter().rev()),
            Value::Object(map) => open.extend(map.values().rev()),
            _ => {}
        }
    }
}

/// Visits the members of a document's objects.
fn visit_members<'s>(document: &'s Value, look: &mut impl FnMut(&'s str, &'s Value)) {
    visit(document, &mut |value| {
        if let Value::Object(map) = value {
            for (key, member) in map {
                look(key, member);
            }
        }
    });
}

/// Documents written as text within a document: some answers are kept unparsed.
fn documents_within(document: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    visit(document, &mut |value| {
        if let Value::String(text) = value
            && text.starts_with('{')
            && text.contains("\"identifier\"")
            && found.len() < DOCUMENTS_MAX
            && let Ok(inner) = serde_json::from_str(text)
        {
            found.push(inner);
        }
    });
    found
}

/// Undoes Angular's escaping of a state script. `&a;` stands for the ampersand and so comes
/// last.
fn unescape(text: &str) -> String {
    text.replace("&q;", "\"")
        .replace("&s;", "'")
        .replace("&l;", "<")
        .replace("&g;", ">")
        .replace("&a;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_state_is_read_with_the_ampersand_last() {
        assert_eq!(
            unescape("{&q;a&q;:&q;x &a;q; &l;b&g;&s;&q;}"),
            "{\"a\":\"x &q; <b>'\"}"
        );
    }
}
