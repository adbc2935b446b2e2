//! Sales Navigator: the page of one lead.

use crate::document::ElementRef;
use serde_json::{Map, Value};

use super::frame::is_in_frame;
use super::position;
use super::rows;
use super::sales_identity::{self, Told};
use super::sales_roles;
use super::surroundings::Surroundings;
use super::top_card;
use crate::canonical;
use crate::dom::{self, Grain, Shown};
use crate::headline;
use crate::lead;
use crate::page::ParsedPage;
use crate::rules::fold;
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

pub(crate) type Node = Map<String, Value>;

/// Reads a lead's page; `None` where the document shows none.
pub(crate) fn read(view: &View<'_>, id: &str) -> Option<ParsedPage> {
    let embedded = embedded(view, id);
    let marked = marked_name(view);
    // Where nothing is marked: the heading, which the document's title or the data repeats.
    let heading = view
        .first("profile_heading")
        .filter(|heading| marked.is_none() && Card::around(*heading).is_some());
    let is_hidden_member = |heading: ElementRef<'_>| {
        let name = dom::sighted_text(heading);
        name.is_some_and(|name| view.rules.is_label("anonymous_member", &name))
    };
    if embedded.is_none() && heading.is_some_and(is_hidden_member) {
        // Out of the viewer's network.
        let mut page = ParsedPage::empty("linkedin", "sales_lead", Some("ember"));
        page.anonymous_rows = 1;
        return Some(page);
    }
    let is_told = |heading: &ElementRef<'_>| embedded.is_some() || is_titled(view, *heading);
    let name = marked.or(heading.filter(is_told));
    if (embedded.is_none() && name.is_none())
        || name.is_some_and(|name| sales_identity::is_account(view, name))
        || sales_identity::heading(view).is_some_and(|one| sales_identity::is_account(view, one))
    {
        return None;
    }
    let told = name.map(|name| sales_identity::of_lead(view, id, name, embedded.as_ref()));
    if told == Some(Told::Another) {
        return Some(sales_identity::not_yet("lead"));
    }
    let card = heading.and(name).and_then(Card::around);
    let mut draft = Draft::person();
    let said = |key: &str| embedded.as_ref().and_then(|node| text(node, key));
    // What stands in the page; the embedded profile carries the lead's own id.
    draft.offer(Field::FullName, "sales_profile", said("fullName"));
    let strategy = if marked.is_some() {
        "data_anonymize"
    } else {
        "heading"
    };
    draft.offer(Field::FullName, strategy, name.and_then(dom::sighted_text));
    draft.offer(Field::Headline, "sales_profile", said("headline"));
    let others_shown = view.all("sales_person_name").into_iter();
    let others_linked = view.all("sales_lead_link").into_iter().filter(|link| {
        let linked = view.href(*link).and_then(|url| address(&url));
        linked.is_some_and(|linked| linked.rsplit('/').next() != Some(id))
    });
    let around = Surroundings::of(name, others_shown.chain(others_linked));
    let own = |key: &str| around.own(view, key).and_then(dom::sighted_text);
    let headline = own("sales_lead_headline");
    draft.offer(Field::Headline, "data_anonymize", headline);
    draft.offer(Field::Location, "sales_profile", said("location"));
    let location = own("sales_lead_location");
    draft.offer(Field::Location, "data_anonymize", location);
    if !draft.has(Field::Location) {
        draft.offer(Field::Location, "card_order", place_in_card(view));
    }
    let mut shown_role = card.as_ref().and_then(|card| card.role(view));
    if let Some(card) = &card {
        let mut lines = card.lines(view, shown_role.as_ref()).into_iter();
        draft.offer(Field::Headline, "card_order", lines.next());
        let place = lines.next().filter(|line| rows::is_place(view, line));
        draft.offer(Field::Location, "card_order", place);
    }
    draft.offer(Field::Industry, "sales_profile", said("industry"));
    let mut others = Vec::new();
    let mut said_roles = embedded.as_ref().map_or_else(Vec::new, sales_roles::said);
    if !said_roles.is_empty() {
        let first = said_roles.remove(0);
        draft.offer(Field::Title, "sales_profile", first.title);
        draft.offer(Field::Company, "sales_profile", first.company);
        others = said_roles;
    }
    let titles = view.all("sales_lead_title");
    let title = titles.first().copied();
    let shown_title = title.and_then(dom::sighted_text);
    draft.offer(Field::Title, "current_role", shown_title.as_deref());
    // Of several roles, the company of the first: it may have no page, and so no link.
    let role = title.and_then(sales_roles::around);
    let company = match role {
        Some(role) => view.first_in(role, "sales_row_company"),
        None => view.first("sales_lead_company"),
    };
    if others.is_empty() {
        others = sales_roles::others(view, &titles);
    }
    // Where no role holds them: what stands behind the name.
    let card_of_name =
        name.and_then(|name| dom::ancestors(name).find(|outer| outer.name() == "section"));
    let loose = |keys: &[&str]| {
        let known = title.is_some() || company.is_some() || shown_role.is_some();
        let name = name.filter(|_| !known)?;
        let found = keys
            .iter()
            .flat_map(|key| view.all(key).into_iter().take(200));
        found
            .filter(|element| name.id() < element.id())
            .filter(|element| card_of_name.is_none_or(|card| dom::contains(card, *element)))
            .find(|element| is_loose(*element) && around.is_own(*element))
    };
    let loose_title = loose(&["sales_row_title", "sales_row_job_title"]);
    let loose_company = loose(&["sales_row_company"]);
    draft.offer(
        Field::Title,
        "data_anonymize",
        loose_title.and_then(dom::sighted_text),
    );
    let company = company.or(loose_company);
    draft.offer(
        Field::Company,
        "current_role",
        company.and_then(dom::sighted_text),
    );
    if company.is_none()
        && let Some(line) = title.and_then(sales_roles::line)
    {
        draft.offer(
            Field::Company,
            "current_role",
            headline::split(&line).company,
        );
    }
    if let Some(role) = &mut shown_role {
        if others.is_empty() {
            others.append(&mut role.others);
        }
        draft.offer(Field::Title, "card_order", role.title.as_deref());
        draft.offer(Field::Company, "card_order", role.company.as_deref());
        let url = role
            .link
            .and_then(|link| view.href(link))
            .and_then(|url| account_address(&url));
        draft.offer(Field::CompanyUrl, "card_order", url);
    } else if title.is_none() && loose_title.is_none() {
        let listed = position::of_section(view, "sales_experience", "experience", Grain::Block);
        let mut current = listed.into_iter().filter(|position| position.current);
        if let Some(position) = current.next() {
            draft.offer(Field::Title, "experience", position.title);
            draft.offer(Field::Company, "experience", position.company);
        }
        if others.is_empty() {
            let role = |position: position::Position| lead::Position {
                title: position.title,
                company: position.company,
                company_url: position.company_url,
            };
            others = current.map(role).collect();
        }
    }
    let company_url = company
        .and_then(|company| {
            let within = || view.first_in(company, "sales_account_link");
            view.href(company).or_else(|| view.href(within()?))
        })
        .and_then(|url| account_address(&url));
    draft.offer(Field::CompanyUrl, "current_role", company_url);
    draft.offer(
        Field::ProfileUrl,
        "sales_profile",
        said("flagshipProfileUrl")
            .and_then(|url| canonical::linkedin_profile(&canonical::resolve(&view.url, &url)?)),
    );
    let public = view
        .all("sales_public_profile")
        .into_iter()
        .take(200)
        .filter(|link| !is_of_others(view, *link, id))
        .filter_map(|link| view.href(link))
        .find_map(|url| canonical::linkedin_profile(&url));
    draft.offer(Field::ProfileUrl, "public_link", public);
    if !draft.has(Field::ProfileUrl) {
        draft.offer(Field::ProfileUrl, "address", address(&view.url));
    }
    for other in others {
        draft.other_position(other);
    }
    // Lists of Sales Navigator show this address alone.
    draft.also_at(address(&view.url));
    draft.read_headline();
    let (lead, notes) = draft.finish();
    let layout = if view.has("sales_anonymize") {
        "data_anonymize"
    } else {
        "ember"
    };
    let mut page = ParsedPage::empty("linkedin", "sales_lead", Some(layout));
    page.notes = notes;
    match lead.full_name.as_deref() {
        Some(name) if view.rules.is_label("anonymous_member", name) => page.anonymous_rows = 1,
        Some(_) => page.leads.push(lead),
        None => "loading".clone_into(&mut page.page.kind),
    }
    Some(page)
}

