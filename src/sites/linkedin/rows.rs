//! Rows of people: searches, a company's people, connections.
//!
//! Every layout keeps the order name, degree, headline, place, snippet within a row, and the
//! row's first link to a profile that has text is the person. Mutual connections and followers
//! are profile links too, but later ones.

use crate::address::Url;
use crate::document::{ElementRef, PerNode};

use super::top_card;
use crate::canonical;
use crate::dom::{self, Grain, Piece, Shown};
use crate::headline;
use crate::page::{Note, ParsedPage};
use crate::sites::draft::{Draft, Field};
use crate::sites::view::{self, View};

/// Most rows read on one page.
const ROWS_MAX: usize = 1_000;

/// What the rows of a page kind show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout<'c> {
    /// Key of the selectors that find rows.
    pub(crate) rows: &'static str,
    /// Whether a place follows the headline.
    pub(crate) with_location: bool,
    /// The company that everybody on the page works for, with the address of its page.
    pub(crate) company: Option<&'c (String, Option<String>)>,
}

/// Reads the rows of a page into `page`.
pub(crate) fn read(view: &View<'_>, layout: Layout<'_>, page: &mut ParsedPage) {
    let mut seen = Vec::new();
    for row in find(view, layout.rows) {
        if dom::is_within_hidden(row) || is_post(row) {
            continue;
        }
        // Before looking for a name: a mutual connection in the row has a link too.
        if marked_link(view, row).is_none() && is_anonymous(view, row) {
            page.anonymous_rows += 1;
            continue;
        }
        let Some((link, url)) = name_link(view, row) else {
            continue;
        };
        if is_viewer(view, row) {
            continue;
        }
        if seen.contains(&url) {
            continue;
        }
        let Some((lead, notes)) = read_row(view, row, link, &url, layout) else {
            page.anonymous_rows += 1;
            continue;
        };
        seen.push(url);
        page.notes.extend(notes);
        page.leads.push(lead);
    }
    page.notes.truncate(200);
}

/// The rows: the elements of the first selector of `key` that finds people. Plain list items
/// serve where nothing marks rows, unless the document still shows another kind of page:
/// in-page navigation is half done then.
fn find<'a>(view: &'a View<'_>, key: &str) -> Vec<ElementRef<'a>> {
    let marked = view.rules.selectors(key).iter();
    let plain = if view.has("other_screen") {
        [].iter()
    } else {
        view.rules.selectors("list_row").iter()
    };
    let holders = holders(view);
    for selector in marked.chain(plain) {
        let candidates: Vec<ElementRef<'a>> = view::select(view.root(), selector)
            .into_iter()
            .take(ROWS_MAX)
            .collect();
        if candidates.iter().any(|row| holders.get(row.id())) {
            let rows = candidates
                .into_iter()
                .filter(|row| holders.get(row.id()) || is_anonymous(view, *row));
            return outermost(rows.collect());
        }
    }
    if view.has("other_screen") {
        return Vec::new();
    }
    let marked = by_structure(view, |link| has_degree_beside(view, link));
    // Lists without degrees: of the own connections, of a company's people.
    if marked.is_empty() && key != "search_row" {
        return side_by_side(by_structure(view, |link| {
            is_profile_link(view, link) && !is_in_frame(link)
        }));
    }
    marked
}

/// Rows that have a neighbour of the same kind: a lone link to a member is no list.
fn side_by_side(rows: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let mut beside = PerNode::<u32>::default();
    for parent in rows.iter().filter_map(|row| row.parent()) {
        beside.count(parent.id());
    }
    let has_neighbour = |row: &ElementRef<'_>| {
        let parent = row.parent();
        parent.is_some_and(|parent| beside.get(parent.id()) > 1)
    };
    rows.into_iter().filter(has_neighbour).collect()
}

/// Whether an element belongs to what stands around the page's own matter.
fn is_in_frame(element: ElementRef<'_>) -> bool {
    dom::ancestors(element)
        .take(60)
        .any(|around| matches!(around.name(), "header" | "nav" | "aside" | "footer"))
}

