//! Any other site: what the page says of itself in JSON-LD (schema.org) or Open Graph, and
//! only where it is plainly about one person or one organization.

use serde_json::{Map, Value};

use crate::canonical;
use crate::dom;
use crate::page::ParsedPage;
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

type Node = Map<String, Value>;

/// Reads a page of a site without a reader of its own.
pub(crate) fn read(view: &View<'_>) -> ParsedPage {
    let (kind, layout, draft) = if let Some(person) = only(view, &["Person"]) {
        ("person", "json_ld", person_draft(view, person))
    } else if let Some(draft) = open_graph_profile(view) {
        ("person", "open_graph", draft)
    } else if let Some(organization) = owner(view) {
        (
            "organization",
            "json_ld",
            organization_draft(view, organization),
        )
    } else {
        return ParsedPage::empty("other", "unsupported", None);
    };
    let (lead, notes) = draft.finish();
    if lead.full_name.is_none() {
        return ParsedPage::empty("other", "unsupported", None);
    }
    let mut page = ParsedPage::empty("other", kind, Some(layout));
    page.leads.push(lead);
    page.notes = notes;
    page
}

/// The page's only node of one of these types, a profile page's main entity included. Where
/// there are several (authors of articles, a team), the page is about none of them.
fn only<'v>(view: &'v View<'_>, types: &[&str]) -> Option<&'v Node> {
    let nodes = view.json_ld().iter().filter_map(Value::as_object);
    let main = nodes.clone().filter_map(|node| {
        node.get("mainEntity")
            .or_else(|| node.get("about"))
            .and_then(Value::as_object)
            .filter(|_| is_type(node, &["ProfilePage", "AboutPage"]))
    });
    let mut found = main.chain(nodes).filter(|node| is_type(node, types));
    let first = found.next()?;
    let name = first.get("name");
    found
        .all(|other| other.get("name") == name)
        .then_some(first)
}

fn is_type(node: &Node, types: &[&str]) -> bool {
    match node.get("@type") {
        Some(Value::String(one)) => types.contains(&one.as_str()),
        Some(Value::Array(many)) => many
            .iter()
            .filter_map(Value::as_str)
            .any(|one| types.contains(&one)),
        _ => false,
    }
}

/// The organization that a site's start page is about.
fn owner<'v>(view: &'v View<'_>) -> Option<&'v Node> {
    let is_start = view.url.path().trim_matches('/').is_empty();
    let types = ["Organization", "Corporation", "LocalBusiness"];
    is_start.then(|| only(view, &types)).flatten()
}

/// A text, or the `name` of an object, or the first of a list of either.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(dom::decode_entities(text)),
        Value::Object(object) => object
            .get("name")
            .and_then(Value::as_str)
            .map(dom::decode_entities),
        Value::Array(list) => match list.first()? {
            Value::String(text) => Some(dom::decode_entities(text)),
            Value::Object(object) => object
                .get("name")
                .and_then(Value::as_str)
                .map(dom::decode_entities),
            _ => None,
        },
        _ => None,
    }
}

/// The page's own address: its canonical link on the same host, else the address in view,
/// without query and fragment.
fn own_address(view: &View<'_>) -> String {
    let mut url = view
        .canonical_link()
        .filter(|link| canonical::host(link) == canonical::host(&view.url))
        .unwrap_or_else(|| view.url.clone());
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

fn locality(node: &Node) -> Option<String> {
    let address = node.get("address")?;
    text(address.get("addressLocality"))
}

fn person_draft(view: &View<'_>, person: &Node) -> Draft {
    let mut draft = Draft::person();
    let by = "json_ld";
    draft.offer(Field::FullName, by, text(person.get("name")));
    draft.offer(Field::FirstName, by, text(person.get("givenName")));
    draft.offer(Field::LastName, by, text(person.get("familyName")));
    draft.offer(Field::Title, by, text(person.get("jobTitle")));
    draft.offer(Field::Company, by, text(person.get("worksFor")));
    draft.offer(Field::Location, by, locality(person));
    draft.offer(Field::ProfileUrl, "address", Some(own_address(view)));
    draft
}

/// Open Graph's `profile` object (<https://ogp.me/#type_profile>).
fn open_graph_profile(view: &View<'_>) -> Option<Draft> {
    if view.meta("og:type")? != "profile" {
        return None;
    }
    let first = view.meta("profile:first_name")?;
    let last = view.meta("profile:last_name")?;
    let mut draft = Draft::person();
    draft.offer(
        Field::FullName,
        "open_graph",
        Some(format!("{first} {last}")),
    );
    draft.offer(Field::FirstName, "open_graph", Some(first));
    draft.offer(Field::LastName, "open_graph", Some(last));
    draft.offer(Field::ProfileUrl, "address", Some(own_address(view)));
    Some(draft)
}

fn organization_draft(view: &View<'_>, organization: &Node) -> Draft {
    let mut draft = Draft::company();
    let by = "json_ld";
    draft.offer(Field::FullName, by, text(organization.get("name")));
    draft.offer(Field::Location, by, locality(organization));
    let address = own_address(view);
    draft.offer(Field::Website, "address", Some(&address));
    draft.offer(Field::ProfileUrl, "address", Some(address));
    let domain = canonical::registrable_domain(canonical::host(&view.url));
    draft.offer(Field::CompanyDomain, "address", domain);
    draft
}
