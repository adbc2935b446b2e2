//! Rows of people: searches, a company's people, connections.
//!
//! Every layout keeps the order name, degree, headline, place, snippet within a row, and the
//! row's first link to a profile that has text is the person. Mutual connections and followers
//! are profile links too, but later ones.

use crate::address::Url;
use crate::document::ElementRef;

use super::row_list;
use super::top_card;
use crate::canonical;
use crate::dom::{self, Grain, Piece, Shown};
use crate::headline;
use crate::page::{Note, ParsedPage};
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

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
    for row in row_list::find(view, layout.rows) {
        if dom::is_within_hidden(row) || is_post(row) {
            continue;
        }
        // Before looking for a name: a mutual connection in the row has a link too.
        if row_list::marked_link(view, row).is_none() && is_anonymous(view, row) {
            page.anonymous_rows += 1;
            continue;
        }
        let Some((link, url, name)) = name_link(view, row) else {
            continue;
        };
        if is_viewer(view, row) {
            continue;
        }
        if seen.contains(&url) {
            continue;
        }
        let Some((lead, notes)) = read_row(view, row, (link, &name), &url, layout) else {
            page.anonymous_rows += 1;
            continue;
        };
        seen.push(url);
        page.notes.extend(notes);
        page.leads.push(lead);
    }
    page.notes.truncate(200);
}

/// The link with the person's name, the person's address, and the name. The row's first profile
/// link is the person's; the name stands in the first link to the same address that has text and
/// no picture (a picture may come with a text such as "offline"). Where no such link has text,
/// it stands beside a degree, or is the picture's.
fn name_link<'a>(view: &View<'_>, row: ElementRef<'a>) -> Option<(ElementRef<'a>, String, String)> {
    // A line about mutual connections may stand before the name: a degree tells the person.
    let mut person: Option<String> = row_list::marked_link(view, row)
        .and_then(|link| canonical::linkedin_profile(&view.href(link)?));
    let mut with_picture = None;
    let mut first = None;
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
        first = first.or(Some((link, profile.clone())));
        if let Some(name) = name_in(view, link) {
            let pictured = link
                .descendent_elements()
                .any(|element| matches!(element.name(), "img" | "figure"));
            if !pictured {
                return Some((link, profile, name));
            }
            with_picture = with_picture.or(Some((link, profile.clone(), name)));
        }
        person = Some(profile);
    }
    with_picture.or_else(|| {
        let (link, profile) = first?;
        let name = name_outside(row).or_else(|| name_of_picture(view, link))?;
        Some((link, profile, name))
    })
}

/// The name outside of any link: what stands before a degree.
fn name_outside(row: ElementRef<'_>) -> Option<String> {
    let lines = dom::pieces(row, Grain::Block, Shown::Sighted);
    lines.iter().take(4).find_map(|line| {
        let name = without_degree(&line.text);
        (name != line.text && !name.is_empty()).then(|| name.to_owned())
    })
}

/// The name that a picture's alternative text is or holds.
fn name_of_picture(view: &View<'_>, link: ElementRef<'_>) -> Option<String> {
    let mut pictures = link
        .descendent_elements()
        .filter(|element| element.name() == "img");
    let text = dom::collapse(pictures.next()?.attr("alt")?);
    let mut patterns = view.rules.patterns("picture_of").iter();
    let name = patterns.find_map(|pattern| pattern.capture(&text, "name"));
    let name = name.unwrap_or(&text);
    let mut words = name.split_whitespace();
    let is_generic = words.any(|word| view.rules.is_label("picture_word", word));
    (!name.is_empty() && !is_generic && name.chars().count() <= 80).then(|| name.to_owned())
}

/// Whether a link stands for a member whom the viewer may not see.
pub(crate) fn is_headless(url: &Url) -> bool {
    url.path().trim_end_matches('/').ends_with("/headless")
}

