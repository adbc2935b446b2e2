//! The current roles of a lead in Sales Navigator: as its page lists them, and as its data does.

use serde_json::Value;

use super::sales_lead::{Node, account_address, account_id, text};
use crate::document::ElementRef;
use crate::dom::{self, Grain, Shown};
use crate::headline;
use crate::lead::Position;
use crate::sites::view::View;

/// The role that a title belongs to: an item of a list of roles, or a line.
pub(crate) fn around(title: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let around: Vec<ElementRef<'_>> = dom::ancestors(title)
        .take(8)
        .take_while(|element| element.attr("data-sn-view-name").is_none())
        .collect();
    let named = |name: &str| around.iter().find(|element| element.name() == name);
    named("li").or_else(|| named("p")).copied()
}

/// The line that a title stands in: "CTO at Acme".
pub(crate) fn line(title: ElementRef<'_>) -> Option<String> {
    let line = dom::ancestors(title)
        .take(4)
        .find(|element| matches!(element.name(), "p" | "li" | "div"))?;
    dom::sighted_text(line)
}

/// A role whose parts nothing marks: its first line, "CTO at Acme", and the link to the account.
pub(crate) fn stated(view: &View<'_>, role: ElementRef<'_>) -> Option<Position> {
    let lines = dom::pieces(role, Grain::Block, Shown::Sighted);
    let stated = headline::split(&lines.into_iter().next()?.text);
    let links = view.all_in(role, "sales_account_link").into_iter().take(20);
    let url = links
        .filter_map(|link| view.href(link))
        .find(|url| account_id(url).is_some());
    let known = stated.title.is_some() || stated.company.is_some();
    known.then(|| Position {
        title: stated.title,
        company: stated.company,
        company_url: url.and_then(|url| account_address(&url)),
    })
}

/// The roles after the first one, where each title stands in a role of its own.
pub(crate) fn others(view: &View<'_>, titles: &[ElementRef<'_>]) -> Vec<Position> {
    let mut seen = Vec::new();
    let mut roles = Vec::new();
    for title in titles.iter().take(50) {
        let Some(role) = around(*title).filter(|role| !seen.contains(&role.id())) else {
            continue;
        };
        seen.push(role.id());
        let company = view.first_in(role, "sales_row_company");
        let url = company.and_then(|link| view.href(link));
        let stated = || headline::split(&line(*title)?).company;
        roles.push(Position {
            title: dom::sighted_text(*title),
            company: company.and_then(dom::sighted_text).or_else(stated),
            company_url: url.and_then(|url| account_address(&url)),
        });
    }
    roles.into_iter().skip(1).collect()
}

/// The current positions of the embedded profile, the first one first; the one it names as its
/// main one where it lists none.
pub(crate) fn said(node: &Node) -> Vec<Position> {
    let read = |value: &Value| {
        let position = value.as_object()?;
        let current = position.get("current").and_then(Value::as_bool) == Some(true);
        current.then(|| Position {
            title: text(position, "title"),
            company: text(position, "companyName"),
            company_url: None,
        })
    };
    let listed = node.get("positions").and_then(Value::as_array);
    let mut current: Vec<Position> = listed.into_iter().flatten().filter_map(read).collect();
    if current.is_empty() {
        current.extend(node.get("defaultPosition").and_then(read));
    }
    current
}
