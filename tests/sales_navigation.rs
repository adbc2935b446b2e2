//! Sales Navigator while a navigation within the site is half done: the address is the next
//! page's, the document still the former one's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

#[path = "support/accuracy.rs"]
#[allow(dead_code, reason = "shared with cargo xtask accuracy")]
mod accuracy;

#[path = "support/mutation.rs"]
#[allow(dead_code, reason = "shared with cargo xtask accuracy")]
mod mutation;

use lode_core::ParsedPage;
use lode_core::sites;
use lode_core::snapshot::{FORMER_TITLE, NAME, OPEN, VALUE};

/// Pages of Sales Navigator that have leads, real ones where they are.
fn cases() -> Vec<accuracy::Case> {
    let mut cases = accuracy::fixtures().unwrap();
    if let Some(folder) = accuracy::pages_folder() {
        cases.extend(accuracy::load(&folder).unwrap());
    }
    cases.retain(|case| {
        case.url.contains("linkedin.com/sales/")
            && !sites::read(&case.url, &case.html).leads.is_empty()
    });
    assert!(cases.len() > 25);
    cases
}

/// Reads a page as the extension does that saw the address come into view while the document
/// had a certain title.
fn after_navigation(url: &str, html: &str, former: &str) -> ParsedPage {
    let snapshot = mutation::snapshot(url, html);
    let root = format!("{OPEN}html");
    let noted = format!("{root}{NAME}{FORMER_TITLE}{VALUE}{former}");
    sites::read_snapshot(url, &snapshot.replacen(&root, &noted, 1))
}

fn title(html: &str) -> &str {
    let after = html.split_once("<title>").map_or("", |(_, after)| after);
    after.split_once("</title>").map_or("", |(title, _)| title)
}

const LEAD: &str =
    "https://www.linkedin.com/sales/lead/ACwAANextNextNextNextNextNextNextNextNext,NAME_SEARCH,nx1";
const ACCOUNT: &str = "https://www.linkedin.com/sales/company/990099";
const LEADS: &str = "https://www.linkedin.com/sales/search/people?query=(x)";
const LIST: &str = "https://www.linkedin.com/sales/lists/people/990099";
const ACCOUNTS: &str = "https://www.linkedin.com/sales/search/company?query=(x)";

#[test]
fn no_page_is_read_under_the_address_of_another_kind() {
    for case in cases() {
        let kind = sites::read(&case.url, &case.html).page.kind;
        for (url, of) in [
            (LEAD, "sales_lead"),
            (ACCOUNT, "sales_account"),
            (LEADS, "sales_lead_list"),
            (LIST, "sales_lead_list"),
            (ACCOUNTS, "sales_account_list"),
        ] {
            let leads = sites::read(url, &case.html).leads.len();
            assert!(of == kind || leads == 0, "{} at {url}", case.file);
        }
    }
}

/// The extension saw the address come into view, and the page has not changed since.
#[test]
fn the_former_lead_or_account_is_never_read_under_the_new_address() {
    let mut count = 0;
    for case in cases() {
        let kind = sites::read(&case.url, &case.html).page.kind;
        for (url, of) in [(LEAD, "sales_lead"), (ACCOUNT, "sales_account")] {
            if of == kind {
                let page = after_navigation(url, &case.html, title(&case.html));
                assert_eq!(page.page.kind, "loading", "{} at {url}", case.file);
                assert_eq!(page.leads, [], "{} at {url}", case.file);
                count += 1;
            }
        }
    }
    assert!(count > 20);
}

/// The title has come to name whom the page shows.
#[test]
fn the_next_one_is_read_once_the_page_has_changed() {
    let mut read = 0;
    for case in cases() {
        let whole = sites::read(&case.url, &case.html);
        let of_one = matches!(whole.page.kind.as_str(), "sales_lead" | "sales_account");
        let name = whole.leads[0].full_name.clone().unwrap();
        if !of_one || !title(&case.html).starts_with(&name) {
            continue;
        }
        for former in [
            "Somebody Else | Lead | Sales Navigator",
            "Search | Sales Navigator",
        ] {
            let live = after_navigation(&case.url, &case.html, former);
            assert_eq!(live.leads, whole.leads, "{}", case.file);
        }
        read += 1;
    }
    assert!(read > 7, "{read}");
}

const ID: &str = "ACwAANextNextNextNextNextNextNextNextNext";

/// A lead's page with something more on its card and below it.
fn lead(title: &str, card: &str, below: &str) -> Vec<String> {
    let html = format!(
        "<html><head><title>{title}</title></head><body><main>\
         <section id=\"profile-card-section\"><h1 data-anonymize=\"person-name\">Ada Example</h1>\
         <span data-anonymize=\"headline\">Tester</span>{card}</section>\
         <section>{below}</section></main></body></html>"
    );
    let page = sites::read(LEAD, &html);
    let names = page.leads.into_iter().filter_map(|lead| lead.full_name);
    names.collect()
}

/// What stands on a saved page, which nobody saw change.
#[test]
fn links_and_the_title_tell_whose_a_saved_page_is() {
    let own = "Ada Example | Lead | Sales Navigator";
    let to =
        |id: &str| format!("<a href=\"/sales/search/people/list/shared-connections/{id},x\">3</a>");
    let beside = |name: &str| {
        format!(
            "<a href=\"/sales/lead/{ID},x,y\"><span data-anonymize=\"person-name\">{name}</span></a>"
        )
    };
    assert_eq!(lead(own, "", ""), ["Ada Example"]);
    assert_eq!(lead("LinkedIn", &to(ID), ""), ["Ada Example"]);
    assert_eq!(lead(own, "", &beside("Ada Example, PhD")), ["Ada Example"]);
    // The search for those whom both know is another's.
    assert_eq!(
        lead("LinkedIn", &to(&ID.replace("Next", "Last")), ""),
        [""; 0]
    );
    // The list that led here names somebody else.
    assert_eq!(lead(own, "", &beside("Bea Other")), [""; 0]);
    assert_eq!(lead("Bea Other | Lead | Sales Navigator", "", ""), [""; 0]);
    // A link within the page leads to the address in view, whosever the page is.
    let former = to(&ID.replace("Next", "Last"));
    let within = format!("<a href=\"#positions\">Positions</a>{former}");
    assert_eq!(lead("LinkedIn", &within, ""), [""; 0]);
}
