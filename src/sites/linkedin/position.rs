//! Positions of an experience section, read by order and dates.
//!
//! Every layout since 2015 writes a position as title, company, dates, place; several roles
//! at one employer as the company, a duration, then a list of title and dates. So the first
//! *date range* of an item divides it, whatever the markup: a piece with a year and a dash.
//! A position is current where what follows the dash has no digit ("Present", "heute",
//! "至今"): an end date always has its year.

use crate::document::ElementRef;

use super::top_card;
use crate::canonical;
use crate::dom::{self, Grain, Piece, Shown};
use crate::sites::view::View;

/// A position as displayed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// Job title.
    pub(crate) title: Option<String>,
    /// Employer.
    pub(crate) company: Option<String>,
    /// Canonical address of the employer's page.
    pub(crate) company_url: Option<String>,
    /// Whether it goes on.
    pub(crate) current: bool,
}

impl Position {
    /// A career break is listed like a position, but is none.
    pub(crate) fn without_break(mut self, view: &View<'_>) -> Self {
        let named = |text: &Option<String>| {
            text.as_deref()
                .is_some_and(|text| view.rules.is_label("career_break", text))
        };
        self.current = self.current && !named(&self.title) && !named(&self.company);
        self
    }
}

/// Positions of a section found by its key, its anchor, or its heading in any language.
pub(crate) fn of_section(view: &View<'_>, key: &str, label: &str, grain: Grain) -> Vec<Position> {
    section(view, key, label).map_or_else(Vec::new, |section| within(view, section, grain))
}

/// The positions of a section.
pub(crate) fn within(view: &View<'_>, section: ElementRef<'_>, grain: Grain) -> Vec<Position> {
    items(view, section)
        .into_iter()
        .take(60)
        .flat_map(|item| read_item(view, item, grain))
        .take(100)
        .map(|position| position.without_break(view))
        .collect()
}

/// A section found by its key, its anchor, or its heading in any language.
pub(crate) fn section<'a>(view: &'a View<'_>, key: &str, label: &str) -> Option<ElementRef<'a>> {
    section_of(view, key, label, |_| true)
}

/// The first section, found as in [`section`], that is the member's own: during in-page
/// navigation another member's may still stand there.
pub(crate) fn section_of<'a>(
    view: &'a View<'_>,
    key: &str,
    label: &str,
    is_own: impl Fn(ElementRef<'a>) -> bool,
) -> Option<ElementRef<'a>> {
    let anchors = view.all(key);
    if !anchors.is_empty() {
        // Ember puts an empty anchor inside the section; others key the section itself.
        return anchors.into_iter().take(8).find_map(|anchor| {
            let section = match has_items(view, anchor) {
                true => Some(anchor),
                false => around_items(view, anchor, 8),
            };
            section.filter(|section| is_own(anchor) && is_own(*section))
        });
    }
    let mut headings = view.all("section_heading").into_iter().take(100);
    let heading = headings.find(|heading| {
        dom::sighted_text(*heading).is_some_and(|text| view.rules.is_label(label, &text))
    })?;
    around_items(view, heading, 10).filter(|section| is_own(*section))
}

/// The nearest element around an anchor or a heading that holds items. A section without items
/// of its own has none: those around it belong to others.
fn around_items<'a>(
    view: &View<'_>,
    from: ElementRef<'a>,
    levels: usize,
) -> Option<ElementRef<'a>> {
    let mut beyond = false;
    dom::ancestors(from)
        .take(levels)
        .take_while(|ancestor| {
            let within = !beyond;
            beyond = matches!(ancestor.name(), "section" | "main" | "body");
            within
        })
        .find(|ancestor| has_items(view, *ancestor))
}

fn has_items(view: &View<'_>, around: ElementRef<'_>) -> bool {
    view.first_in(around, "section_item").is_some()
        || (around.name() == "section" && !by_dates(around).is_empty())
}

/// Whether two texts, title and company, stand before the first date range.
fn is_whole<'p, 'a: 'p>(pieces: impl Iterator<Item = &'p Piece<'a>>) -> bool {
    let before = pieces.take_while(|piece| !is_date_range(&piece.text));
    before.take(2).count() == 2
}

