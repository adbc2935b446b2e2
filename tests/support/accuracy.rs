//! Scores the page readers against pages whose truth is known.
//!
//! Shared by `tests/sites.rs` and `cargo xtask accuracy`. The truth file's format is the one
//! of the shared test data: a list of entries with `file`, `url`, `kind`, `leads`,
//! `alternatives`, `uncertain`, `optional_leads`, `forbidden_names`, `anonymous_rows`.

use std::path::{Path, PathBuf};

use lode_core::{Lead, ParsedPage};
use serde_json::Value;

pub mod report;
pub use report::{Report, Tally};

/// The fields that are scored.
pub const FIELDS: [&str; 13] = [
    "full_name",
    "first_name",
    "last_name",
    "headline",
    "title",
    "company",
    "company_url",
    "company_domain",
    "location",
    "profile_url",
    "industry",
    "website",
    OTHERS,
];

/// The positions beside the first one, each scored as a value.
const OTHERS: &str = "other_positions";

/// Kinds of pages with nothing to capture.
pub const NEGATIVE_KINDS: [&str; 9] = [
    "login_wall",
    "error",
    "captcha",
    "consent",
    "js_shell",
    "feed",
    "no_results",
    "loading",
    "unsupported",
];

/// The kinds that the truth calls `negative`, by its layout.
const NEGATIVE_LAYOUTS: [(&str, &str); 3] = [
    ("srp-error", "error"),
    ("feed-ember-2025", "feed"),
    ("guest-home", "login_wall"),
];

/// What the reader must call the page; `None` for a page of which the truth says only that
/// there is nothing to capture.
fn expected_kind(case: &Case) -> Option<&str> {
    if case.kind != "negative" {
        return Some(&case.kind);
    }
    let layout = case.truth.get("layout").and_then(Value::as_str)?;
    let known = NEGATIVE_LAYOUTS.iter().find(|(of, _)| *of == layout)?;
    Some(known.1)
}

/// A page with its truth.
#[derive(Debug, Clone)]
pub struct Case {
    /// File name below the pages folder.
    pub file: String,
    /// Address to give the reader.
    pub url: String,
    /// Kind by the truth; `negative` for any kind without leads.
    pub kind: String,
    /// The document.
    pub html: String,
    truth: Value,
}

/// The folder with the shared pages: `LODE_PAGES`, else `../shared/pages` beside the
/// repository. `None` where it is absent.
pub fn pages_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("LODE_PAGES")
        .map_or_else(|| repository().join("../shared/pages"), PathBuf::from);
    folder.join("truth.json").is_file().then_some(folder)
}

/// The repository's root, whichever of its packages this file is built into.
fn repository() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let within = package.parent().filter(|_| package.ends_with("xtask"));
    within.unwrap_or(package)
}

/// The project's own fixtures, with their snapshots as the truth.
///
/// # Errors
/// A text that says which file could not be read.
pub fn fixtures() -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    let root = repository().join("tests/pages");
    for site in ["linkedin", "crunchbase", "google", "generic"] {
        let Ok(entries) = std::fs::read_dir(root.join(site)) else {
            continue;
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "html")
        });
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let file = format!("{site}/{name}");
            let html =
                std::fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
            let url = html
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("<!-- url: "))
                .and_then(|line| line.strip_suffix(" -->"))
                .ok_or_else(|| format!("{file}: no address in the first line"))?;
            let snapshot = path.with_file_name(format!("read@{name}.snap"));
            let snapshot =
                std::fs::read_to_string(snapshot).map_err(|error| format!("{file}: {error}"))?;
            // An insta file: a header between two rules, then the JSON.
            let json = snapshot.splitn(3, "---").nth(2).unwrap_or_default();
            let read: Value =
                serde_json::from_str(json).map_err(|error| format!("{file}: {error}"))?;
            let kind = read
                .get("page")
                .and_then(|page| str_of(page, "kind"))
                .unwrap_or_default();
            cases.push(Case {
                url: url.to_owned(),
                kind,
                truth: read,
                html,
                file,
            });
        }
    }
    Ok(cases)
}

