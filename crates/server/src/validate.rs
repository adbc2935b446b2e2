//! Checks of what a client sends, field by field, before anything is stored.

use lode_core::api::{CaptureRequest, FieldError, LeadPatch, PairingRequest};
use lode_core::lead::{ALSO_AT_MAX, FIELD_CHARS_MAX, Lead, Position};
use lode_store::leads::LeadEdit;
use url::Url;
use uuid::Uuid;

use crate::problem::{ApiError, ApiResult};

/// Longest address taken, in characters.
const URL_CHARS_MAX: usize = 2_048;

/// Longest name of a page's site, kind or layout, and of a field or strategy.
const CODE_CHARS_MAX: usize = 64;

/// Most further positions of a lead.
const POSITIONS_MAX: usize = 50;

/// Most entries of a lead's provenance.
const PROVENANCE_MAX: usize = 64;

/// Longest name of a device, in characters.
const DEVICE_NAME_CHARS_MAX: usize = 100;

/// Longest address that is looked at, in characters: RFC 5321 allows 254 octets.
const ADDRESS_CHARS_MAX: usize = 320;

/// Most complaints about the rows of one import.
const ROW_ERRORS_MAX: usize = 20;

/// 9999-12-31T23:59:59.999Z.
const TIME_MAX_MS: i64 = 253_402_300_799_999;

/// Collects what is wrong.
#[derive(Default)]
struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    /// Text for people: no longer than `max` characters, no control characters but line
    /// breaks and tabs. Blank text counts as absent.
    fn text(&mut self, field: &str, value: &mut Option<String>, max: usize) {
        let Some(text) = value else { return };
        if text.trim().is_empty() {
            *value = None;
            return;
        }
        if text.chars().count() > max {
            self.wrong(field, format!("longer than {max} characters"));
        } else if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            self.wrong(field, "has control characters");
        } else if text.len() != text.trim().len() {
            *value = Some(text.trim().to_owned());
        }
    }

    /// A web address without user data.
    fn url(&mut self, field: &str, value: &mut Option<String>, keep_query: bool) {
        self.text(field, value, URL_CHARS_MAX);
        let Some(text) = value else { return };
        match web_address(text, keep_query) {
            Some(url) => *value = Some(url),
            None => self.wrong(field, "is not a web address (http or https)"),
        }
    }

    /// A stable code: lower case, digits, `_`, `-`, `.`.
    fn code(&mut self, field: &str, value: &str) {
        if value.is_empty() || value.chars().count() > CODE_CHARS_MAX {
            self.wrong(field, format!("must have 1 to {CODE_CHARS_MAX} characters"));
        } else if !value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.:/+[]() ".contains(c))
        {
            self.wrong(field, "has characters that a code may not have");
        }
    }

    fn operation_id(&mut self, id: Uuid) {
        if id.is_nil() || id.is_max() {
            self.wrong("operation_id", "must be a random or time-ordered UUID");
        }
    }

    fn done(self) -> ApiResult<()> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(ApiError::Invalid(self.errors))
        }
    }
}

/// The address, checked, without user data and fragment.
fn web_address(text: &str, keep_query: bool) -> Option<String> {
    let mut url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    url.set_fragment(None);
    if !keep_query {
        url.set_query(None);
    }
    Some(url.into())
}