/// The texts of a section without its headings.
fn unheaded(section: ElementRef<'_>) -> Vec<Piece<'_>> {
    let mut pieces = dom::pieces(section, Grain::Span, Shown::Sighted);
    pieces.truncate(1_000);
    pieces.retain(|piece| {
        let around = dom::ancestors(piece.element).take(2);
        let mut around = [piece.element].into_iter().chain(around);
        !around.any(|around| matches!(around.name(), "h1" | "h2"))
    });
    pieces
}

/// The items of a section where nothing marks them: the parts of it that have a date range
/// behind title and company.
fn by_dates(section: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let pieces = unheaded(section);
    let dates = pieces.iter().filter(|piece| is_date_range(&piece.text));
    let dates: Vec<ElementRef<'_>> = dates.map(|piece| piece.element).take(60).collect();
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else {
        return Vec::new();
    };
    let is_whole = |around: &ElementRef<'_>| {
        let within = pieces.iter();
        let within = within.skip_while(|piece| !dom::contains(*around, piece.element));
        is_whole(within)
    };
    let around = dom::ancestors(*first)
        .take_while(|around| around.id() != section.id())
        .find(|around| dom::contains(*around, *last) && is_whole(around))
        .unwrap_or(section);
    let parts = around.child_elements();
    let parts = parts.filter(|part| dates.iter().any(|date| dom::contains(*part, *date)));
    let parts: Vec<ElementRef<'_>> = parts.collect();
    match parts.len() > 1 && parts.iter().all(is_whole) {
        true => parts,
        false => vec![around],
    }
}

/// The items of a section, without items within items.
pub(crate) fn items<'a>(view: &View<'_>, section: ElementRef<'a>) -> Vec<ElementRef<'a>> {
    let mut outer: Vec<ElementRef<'a>> = Vec::new();
    let key = if top_card::is_mobile(view) {
        "mobile_item"
    } else {
        "section_item"
    };
    for item in view.all_in(section, key) {
        if !outer.last().is_some_and(|last| dom::contains(*last, item)) {
            outer.push(item);
        }
    }
    let first_dated = outer.iter().find_map(|item| {
        let pieces = dom::pieces(*item, Grain::Span, Shown::Sighted);
        let mut shown = pieces.iter().take(400);
        let is_dated = shown.any(|piece| is_date_range(&piece.text));
        is_dated.then(|| is_whole(pieces.iter()))
    });
    // In the layout with hashed classes what was taken for an item, where none is keyed, may be a
    // role, whose employer stands before the list.
    let is_keyed = |item: &ElementRef<'a>| item.attr("componentkey").is_some();
    let is_unkeyed = top_card::is_on_screen(section) && !outer.iter().any(is_keyed);
    if first_dated.is_some() && !is_unkeyed {
        return outer;
    }
    let found = by_dates(section);
    let is_role = |first: &ElementRef<'a>| {
        let mut around = found.iter().filter(|part| dom::contains(**part, *first));
        around.any(|part| {
            let texts = unheaded(*part);
            let text = texts.first();
            text.is_some_and(|text| !dom::contains(*first, text.element))
        })
    };
    if !found.is_empty() && (first_dated != Some(true) || outer.first().is_some_and(is_role)) {
        return found;
    }
    outer
}

/// Whether an item whose dates are not understood names the company.
pub(crate) fn is_undated_at(view: &View<'_>, section: ElementRef<'_>, company: &str) -> bool {
    let mut items = items(view, section).into_iter().take(60);
    items.any(|item| {
        let pieces = dom::pieces(item, Grain::Block, Shown::Sighted);
        let mut named = pieces.iter().take(2).map(|piece| company_name(&piece.text));
        named.any(|named| named == company) && first_date(&pieces).is_none()
    })
}

