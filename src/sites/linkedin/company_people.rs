//! A company's people, and a school's.

use super::company;
use super::rows::{self, Layout};
use crate::page::ParsedPage;
use crate::sites::view::View;

/// Reads the people tab of a company; `None` where the document shows nobody.
pub(crate) fn read(view: &View<'_>) -> Option<ParsedPage> {
    let own = company::address(view)?;
    if company::shows_another(view, None, &own) {
        return None;
    }
    let mut page = ParsedPage::empty("linkedin", "company_people", Some("ember"));
    // A school's people are its alumni: it employs few of them.
    let employer = company::shown_name(view)
        .filter(|_| !company::is_school(view, &own))
        .map(|name| (name, Some(own)));
    let layout = Layout {
        rows: "company_people_row",
        with_location: false,
        company: employer.as_ref(),
    };
    rows::read(view, layout, &mut page);
    (!page.leads.is_empty() || page.anonymous_rows > 0).then_some(page)
}
