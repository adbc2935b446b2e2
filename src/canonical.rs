//! Canonical addresses: one profile, one address, whatever link led to it.

mod domain;

use crate::address::Url;
use crate::unicode::Lower;

pub use domain::company_domain;

/// Longest address read from a page, in bytes.
const URL_BYTES_MAX: usize = 4_096;

/// Resolves a link found on a page at `base`. `None` for what is no web address.
#[must_use]
pub fn resolve(base: &Url, href: &str) -> Option<Url> {
    if href.len() > URL_BYTES_MAX {
        return None;
    }
    let url = base.join(href.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Whether `host` is `domain` or a subdomain of it.
#[must_use]
pub fn is_host_of(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

/// Host of an address, lower case, empty where there is none.
#[must_use]
pub fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// The canonical address of a LinkedIn member, `https://www.linkedin.com/in/<slug>`: country
/// hosts folded into www, no locale, query or fragment, slug in lower case. A member id used
/// as a slug (`ACoAA…`) keeps its case: it is base64.
#[must_use]
pub fn linkedin_profile(url: &Url) -> Option<String> {
    let slug = linkedin_path(url, &["in"])?;
    if slug == "headless" || slug == "unavailable" {
        return None;
    }
    Some(format!("https://www.linkedin.com/in/{slug}"))
}

/// The canonical address of a LinkedIn company, school or showcase page,
/// `https://www.linkedin.com/company/<slug or number>`.
#[must_use]
pub fn linkedin_company(url: &Url) -> Option<String> {
    for kind in ["company", "school", "showcase"] {
        if let Some(slug) = linkedin_path(url, &[kind]) {
            return Some(format!("https://www.linkedin.com/{kind}/{slug}"));
        }
    }
    None
}

/// The slug after the given path segments, normalised.
fn linkedin_path(url: &Url, front: &[&str]) -> Option<String> {
    if !is_host_of(host(url), "linkedin.com") {
        return None;
    }
    slug_after(url, front)
}

/// The path segment after `front`, percent-decoded, lower case (unless an opaque id), and
/// encoded again in one form.
#[must_use]
pub fn slug_after(url: &Url, front: &[&str]) -> Option<String> {
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    for expected in front {
        if segments.next()? != *expected {
            return None;
        }
    }
    normal_slug(segments.next()?)
}

/// One form for a slug: decoded, lower case unless it is an opaque member id, encoded. Some
/// pages encode theirs twice; no slug has a code of its own in it.
#[must_use]
pub fn normal_slug(segment: &str) -> Option<String> {
    let mut decoded = percent_decode(segment)?;
    for _ in 0..3 {
        match percent_decode(&decoded) {
            Some(further) if further != decoded => decoded = further,
            _ => break,
        }
    }
    let decoded = decoded.trim();
    if decoded.is_empty() || decoded.len() > 400 || decoded.contains(['/', '?', '#', '\\']) {
        return None;
    }
    if is_member_id(decoded) {
        return Some(decoded.to_owned());
    }
    Some(percent_encode(&decoded.lower()))
}

/// Whether a slug is a LinkedIn member id (`ACoAA…`, `ACwAA…`, `AEMAA…`): 39 characters of
/// URL-safe base64 that begin with a type mark.
#[must_use]
pub fn is_member_id(slug: &str) -> bool {
    slug.len() == 39
        && slug.starts_with('A')
        && slug.get(3..5) == Some("AA")
        && slug
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Decodes `%XX`; `None` where the result is not UTF-8.
#[must_use]
pub fn percent_decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut ahead = bytes.clone();
        match (ahead.next().and_then(hex), ahead.next().and_then(hex)) {
            (Some(high), Some(low)) => {
                out.push(high << 4 | low);
                bytes = ahead;
            }
            _ => out.push(b'%'),
        }
    }
    String::from_utf8(out).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Encodes everything but RFC 3986 unreserved characters.
fn percent_encode(text: &str) -> String {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(digit(byte >> 4));
            out.push(digit(byte & 15));
        }
    }
    out
}

/// A website address as a page shows it: web scheme, no fragment, tracking parameters
/// (`utm_…`, `trk`) dropped, LinkedIn's outbound redirects unwrapped. `None` for addresses
/// within LinkedIn itself.
#[must_use]
pub fn website(url: &Url) -> Option<String> {
    let mut url = unwrap_redirect(url);
    if is_host_of(host(&url), "linkedin.com") && url.path() != "/" {
        return None;
    }
    url.set_fragment(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| !key.starts_with("utm_") && key != "trk")
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    if kept.len() != url.query_pairs().count() {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&kept)
            .finish();
        url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    }
    Some(url.into())
}

