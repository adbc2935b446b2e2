//! Title and company of a guest profile, both of one position: the first current one that the
//! page displays. JSON-LD completes it where it speaks of the same position, and stands for it
//! where none is displayed.

use serde_json::Value;

use super::guest_profile::{Node, described, shown, text};
use super::position::{self, Position};
use crate::canonical;
use crate::document::ElementRef;
use crate::dom::{self, Grain};
use crate::headline::is_same_company;
use crate::lead;
use crate::rules::fold;
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

/// Offers title, company and the other current positions.
pub(crate) fn offer(
    draft: &mut Draft,
    view: &View<'_>,
    person: Option<&Node>,
    card: Option<ElementRef<'_>>,
) {
    let mut employers = person.map_or_else(Vec::new, |person| employers(view, person));
    let listed = positions(view);
    let mut current: Vec<Position> = listed.iter().filter(|one| one.current).cloned().collect();
    let displayed = !current.is_empty();
    if displayed {
        complete(&mut current, &mut employers);
    }
    // What the page displays as past is no other current position.
    employers.retain(|employer| {
        let known = listed
            .iter()
            .any(|one| is_same(one, &employer.position) || at_same(one, &employer.position));
        !known || (!displayed && employer.is_dated)
    });
    let mut employers: Vec<Position> = employers.into_iter().map(|one| one.position).collect();
    if listed.is_empty()
        && let Some(company) = card_company(view, card)
    {
        // The card shows the first one.
        let known = employers.iter().position(|one| {
            let known = one.company.as_deref();
            known.is_some_and(|known| is_same_company(known, &company))
        });
        match known {
            Some(at) => {
                let first = employers.remove(at);
                employers.insert(0, first);
            }
            None => {
                draft.offer(Field::Company, "top_card", Some(company));
            }
        }
    }
    let strategy = if displayed { "experience" } else { "json_ld" };
    current.append(&mut employers);
    let mut current = current.into_iter();
    if !draft.has(Field::Company)
        && let Some(first) = current.next()
    {
        draft.offer(Field::Title, strategy, first.title);
        draft.offer(Field::Company, strategy, first.company);
        draft.offer(Field::CompanyUrl, strategy, first.company_url);
    }
    for other in current {
        draft.other_position(lead::Position {
            title: other.title,
            company: other.company,
            company_url: other.company_url,
        });
    }
    if listed.is_empty() {
        draft.offer(Field::Company, "meta", described(view, "experience"));
        draft.read_headline();
        return;
    }
    if !displayed {
        draft.note("title", "experience", "no_current_position");
    }
    draft.complete_from_headline();
}

/// Adds to the positions displayed what the data says of the same ones, which are taken out of
/// it: visitors see some texts masked.
fn complete(current: &mut [Position], employers: &mut Vec<Employer>) {
    let alone = current.len() == 1 && employers.len() == 1;
    for position in current {
        let known = employers.iter().position(|employer| {
            is_same(position, &employer.position)
                || (alone && !contradict(position, &employer.position))
        });
        let Some(known) = known.map(|at| employers.remove(at).position) else {
            continue;
        };
        position.title = position.title.take().or(known.title);
        position.company = position.company.take().or(known.company);
        position.company_url = position.company_url.take().or(known.company_url);
    }
}

/// Whether two positions are one: the company is the same and no title differs, or the title is
/// and the company of one is not shown.
fn is_same(one: &Position, other: &Position) -> bool {
    match (&one.company, &other.company) {
        (Some(_), Some(_)) => !contradict(one, other),
        _ => {
            let titles = one.title.as_ref().zip(other.title.as_ref());
            titles.is_some_and(|(one, other)| fold(one) == fold(other))
        }
    }
}

/// Whether two positions are at the same company.
fn at_same(one: &Position, other: &Position) -> bool {
    let companies = one.company.as_deref().zip(other.company.as_deref());
    companies.is_some_and(|(one, other)| is_same_company(one, other))
}

/// Whether two positions name different companies, or different titles.
fn contradict(one: &Position, other: &Position) -> bool {
    let companies = one.company.as_deref().zip(other.company.as_deref());
    let titles = one.title.as_deref().zip(other.title.as_deref());
    companies.is_some_and(|(one, other)| !is_same_company(one, other))
        || titles.is_some_and(|(one, other)| fold(one) != fold(other))
}

/// The company that the top card shows as the current one.
fn card_company(view: &View<'_>, card: Option<ElementRef<'_>>) -> Option<String> {
    let link = view.first_in(card?, "guest_current_company")?;
    shown(&dom::sighted_text(link)?)
}

/// A current employer of the JSON-LD.
struct Employer {
    position: Position,
    /// Whether the data says since when.
    is_dated: bool,
}

/// The JSON-LD employers without an end date, each with its title where it is known: titles and
/// employers are two lists, which pair where they are as long.
fn employers(view: &View<'_>, person: &Node) -> Vec<Employer> {
    let listed = list(person.get("worksFor"));
    let titles = list(person.get("jobTitle"));
    let date = |employer: &Value, key: &str| {
        let date = employer.get("member").and_then(|member| member.get(key));
        date.is_some_and(|date| !date.is_null())
    };
    let all_paired = titles.len() == listed.len();
    let current: Vec<(usize, &Value)> = listed
        .into_iter()
        .enumerate()
        .filter(|(_, employer)| employer.is_object() && !date(employer, "endDate"))
        .collect();
    let current_paired = titles.len() == current.len();
    let read = |(at, (listed_at, employer)): (usize, (usize, &Value))| {
        let title = match (all_paired, current_paired) {
            (true, _) => titles.get(listed_at),
            (false, true) => titles.get(at),
            (false, false) => None,
        };
        let url = employer.get("url").and_then(Value::as_str);
        let url = url.and_then(|url| canonical::resolve(&view.url, url));
        let position = Position {
            title: title.and_then(|title| text(title)),
            company: employer.get("name").and_then(text),
            company_url: url.and_then(|url| canonical::linkedin_company(&url)),
            current: true,
        };
        (position.title.is_some() || position.company.is_some()).then(|| Employer {
            position,
            is_dated: date(employer, "startDate"),
        })
    };
    let numbered = current.into_iter().enumerate();
    numbered.take(50).filter_map(read).collect()
}

/// A JSON-LD value that may be one or a list.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// The positions that the page displays.
fn positions(view: &View<'_>) -> Vec<Position> {
    let marked: Vec<Position> = view
        .all("guest_position")
        .into_iter()
        .take(60)
        .flat_map(|item| position::read_item(view, item, Grain::Span))
        .map(|position| position.without_break(view))
        .collect();
    let found = if marked.is_empty() {
        position::of_section(view, "experience_section", "experience", Grain::Span)
    } else {
        marked
    };
    found
        .into_iter()
        .filter_map(|mut position| {
            position.title = position.title.as_deref().and_then(shown);
            position.company = position.company.as_deref().and_then(shown);
            (position.title.is_some() || position.company.is_some()).then_some(position)
        })
        .take(100)
        .collect()
}