/// The lead's name where it is marked.
pub(crate) fn marked_name<'a>(view: &'a View<'_>) -> Option<ElementRef<'a>> {
    view.first("sales_lead_name").or_else(|| lone_name(view))
}

/// The lead's name where it is marked, but is no heading: the only name outside of lists, or the
/// one in the document's title.
fn lone_name<'a>(view: &'a View<'_>) -> Option<ElementRef<'a>> {
    let names = view.all("sales_person_name").into_iter().take(200);
    let names: Vec<ElementRef<'a>> = names
        .filter(|name| is_loose(*name) && !dom::is_within_hidden(*name))
        .collect();
    let first = *names.first()?;
    let text = dom::sighted_text(first)?;
    let alone = || {
        names
            .iter()
            .all(|name| dom::sighted_text(*name).as_ref() == Some(&text))
    };
    (is_titled(view, first) || alone()).then_some(first)
}

/// Whether an element stands in no list, section with a name of its own, or frame of the page.
fn is_loose(element: ElementRef<'_>) -> bool {
    let within = dom::ancestors(element).any(|around| {
        matches!(around.name(), "li" | "tr")
            || around.attr("data-sn-view-name").is_some()
            || around.attr("data-x-search-result").is_some()
            || around.attr("data-scroll-into-view").is_some()
    });
    !within && !is_in_frame(element)
}

