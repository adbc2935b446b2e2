//! A company's page: for members (Ember), and for visitors (JSON-LD, `top-card-layout`).

use crate::document::ElementRef;
use serde_json::{Map, Value};

use super::frame::is_in_frame;
use super::top_card;
use crate::canonical;
use crate::dom::{self, Grain, Shown};
use crate::page::{Note, ParsedPage};
use crate::rules::fold;
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

type Node = Map<String, Value>;

/// The canonical address of the company in view.
pub(crate) fn address(view: &View<'_>) -> Option<String> {
    canonical::linkedin_company(&view.url)
}

/// The company's name as the page shows it.
pub(crate) fn shown_name(view: &View<'_>) -> Option<String> {
    let heading = view.first("company_name")?;
    heading
        .attr("title")
        .map(dom::collapse)
        .filter(|title| !title.is_empty())
        .or_else(|| dom::sighted_text(heading))
}

/// Reads a company page; `None` where the document is none.
pub(crate) fn read(view: &View<'_>) -> Option<ParsedPage> {
    let own = address(view)?;
    if view.has("profile_screen") {
        // A member's page is still there: its heading is no company's name.
        return None;
    }
    let organization = organization(view, &own);
    let heading = view.first("company_name");
    let own_tab = own_tab(view, &own);
    let card = view.first("company_card").or_else(|| {
        let around: Vec<ElementRef<'_>> = dom::ancestors(heading?).take(14).collect();
        let mut sections = around.iter().filter(|around| around.name() == "section");
        let with_tab = || {
            around
                .iter()
                .take_while(|around| !matches!(around.name(), "main" | "body"))
                .find(|around| own_tab.is_some_and(|tab| dom::contains(**around, tab)))
        };
        sections.next().or_else(with_tab).copied()
    });
    // The "about" tab alone: a heading and the list of what the company is.
    let about = ["website", "industry", "headquarters"];
    let is_about = heading.is_some_and(|heading| !is_in_frame(heading))
        && !view.has("other_screen")
        && about.iter().any(|label| listed(view, label).is_some());
    let embedded = embedded(view, &own);
    // A page whose application has not drawn anything yet: its data and its title agree.
    let undrawn = card.is_none()
        && view.first("company_name").is_none()
        && embedded.as_ref().is_some_and(|node| is_titled(view, node));
    if organization.is_none() && card.is_none() && !undrawn && !is_about {
        return None;
    }
    if shows_another(view, card, &own) {
        let mut page = ParsedPage::empty("linkedin", "loading", None);
        page.notes.push(Note {
            field: "page".to_owned(),
            strategy: "own_links".to_owned(),
            reason: "page shows another company than its address".to_owned(),
        });
        return Some(page);
    }
    // Embedded data names many companies, on other pages too: the heading must say the same.
    let shown = shown_name(view);
    let named_alike = embedded
        .as_ref()
        .and_then(|node| node.get("name")?.as_str())
        .zip(shown.as_deref())
        .is_some_and(|(named, shown)| fold(named) == fold(shown));
    let told = organization.is_some()
        || named_alike
        || undrawn
        || is_about
        || own_tab.is_some_and(|tab| card.is_some_and(|card| dom::contains(card, tab)))
        || view.has("company_card")
        || view.has("company_tab");
    if !told {
        // A heading alone may be left from another page.
        return None;
    }
    let guest = organization.is_some() || view.has("guest_marker");
    let mut draft = Draft::company();
    let named = |node: Option<&Node>, key: &str| {
        node.and_then(|node| node.get(key))
            .and_then(Value::as_str)
            .map(dom::decode_entities)
    };
    draft.offer(Field::FullName, "json_ld", named(organization, "name"));
    draft.offer(Field::FullName, "top_card", shown);
    draft.offer(Field::FullName, "voyager", named(embedded.as_ref(), "name"));
    draft.offer(Field::ProfileUrl, "address", Some(&own));
    draft.offer(Field::CompanyUrl, "address", Some(&own));
    let shown = card.map(|card| read_card(view, card)).unwrap_or_default();
    draft.offer(Field::Headline, "top_card", shown.tagline.as_deref());
    draft.offer(
        Field::Headline,
        "voyager",
        named(embedded.as_ref(), "tagline"),
    );
    draft.offer(Field::Headline, "json_ld", named(organization, "slogan"));
    draft.offer(Field::Location, "top_card", shown.location.as_deref());
    draft.offer(
        Field::Location,
        "about",
        listed(view, "headquarters").and_then(dom::sighted_text),
    );
    draft.offer(
        Field::Location,
        "json_ld",
        organization
            .and_then(|node| place(node.get("address")?, "addressLocality", "addressRegion")),
    );
    draft.offer(
        Field::Location,
        "voyager",
        embedded
            .as_ref()
            .and_then(|node| place(node.get("headquarter")?, "city", "geographicArea")),
    );
    draft.offer(Field::Industry, "top_card", shown.industry.as_deref());
    draft.offer(
        Field::Industry,
        "about",
        listed(view, "industry").and_then(dom::sighted_text),
    );
    offer_website(&mut draft, view, card, organization, embedded.as_ref());
    let (lead, notes) = draft.finish();
    let layout = if guest { "guest" } else { "ember" };
    let mut page = ParsedPage::empty("linkedin", "company", Some(layout));
    page.notes = notes;
    // Without a name it is not drawn yet, unless the page says what went wrong.
    lead.full_name.as_ref()?;
    page.leads.push(lead);
    Some(page)
}