/// Rows that nothing marks: around each link that `is_persons` tells, the largest element
/// that holds no link to a second person.
fn by_structure<'a>(
    view: &'a View<'_>,
    is_persons: impl Fn(ElementRef<'a>) -> bool,
) -> Vec<ElementRef<'a>> {
    let links = view.root().descendent_elements();
    let people: Vec<(ElementRef<'a>, String)> = links
        .filter(|element| element.name() == "a")
        .filter(|link| is_persons(*link))
        .filter_map(|link| Some((link, canonical::linkedin_profile(&view.href(link)?)?)))
        .take(ROWS_MAX)
        .collect();
    // The person that an element holds; `None` once there is a second one.
    let mut holds = PerNode::<Option<Option<&str>>>::default();
    for (link, person) in &people {
        for ancestor in dom::ancestors(*link) {
            let held = match holds.get(ancestor.id()) {
                Some(held) => held.filter(|held| held == person),
                None => Some(person.as_str()),
            };
            holds.set(ancestor.id(), Some(held));
        }
    }
    let row = |(link, _): &(ElementRef<'a>, String)| {
        dom::ancestors(*link)
            .take(12)
            .take_while(|ancestor| {
                holds.get(ancestor.id()).flatten().is_some()
                    && !matches!(ancestor.name(), "main" | "section" | "body")
            })
            .last()
    };
    let mut seen = PerNode::default();
    let rows = people.iter().filter_map(row);
    rows.filter(|row| seen.insert(row.id())).collect()
}

/// The first link of a row with a degree of connection beside it.
fn marked_link<'a>(view: &View<'_>, row: ElementRef<'a>) -> Option<ElementRef<'a>> {
    row.descendent_elements()
        .filter(|element| element.name() == "a")
        .take(60)
        .find(|link| has_degree_beside(view, *link))
}

/// Whether a link to a member stands on a line with a degree of connection: "Ada • 2nd".
fn has_degree_beside(view: &View<'_>, link: ElementRef<'_>) -> bool {
    let line = is_profile_link(view, link).then(|| {
        dom::ancestors(link)
            .take(4)
            .find(|element| matches!(element.name(), "p" | "div" | "li"))
    });
    line.flatten()
        .filter(|line| line.descendent_elements().take(41).count() <= 40)
        .and_then(dom::sighted_text)
        .is_some_and(|text| without_degree(&text) != text)
}

/// Whether an element is a link to a member's profile. Looks at the text before it parses an
/// address.
fn is_profile_link(view: &View<'_>, link: ElementRef<'_>) -> bool {
    link.name() == "a"
        && link.attr("href").is_some_and(|href| href.contains("/in/"))
        && view
            .href(link)
            .is_some_and(|url| canonical::linkedin_profile(&url).is_some())
}

/// All elements with a link to a member in them.
fn holders(view: &View<'_>) -> PerNode<bool> {
    let mut holders = PerNode::default();
    for link in view.root().descendent_elements() {
        // Look at the text before parsing an address.
        let leads_to_member = link.name() == "a"
            && link
                .attr("href")
                .is_some_and(|href| href.contains("/in/") || href.contains("/headless"))
            && view.href(link).is_some_and(|url| {
                canonical::linkedin_profile(&url).is_some() || is_headless(&url)
            });
        if leads_to_member {
            for ancestor in [link].into_iter().chain(dom::ancestors(link)) {
                if !holders.insert(ancestor.id()) {
                    break;
                }
            }
        }
    }
    holders
}

fn outermost(rows: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let mut outer: Vec<ElementRef<'_>> = Vec::new();
    for row in rows {
        // Document order: whatever holds this row came just before.
        if outer.last().is_none_or(|last| !dom::contains(*last, row)) {
            outer.push(row);
        }
    }
    outer
}

/// The link with the person's name, and the person's address. The row's first profile link is
/// the person's; the name stands in the first link to the same address that has text and no
/// picture (a picture may come with a text such as "offline").
fn name_link<'a>(view: &View<'_>, row: ElementRef<'a>) -> Option<(ElementRef<'a>, String)> {
    // A line about mutual connections may stand before the name: a degree tells the person.
    let mut person: Option<String> =
        marked_link(view, row).and_then(|link| canonical::linkedin_profile(&view.href(link)?));
    let mut with_picture = None;
    let links = row
        .descendent_elements()
        .filter(|element| element.name() == "a");
    for link in links.take(60) {
        let Some(url) = view.href(link) else { continue };
        if person.is_none() && is_headless(&url) {
            return None;
        }
        let Some(profile) = canonical::linkedin_profile(&url) else {
            continue;
        };
        if person.as_ref().is_some_and(|person| *person != profile) {
            continue;
        }
        if name_in(view, link).is_some() {
            let pictured = link
                .descendent_elements()
                .any(|element| matches!(element.name(), "img" | "figure"));
            if !pictured {
                return Some((link, profile));
            }
            with_picture = with_picture.or(Some((link, profile.clone())));
        }
        person = Some(profile);
    }
    with_picture
}

