//! A member's profile as visitors without an account see it: JSON-LD, Open Graph and the
//! `top-card` layouts since 2016, on www and the country hosts.

use crate::document::ElementRef;
use serde_json::{Map, Value};

use super::guest_position;
use super::member_profile::titled_name;
use super::negative;
use super::top_card;
use crate::canonical;
use crate::dom::{self, Grain, Piece, Shown};
use crate::page::{Note, ParsedPage};
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

pub(crate) type Node = Map<String, Value>;

/// Reads a guest profile; `None` where the document is none. `slug` is that of the address
/// in view, empty where it has none, `address` its canonical form.
pub(crate) fn read(view: &View<'_>, slug: &str, address: &str) -> Option<ParsedPage> {
    // A wall in front of the profile has headings and forms, but no member.
    if !view.has("guest_marker") || view.has("wall_page") {
        return None;
    }
    let canonical = view
        .canonical_link()
        .and_then(|url| canonical::slug_after(&url, &["in"]));
    let renamed = canonical.filter(|canonical| canonical != slug);
    // The member may have another slug by now: the server told it with the page.
    let slug = renamed.as_deref().unwrap_or(slug);
    let person = person(view, slug);
    let card = find_card(view);
    if person.is_none() && card.is_none() {
        return None;
    }
    if renamed.is_some() && !is_served(view, person, slug) {
        let mut page = ParsedPage::empty("linkedin", "loading", Some("guest"));
        page.notes.push(Note {
            field: "page".to_owned(),
            strategy: "canonical_link".to_owned(),
            reason: "page shows another profile than its address".to_owned(),
        });
        return Some(page);
    }
    let mut draft = Draft::person();
    let shown = card.map(|card| read_card(view, card)).unwrap_or_default();
    let says_why = |name: &String| view.rules.has_label("error_phrase", name);
    if person.is_none() && names_address(view, slug) {
        return Some(ParsedPage::empty("linkedin", "error", Some("guest")));
    }
    if person.is_none() && shown.name.as_ref().is_some_and(says_why) {
        return None;
    }
    offer_name(&mut draft, view, person, &shown);
    draft.offer(Field::Headline, "top_card", shown.headline.as_deref());
    draft.offer(Field::Location, "json_ld", person.and_then(locality));
    draft.offer(Field::Location, "top_card", shown.location.as_deref());
    draft.offer(Field::Location, "meta", described(view, "place"));
    draft.offer(Field::Industry, "top_card", shown.industry.as_deref());
    draft.offer(Field::Website, "top_card", shown.website.as_deref());
    if renamed.is_some() {
        let own = format!("https://www.linkedin.com/in/{slug}");
        draft.offer(Field::ProfileUrl, "canonical_link", Some(own));
        draft.note(
            "profile_url",
            "canonical_link",
            "served under another slug than its address",
        );
    } else {
        draft.offer(Field::ProfileUrl, "address", Some(address));
    }
    guest_position::offer(&mut draft, view, person, card);
    let layout = if person.is_some() {
        "guest_json_ld"
    } else {
        "guest"
    };
    let (lead, notes) = draft.finish();
    let mut page = ParsedPage::empty("linkedin", "guest_profile", Some(layout));
    page.notes = notes;
    if lead.full_name.is_some() {
        page.leads.push(lead);
    } else {
        // Not drawn yet, unless the page says what went wrong.
        let said = negative::by_state(view, None);
        said.unwrap_or("loading").clone_into(&mut page.page.kind);
    }
    Some(page)
}

/// Whether the heading speaks of the address itself: "No match for **ada-example** found".
fn names_address(view: &View<'_>, slug: &str) -> bool {
    let marked = view.all("profile_heading").into_iter().take(4);
    marked
        .flat_map(|heading| heading.descendent_elements().skip(1).take(20))
        .filter(|inner| matches!(inner.name(), "strong" | "b" | "em"))
        .filter_map(dom::text)
        .any(|text| canonical::normal_slug(&text).as_deref() == Some(slug))
}

/// Whether the page came whole from the server, for visitors, so that no navigation can be half
/// done: nothing of the members' application is there, and the page's data does not name others.
fn is_served(view: &View<'_>, person: Option<&Node>, slug: &str) -> bool {
    let own = person.and_then(|person| slug_of(view, person));
    view.has("guest_served") && !view.has("member_application") && own.is_none_or(|own| own == slug)
}

/// The slug in the address of a JSON-LD node.
fn slug_of(view: &View<'_>, node: &Node) -> Option<String> {
    ["sameAs", "url", "@id"]
        .iter()
        .filter_map(|key| node.get(*key).and_then(Value::as_str))
        .filter_map(|url| canonical::resolve(&view.url, url))
        .find_map(|url| canonical::slug_after(&url, &["in"]))
}

/// The JSON-LD person: the one with the page's own address, else one without any.
fn person<'v>(view: &'v View<'_>, slug: &str) -> Option<&'v Node> {
    let own = |node: &Node| slug_of(view, node);
    let people = || {
        let nodes = view.json_ld().iter().filter_map(Value::as_object);
        nodes.filter(|node| node.get("@type").and_then(Value::as_str) == Some("Person"))
    };
    people()
        .find(|node| own(node).as_deref() == Some(slug))
        .or_else(|| people().find(|node| own(node).is_none()))
}