/// Whether the document's title begins with the heading's text: "Ada Example | Lead | …".
pub(crate) fn is_titled(view: &View<'_>, heading: ElementRef<'_>) -> bool {
    let name = dom::sighted_text(heading).map(|name| fold(&name));
    let title = dom::title(&view.document).map(|title| fold(&title));
    name.zip(title).is_some_and(|(name, title)| {
        title
            .strip_prefix(&name)
            .is_some_and(|rest| rest.starts_with(" |"))
    })
}

/// The card around a heading, where nothing marks its parts.
struct Card<'a> {
    card: ElementRef<'a>,
    heading: ElementRef<'a>,
}

/// The role that a card shows: a line with a link to the account.
struct Role<'a> {
    line: ElementRef<'a>,
    link: Option<ElementRef<'a>>,
    title: Option<String>,
    company: Option<String>,
    /// The roles below it.
    others: Vec<lead::Position>,
}

impl<'a> Card<'a> {
    /// `None` for a heading outside any section, such as the site's own name.
    fn around(heading: ElementRef<'a>) -> Option<Self> {
        let mut around = dom::ancestors(heading)
            .take(12)
            .take_while(|around| !matches!(around.name(), "header" | "nav"));
        let card = around.find(|around| around.name() == "section")?;
        Some(Self { card, heading })
    }

    /// The first line that links to an account: "CTO at Acme". Of a list of roles the first
    /// one, whose company may have no page.
    fn role(&self, view: &'a View<'_>) -> Option<Role<'a>> {
        let around = view.first("sales_lead_card");
        let around = around.filter(|around| dom::contains(*around, self.heading));
        let links = [Some(self.card), around].into_iter().flatten();
        let mut links =
            links.flat_map(|card| view.all_in(card, "sales_account_link").into_iter().take(40));
        let (link, company) = links.find_map(|link| {
            account_id(&view.href(link)?)?;
            Some((link, dom::sighted_text(link)?))
        })?;
        let is_line = |around: &ElementRef<'_>| matches!(around.name(), "p" | "li" | "div");
        let line = dom::ancestors(link).take(4).find(is_line)?;
        let item = dom::ancestors(link)
            .take(8)
            .find(|around| around.name() == "li");
        let first = item.and_then(|item| item.prev_siblings().filter(is_line).last());
        let below = first
            .or(item)
            .into_iter()
            .flat_map(ElementRef::next_siblings);
        let below = below.filter(is_line).take(20);
        let others = below.filter_map(|role| sales_roles::stated(view, role));
        let others = others.collect();
        if let Some(first) = first {
            let stated = sales_roles::stated(view, first)?;
            return Some(Role {
                line: first,
                link: None,
                title: stated.title,
                company: stated.company,
                others,
            });
        }
        let stated = headline::split(&dom::sighted_text(line)?);
        let first = || {
            let pieces = dom::pieces(line, Grain::Span, Shown::Sighted);
            let first = pieces.into_iter().next()?;
            (first.text != company).then_some(first.text)
        };
        let title = stated.title.or_else(first);
        Some(Role {
            line,
            link: Some(link),
            title,
            company: Some(company),
            others,
        })
    }

    /// The card's texts between the name and the role, without degrees and pronouns.
    fn lines(&self, view: &View<'_>, role: Option<&Role<'_>>) -> Vec<String> {
        dom::pieces(self.card, Grain::Span, Shown::Sighted)
            .into_iter()
            .take(60)
            .skip_while(|piece| !dom::contains(self.heading, piece.element))
            .skip_while(|piece| dom::contains(self.heading, piece.element))
            .take_while(|piece| role.is_none_or(|role| !dom::contains(role.line, piece.element)))
            .map(|piece| piece.text.trim_matches(['·', '•', ' ']).to_owned())
            .filter(|text| {
                text.chars().any(char::is_alphanumeric)
                    && !top_card::is_degree(text)
                    && !top_card::is_pronouns(view, text)
            })
            .take(2)
            .collect()
    }
}

