//! Which elements of a page are rows of people.

use crate::canonical;
use crate::document::{Edge, ElementRef, NodeId, PerNode};
use crate::dom::{self, Grain, Piece, Shown};
use crate::sites::view::{self, View};

use super::frame::{is_frame, is_in_frame};
use super::negative;
use super::rows::{is_anonymous, is_headless, shows_result, without_degree};
use super::top_card;

/// Most rows read on one page.
const ROWS_MAX: usize = 1_000;

/// The rows: the elements of the first selector of `key` that finds people. Plain list items
/// serve where nothing marks rows, unless the document still shows another kind of page
/// (in-page navigation is half done then), or says itself that there is nobody to show: what
/// it lists then are suggestions.
pub(crate) fn find<'a>(view: &'a View<'_>, key: &str) -> Vec<ElementRef<'a>> {
    let holders = holders(view);
    let of = |selector| {
        let candidates: Vec<ElementRef<'a>> = view::select(view.root(), selector)
            .into_iter()
            .take(ROWS_MAX)
            .collect();
        if !candidates.iter().any(|row| holders.get(row.id())) {
            return Vec::new();
        }
        let rows = candidates.into_iter().filter(|row| {
            holders.get(row.id()) || (is_anonymous(view, *row) && !is_in_frame(*row))
        });
        outermost(rows.collect())
    };
    let mut marked = view.rules.selectors(key).iter().map(&of);
    if let Some(mut rows) = marked.find(|rows| !rows.is_empty()) {
        for others in marked {
            join(&mut rows, others);
        }
        let sure = key != "search_row" || rows.iter().any(|row| is_result(*row));
        return if sure { rows } else { own(view, rows) };
    }
    if view.has("other_screen") {
        return Vec::new();
    }
    let plain = view.rules.selectors("list_row").iter().map(&of);
    let mut rows = plain
        .into_iter()
        .find(|rows| !rows.is_empty())
        .unwrap_or_default();
    let is_search = key == "search_row";
    if is_search && !rows.iter().any(|row| shows_result(view, *row)) {
        rows.clear();
    }
    if rows.is_empty() {
        rows = by_structure(view, |link| has_degree(view, link) && !is_in_frame(link));
    }
    if rows.is_empty() && is_search {
        let mut cards = PerNode::default();
        for part in view.all("result_part").into_iter().take(ROWS_MAX) {
            let mut around = [part].into_iter().chain(dom::ancestors(part)).take(4);
            if let Some(card) = around.find(|around| holders.get(around.id())) {
                cards.set(card.id(), true);
            }
        }
        rows = by_structure(view, |link| {
            let mut around = [link].into_iter().chain(dom::ancestors(link)).take(4);
            is_profile_link(view, link)
                && around.any(|around| cards.get(around.id()))
                && !is_in_frame(link)
        });
    }
    // Lists without degrees: of the own connections, of a company's people.
    if rows.is_empty() {
        rows = by_structure(view, |link| {
            is_profile_link(view, link) && !is_in_frame(link)
        });
        rows.retain(|row| !is_search || shows_result(view, *row));
        rows = side_by_side(rows);
    }
    if negative::by_state(view, rows.first().copied()).is_some() {
        return Vec::new();
    }
    match key {
        // A company's people are headed as suggestions.
        "company_people_row" => rows,
        _ => own(view, rows),
    }
}

/// Whether a row is marked as what a search found, and not only as an item of a list.
fn is_result(row: ElementRef<'_>) -> bool {
    let keyed = row.attr("componentkey");
    row.attr("role") != Some("listitem")
        || keyed.is_some_and(|key| key.starts_with("SearchResults"))
}

/// The rows that are no suggestions: none of them where the page says before them that nobody
/// was found, else those whose last heading names no suggestions.
pub(crate) fn own<'a>(view: &'a View<'_>, rows: Vec<ElementRef<'a>>) -> Vec<ElementRef<'a>> {
    if rows.is_empty() || negative::found_nobody(view, rows.first().copied()) {
        return Vec::new();
    }
    let holders = holders(view);
    let mut is_row = PerNode::default();
    let mut holds_row = PerNode::default();
    for row in &rows {
        is_row.insert(row.id());
        for around in dom::ancestors(*row) {
            if !holds_row.insert(around.id()) {
                break;
            }
        }
    }
    let mut kept = Vec::new();
    // The element within which rows are suggestions.
    let mut suggested = None;
    let mut walk = view.root().traverse();
    while let Some(edge) = walk.next() {
        match edge {
            Edge::Open(element) if is_row.get(element.id()) => {
                if suggested.is_none() {
                    kept.push(element);
                }
                walk.skip_within();
            }
            Edge::Open(element) if is_frame(element) => walk.skip_within(),
            Edge::Open(element) if matches!(element.name(), "h1" | "h2" | "h3") => {
                suggested =
                    suggested_within(view, element, |id| holders.get(id) || holds_row.get(id))
                        .filter(|scope| holds_row.get(scope.id()))
                        // Before all rows it may stand above what was found.
                        .filter(|scope| !kept.is_empty() || scope.name() == "section")
                        .map(ElementRef::id);
            }
            Edge::Close(element) => {
                suggested.take_if(|scope| *scope == element.id());
            }
            _ => {}
        }
    }
    kept
}