/// Loads the cases of a folder with a `truth.json`. Entries marked `skip` are left out.
///
/// # Errors
/// A text that says which file could not be read.
pub fn load(folder: &Path) -> Result<Vec<Case>, String> {
    let truth = std::fs::read_to_string(folder.join("truth.json"))
        .map_err(|error| format!("truth.json: {error}"))?;
    let entries: Vec<Value> =
        serde_json::from_str(&truth).map_err(|error| format!("truth.json: {error}"))?;
    let mut cases = Vec::new();
    for entry in entries {
        if entry
            .get("skip")
            .is_some_and(|skip| skip != &Value::Bool(false))
        {
            continue;
        }
        let file = str_of(&entry, "file").unwrap_or_default();
        let bytes =
            std::fs::read(folder.join(&file)).map_err(|error| format!("{file}: {error}"))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let html = if file.ends_with(".json") {
            // What stands in a page's state script.
            let json = text.replace("</", "<\\/");
            format!(
                "<html><body><script id=\"ng-state\" type=\"application/json\">{json}</script></body></html>"
            )
        } else {
            text
        };
        cases.push(Case {
            url: str_of(&entry, "url").unwrap_or_default(),
            kind: str_of(&entry, "kind").unwrap_or_default(),
            file,
            html,
            truth: entry,
        });
    }
    Ok(cases)
}

/// Reads and scores one page into the report. `html` stands in for the case's own document
/// (a mutation of it, a pruned snapshot).
pub fn score(report: &mut Report, case: &Case, html: &str) {
    let page = lode_core::sites::read(&case.url, html);
    score_page(report, case, &page);
}

/// Scores a page that has been read.
pub fn score_page(report: &mut Report, case: &Case, page: &ParsedPage) {
    report.pages += 1;
    let empty = Vec::new();
    let list = |key: &str| {
        case.truth
            .get(key)
            .and_then(Value::as_array)
            .unwrap_or(&empty)
    };
    let expected = list("leads");
    for lead in &page.leads {
        let name = lead.full_name.as_deref().unwrap_or_default();
        let forbidden = list("forbidden_names").iter().filter_map(Value::as_str);
        if forbidden.into_iter().any(|one| same(one, name)) {
            report
                .violations
                .push(format!("{}: a forbidden name is a lead", case.file));
        }
    }
    if expected.is_empty() && !page.leads.is_empty() {
        let leads = page.leads.len();
        let violation = format!("{}: {leads} leads on a page without any", case.file);
        report.violations.push(violation);
    }
    let kind = page.page.kind.as_str();
    let is_right = match expected_kind(case) {
        Some(expected) => expected.is_empty() || kind == expected,
        None => NEGATIVE_KINDS.contains(&kind),
    };
    if !is_right {
        report
            .violations
            .push(format!("{}: kind {kind} for {}", case.file, case.kind));
    }
    if let Some(rows) = case.truth.get("anonymous_rows").and_then(Value::as_u64)
        && rows != u64::from(page.anonymous_rows)
    {
        report.violations.push(format!(
            "{}: {} anonymous rows for {rows}",
            case.file, page.anonymous_rows
        ));
    }
    if page.leads.is_empty()
        && case
            .truth
            .get("may_be_empty")
            .is_some_and(|v| v == &Value::Bool(true))
    {
        return;
    }
    let mut taken = vec![false; page.leads.len()];
    for (at, truth) in expected.iter().enumerate() {
        let found = align(truth, &page.leads, &taken);
        if let Some(found) = found {
            taken[found] = true;
        }
        score_lead(
            report,
            case,
            at,
            truth,
            found.map(|found| &page.leads[found]),
        );
    }
    for (lead, _) in page.leads.iter().zip(&taken).filter(|(_, taken)| !**taken) {
        let optional = list("optional_leads").iter().any(|optional| {
            ["full_name", "profile_url"].iter().any(|field| {
                let (a, b) = (str_of(optional, field), value_of(lead, field));
                a.is_some() && b.is_some_and(|b| a.is_some_and(|a| same(&a, &b)))
            }) || optional
                .as_str()
                .is_some_and(|name| lead.full_name.as_deref().is_some_and(|n| same(n, name)))
        });
        if !optional {
            tally(report, case, "full_name").wrong += 1;
            report
                .details
                .push(format!("{} extra lead: {:?}", case.file, lead.full_name));
        }
    }
}

/// The lead that a truth is about: same address, else same name.
fn align(truth: &Value, leads: &[Lead], taken: &[bool]) -> Option<usize> {
    for field in ["profile_url", "full_name"] {
        let Some(expected) = str_of(truth, field) else {
            continue;
        };
        let found = leads.iter().enumerate().position(|(at, lead)| {
            !taken[at] && value_of(lead, field).is_some_and(|value| same(&value, &expected))
        });
        if found.is_some() {
            return found;
        }
    }
    (leads.len() == 1 && !taken[0]).then_some(0)
}

/// Title and company of a position, as they are compared.
fn position(title: Option<&str>, company: Option<&str>) -> (String, String) {
    let text = |text: Option<&str>| lode_core::dom::collapse(text.unwrap_or_default());
    (text(title), text(company))
}