/// The JSON-LD organization of this page: the one with its address, else one without any.
fn organization<'v>(view: &'v View<'_>, own: &str) -> Option<&'v Node> {
    let address = |node: &Node| {
        ["url", "@id"]
            .iter()
            .filter_map(|key| node.get(*key).and_then(Value::as_str))
            .filter_map(|url| canonical::resolve(&view.url, url))
            .find_map(|url| canonical::linkedin_company(&url))
    };
    let organizations = || {
        let nodes = view.json_ld().iter().filter_map(Value::as_object);
        nodes.filter(|node| {
            let kind = node.get("@type").and_then(Value::as_str);
            matches!(
                kind,
                Some("Organization" | "Corporation" | "EducationalOrganization")
            )
        })
    };
    organizations()
        .find(|node| address(node).as_deref() == Some(own))
        .or_else(|| organizations().find(|node| address(node).is_none()))
}

/// The Voyager company whose `universalName`, or id, is the address's.
fn embedded(view: &View<'_>, own: &str) -> Option<Node> {
    let slug = own.rsplit('/').next()?;
    let decoded = canonical::percent_decode(slug)?;
    for block in view.all("embedded_json").into_iter().take(400) {
        let raw = dom::raw_text(block);
        if !raw.contains("universalName") || !raw.contains(decoded.as_str()) {
            continue;
        }
        let Ok(mut json) = serde_json::from_str::<Value>(raw.trim()) else {
            continue;
        };
        let Some(Value::Array(included)) = json.get_mut("included").map(Value::take) else {
            continue;
        };
        let found = included.into_iter().find_map(|entity| match entity {
            Value::Object(entity) => {
                let universal = entity
                    .get("universalName")
                    .and_then(Value::as_str)
                    .and_then(canonical::normal_slug);
                let urn = entity.get("entityUrn").and_then(Value::as_str);
                let own = universal.as_deref() == Some(slug)
                    || urn.and_then(|urn| urn.rsplit(':').next()) == Some(slug);
                (own && entity.contains_key("name")).then_some(entity)
            }
            _ => None,
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

/// A link to one of the company's own tabs, outside of what stands around the page's own matter.
fn own_tab<'a>(view: &'a View<'_>, own: &str) -> Option<ElementRef<'a>> {
    let links = view.root().descendent_elements();
    let links = links.filter(|link| {
        let href = link.attr("href").unwrap_or_default();
        let parts = ["/about", "/people", "/posts", "/jobs", "/life"];
        link.name() == "a" && parts.iter().any(|part| href.contains(part))
    });
    links
        .filter(|link| !is_in_frame(*link))
        .take(200)
        .find(|link| {
            let company = view
                .href(*link)
                .and_then(|url| canonical::linkedin_company(&url));
            company.as_deref() == Some(own)
        })
}

/// Whether the document's title begins with the company's name.
fn is_titled(view: &View<'_>, company: &Node) -> bool {
    let name = company.get("name").and_then(Value::as_str).map(fold);
    let title = dom::title(&view.document).map(|title| fold(&title));
    name.zip(title).is_some_and(|(name, title)| {
        title
            .strip_prefix(&name)
            .is_some_and(|rest| rest.starts_with([':', ' ', '|', '\u{ff1a}']))
    })
}

/// The companies that the tabs of the page are of.
fn tabs<'a>(
    view: &'a View<'_>,
    card: Option<ElementRef<'a>>,
) -> impl Iterator<Item = String> + use<'a> {
    let scope = card.unwrap_or_else(|| view.root());
    let links = view.all_in(scope, "company_tab").into_iter();
    links
        .filter_map(|link| view.href(link))
        .filter_map(|url| canonical::linkedin_company(&url))
}

fn last_part(address: &str) -> Option<&str> {
    address.rsplit('/').next()
}

/// Whether the navigation of the page belongs to another company: in-page navigation is half
/// done. A school may be addressed as a company: the last part is the same.
pub(crate) fn shows_another(view: &View<'_>, card: Option<ElementRef<'_>>, own: &str) -> bool {
    let mut tabs = tabs(view, card).peekable();
    tabs.peek().is_some() && !tabs.any(|tab| is_tab_of(&tab, own))
}

/// Whether a tab can be of the company at `own`: a numeric address is shown with the slug in
/// its links.
fn is_tab_of(tab: &str, own: &str) -> bool {
    last_part(tab) == last_part(own)
        || last_part(own).is_some_and(|slug| slug.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the page is a school's: its address or its own tabs say so.
pub(crate) fn is_school(view: &View<'_>, own: &str) -> bool {
    own.contains("/school/")
        || tabs(view, None).any(|tab| tab.contains("/school/") && is_tab_of(&tab, own))
}

/// What the top card shows.
#[derive(Debug, Default)]
struct Card {
    tagline: Option<String>,
    industry: Option<String>,
    location: Option<String>,
}

fn read_card(view: &View<'_>, card: ElementRef<'_>) -> Card {
    let mut lines: Vec<(String, bool)> = Vec::new();
    let heading = view.first_in(card, "company_name");
    let pieces = dom::pieces(card, Grain::Block, Shown::Sighted);
    let after_name = pieces
        .iter()
        .skip_while(|piece| heading.is_some_and(|h| !dom::contains(h, piece.element)))
        .skip(1)
        .take(12);
    let mut counted = false;
    for piece in after_name {
        if top_card::is_count(view, &piece.text) {
            counted = true;
            break;
        }
        let is_paragraph = [piece.element]
            .into_iter()
            .chain(dom::ancestors(piece.element).take(2))
            .any(|element| matches!(element.name(), "p" | "h4"));
        lines.push((piece.text.clone(), is_paragraph));
    }
    let mut shown = Card {
        tagline: view.text_in(card, "company_tagline"),
        ..Card::default()
    };
    shown.industry = view.text_in(card, "company_bar_industry");
    if shown.industry.is_some() {
        // For visitors until 2017: the rest stands below, in the "about" list.
        return shown;
    }
    if let Some(line) = view.first_in(card, "company_guest_place") {
        // For visitors: the industry as headline, the place before the count of followers.
        shown.industry = view.text_in(card, "company_guest_industry");
        shown.location = dom::pieces(line, Grain::Span, Shown::Sighted)
            .into_iter()
            .map(|piece| top_card::without_count(view, &piece.text).to_owned())
            .next()
            .filter(|text| !text.is_empty() && !top_card::is_count(view, text));
        return shown;
    }
    let items = view.all_in(card, "company_info_item");
    let mut items: Vec<String> = items
        .into_iter()
        .filter_map(dom::sighted_text)
        // "4,213 members", "51-200 employees": counts end what describes the company.
        .take_while(|text| !text.starts_with(char::is_numeric))
        .take_while(|text| !top_card::is_count(view, text))
        .collect();
    if items.is_empty() && counted {
        if shown.tagline.is_none() && lines.len() > 1 {
            let first = lines
                .first()
                .filter(|(_, paragraph)| *paragraph || lines.len() > 2);
            shown.tagline = first.map(|(text, _)| text.clone());
        }
        items = lines
            .into_iter()
            .map(|(text, _)| text)
            .filter(|text| Some(text) != shown.tagline.as_ref())
            .take_while(|text| !text.starts_with(char::is_numeric))
            .collect();
    }
    match items.as_slice() {
        [industry, location, ..] => {
            shown.industry = Some(industry.clone());
            shown.location = Some(location.clone());
        }
        [industry] => shown.industry = Some(industry.clone()),
        [] => {}
    }
    shown
}

/// A value of the "about" list (`dt`, `dd`), found by its label in any language.
fn listed<'a>(view: &'a View<'_>, label: &str) -> Option<ElementRef<'a>> {
    let mut wanted = false;
    for element in view.all("definition").into_iter().take(200) {
        if matches!(element.name(), "dt" | "h4") {
            let text = dom::sighted_text(element);
            wanted = text.is_some_and(|text| view.rules.is_label(label, &text));
        } else if wanted {
            return Some(element);
        }
    }
    None
}

/// The town and region of an address, by the keys under which they stand.
fn place(address: &Value, town: &str, region: &str) -> Option<String> {
    let part = |key: &str| address.get(key).and_then(Value::as_str);
    let parts: Vec<&str> = [part(town), part(region)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| dom::decode_entities(&parts.join(", ")))
}

fn offer_website(
    draft: &mut Draft,
    view: &View<'_>,
    card: Option<ElementRef<'_>>,
    organization: Option<&Node>,
    embedded: Option<&Node>,
) {
    let clean = |text: &str| {
        let url = canonical::resolve(&view.url, text)?;
        canonical::website(&url).filter(|url| !url.contains("linkedin.com"))
    };
    let text = |node: Option<&Node>, key: &str| {
        node.and_then(|node| node.get(key))
            .and_then(Value::as_str)
            .and_then(clean)
    };
    draft.offer(
        Field::Website,
        "json_ld",
        text(organization, "sameAs").or_else(|| text(organization, "url")),
    );
    draft.offer(
        Field::Website,
        "voyager",
        text(embedded, "websiteUrl").or_else(|| text(embedded, "companyPageUrl")),
    );
    draft.offer(
        Field::Website,
        "about",
        listed(view, "website").and_then(|value| {
            let link = value
                .descendent_elements()
                .find_map(|element| element.attr("href").and_then(clean));
            link.or_else(|| clean(dom::sighted_text(value)?.split_whitespace().next()?))
        }),
    );
    let links = view.all("company_website");
    let linked = links
        .into_iter()
        .filter(|link| {
            // Either the label says so, or the link stands among the card's actions.
            dom::sighted_text(*link)
                .is_some_and(|text| view.rules.has_label("visit_website", &text))
                || card.is_some_and(|card| dom::contains(card, *link))
                || link.classes().any(|class| class.contains("overflow-menu"))
        })
        .filter_map(|link| link.attr("href").and_then(clean))
        .next();
    draft.offer(Field::Website, "link", linked);
    let domain = draft
        .get(Field::Website)
        .and_then(|url| canonical::resolve(&view.url, url))
        .and_then(|url| canonical::registrable_domain(canonical::host(&url)));
    let domain = domain.filter(|domain| !view.rules.is_label("shared_host", domain));
    draft.offer(Field::CompanyDomain, "website", domain);
}
