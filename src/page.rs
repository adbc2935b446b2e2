//! What reading a page gives.

use serde::{Deserialize, Serialize};

use crate::lead::Lead;

/// Which page was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageInfo {
    /// `linkedin`, `crunchbase`, `google`, or `other`.
    pub site: String,
    /// What the page is: `profile`, `guest_profile`, `people_search`, `company`,
    /// `company_people`, `connections`, `sales_lead`, `sales_lead_list`, `sales_account`,
    /// `sales_account_list`,
    /// `person`, `organization`, `people_list`, `company_list`, `search_results`; or, with
    /// nothing to capture, `login_wall`, `error`, `captcha`, `consent`, `js_shell`, `feed`,
    /// `no_results`, `loading`, `unsupported`.
    pub kind: String,
    /// Markup generation, such as `sdui` or `ember`; `None` where the kind has one only.
    pub layout: Option<String>,
}

/// Something worth knowing about how a value was, or was not, read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Lead field, or `page`.
    pub field: String,
    /// Strategy that the note is about.
    pub strategy: String,
    /// One sentence or a short code; holds no personal data.
    pub reason: String,
}

/// One organic result of a search page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResult {
    /// Title as displayed.
    pub title: String,
    /// Destination with the search engine's redirect unwrapped; `None` where the page does
    /// not hold it.
    pub url: Option<String>,
}

/// Everything read from one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedPage {
    /// Which page it is.
    pub page: PageInfo,
    /// The leads, in the page's order.
    pub leads: Vec<Lead>,
    /// Notes on strategies: disagreement, missing parts, refusals.
    pub notes: Vec<Note>,
    /// Organic results (search pages only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<Vec<SearchResult>>,
    /// Rows that show an anonymous member and so are no lead.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub anonymous_rows: u32,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl ParsedPage {
    /// A page with nothing to capture.
    #[must_use]
    pub fn empty(site: &str, kind: &str, layout: Option<&str>) -> Self {
        Self {
            page: PageInfo {
                site: site.to_owned(),
                kind: kind.to_owned(),
                layout: layout.map(str::to_owned),
            },
            leads: Vec::new(),
            notes: Vec::new(),
            results: None,
            anonymous_rows: 0,
        }
    }
}