/// A text of a JSON-LD node, entities decoded; masked texts (`*****`) are absent.
pub(crate) fn text(value: &Value) -> Option<String> {
    shown(&dom::decode_entities(value.as_str()?))
}

/// A text unless it is empty or masked for visitors.
pub(crate) fn shown(text: &str) -> Option<String> {
    let text = dom::collapse(text);
    (!text.is_empty() && !text.contains("***")).then_some(text)
}

fn locality(person: &Node) -> Option<String> {
    text(person.get("address")?.get("addressLocality")?)
}

fn offer_name(draft: &mut Draft, view: &View<'_>, person: Option<&Node>, shown: &Card) {
    let given = person.and_then(|person| person.get("name")).and_then(text);
    draft.offer(Field::FullName, "json_ld", given);
    draft.offer(Field::FullName, "top_card", shown.name.as_deref());
    let first = view.meta("profile:first_name");
    let last = view.meta("profile:last_name");
    if let (Some(first), Some(last)) = (&first, &last) {
        draft.offer(Field::FullName, "meta", Some(format!("{first} {last}")));
    }
    draft.offer(Field::FullName, "title", titled_name(view));
    if let (Some(full), Some(first), Some(last)) =
        (draft.get(Field::FullName).map(str::to_owned), first, last)
    {
        let plain = crate::name::parse(&full);
        if plain.suffix.is_none() && full == format!("{first} {last}") {
            draft.offer(Field::FirstName, "meta", Some(first));
            draft.offer(Field::LastName, "meta", Some(last));
        }
    }
}

/// What the top card shows.
#[derive(Debug, Default)]
struct Card {
    name: Option<String>,
    headline: Option<String>,
    location: Option<String>,
    industry: Option<String>,
    website: Option<String>,
}

fn find_card<'a>(view: &'a View<'_>) -> Option<ElementRef<'a>> {
    view.first("guest_top_card").or_else(|| {
        let heading = view.first("profile_heading")?;
        dom::ancestors(heading)
            .take(12)
            .find(|ancestor| ancestor.name() == "section")
    })
}

fn read_card(view: &View<'_>, card: ElementRef<'_>) -> Card {
    let heading = view.first_in(card, "guest_name");
    let pieces: Vec<Piece<'_>> = dom::pieces(card, Grain::Span, Shown::Sighted)
        .into_iter()
        .take(200)
        .collect();
    let in_heading =
        |piece: &Piece<'_>| heading.is_some_and(|heading| dom::contains(heading, piece.element));
    let name_at = pieces.iter().position(in_heading);
    let name_end = pieces.iter().rposition(in_heading);
    // After the name: the headline, then the place, then counts.
    let mut lines = name_end
        .and_then(|at| pieces.get(at + 1..))
        .unwrap_or_default()
        .iter()
        .filter(|line| !top_card::is_pronouns(view, &line.text) && !top_card::is_degree(&line.text))
        .peekable();
    let headline = view.text_in(card, "guest_headline").or_else(|| {
        lines
            .next_if(|line| !is_below_headline(line))
            .map(|line| line.text.clone())
    });
    let listed = definitions(view, card);
    let location = listed
        .iter()
        .find(|(label, _)| view.rules.is_label("place", label))
        .map(|(_, value)| value.clone())
        .or_else(|| view.text_in(card, "guest_location"))
        .or_else(|| {
            lines
                .find(|line| headline.as_ref() != Some(&line.text))
                .map(|line| line.text.clone())
        })
        .map(|text| top_card::without_count(view, &text).to_owned())
        .filter(|text| !top_card::is_count(view, text));
    let industry = listed
        .iter()
        .find(|(label, _)| view.rules.is_label("industry", label))
        .map(|(_, value)| value.clone())
        .or_else(|| view.text_in(card, "guest_industry"));
    Card {
        // What is marked as the name may have a part for each of its words.
        name: heading
            .filter(|heading| heading.name() != "h1")
            .and_then(dom::sighted_text)
            .or_else(|| Some(pieces.get(name_at?)?.text.clone())),
        // "--" stands for none.
        headline: headline
            .as_deref()
            .and_then(shown)
            .filter(|line| line.chars().any(char::is_alphanumeric)),
        location: location.as_deref().and_then(shown),
        industry: industry.as_deref().and_then(shown),
        website: top_card::website(view, card),
    }
}

/// Whether a line of the card stands under a heading below that of the headline, as the place
/// does: a member may have no headline.
fn is_below_headline(line: &Piece<'_>) -> bool {
    [line.element]
        .into_iter()
        .chain(dom::ancestors(line.element).take(4))
        .any(|element| matches!(element.name(), "h3" | "h4"))
}

/// The `dt`/`dd` pairs of the card (2015/16).
fn definitions(view: &View<'_>, card: ElementRef<'_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut label = None;
    for element in view.all_in(card, "definition").into_iter().take(40) {
        let text = dom::sighted_text(element);
        match element.name() {
            "dt" => label = text,
            _ => {
                if let (Some(label), Some(value)) = (label.take(), text) {
                    pairs.push((label, value));
                }
            }
        }
    }
    pairs
}

/// A part of the description: "… · Experience: Acme · Education: … · Location: Paris · …".
pub(crate) fn described(view: &View<'_>, label: &str) -> Option<String> {
    let description = view.meta("description")?;
    let mut parts = description.split(" · ");
    parts
        .find_map(|part| view.rules.after_label(label, part))
        .and_then(shown)
}