/// Whether a link stands for a member whom the viewer may not see.
fn is_headless(url: &Url) -> bool {
    url.path().trim_end_matches('/').ends_with("/headless")
}

/// Whether a row stands for a member whom the viewer may not see.
fn is_anonymous(view: &View<'_>, row: ElementRef<'_>) -> bool {
    // A row is small; what is larger is no row, and would be read again for each row in it.
    if row.node_count() > 400 {
        return false;
    }
    let headless = row
        .descendent_elements()
        .filter(|element| element.name() == "a")
        .filter_map(|link| view.href(link))
        .any(|url| is_headless(&url));
    headless
        || dom::pieces(row, Grain::Block, Shown::Sighted)
            .iter()
            .take(4)
            .any(|piece| view.rules.is_label("anonymous_member", &piece.text))
}

/// Whether a row is a post, whose author is linked as a member found would be: searches for
/// everything have both.
fn is_post(row: ElementRef<'_>) -> bool {
    row.descendent_elements()
        .filter(|element| element.name() == "a")
        .take(60)
        .filter_map(|link| link.attr("href"))
        .any(|href| href.contains("/feed/update/") || href.contains("/posts/"))
}

/// Whether a row is the viewer's own: "Ada Example • You".
fn is_viewer(view: &View<'_>, row: ElementRef<'_>) -> bool {
    dom::pieces(row, Grain::Block, Shown::Sighted)
        .iter()
        .take(6)
        .filter_map(|piece| piece.text.rsplit_once('•'))
        .any(|(_, mark)| view.rules.is_label("viewer_mark", mark))
}

/// The name within its link.
fn name_in(view: &View<'_>, link: ElementRef<'_>) -> Option<String> {
    dom::pieces(link, Grain::Span, Shown::Sighted)
        .into_iter()
        .map(|piece| without_degree(&piece.text).to_owned())
        .find(|text| {
            !text.is_empty()
                && !top_card::is_degree(text)
                && !view.rules.is_label("row_field", text)
        })
}

/// A name without " • 2nd" after it.
fn without_degree(text: &str) -> &str {
    [" • ", " · "]
        .iter()
        .find_map(|separator| {
            let (name, rest) = text.split_once(separator)?;
            top_card::is_degree(rest).then_some(name)
        })
        .unwrap_or(text)
}

fn read_row(
    view: &View<'_>,
    row: ElementRef<'_>,
    link: ElementRef<'_>,
    profile_url: &str,
    layout: Layout<'_>,
) -> Option<(crate::Lead, Vec<Note>)> {
    let name = name_in(view, link)?;
    if view.rules.is_label("anonymous_member", &name) {
        return None;
    }
    let mut lines = lines_after_name(view, row, link, &name, profile_url).into_iter();
    let mut draft = Draft::person();
    draft.offer(Field::FullName, "row_link", Some(&name));
    draft.offer(Field::ProfileUrl, "row_link", Some(profile_url));
    let headline = lines
        .next()
        .filter(|line| line.chars().any(char::is_alphanumeric));
    draft.offer(Field::Headline, "row_order", headline);
    let lines: Vec<String> = lines.collect();
    let place = lines
        .first()
        .filter(|line| layout.with_location && is_place(view, line));
    draft.offer(Field::Location, "row_order", place);
    let current = lines
        .iter()
        .find_map(|line| view.rules.after_label("current_snippet", line));
    if let Some((title, company)) = current.and_then(|current| read_snippet(view, current)) {
        draft.offer(Field::Title, "snippet", Some(title));
        draft.offer(Field::Company, "snippet", Some(company));
    } else if let Some(line) = draft.get(Field::Headline) {
        // A row states title and company where the headline gives both.
        let stated = headline::split(line);
        if stated.title.is_some() && stated.company.is_some() {
            draft.offer(Field::Title, "headline", stated.title);
            draft.offer(Field::Company, "headline", stated.company);
        }
    }
    if let Some((company, url)) = layout.company {
        if !draft.has(Field::Company) {
            draft.offer(Field::Company, "page_company", Some(company));
        }
        if draft.get(Field::Company) == Some(company.as_str()) {
            draft.offer(Field::CompanyUrl, "page_company", url.as_deref());
        }
    }
    Some(draft.finish())
}

