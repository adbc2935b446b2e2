//! Sales Navigator: lead searches and saved lists.

use crate::document::ElementRef;

use super::frame::is_in_frame;
use super::{negative, row_list, rows, sales_identity, sales_lead, top_card};
use crate::Lead;
use crate::canonical;
use crate::dom::{self, Grain, Piece, Shown};
use crate::page::{Note, ParsedPage};
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

/// Reads the rows of a search or list; `None` where the document shows none.
pub(crate) fn read(view: &View<'_>) -> Option<ParsedPage> {
    let mut page = ParsedPage::empty("linkedin", "sales_lead_list", Some("data_anonymize"));
    let mut seen: Vec<String> = Vec::new();
    let rows = rows(view);
    // The page of one lead or account, or a list of accounts, still: both have leads in them.
    let heading = sales_identity::heading(view).zip(rows.first());
    let is_below = heading.is_some_and(|(heading, row)| heading.id() < row.id());
    if is_below || is_of_accounts(view) {
        return None;
    }
    for row in rows {
        if dom::is_within_hidden(row) || is_of_account(view, row) {
            continue;
        }
        let Some((lead, notes)) = read_row(view, row) else {
            page.anonymous_rows += 1;
            continue;
        };
        let key = lead.profile_url.clone().or_else(|| lead.full_name.clone());
        let Some(key) = key.filter(|key| !seen.contains(key)) else {
            continue;
        };
        seen.push(key);
        page.notes.extend(notes);
        page.leads.push(lead);
    }
    page.notes.truncate(200);
    (!page.leads.is_empty() || page.anonymous_rows > 0).then_some(page)
}

/// The rows: marked as such, else the list items or table rows around the names, but for
/// suggestions.
fn rows<'a>(view: &'a View<'_>) -> Vec<ElementRef<'a>> {
    let mut rows = rows_around(view.all("sales_row_name"));
    if rows.iter().any(|row| is_result(*row)) {
        return rows;
    }
    if rows.is_empty() {
        rows = rows_around(view.all("sales_lead_link"));
    }
    if rows.is_empty() {
        rows = rows_around(view.all("sales_row_undrawn"));
    }
    if negative::by_state(view, rows.first().copied()).is_some() {
        return Vec::new();
    }
    row_list::own(view, rows)
}

/// Whether a row names an account before any lead: lists of accounts recommend leads in them.
fn is_of_account(view: &View<'_>, row: ElementRef<'_>) -> bool {
    let company = view.first_in(row, "sales_account_row_name");
    let person = view.first_in(row, "sales_person_name");
    company
        .zip(person)
        .is_some_and(|(company, person)| company.id() < person.id())
}

/// Whether a row is marked as an account's.
fn is_of_accounts(view: &View<'_>) -> bool {
    let names = view.all("sales_account_row_name").into_iter().take(40);
    let mut around = names.flat_map(|name| dom::ancestors(name).take(24));
    around.any(|row| row.attr("data-x-search-result") == Some("ACCOUNT"))
}

fn is_result(row: ElementRef<'_>) -> bool {
    row.attr("data-x-search-result").is_some()
}

/// The list items or table rows around names or links, outside what stands around the list.
fn rows_around(names: Vec<ElementRef<'_>>) -> Vec<ElementRef<'_>> {
    let mut rows: Vec<ElementRef<'_>> = Vec::new();
    for name in names.into_iter().take(1_000) {
        let row = dom::ancestors(name)
            .take(24)
            .find(|around| matches!(around.name(), "li" | "tr") || is_result(*around));
        if let Some(row) = row
            && !is_in_frame(name)
            && rows.last().is_none_or(|last| !dom::contains(*last, row))
        {
            rows.push(row);
        }
    }
    rows
}

/// The name in the label of a row's box, "Add Ada Example to selection": the rest of the row may
/// not be drawn yet.
fn name_to_select(view: &View<'_>, row: ElementRef<'_>) -> Option<String> {
    let label = view.first_in(row, "sales_row_selection")?;
    let text = dom::text(label)?;
    let mut patterns = view.rules.patterns("sales_selection").iter();
    let name = patterns.find_map(|pattern| pattern.capture(&text, "name"))?;
    Some(name.to_owned())
}

/// The address of a lead whose row is known by the lead's id alone.
fn address_of_undrawn(view: &View<'_>, row: ElementRef<'_>) -> Option<String> {
    let urn = view.first_in(row, "sales_row_undrawn")?;
    let (_, rest) = urn.attr("data-scroll-into-view")?.split_once("rofile:(")?;
    let id = rest.split([',', ')']).next()?;
    let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!id.is_empty() && id.len() <= 64 && id.chars().all(is_id))
        .then(|| format!("https://www.linkedin.com/sales/lead/{id}"))
}