/// The place on the card, where nothing marks it: the line after the headline.
fn place_in_card(view: &View<'_>) -> Option<String> {
    let card = view.first("sales_lead_card")?;
    let headline = view.first_in(card, "sales_lead_headline")?;
    dom::pieces(card, Grain::Block, Shown::Sighted)
        .into_iter()
        .take(60)
        .skip_while(|piece| {
            !dom::contains(piece.element, headline) && !dom::contains(headline, piece.element)
        })
        .skip(1)
        .take(3)
        .map(|piece| piece.text.trim_matches(['·', '•', ' ']).to_owned())
        .find(|text| !text.is_empty() && !top_card::is_degree(text))
        .filter(|text| rows::is_place(view, text))
}

/// Whether a link to a member's profile stands in the viewer's own menu, or in an item about
/// another lead.
fn is_of_others(view: &View<'_>, link: ElementRef<'_>, id: &str) -> bool {
    dom::ancestors(link)
        .take(40)
        .take_while(|around| !matches!(around.name(), "main" | "body"))
        .any(|around| match around.name() {
            "header" | "nav" | "aside" => true,
            "li" | "tr" => view
                .all_in(around, "sales_lead_link")
                .into_iter()
                .filter_map(|other| address(&view.href(other)?))
                .any(|other| other.rsplit('/').next() != Some(id)),
            _ => false,
        })
}

/// A lead's address in Sales Navigator, in one form and without the tokens after its id.
pub(crate) fn address(url: &crate::address::Url) -> Option<String> {
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    let (area, kind) = (segments.next()?, segments.next()?);
    let id = segments.next()?.split(',').next()?;
    let known = area == "sales" && matches!(kind, "lead" | "people" | "profile");
    (known && !id.is_empty() && id.len() <= 64)
        .then(|| format!("https://www.linkedin.com/sales/lead/{id}"))
}

/// A company's address on LinkedIn, from its address in Sales Navigator: the number is the
/// same.
pub(crate) fn account_address(url: &crate::address::Url) -> Option<String> {
    if let Some(public) = canonical::linkedin_company(url) {
        return Some(public);
    }
    account_id(url).map(|id| format!("https://www.linkedin.com/company/{id}"))
}

/// The number of the account at an address of Sales Navigator.
pub(crate) fn account_id(url: &crate::address::Url) -> Option<String> {
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    if segments.next()? != "sales"
        || !matches!(segments.next()?, "company" | "account" | "accounts")
    {
        return None;
    }
    let id = segments.next()?;
    (id.len() <= 20 && id.bytes().all(|b| b.is_ascii_digit())).then(|| id.to_owned())
}

pub(crate) fn text(node: &Node, key: &str) -> Option<String> {
    let text = node.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The embedded profile with the id of the address.
fn embedded(view: &View<'_>, id: &str) -> Option<Node> {
    if id.is_empty() {
        return None;
    }
    find_profile(view, id, |node| sales_identity::urn(node).contains(id))
}

/// The first embedded profile, in the data that holds `needle`, that is the one wanted.
pub(crate) fn find_profile(
    view: &View<'_>,
    needle: &str,
    is_it: impl Fn(&Node) -> bool,
) -> Option<Node> {
    for block in view.all("embedded_json").into_iter().take(400) {
        let raw = dom::raw_text(block);
        if !raw.contains(needle) || !raw.contains("fullName") {
            continue;
        }
        let Ok(json) = serde_json::from_str::<Value>(raw.trim()) else {
            continue;
        };
        let mut candidates: Vec<&Value> = vec![&json];
        candidates.extend(json.get("data"));
        if let Some(included) = json.get("included").and_then(Value::as_array) {
            candidates.extend(included);
        }
        let found = candidates.into_iter().filter_map(Value::as_object);
        let mut found = found.filter(|node| node.contains_key("fullName"));
        if let Some(node) = found.find(|node| is_it(node)) {
            return Some(node.clone());
        }
    }
    None
}

/// Whether a text is "1 year 2 months in role | …", which lists call a job title.
pub(crate) fn is_tenure(view: &View<'_>, text: &str) -> bool {
    (text.contains('|') && text.chars().any(char::is_numeric))
        || top_card::is_count(view, text)
        || view.rules.has_label("tenure", text)
}