/// Reads one item of an experience section: one position, or several at one employer.
pub(crate) fn read_item(view: &View<'_>, item: ElementRef<'_>, grain: Grain) -> Vec<Position> {
    let mut pieces: Vec<Piece<'_>> = dom::pieces(item, grain, Shown::Sighted)
        .into_iter()
        .filter(|piece| !view.rules.is_label("position_field", &piece.text))
        .take(400)
        .collect();
    // A picture may repeat the first text for screen readers.
    pieces.dedup_by(|second, first| second.text == first.text);
    let Some(first_date) = first_date(&pieces) else {
        return Vec::new();
    };
    let company_url = company_url(view, item);
    let Some(dated) = pieces.get(first_date) else {
        return Vec::new();
    };
    if let Some(role) = role_within(dated.element, item) {
        if pieces
            .first()
            .is_some_and(|first| dom::contains(role, first.element))
        {
            // A list within the item holds all of it: positions, not roles.
            let list = role.parent().into_iter();
            let within = list.flat_map(|list| list.child_elements());
            let within = within.filter(|inner| inner.name() == "li").take(50);
            return within
                .flat_map(|inner| read_item(view, inner, grain))
                .collect();
        }
        return grouped(view, &pieces, item, role, company_url, grain);
    }
    let stacked = stacked(view, &pieces, item, first_date, company_url.as_deref());
    if !stacked.is_empty() {
        return stacked;
    }
    let mut before = pieces.iter().take(first_date).map(|piece| &piece.text);
    let title = before.next().cloned();
    let company = before.next().map(|text| company_name(text));
    vec![Position {
        title,
        company,
        company_url,
        current: dates_go_on(&pieces, first_date),
    }]
}

