//! Lists of persons or companies: one lead a row in view.

use crate::document::{ElementRef, PerNode};

use super::address::{EntityAddress, EntityKind};
use super::entity;
use super::fields;
use super::state::{Entities, State};
use crate::dom;
use crate::headline;
use crate::lead::Lead;
use crate::page::Note;
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

/// Most rows read: a list shows 50, saved lists up to some hundred.
const ROWS_MAX: usize = 1_000;
/// Most links looked at: a row may link the entities of several columns.
const LINKS_MAX: usize = 5_000;
/// How far above its link a row is looked for.
const ANCESTORS_MAX: usize = 40;
/// Longest text of a page on which a message is looked for, in bytes.
const MESSAGE_BYTES_MAX: usize = 40_000;
/// Strategy name of what stands in a row.
const ROW: &str = "row";
/// Strategy name of a text told by what it says.
const ROW_TEXT: &str = "row_text";

/// Reads the rows of a list. Where the document has none (it is not rendered yet), the
/// state's answer to the list's own search is taken. In a list that `is_mixed` the first link
/// of a row tells its kind.
pub(super) fn read(
    view: &View<'_>,
    kind: EntityKind,
    collection: &str,
    is_mixed: bool,
    state: &State,
) -> Vec<(Lead, Vec<Note>)> {
    let rows = rows(view, kind, is_mixed);
    if !rows.is_empty() {
        let columns = columns(view);
        let known = state.entities();
        return rows
            .into_iter()
            .map(|row| read_row(view, &row, &columns, &known))
            .collect();
    }
    if collection.is_empty() {
        return Vec::new();
    }
    state
        .search(kind, collection)
        .into_iter()
        .take(ROWS_MAX)
        .filter_map(|known| {
            let mut draft = entity::draft(kind, &known.address(kind)?, "state");
            entity::from_state(&mut draft, kind, known);
            draft
                .has(Field::FullName)
                .then(|| entity::complete(draft, kind).finish())
        })
        .collect()
}

/// Those who work at an organization now, from the tab of its people: as the state lists them,
/// or the rows of the layout before 2018. `organization` is the draft of the page's own entity.
pub(super) fn team(
    view: &View<'_>,
    address: &EntityAddress,
    organization: &Draft,
    known: &Entities<'_>,
) -> Vec<(Lead, Vec<Note>)> {
    let finish = |mut draft: Draft, title: Option<&str>| {
        draft.offer(Field::Title, ROW, title);
        draft.offer(Field::Company, ROW, organization.get(Field::FullName));
        draft.offer(Field::CompanyUrl, ROW, Some(address.canonical()));
        entity::complete(draft, EntityKind::Person).finish()
    };
    let kind = EntityKind::Person;
    let stated = known.find(address).map(|entity| entity.current_team());
    // At most ROWS_MAX.
    let mut seen = Vec::new();
    let stated: Vec<_> = stated
        .into_iter()
        .flatten()
        .filter(|(_, person, _)| {
            let person = person.canonical();
            let is_new = !seen.contains(&person);
            if is_new {
                seen.push(person);
            }
            is_new
        })
        .take(ROWS_MAX)
        .map(|(name, person, title)| {
            let mut draft = entity::draft(kind, &person.canonical(), "state");
            draft.offer(Field::FullName, "state", Some(name));
            finish(draft, title)
        })
        .collect();
    if !stated.is_empty() {
        return stated;
    }
    team_rows(view)
        .into_iter()
        .map(|row| {
            let mut draft = entity::draft(kind, &row.address.canonical(), ROW);
            draft.offer(Field::FullName, ROW, dom::text(row.link));
            let title = view.first_in(row.element, "row_role").and_then(dom::text);
            let title = title.filter(|title| fields::is_value(view, title));
            draft.also_at(entity::linkedin_link(view, kind, row.element));
            finish(draft, title.as_deref())
        })
        .collect()
}

/// The rows of the current team: those in the tab of the layout before 2018; else those of the
/// first section with people that is not headed as the board's or the former ones'.
fn team_rows<'v>(view: &'v View<'_>) -> Vec<Row<'v>> {
    let around = |row: &Row<'v>, key: &str| {
        let selectors = view.rules.selectors(key);
        std::iter::once(row.element)
            .chain(dom::ancestors(row.element).take(ANCESTORS_MAX))
            .find(|element| selectors.iter().any(|selector| selector.matches(*element)))
    };
    let mut legacy = rows(view, EntityKind::Person, false);
    legacy.retain(|row| around(row, "team").is_some() && around(row, "past_team").is_none());
    if !legacy.is_empty() {
        return legacy;
    }
    let mut team = None;
    let mut rows = rows_marked(view, EntityKind::Person, false, "team_row");
    rows.retain(|row| {
        let Some(section) = around(row, "team_section") else {
            return false;
        };
        let heading = view
            .first_in(section, "section_heading")
            .and_then(dom::text);
        let is_other = heading.is_some_and(|text| view.rules.has_label("other_team", &text));
        !is_other && *team.get_or_insert(section.id()) == section.id()
    });
    rows
}