fn score_others(report: &mut Report, case: &Case, at: usize, truth: &Value, lead: Option<&Lead>) {
    let Some(expected) = truth.get(OTHERS).and_then(Value::as_array) else {
        return;
    };
    let mut got: Vec<(String, String)> = lead
        .into_iter()
        .flat_map(|lead| &lead.other_positions)
        .map(|other| position(other.title.as_deref(), other.company.as_deref()))
        .collect();
    for other in expected {
        let part = |key: &str| other.get(key).and_then(Value::as_str);
        let wanted = position(part("title"), part("company"));
        let found = got.iter().position(|one| *one == wanted);
        let verdict = tally(report, case, OTHERS);
        if let Some(found) = found {
            got.remove(found);
            verdict.right += 1;
            continue;
        }
        verdict.missed += 1;
        let detail = format!("{} {at}.{OTHERS}: none for {wanted:?}", case.file);
        report.details.push(detail);
    }
    for other in got {
        tally(report, case, OTHERS).wrong += 1;
        let detail = format!("{} {at}.{OTHERS}: {other:?} for none", case.file);
        report.details.push(detail);
    }
}

fn score_lead(report: &mut Report, case: &Case, at: usize, truth: &Value, lead: Option<&Lead>) {
    score_others(report, case, at, truth, lead);
    for field in FIELDS.into_iter().filter(|field| *field != OTHERS) {
        let path = format!("{at}.{field}");
        let uncertain = case.truth.get("uncertain").and_then(Value::as_array);
        if truth.get(field).is_none() {
            // The truth does not speak of it.
            continue;
        }
        if uncertain.is_some_and(|list| list.iter().any(|one| one.as_str() == Some(&path))) {
            continue;
        }
        let expected = str_of(truth, field);
        let alternatives = case
            .truth
            .get("alternatives")
            .and_then(|all| all.get(&path));
        let alternatives: Vec<Option<&str>> = match alternatives {
            Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let got = lead.and_then(|lead| value_of(lead, field));
        let may_miss = expected.is_none() || alternatives.contains(&None);
        let verdict = tally(report, case, field);
        let right = got.as_ref().is_some_and(|got| {
            expected
                .as_ref()
                .is_some_and(|expected| agree(field, expected, got))
                || alternatives
                    .iter()
                    .flatten()
                    .any(|other| agree(field, other, got))
        });
        match (&got, right) {
            (Some(_), true) => {
                verdict.right += 1;
                let strategy = lead.and_then(|lead| lead.provenance.get(field)).cloned();
                *report
                    .strategies
                    .entry((field, strategy.unwrap_or_default()))
                    .or_default() += 1;
                continue;
            }
            (None, _) if may_miss => continue,
            (Some(_), false) => verdict.wrong += 1,
            (None, _) => verdict.missed += 1,
        }
        report
            .details
            .push(format!("{} {path}: {got:?} for {expected:?}", case.file));
    }
}

fn tally<'r>(report: &'r mut Report, case: &Case, field: &'static str) -> &'r mut Tally {
    report.fields.entry((case.kind.clone(), field)).or_default()
}

fn str_of(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn value_of(lead: &Lead, field: &str) -> Option<String> {
    let value = match field {
        "full_name" => &lead.full_name,
        "first_name" => &lead.first_name,
        "last_name" => &lead.last_name,
        "headline" => &lead.headline,
        "title" => &lead.title,
        "company" => &lead.company,
        "company_url" => &lead.company_url,
        "company_domain" => &lead.company_domain,
        "location" => &lead.location,
        "profile_url" => &lead.profile_url,
        "industry" => &lead.industry,
        "website" => &lead.website,
        _ => &None,
    };
    value.clone()
}

/// Whether two texts are the same but for white space and case.
fn same(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

fn fold(text: &str) -> String {
    lode_core::dom::collapse(text).to_lowercase()
}

/// Whether a value is as expected: white space aside; for names emoji aside too, for
/// addresses a final slash.
fn agree(field: &str, expected: &str, got: &str) -> bool {
    let normal = |text: &str| match field {
        "full_name" | "first_name" | "last_name" => {
            let kept: String = lode_core::dom::collapse(text)
                .chars()
                .filter(|c| c.is_alphanumeric() || c.is_ascii_punctuation() || c.is_whitespace())
                .collect();
            lode_core::dom::collapse(&kept)
        }
        "profile_url" | "website" => text.trim_end_matches('/').to_owned(),
        _ => lode_core::dom::collapse(text),
    };
    normal(expected) == normal(got)
}