/// Where the first date range stands: behind the title, and behind a company that looks like one
/// ("Expo 2020 - Dubai"), which has no duration while the range that follows it does.
fn first_date(pieces: &[Piece<'_>]) -> Option<usize> {
    let first = 1 + pieces.iter().skip(1).position(|p| is_date_range(&p.text))?;
    let lasts = |at: usize| {
        pieces
            .get(at)
            .is_some_and(|piece| has_duration(&piece.text))
    };
    let next = pieces.get(first + 1);
    let follows = next.is_some_and(|next| is_date_range(&next.text));
    Some(first + usize::from(first == 1 && follows && !lasts(first) && lasts(first + 1)))
}

/// Whether a date range says how long it is: "Jan 2020 - Present · 3 yrs", or "… 3 years".
fn has_duration(text: &str) -> bool {
    let behind = text.split_once(DASHES).map_or("", |(_, end)| end);
    let numbers = behind.split(|c: char| !c.is_numeric());
    numbers
        .filter(|number| (1..=2).contains(&number.chars().count()))
        .count()
        > 0
}

/// The list item around a date range, where it is a role within `item`.
fn role_within<'a>(dated: ElementRef<'a>, item: ElementRef<'a>) -> Option<ElementRef<'a>> {
    dom::ancestors(dated)
        .take_while(|ancestor| ancestor.id() != item.id())
        .find(|ancestor| ancestor.name() == "li")
}

/// Several roles at one employer, in blocks of their own without a list: more than title and
/// company stand before the first date, and the block around title and date leaves the
/// employer out.
fn stacked(
    view: &View<'_>,
    pieces: &[Piece<'_>],
    item: ElementRef<'_>,
    first_date: usize,
    company_url: Option<&str>,
) -> Vec<Position> {
    let Some(employer) = pieces.first().filter(|_| first_date > 2) else {
        return Vec::new();
    };
    let company = company_name(&employer.text);
    let mut found: Vec<Position> = Vec::new();
    let dated = pieces.iter().enumerate().skip(first_date);
    let dated = dated.filter(|(_, piece)| is_date_range(&piece.text));
    for (at, dated) in dated.take(60) {
        let begins_role = |role: &ElementRef<'_>| {
            let near = at.saturating_sub(6)..at;
            let mut near = pieces.get(near).unwrap_or_default().iter();
            near.find(|piece| dom::contains(*role, piece.element))
                .map(|piece| piece.text.clone())
        };
        let title = dom::ancestors(dated.element)
            .take_while(|ancestor| {
                ancestor.id() != item.id() && !dom::contains(*ancestor, employer.element)
            })
            .find_map(|ancestor| begins_role(&ancestor));
        let is_new = |title: &String| found.iter().all(|one| one.title.as_ref() != Some(title));
        if let Some(title) = title.filter(is_new) {
            found.push(
                Position {
                    title: Some(title),
                    company: Some(company.clone()),
                    company_url: company_url.map(str::to_owned),
                    current: dates_go_on(pieces, at),
                }
                .without_break(view),
            );
        }
    }
    found
}

/// Several roles at one employer.
fn grouped(
    view: &View<'_>,
    pieces: &[Piece<'_>],
    item: ElementRef<'_>,
    first_role: ElementRef<'_>,
    company_url: Option<String>,
    grain: Grain,
) -> Vec<Position> {
    let company = pieces.first().map(|piece| company_name(&piece.text));
    let list = first_role.parent();
    let roles = list
        .filter(|list| list.id() != item.id())
        .map(|list| list.child_elements().collect())
        .unwrap_or_else(|| vec![first_role]);
    roles
        .into_iter()
        .take(50)
        .filter_map(|role| {
            let pieces: Vec<Piece<'_>> = dom::pieces(role, grain, Shown::Sighted)
                .into_iter()
                .filter(|piece| !view.rules.is_label("position_field", &piece.text))
                .take(50)
                .collect();
            let date = first_date(&pieces)?;
            Some(Position {
                title: pieces.first().map(|piece| piece.text.clone()),
                company: company.clone(),
                company_url: company_url.clone(),
                current: dates_go_on(&pieces, date),
            })
        })
        .collect()
}

/// Address of the first company page linked in the item.
fn company_url(view: &View<'_>, item: ElementRef<'_>) -> Option<String> {
    item.descendent_elements()
        .filter(|element| element.name() == "a")
        .take(20)
        .filter_map(|link| view.href(link))
        .find_map(|url| canonical::linkedin_company(&url))
}

/// The company without what follows it on the line ("Acme · Full-time").
pub(crate) fn company_name(text: &str) -> String {
    text.split_once(" · ")
        .map_or(text, |(company, _)| company)
        .trim()
        .to_owned()
}

const DASHES: [char; 10] = [
    '-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}', '\u{301c}',
    '\u{ff5e}', '~',
];

/// Whether a text is a range of dates: short, with a year before a dash.
fn is_date_range(text: &str) -> bool {
    let begin = text.split_once(DASHES).map_or("", |(begin, _)| begin);
    text.chars().count() <= 80 && has_year(begin)
}

fn has_year(text: &str) -> bool {
    let mut run = 0;
    for c in text.chars().chain([' ']) {
        if c.is_numeric() {
            run += 1;
        } else {
            if run == 4 {
                return true;
            }
            run = 0;
        }
    }
    false
}

/// Whether the range at `at` has no end date. The end may be a piece of its own.
fn dates_go_on(pieces: &[Piece<'_>], at: usize) -> bool {
    let Some(text) = pieces.get(at).map(|piece| piece.text.as_str()) else {
        return false;
    };
    let Some((_, end)) = text.split_once(DASHES) else {
        return false;
    };
    let end = end
        .split(['·', '(', '\u{ff08}', '•'])
        .next()
        .unwrap_or_default()
        .trim();
    if end.is_empty() {
        // "2015 –" and the end in the next piece.
        let next = pieces.get(at + 1).map_or("", |piece| piece.text.as_str());
        return !has_year(next);
    }
    !has_year(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_in_any_language() {
        for text in [
            "Jan 2020 - Present · 3 yrs",
            "janv. 2020 – aujourd’hui · 3 ans",
            "2020年4月 - 現在",
            "2020年4月\u{301c}現在",
            "٢٠٢٠ - الحالي",
        ] {
            assert!(is_date_range(text), "{text}");
        }
        for text in [
            "Full-time · 3 yrs 3 mos",
            "Windows 2000 Admin",
            "R2D2 - X",
            "Buyer - Season 2026",
        ] {
            assert!(!is_date_range(text), "{text}");
        }
    }
}