/// A name without what says, behind it, whether its owner is there: "Ada Example is reachable".
fn without_status<'t>(view: &View<'_>, name: &'t str) -> &'t str {
    let statuses = view.rules.labels("name_status").iter();
    let mut fronts = statuses.filter_map(|status| {
        let (front, behind) = name.split_once(status.as_str())?;
        let ends_word = !behind.starts_with(char::is_alphanumeric);
        (front.ends_with(' ') && ends_word).then(|| front.trim_end())
    });
    fronts.find(|front| !front.is_empty()).unwrap_or(name)
}

/// Reads a row by the order of its texts: name, degree, title, company, place, tenure.
fn read_unmarked(view: &View<'_>, row: ElementRef<'_>, draft: &mut Draft) -> Option<()> {
    let links = view.all_in(row, "sales_lead_link").into_iter().take(20);
    let linked = links
        .filter_map(|link| Some((link, dom::sighted_text(link)?)))
        .next();
    let link = linked.as_ref().map(|(link, _)| *link);
    let name = linked.map(|(_, name)| name);
    let name = name.or_else(|| name_to_select(view, row))?;
    let name = without_status(view, &name).to_owned();
    if view.rules.is_label("anonymous_member", &name) {
        return None;
    }
    draft.offer(Field::FullName, "row_link", Some(name));
    let account = view
        .all_in(row, "sales_account_link")
        .into_iter()
        .filter(|link| {
            let url = view.href(*link);
            url.is_some_and(|url| sales_lead::account_id(&url).is_some())
        })
        .find_map(|link| Some((link, dom::sighted_text(link)?)));
    let mut texts = dom::pieces(row, Grain::Span, Shown::Sighted)
        .into_iter()
        .take(80)
        .skip_while(|piece| link.is_some_and(|link| !dom::contains(link, piece.element)))
        .skip_while(|piece| link.is_some_and(|link| dom::contains(link, piece.element)))
        .map(|piece| Piece {
            text: piece.text.trim_matches(['·', '•', ' ']).to_owned(),
            element: piece.element,
        })
        .filter(|piece| {
            piece.text.chars().any(char::is_alphanumeric) && !top_card::is_degree(&piece.text)
        })
        .take_while(|piece| !sales_lead::is_tenure(view, &piece.text))
        .peekable();
    let is_account = |piece: &Piece<'_>| {
        let account = account.as_ref();
        account.is_some_and(|(link, _)| dom::contains(*link, piece.element))
    };
    let title = texts.next_if(|piece| !is_account(piece));
    draft.offer(
        Field::Title,
        "row_order",
        title.as_ref().map(|title| &title.text),
    );
    match (&account, &title) {
        (Some((_, company)), _) => {
            draft.offer(Field::Company, "row_order", Some(company));
            texts.find(is_account);
        }
        // A company without a page stands on the title's line.
        (None, Some(title)) => {
            let line = block_around(title.element);
            let company = texts.next_if(|piece| dom::contains(line, piece.element));
            draft.offer(
                Field::Company,
                "row_order",
                company.map(|company| company.text),
            );
        }
        (None, None) => {}
    }
    let place = texts
        .next()
        .filter(|piece| rows::is_place(view, &piece.text))
        .filter(|piece| !piece.text.starts_with(|c: char| c.is_ascii_digit()));
    draft.offer(Field::Location, "row_order", place.map(|piece| piece.text));
    let url = account
        .and_then(|(link, _)| view.href(link))
        .and_then(|url| sales_lead::account_address(&url));
    draft.offer(Field::CompanyUrl, "row_link", url);
    Some(())
}