/// The row's lines after the name: no degree marks, no buttons, nothing that links elsewhere.
fn lines_after_name(
    view: &View<'_>,
    row: ElementRef<'_>,
    link: ElementRef<'_>,
    name: &str,
    profile_url: &str,
) -> Vec<String> {
    let mut lines = Vec::new();
    // Within the link, spans may carry the headline on the name's own line.
    let in_link = dom::pieces(link, Grain::Span, Shown::Sighted);
    let blocks: Vec<Piece<'_>> = dom::pieces(row, Grain::Block, Shown::Sighted)
        .into_iter()
        .take(120)
        .collect();
    let Some(at) = blocks
        .iter()
        .position(|block| block.text.contains(name) && holds_link(row, link, block))
        .or_else(|| {
            blocks
                .iter()
                .position(|block| dom::contains(link, block.element))
        })
    else {
        return lines;
    };
    let same_line = blocks.get(at).map_or("", |block| block.text.as_str());
    let spans: Vec<&str> = in_link
        .iter()
        .map(|piece| piece.text.as_str())
        .skip_while(|text| without_degree(text) != name)
        .skip(1)
        .filter(|text| same_line.contains(text) && !view.rules.is_label("row_field", text))
        .collect();
    // What stands before a degree mark explains it.
    let after_degree = spans
        .iter()
        .rposition(|text| top_card::is_degree(text))
        .map_or(0, |at| at + 1);
    if let Some(headline) = spans.get(after_degree) {
        lines.push((*headline).to_owned());
    }
    for block in blocks.iter().skip(at + 1) {
        if is_elsewhere(view, block.element, row, profile_url) {
            continue;
        }
        let text = block.text.trim_matches(['·', '•', ' ']);
        if text.is_empty() || top_card::is_degree(text) || text == name {
            continue;
        }
        lines.push(text.to_owned());
    }
    lines
}

/// Whether a block begins in the link or in an element around it within the row.
fn holds_link(row: ElementRef<'_>, link: ElementRef<'_>, block: &Piece<'_>) -> bool {
    dom::contains(link, block.element)
        || (block.element.id() != row.id() && dom::contains(block.element, link))
}

/// Whether an element is a button, or within a link to something else than the person.
fn is_elsewhere(
    view: &View<'_>,
    element: ElementRef<'_>,
    row: ElementRef<'_>,
    profile_url: &str,
) -> bool {
    [element]
        .into_iter()
        .chain(dom::ancestors(element))
        .take_while(|ancestor| ancestor.id() != row.id())
        .any(|ancestor| match ancestor.name() {
            "button" => true,
            "a" => view.href(ancestor).is_some_and(|url| {
                canonical::linkedin_profile(&url).as_deref() != Some(profile_url)
            }),
            _ => false,
        })
}

/// Whether a line can be a place: no label before a colon, no count, not long.
pub(crate) fn is_place(view: &View<'_>, line: &str) -> bool {
    !line.contains([':', '\u{ff1a}'])
        && !top_card::is_count(view, line)
        && !view.rules.has_label("row_note", line)
        && line.chars().count() <= 100
        && line.chars().any(char::is_alphabetic)
}

/// Title and company of a snippet "CTO at Acme - what is done there…"; nothing where it is
/// not known how the language joins them.
fn read_snippet(view: &View<'_>, snippet: &str) -> Option<(String, String)> {
    view.rules
        .patterns("snippet_position")
        .iter()
        .find_map(|pattern| {
            let title = pattern.capture(snippet, "title")?;
            let company = pattern.capture(snippet, "company")?;
            Some((title.to_owned(), without_description(company)))
        })
}

/// A company without the description after a dash. A name may hold dashes itself: cut only
/// what reads like a description.
fn without_description(text: &str) -> String {
    if let Some((company, rest)) = text.split_once(" - ") {
        let reads_on = rest.contains("...")
            || rest.contains('…')
            || rest.contains('•')
            || rest.chars().count() > 60;
        if reads_on {
            return company.trim().to_owned();
        }
    }
    text.trim_end_matches(['…', '.', ' ']).trim().to_owned() + trailing_dot(text)
}

/// The full stop of "Inc." belongs to the name.
fn trailing_dot(text: &str) -> &'static str {
    if text.ends_with('.') && !text.ends_with("..") {
        "."
    } else {
        ""
    }
}