/// Adds rows that another mark finds in the same list, in document order: beside a row, or
/// beside an element around one that has the other mark too.
fn join<'a>(rows: &mut Vec<ElementRef<'a>>, others: Vec<ElementRef<'a>>) {
    let mut taken = PerNode::default();
    let mut around = PerNode::default();
    let mut lists = PerNode::default();
    let parent = |row: &ElementRef<'a>| row.parent().map(ElementRef::id);
    for row in rows.iter() {
        taken.set(row.id(), true);
        if let Some(list) = parent(row) {
            lists.set(list, true);
        }
        for outer in [*row].into_iter().chain(dom::ancestors(*row)) {
            if !around.insert(outer.id()) {
                break;
            }
        }
    }
    let (outer, beside): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|other| around.get(other.id()));
    for row in &outer {
        if let Some(list) = parent(row) {
            lists.set(list, true);
        }
    }
    let is_new = |other: &ElementRef<'a>| {
        parent(other).is_some_and(|list| lists.get(list))
            && !dom::ancestors(*other).any(|outer| taken.get(outer.id()))
    };
    rows.extend(beside.into_iter().filter(is_new));
    rows.sort_by_key(|row| row.id());
}

/// The element whose members a heading calls suggestions: the nearest around it that holds any.
fn suggested_within<'a>(
    view: &View<'_>,
    heading: ElementRef<'a>,
    holds_member: impl Fn(NodeId) -> bool,
) -> Option<ElementRef<'a>> {
    if heading.node_count() > 60 {
        return None;
    }
    let text = dom::sighted_text(heading)?;
    if !view.rules.has_label("suggested", &text) {
        return None;
    }
    dom::ancestors(heading).find(|around| holds_member(around.id()))
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

/// Rows that nothing marks: around each link that `is_persons` tells, the largest element
/// that holds no link to a second person; the link itself where it holds all of its lines.
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
            .or_else(|| (lines_within(*link, Grain::Block).len() > 1).then_some(*link))
    };
    let mut seen = PerNode::default();
    let rows = people.iter().filter_map(row);
    with_unnamed(view, rows.filter(|row| seen.insert(row.id())).collect())
}

/// Rows with those beside them that stand for members whom the viewer may not see: they have no
/// link to a member.
fn with_unnamed<'a>(view: &View<'_>, mut rows: Vec<ElementRef<'a>>) -> Vec<ElementRef<'a>> {
    let mut seen = PerNode::default();
    for row in &rows {
        seen.insert(row.id());
    }
    let lists: Vec<ElementRef<'a>> = rows.iter().filter_map(|row| row.parent()).collect();
    let lists = lists.into_iter().filter(|list| seen.insert(list.id()));
    let beside: Vec<ElementRef<'a>> = lists.flat_map(|list| list.child_elements()).collect();
    rows.extend(
        beside
            .into_iter()
            .filter(|other| !seen.get(other.id()) && is_anonymous(view, *other)),
    );
    rows.sort_by_key(|row| row.id());
    rows
}

/// The first link of a row with a degree of connection beside it.
pub(crate) fn marked_link<'a>(view: &View<'_>, row: ElementRef<'a>) -> Option<ElementRef<'a>> {
    row.descendent_elements()
        .filter(|element| element.name() == "a")
        .take(60)
        .find(|link| has_degree_beside(view, *link))
}

/// The lines of a link; none of a large one, which is no row and may hold others.
fn lines_within(link: ElementRef<'_>, grain: Grain) -> Vec<Piece<'_>> {
    if link.descendent_elements().take(41).count() > 40 {
        return Vec::new();
    }
    dom::pieces(link, grain, Shown::Sighted)
}

/// Whether a link to a member has a degree of connection beside it, or as one of its own lines.
fn has_degree(view: &View<'_>, link: ElementRef<'_>) -> bool {
    let is_marked = |grain| {
        let lines = lines_within(link, grain);
        let mut lines = lines.iter().take(3).map(|line| line.text.as_str());
        let first = lines.next().unwrap_or_default();
        !top_card::is_degree(first)
            && (without_degree(first) != first || lines.any(top_card::is_degree))
    };
    // Name and degree may be spans of one line.
    has_degree_beside(view, link)
        || (is_profile_link(view, link) && [Grain::Block, Grain::Span].into_iter().any(is_marked))
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

/// All elements with a link to a member in them, but for links around the page's own matter.
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
        if leads_to_member && !is_in_frame(link) {
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