/// The nearest element around a text that is not part of a line.
fn block_around(element: ElementRef<'_>) -> ElementRef<'_> {
    [element]
        .into_iter()
        .chain(dom::ancestors(element))
        .find(|around| !matches!(around.name(), "span" | "a" | "b" | "strong" | "em"))
        .unwrap_or(element)
}

fn read_row(view: &View<'_>, row: ElementRef<'_>) -> Option<(Lead, Vec<Note>)> {
    let mut draft = Draft::person();
    match view
        .first_in(row, "sales_row_name")
        .and_then(dom::sighted_text)
    {
        Some(name) if view.rules.is_label("anonymous_member", &name) => return None,
        Some(name) => {
            let name = without_status(view, &name);
            draft.offer(Field::FullName, "data_anonymize", Some(name));
            read_marked(view, row, &mut draft);
        }
        None => read_unmarked(view, row, &mut draft)?,
    }
    let links: Vec<_> = row
        .descendent_elements()
        .filter(|element| element.name() == "a")
        .take(60)
        .filter_map(|link| view.href(link))
        .collect();
    let public = links.iter().find_map(canonical::linkedin_profile);
    draft.offer(Field::ProfileUrl, "public_link", public);
    if !draft.has(Field::ProfileUrl) {
        let own = links.iter().find_map(sales_lead::address);
        draft.offer(Field::ProfileUrl, "row_link", own);
        draft.offer(Field::ProfileUrl, "row_urn", address_of_undrawn(view, row));
    }
    Some(draft.finish())
}

/// Reads a row whose texts are marked as what they are.
fn read_marked(view: &View<'_>, row: ElementRef<'_>, draft: &mut Draft) {
    let name = view.first_in(row, "sales_row_name");
    let shown = |key: &str| own_mark(view, row, name, key).and_then(dom::sighted_text);
    let title = shown("sales_row_title")
        .or_else(|| shown("sales_row_job_title").filter(|text| !sales_lead::is_tenure(view, text)));
    draft.offer(Field::Title, "data_anonymize", title);
    let company = own_mark(view, row, name, "sales_row_company");
    draft.offer(
        Field::Company,
        "data_anonymize",
        company.and_then(dom::sighted_text),
    );
    if !draft.has(Field::Company) {
        draft.offer(Field::Company, "after_title", bare_company(view, row, name));
    }
    let company_url = company
        .and_then(|company| link_of(view, company, row))
        .and_then(|url| sales_lead::account_address(&url));
    draft.offer(Field::CompanyUrl, "row_link", company_url);
    draft.offer(
        Field::Location,
        "data_anonymize",
        shown("sales_row_location"),
    );
}

/// The link that an element is, or stands in.
fn link_of(
    view: &View<'_>,
    element: ElementRef<'_>,
    row: ElementRef<'_>,
) -> Option<crate::address::Url> {
    [element]
        .into_iter()
        .chain(dom::ancestors(element).take_while(|ancestor| ancestor.id() != row.id()))
        .find(|element| element.name() == "a")
        .and_then(|link| view.href(link))
}

/// The first element for `key` in a row, but for the card on the company that may be open in it.
fn own_mark<'a>(
    view: &View<'_>,
    row: ElementRef<'a>,
    name: Option<ElementRef<'a>>,
    key: &str,
) -> Option<ElementRef<'a>> {
    // What says a company's sort or size, and the nearest around it that names the company too.
    let cards = view.all_in(row, "sales_account_size").into_iter().take(8);
    let cards = cards.filter_map(|mark| {
        dom::ancestors(mark)
            .take_while(|around| around.id() != row.id())
            .find(|around| view.first_in(*around, "sales_row_company").is_some())
    });
    let cards: Vec<ElementRef<'a>> = cards
        .filter(|card| name.is_none_or(|name| !dom::contains(*card, name)))
        .collect();
    let mut found = view.all_in(row, key).into_iter().take(60);
    found.find(|element| !cards.iter().any(|card| dom::contains(*card, *element)))
}

/// A company without a page: bare text after the title, in the element around it that does not
/// hold the name.
fn bare_company(
    view: &View<'_>,
    row: ElementRef<'_>,
    name: Option<ElementRef<'_>>,
) -> Option<String> {
    let title = view.first_in(row, "sales_row_title")?;
    let shown = dom::sighted_text(title)?;
    let around = dom::ancestors(title)
        .take_while(|around| around.id() != row.id())
        .take_while(|around| name.is_none_or(|name| !dom::contains(*around, name)))
        .take(2);
    around
        .map(|element| dom::pieces(element, Grain::Span, Shown::Sighted))
        .find_map(|pieces| {
            pieces
                .iter()
                .map(|piece| piece.text.trim_matches(['·', '•', ' ']))
                .find(|text| !text.is_empty() && *text != shown)
                .map(str::to_owned)
        })
}