/// Whether a list without rows says that nothing was found: by its count, or in words.
pub(super) fn found_nothing(view: &View<'_>) -> bool {
    let none = view.text("results_count").is_some_and(|count| {
        let count = count.trim_start_matches(['(', ' ']);
        let digits: String = count.chars().take_while(char::is_ascii_digit).collect();
        digits == "0"
    });
    none || view.text("message").is_some_and(|text| {
        text.len() <= MESSAGE_BYTES_MAX && view.rules.has_label("nothing_found", &text)
    })
}

struct Row<'a> {
    element: ElementRef<'a>,
    link: ElementRef<'a>,
    address: EntityAddress,
}

/// The rows: each holds a link to an entity of the list's kind, the first one names it.
fn rows<'v>(view: &'v View<'_>, kind: EntityKind, is_mixed: bool) -> Vec<Row<'v>> {
    rows_marked(view, kind, is_mixed, "row")
}

/// The same with the selectors of `key` for the rows.
fn rows_marked<'v>(
    view: &'v View<'_>,
    kind: EntityKind,
    is_mixed: bool,
    key: &str,
) -> Vec<Row<'v>> {
    let links: Vec<(ElementRef<'v>, EntityAddress)> = view
        .all("link")
        .into_iter()
        .filter_map(|link| Some((link, EntityAddress::of(&view.href(link)?)?)))
        .filter(|(_, address)| address.is_front && (is_mixed || address.kind == kind))
        .filter(|(link, _)| dom::text(*link).is_some())
        .take(LINKS_MAX)
        .collect();
    let is_row = |element: &ElementRef<'v>| {
        view.rules
            .selectors(key)
            .iter()
            .any(|selector| selector.matches(*element))
    };
    let marked: Vec<Row<'v>> = distinct(&links, |link| {
        dom::ancestors(link).take(ANCESTORS_MAX).find(is_row)
    });
    let rows = if marked.is_empty() {
        by_structure(&links)
    } else {
        marked
    };
    // Rows that a plan does not show are blurred copies of others.
    let is_blurred = |row: &Row<'v>| {
        let mut selectors = view.rules.selectors("blurred_row").iter();
        selectors.any(|selector| selector.matches(row.element))
    };
    // At most ROWS_MAX.
    let mut seen = Vec::new();
    rows.into_iter()
        .filter(|row| {
            let address = row.address.canonical();
            let shown = !is_blurred(row) && !seen.contains(&address);
            if shown {
                seen.push(address);
            }
            shown
        })
        .collect()
}

/// One row for each element that `row_of` finds, in order.
fn distinct<'v>(
    links: &[(ElementRef<'v>, EntityAddress)],
    row_of: impl Fn(ElementRef<'v>) -> Option<ElementRef<'v>>,
) -> Vec<Row<'v>> {
    let mut seen = PerNode::default();
    links
        .iter()
        .filter_map(|(link, address)| {
            let element = row_of(*link)?;
            seen.insert(element.id()).then(|| Row {
                element,
                link: *link,
                address: address.clone(),
            })
        })
        .take(ROWS_MAX)
        .collect()
}

/// Rows in a markup that no selector knows: the largest elements that hold links to one
/// entity only, where at least two of them stand side by side.
fn by_structure<'v>(links: &[(ElementRef<'v>, EntityAddress)]) -> Vec<Row<'v>> {
    // The entity that an element holds; `None` once there is a second one.
    let mut holds = PerNode::<Option<Option<&EntityAddress>>>::default();
    for (link, address) in links {
        for element in dom::ancestors(*link).take(ANCESTORS_MAX) {
            let held = match holds.get(element.id()) {
                Some(held) => held.filter(|held| held.is_same(address)),
                None => Some(address),
            };
            holds.set(element.id(), Some(held));
        }
    }
    let rows = distinct(links, |link| {
        dom::ancestors(link)
            .take(ANCESTORS_MAX)
            .take_while(|element| holds.get(element.id()).flatten().is_some())
            .last()
    });
    let mut beside = PerNode::<u32>::default();
    let parent = |row: &Row<'_>| row.element.parent().map(|parent| parent.id());
    for id in rows.iter().filter_map(parent) {
        beside.count(id);
    }
    rows.into_iter()
        .filter(|row| parent(row).is_some_and(|id| beside.get(id) > 1))
        .collect()
}