/// The registrable domain of a host: two labels, or three under the usual second levels of
/// country domains (`co.uk`, `com.br`). An approximation that keeps the public suffix list out
/// of the core; the server applies the list itself before it looks for mail servers.
#[must_use]
pub fn registrable_domain(host: &str) -> Option<String> {
    const SECOND_LEVELS: [&str; 14] = [
        "ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "ne", "net", "or", "org", "nom",
        "web",
    ];
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[') {
        return None;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let keep = match labels.as_slice() {
        [.., _, second, country] if country.len() == 2 && SECOND_LEVELS.contains(second) => 3,
        [.., _, _] => 2,
        _ => return None,
    };
    let front = labels.len().checked_sub(keep)?;
    Some(labels.get(front..)?.join("."))
}

/// Follows LinkedIn's outbound redirects (`/safety/go?url=`, `/redir/redirect?url=`,
/// `lnkd.in` stays as it is) to the address they carry.
fn unwrap_redirect(url: &Url) -> Url {
    let redirects = is_host_of(host(url), "linkedin.com")
        && matches!(
            url.path().trim_end_matches('/'),
            "/safety/go" | "/redir/redirect" | "/redir/suspicious-page" | "/redirect"
        );
    if redirects
        && let Some((_, target)) = url.query_pairs().find(|(key, _)| key == "url")
        && let Some(target) = resolve(url, &target)
    {
        return target;
    }
    url.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(url: &str) -> Option<String> {
        linkedin_profile(&Url::parse(url).unwrap())
    }

    #[test]
    fn profile_addresses_become_one() {
        for url in [
            "https://www.linkedin.com/in/Ada-Example/",
            "https://de.linkedin.com/in/ada-example/en?trk=x",
            "http://linkedin.com/in/ada-example#about",
            "https://www.linkedin.com/in/ada-example/overlay/contact-info/",
        ] {
            assert_eq!(
                profile(url).as_deref(),
                Some("https://www.linkedin.com/in/ada-example"),
                "{url}"
            );
        }
        assert_eq!(
            profile("https://www.linkedin.com/in/j%c3%bcrg/").as_deref(),
            profile("https://www.linkedin.com/in/jürg").as_deref()
        );
        assert_eq!(
            profile("https://www.linkedin.com/in/j%25C3%25BCrg").as_deref(),
            profile("https://www.linkedin.com/in/jürg").as_deref()
        );
        let id = "https://www.linkedin.com/in/ACoAABabcdefghijKLMNopqrstuvwxyz0123456";
        assert_eq!(profile(&format!("{id}?mini=1")).as_deref(), Some(id));
    }

    #[test]
    fn other_addresses_are_no_profile() {
        for url in [
            "https://www.linkedin.com/in/",
            "https://www.linkedin.com/company/x",
            "https://notlinkedin.com/in/x",
            "https://www.linkedin.com/in/%ff",
            "https://www.linkedin.com/in/a%2Fb",
            "https://www.linkedin.com/in/a%252Fb",
        ] {
            assert_eq!(profile(url), None, "{url}");
        }
    }

    #[test]
    fn registrable_domains() {
        for (host, domain) in [
            ("www.example.com", Some("example.com")),
            ("shop.example.co.uk", Some("example.co.uk")),
            ("example.com.br", Some("example.com.br")),
            ("localhost", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(registrable_domain(host).as_deref(), domain, "{host}");
        }
    }

    #[test]
    fn websites_come_out_of_redirects_without_tracking() {
        let url = Url::parse(
            "https://www.linkedin.com/safety/go/?url=https%3A%2F%2Fexample.com%2F%3Futm_source%3Dx&trk=y",
        )
        .unwrap();
        assert_eq!(website(&url).as_deref(), Some("https://example.com/"));
    }
}