/// Whether a row stands for a member whom the viewer may not see.
pub(crate) fn is_anonymous(view: &View<'_>, row: ElementRef<'_>) -> bool {
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
pub(crate) fn without_degree(text: &str) -> &str {
    [" • ", " · "]
        .iter()
        .find_map(|separator| {
            let (name, rest) = text.split_once(separator)?;
            top_card::is_degree(rest).then_some(name)
        })
        .unwrap_or(text)
}

/// Whether a row that nothing marks shows what a search shows of a member: a degree of
/// connection, or a place below the headline. Whom the site suggests has neither.
pub(crate) fn shows_result(view: &View<'_>, row: ElementRef<'_>) -> bool {
    let Some((link, url, name)) = name_link(view, row) else {
        return false;
    };
    let texts = dom::pieces(row, Grain::Span, Shown::Sighted);
    let mut texts = texts.iter().take(12);
    // Korean buttons begin as a degree does ("1촌 맺기").
    let shows_degree = texts.any(|piece| {
        let text = piece.text.as_str();
        (top_card::is_degree(text) || without_degree(text) != text)
            && !is_elsewhere(view, piece.element, row, &url)
    });
    let lines = lines_after_name(view, row, link, &name, &url);
    shows_degree || lines.get(1).is_some_and(|line| is_place(view, line))
}

fn read_row(
    view: &View<'_>,
    row: ElementRef<'_>,
    (link, name): (ElementRef<'_>, &str),
    profile_url: &str,
    layout: Layout<'_>,
) -> Option<(crate::Lead, Vec<Note>)> {
    if view.rules.is_label("anonymous_member", name) {
        return None;
    }
    let mut lines = lines_after_name(view, row, link, name, profile_url);
    if lines.is_empty() {
        lines = texts_after_name(row, link);
    }
    // The last date is that of the connection.
    let is_connection = layout.rows == "connection_row";
    if is_connection && lines.iter().rposition(|line| is_dated(line)) == Some(0) {
        lines.clear();
    }
    let mut lines = lines.into_iter();
    let mut draft = Draft::person();
    draft.offer(Field::FullName, "row_link", Some(name));
    draft.offer(Field::ProfileUrl, "row_link", Some(profile_url));
    let headline = lines.next();
    let lines: Vec<String> = lines.collect();
    let headline = headline.filter(|line| {
        // A note alone is none: of mutual connections, of services.
        let is_note = lines.is_empty() && view.rules.has_label("row_note", line);
        line.chars().any(char::is_alphanumeric) && !(layout.with_location && is_note)
    });
    draft.offer(Field::Headline, "row_order", headline);
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
    let at = blocks
        .iter()
        .position(|block| block.text.contains(name) && holds_link(row, link, block))
        .or_else(|| {
            blocks
                .iter()
                .position(|block| dom::contains(link, block.element))
        })
        .or_else(|| blocks.iter().position(|block| block.text.contains(name)));
    // Of a name that a picture gives, nothing stands in the text.
    let after = at.map_or(0, |at| at + 1);
    let at = at.unwrap_or(usize::MAX);
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
    for block in blocks.iter().skip(after) {
        if is_elsewhere(view, block.element, row, profile_url) {
            continue;
        }
        let text = block.text.trim_matches(['·', '•', ' ']);
        if text.is_empty() || top_card::is_badge(view, text) || text == name {
            continue;
        }
        lines.push(text.to_owned());
    }
    lines
}

/// The row's texts after the link with the name, where they all stand on one line: a span
/// each. No degree marks, no links, no times.
fn texts_after_name(row: ElementRef<'_>, link: ElementRef<'_>) -> Vec<String> {
    let within = |element: ElementRef<'_>, names: &[&str]| {
        let mut around = [element].into_iter().chain(dom::ancestors(element));
        let mut around = around.by_ref().take_while(|around| around.id() != row.id());
        around.any(|around| names.contains(&around.name()))
    };
    let times: Vec<String> = row
        .descendent_elements()
        .filter(|element| element.name() == "time")
        .take(4)
        .filter_map(dom::sighted_text)
        .collect();
    dom::pieces(row, Grain::Span, Shown::Sighted)
        .into_iter()
        .take(120)
        .skip_while(|piece| !dom::contains(link, piece.element))
        .filter(|piece| !within(piece.element, &["a", "button"]) && !times.contains(&piece.text))
        .map(|piece| piece.text.trim_matches(['·', '•', ' ']).to_owned())
        .filter(|text| !text.is_empty() && !top_card::is_degree(text))
        .collect()
}

/// Whether a short line holds a whole date, as the one that says since when somebody is a
/// connection: a year, and one or two numbers that can be day and month.
fn is_dated(line: &str) -> bool {
    let numbers: Vec<&str> = line
        .split(|c: char| !c.is_numeric())
        .filter(|number| !number.is_empty())
        .collect();
    let is_year = |number: &&&str| number.chars().count() == 4;
    let years = numbers.iter().filter(is_year).count();
    // Digits of other scripts say nothing of their value here.
    let is_below = |number: &str, limit: u32| {
        let value = number.parse::<u32>();
        number.chars().count() <= 2 && value.is_ok_and(|value| (1..=limit).contains(&value))
            || !number.is_ascii()
    };
    let others: Vec<&str> = numbers
        .into_iter()
        .filter(|number| !is_year(&number))
        .collect();
    let is_date = match others.as_slice() {
        [day] => is_below(day, 31),
        [a, b] => (is_below(a, 12) && is_below(b, 31)) || (is_below(a, 31) && is_below(b, 12)),
        _ => false,
    };
    years == 1 && is_date && line.chars().count() <= 60
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

/// Whether a line can be a place: no label before a colon, no count, no tags, not long or cut.
pub(crate) fn is_place(view: &View<'_>, line: &str) -> bool {
    !line.contains([':', '\u{ff1a}', '#', '…'])
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
