//! Lists of persons or companies: one lead a row in view.

use std::collections::HashSet;

use scraper::ElementRef;

use super::address::{EntityAddress, EntityKind};
use super::entity;
use super::state::{Entities, State};
use crate::dom;
use crate::lead::Lead;
use crate::page::Note;
use crate::sites::draft::Field;
use crate::sites::view::View;

/// Most rows read: a list shows 50, saved lists up to some hundred.
const ROWS_MAX: usize = 1_000;
/// How far above its link a row is looked for.
const ANCESTORS_MAX: usize = 40;
/// Strategy name of what stands in a row.
const ROW: &str = "row";

/// Reads the rows of a list. Where the document has none (it is not rendered yet), the
/// state's answer to the list's own search is taken.
pub(super) fn read(
    view: &View<'_>,
    kind: EntityKind,
    collection: &str,
    state: &State,
) -> Vec<(Lead, Vec<Note>)> {
    let rows = rows(view, kind);
    if !rows.is_empty() {
        let columns = columns(view);
        let known = state.entities();
        return rows
            .into_iter()
            .map(|row| read_row(view, &row, &columns, &known))
            .collect();
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

struct Row<'a> {
    element: ElementRef<'a>,
    link: ElementRef<'a>,
    address: EntityAddress,
}

/// The rows: each holds a link to an entity of the list's kind, the first one names it.
fn rows<'v>(view: &'v View<'_>, kind: EntityKind) -> Vec<Row<'v>> {
    let key = match kind {
        EntityKind::Person => "person_link",
        EntityKind::Organization => "organization_link",
    };
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for link in view.all(key) {
        if rows.len() >= ROWS_MAX {
            break;
        }
        let Some(address) = view.href(link).as_ref().and_then(EntityAddress::of) else {
            continue;
        };
        let row = dom::ancestors(link).take(ANCESTORS_MAX).find(|element| {
            view.rules
                .selectors("row")
                .iter()
                .any(|selector| selector.matches(element))
        });
        let Some(element) = row else {
            continue;
        };
        if address.kind == kind && dom::text(link).is_some() && seen.insert(element.id()) {
            rows.push(Row {
                element,
                link,
                address,
            });
        }
    }
    rows
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
    let cell = |key: &str, column: &str| -> Option<ElementRef<'_>> {
        // Leading cells (a box to tick) may have no heading.
        let ahead = cells.len().checked_sub(columns.len()).filter(|n| *n <= 2);
        let at = columns
            .iter()
            .position(|heading| view.rules.is_label(column, heading));
        let by_heading = ahead
            .zip(at)
            .and_then(|(ahead, at)| cells.get(ahead + at).copied());
        by_heading.or_else(|| view.first_in(row.element, key))
    };
    // A dash stands in empty cells.
    let text = |element: Option<ElementRef<'_>>| {
        element
            .and_then(dom::text)
            .filter(|text| text.chars().any(char::is_alphanumeric))
    };
    if kind == EntityKind::Person {
        draft.offer(Field::Title, ROW, text(cell("cell_job_title", "job_title")));
        let organization = cell("cell_organization", "organization").unwrap_or(row.element);
        if let Some((name, url)) = entity::organization_link(view, organization) {
            draft.offer(Field::Company, ROW, Some(name));
            draft.offer(Field::CompanyUrl, ROW, Some(url));
        }
    } else {
        draft.offer(
            Field::Industry,
            ROW,
            text(cell("cell_categories", "categories")),
        );
        let website = cell("cell_website", "website")
            .and_then(|element| entity::external_link(view, element));
        draft.offer(Field::Website, ROW, website);
    }
    draft.offer(
        Field::Location,
        ROW,
        text(cell("cell_location", "location")),
    );
    if let Some(entity) = known.find(&row.address) {
        entity::from_state(&mut draft, kind, entity);
    }
    entity::complete(draft, kind).finish()
}