/// The texts of the column headings.
fn columns(view: &View<'_>) -> Vec<String> {
    view.all("column_heading")
        .into_iter()
        .take(100)
        .map(|heading| dom::text(heading).unwrap_or_default())
        .collect()
}

fn read_row(
    view: &View<'_>,
    row: &Row<'_>,
    columns: &[String],
    known: &Entities<'_>,
) -> (Lead, Vec<Note>) {
    let kind = row.address.kind;
    let mut draft = entity::draft(kind, &row.address.canonical(), ROW);
    draft.offer(Field::FullName, ROW, dom::text(row.link));
    let cells = view.all_in(row.element, "cell");
    let is_marked = view.first_in(row.element, "marked_cell").is_some();
    // Leading cells (a box to tick) may have no heading: the columns are counted from the one
    // that names the row.
    let name_at = columns
        .iter()
        .position(|heading| !heading.is_empty())
        .unwrap_or_default();
    let named_cell = cells
        .iter()
        .position(|cell| dom::contains(*cell, row.link))
        .filter(|at| columns.len() <= cells.len() && *at <= name_at + 2);
    let cell = |key: &str, column: &str, plain: Option<&str>| -> Option<ElementRef<'_>> {
        // Cells that say which column they are of: what the users chose, in their order.
        if is_marked {
            return view.first_in(row.element, key);
        }
        let at = columns
            .iter()
            .position(|heading| view.rules.is_label(column, heading));
        let by_heading = at.and_then(|at| cells.get((at + named_cell?).checked_sub(name_at)?));
        by_heading
            .copied()
            .or_else(|| view.first_in(row.element, key))
            .or_else(|| view.first_in(row.element, plain?))
    };
    // A dash stands in empty cells.
    let text = |element: Option<ElementRef<'_>>| {
        element
            .and_then(dom::text)
            .filter(|text| fields::is_value(view, text))
    };
    if kind == EntityKind::Person {
        draft.offer(
            Field::Title,
            ROW,
            text(cell("cell_job_title", "job_title", None)),
        );
        if cells.is_empty() {
            // Before 2018: "CTO @ Acme" or "CTO" below the name.
            let role = text(view.first_in(row.element, "row_role"));
            let role = role.as_deref().unwrap_or_default();
            let (title, company) = role.rsplit_once(" @ ").unwrap_or((role, ""));
            draft.offer(Field::Title, ROW, Some(title));
            draft.offer(Field::Company, ROW, Some(company));
        }
        let organization = cell("cell_organization", "organization", None).unwrap_or(row.element);
        if let Some((name, url)) = entity::organization_link(view, organization) {
            let named = draft.get(Field::Company);
            if named.is_none_or(|named| entity::same(Some(named), Some(&name))) {
                draft.offer(Field::Company, ROW, Some(name));
                draft.offer(Field::CompanyUrl, ROW, Some(url));
            }
        }
    } else {
        draft.offer(
            Field::Industry,
            ROW,
            text(cell("cell_categories", "categories", None)),
        );
        let website = cell("cell_website", "website", Some("plain_website"))
            .and_then(|element| entity::external_link(view, element));
        draft.offer(Field::Website, ROW, website);
    }
    // Whatever the column is called: where a link leads says what it is.
    draft.also_at(entity::linkedin_link(view, kind, row.element));
    draft.offer(
        Field::Location,
        ROW,
        text(cell("cell_location", "location", Some("plain_location"))),
    );
    if let Some(entity) = known.find(&row.address) {
        entity::from_state(&mut draft, kind, entity);
    }
    if kind == EntityKind::Person && cells.is_empty() {
        draft.offer(Field::Title, ROW_TEXT, title_among(row, &draft));
    }
    entity::complete(draft, kind).finish()
}

/// In a row without known cells: the text that is a job title and nothing else of the row.
fn title_among(row: &Row<'_>, draft: &Draft) -> Option<String> {
    dom::pieces(row.element, dom::Grain::Span, dom::Shown::All)
        .into_iter()
        .take(60)
        .map(|piece| piece.text)
        .filter(|text| {
            [Field::FullName, Field::Company]
                .into_iter()
                .all(|field| draft.get(field) != Some(text.as_str()))
        })
        .find(|text| headline::split(text).title.is_some())
}