/// A domain or website as typed → the registrable domain in ASCII form, lower case.
#[must_use]
pub fn registrable_domain(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let host = if typed.contains("://") {
        Url::parse(typed).ok()?
    } else {
        Url::parse(&format!("https://{typed}")).ok()?
    };
    let Some(url::Host::Domain(host)) = host.host() else {
        return None;
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.len() > 253
        || !host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
    {
        return None;
    }
    psl::domain_str(&host).map(str::to_owned)
}

/// Checks an operation's id.
///
/// # Errors
/// An id that nobody can have made.
pub fn operation_id(id: Uuid) -> ApiResult<()> {
    let mut check = Check::default();
    check.operation_id(id);
    check.done()
}

/// An address as somebody typed it; whether it is one is for the verifier to say.
///
/// # Errors
/// An empty text, one that is too long or has control characters.
pub fn typed_address(field: &str, typed: &str) -> ApiResult<String> {
    let mut check = Check::default();
    let mut text = Some(typed.to_owned());
    check.text(field, &mut text, ADDRESS_CHARS_MAX);
    if text.is_none() {
        check.wrong(field, "must not be empty");
    }
    check.done()?;
    Ok(text.unwrap_or_default())
}

/// The name of a member.
///
/// # Errors
/// An empty name, one that is too long or has control characters.
pub fn member_name(field: &str, name: &str) -> ApiResult<String> {
    let mut check = Check::default();
    let mut text = Some(name.to_owned());
    check.text(field, &mut text, DEVICE_NAME_CHARS_MAX);
    if text.is_none() {
        check.wrong(field, "must not be empty");
    }
    check.done()?;
    Ok(text.unwrap_or_default())
}

/// Checks a time.
///
/// # Errors
/// A time outside 1970 to 9999.
pub fn time(field: &str, at: i64) -> ApiResult<()> {
    if (0..=TIME_MAX_MS).contains(&at) {
        return Ok(());
    }
    Err(ApiError::field(
        field,
        "must be milliseconds since 1970-01-01 UTC, not before it",
    ))
}

/// Checks the rows of an import, and brings their text into stored form.
///
/// # Errors
/// Every wrong field, by its row and name, up to twenty.
pub fn rows(rows: &mut [Lead]) -> ApiResult<()> {
    let mut errors = Vec::new();
    for (i, row) in rows.iter_mut().enumerate() {
        let mut check = Check::default();
        lead(&mut check, row);
        errors.extend(check.errors.into_iter().map(|error| FieldError {
            field: error.field.replacen("lead", &format!("rows[{i}]"), 1),
            message: error.message,
        }));
        if errors.len() >= ROW_ERRORS_MAX {
            break;
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ApiError::Invalid(errors))
    }
}

/// Checks a capture, and brings its text into stored form.
///
/// # Errors
/// Every wrong field, by its path.
pub fn capture(request: &mut CaptureRequest) -> ApiResult<()> {
    let mut check = Check::default();
    check.operation_id(request.operation_id);
    if !(0..=TIME_MAX_MS).contains(&request.captured_at) {
        check.wrong(
            "captured_at",
            "must be milliseconds since 1970-01-01 UTC, not before it",
        );
    }
    let mut page_url = Some(std::mem::take(&mut request.page_url));
    check.url("page_url", &mut page_url, false);
    match page_url {
        Some(url) => request.page_url = url,
        None => check.wrong("page_url", "must not be empty"),
    }
    check.code("page.site", &request.page.site);
    check.code("page.kind", &request.page.kind);
    if let Some(layout) = &request.page.layout {
        check.code("page.layout", layout);
    }
    lead(&mut check, &mut request.lead);
    check.done()
}

fn lead(check: &mut Check, lead: &mut Lead) {
    let text_fields = [
        ("lead.full_name", &mut lead.full_name),
        ("lead.first_name", &mut lead.first_name),
        ("lead.middle_name", &mut lead.middle_name),
        ("lead.last_name", &mut lead.last_name),
        ("lead.headline", &mut lead.headline),
        ("lead.title", &mut lead.title),
        ("lead.company", &mut lead.company),
        ("lead.location", &mut lead.location),
        ("lead.industry", &mut lead.industry),
    ];
    for (field, value) in text_fields {
        check.text(field, value, FIELD_CHARS_MAX);
    }
    check.url("lead.company_url", &mut lead.company_url, false);
    check.url("lead.profile_url", &mut lead.profile_url, false);
    if lead.also_at.len() > ALSO_AT_MAX {
        check.wrong("lead.also_at", format!("more than {ALSO_AT_MAX} addresses"));
    } else {
        for (i, address) in lead.also_at.iter_mut().enumerate() {
            let mut value = Some(std::mem::take(address));
            check.url(&format!("lead.also_at[{i}]"), &mut value, false);
            *address = value.unwrap_or_default();
        }
        lead.also_at.retain(|address| !address.is_empty());
    }
    website(check, &mut lead.website);
    domain(check, "lead.company_domain", &mut lead.company_domain);
    if lead.full_name.is_none() && lead.profile_url.is_none() {
        check.wrong("lead.full_name", "a lead needs a name or a profile address");
    }
    if lead.other_positions.len() > POSITIONS_MAX {
        check.wrong(
            "lead.other_positions",
            format!("more than {POSITIONS_MAX} positions"),
        );
    } else {
        for (i, position) in lead.other_positions.iter_mut().enumerate() {
            self::position(check, &format!("lead.other_positions[{i}]"), position);
        }
    }
    if lead.provenance.len() > PROVENANCE_MAX {
        check.wrong(
            "lead.provenance",
            format!("more than {PROVENANCE_MAX} entries"),
        );
    } else {
        for (field, strategy) in &lead.provenance {
            check.code("lead.provenance", field);
            check.code("lead.provenance", strategy);
        }
    }
}

fn position(check: &mut Check, path: &str, position: &mut Position) {
    check.text(
        &format!("{path}.title"),
        &mut position.title,
        FIELD_CHARS_MAX,
    );
    check.text(
        &format!("{path}.company"),
        &mut position.company,
        FIELD_CHARS_MAX,
    );
    check.url(
        &format!("{path}.company_url"),
        &mut position.company_url,
        false,
    );
}

/// Websites stand on pages without a scheme too.
fn website(check: &mut Check, value: &mut Option<String>) {
    check.text("lead.website", value, URL_CHARS_MAX);
    let Some(text) = value else { return };
    let candidate = if text.contains("://") {
        text.clone()
    } else {
        format!("https://{text}")
    };
    match web_address(&candidate, true) {
        Some(url) => *value = Some(url),
        None => check.wrong("lead.website", "is not a web address"),
    }
}

fn domain(check: &mut Check, field: &str, value: &mut Option<String>) {
    check.text(field, value, URL_CHARS_MAX);
    let Some(typed) = value else { return };
    match registrable_domain(typed) {
        Some(domain) => *value = Some(domain),
        None => check.wrong(field, "is not a domain such as example.com"),
    }
}

/// Checks the user's corrections.
///
/// # Errors
/// Every wrong field, by its path.
pub fn patch(patch: LeadPatch) -> ApiResult<LeadEdit> {
    let mut check = Check::default();
    let mut edit = LeadEdit {
        full_name: patch.full_name,
        title: patch.title,
        company: patch.company,
        company_domain: patch.company_domain,
    };
    for (field, value) in [
        ("full_name", &mut edit.full_name),
        ("title", &mut edit.title),
        ("company", &mut edit.company),
    ] {
        let given = value.is_some();
        check.text(field, value, FIELD_CHARS_MAX);
        if given && value.is_none() {
            check.wrong(field, "must not be empty");
        }
    }
    let given = edit.company_domain.is_some();
    domain(&mut check, "company_domain", &mut edit.company_domain);
    if given && edit.company_domain.is_none() {
        check.wrong("company_domain", "must not be empty");
    }
    check.done()?;
    Ok(edit)
}

/// Checks a pairing request; the device's name in stored form.
///
/// # Errors
/// Every wrong field.
pub fn pairing(request: &PairingRequest) -> ApiResult<String> {
    let mut check = Check::default();
    let mut name = Some(request.device_name.clone());
    check.text("device_name", &mut name, DEVICE_NAME_CHARS_MAX);
    if name.is_none() {
        check.wrong("device_name", "must not be empty");
    }
    if request.code.trim().is_empty() {
        check.wrong("code", "must not be empty");
    }
    check.done()?;
    Ok(name.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use lode_core::lead::LeadKind;
    use lode_core::page::PageInfo;

    use super::*;

    fn request() -> CaptureRequest {
        let mut lead = Lead::new(LeadKind::Person);
        lead.full_name = Some(" Ana Example ".into());
        lead.headline = Some("  ".into());
        lead.website = Some("ana.example".into());
        lead.company_domain = Some("https://www.Acme.example/about".into());
        lead.profile_url = Some("https://www.linkedin.com/in/ana?x=1#y".into());
        CaptureRequest {
            operation_id: Uuid::now_v7(),
            captured_at: 1_750_000_000_000,
            page_url: "https://www.linkedin.com/in/ana/?miniProfile=1".into(),
            page: PageInfo {
                site: "linkedin".into(),
                kind: "profile".into(),
                layout: None,
            },
            lead,
        }
    }

    #[test]
    fn a_good_capture_comes_into_stored_form() {
        let mut r = request();
        capture(&mut r).unwrap();
        assert_eq!(r.lead.full_name.as_deref(), Some("Ana Example"));
        assert_eq!(r.lead.headline, None);
        assert_eq!(r.lead.website.as_deref(), Some("https://ana.example/"));
        assert_eq!(r.lead.company_domain.as_deref(), Some("acme.example"));
        assert_eq!(
            r.lead.profile_url.as_deref(),
            Some("https://www.linkedin.com/in/ana")
        );
        assert_eq!(r.page_url, "https://www.linkedin.com/in/ana/");
    }

    #[test]
    fn each_wrong_field_is_named() {
        type Break = fn(&mut CaptureRequest);
        let cases: &[(&str, Break)] = &[
            ("operation_id", |r| r.operation_id = Uuid::nil()),
            ("captured_at", |r| r.captured_at = -1),
            ("captured_at", |r| r.captured_at = i64::MAX),
            ("page_url", |r| r.page_url = String::new()),
            ("page_url", |r| r.page_url = "javascript:alert(1)".into()),
            ("page.site", |r| r.page.site = "<b>".into()),
            ("page.kind", |r| r.page.kind = "x".repeat(65)),
            ("lead.full_name", |r| r.lead.full_name = Some("a\0b".into())),
            ("lead.full_name", |r| {
                r.lead.full_name = Some("x".repeat(2_001))
            }),
            ("lead.full_name", |r| {
                r.lead.full_name = None;
                r.lead.profile_url = None;
            }),
            ("lead.profile_url", |r| {
                r.lead.profile_url = Some("ftp://x.example/a".into())
            }),
            ("lead.company_domain", |r| {
                r.lead.company_domain = Some("not a domain".into())
            }),
            ("lead.company_domain", |r| {
                r.lead.company_domain = Some("127.0.0.1".into())
            }),
            ("lead.company_domain", |r| {
                r.lead.company_domain = Some("com".into())
            }),
            ("lead.also_at[1]", |r| {
                r.lead.also_at = vec!["https://www.linkedin.com/in/a".into(), "x".into()];
            }),
            ("lead.also_at", |r| {
                r.lead.also_at = vec!["https://www.linkedin.com/in/a".into(); 11];
            }),
            ("lead.other_positions", |r| {
                r.lead.other_positions = vec![Position::default(); 51];
            }),
            ("lead.other_positions[0].company_url", |r| {
                r.lead.other_positions = vec![Position {
                    company_url: Some("x".into()),
                    ..Position::default()
                }];
            }),
        ];
        for (field, break_it) in cases {
            let mut r = request();
            break_it(&mut r);
            let Err(ApiError::Invalid(errors)) = capture(&mut r) else {
                panic!("{field} passed");
            };
            assert!(
                errors.iter().any(|e| e.field == *field),
                "{field}: {errors:?}"
            );
        }
    }

    #[test]
    fn domains_are_taken_as_typed() {
        for (typed, expected) in [
            ("acme.example", Some("acme.example")),
            (" WWW.Acme.Example. ", Some("acme.example")),
            ("http://shop.acme.co.uk:8080/x?y", Some("acme.co.uk")),
            ("müller.example", Some("xn--mller-kva.example")),
            ("co.uk", None),
            ("localhost", None),
            ("10.0.0.1", None),
            ("[::1]", None),
            ("a b.example", None),
            ("-a.example", None),
            ("", None),
        ] {
            assert_eq!(registrable_domain(typed).as_deref(), expected, "{typed}");
        }
    }
}
