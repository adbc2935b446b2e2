//! Where a result's link leads: Google's redirects unwrapped, its own pages told apart.

use crate::address::Url;

use crate::canonical;

/// Where a link on a result page leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Destination {
    /// Another page, as written in the link or carried by the redirect.
    Page(String),
    /// Somewhere else, but the page does not say where (`/goto?url=` with an opaque value).
    Hidden,
    /// An advertisement's click counter.
    Advertisement,
    /// One of the search engine's own functions: another search, settings, an anchor.
    Own,
}

/// Longest chain of redirects followed.
const REDIRECTS_MAX: usize = 4;

/// Tells where `href`, found on the page at `base`, leads.
pub(super) fn destination(base: &Url, href: &str) -> Destination {
    let mut href = href.trim().to_owned();
    for _ in 0..REDIRECTS_MAX {
        match step(base, &href) {
            Step::Follow(next) => href = next,
            Step::Arrived(destination) => return destination,
        }
    }
    Destination::Own
}

enum Step {
    Follow(String),
    Arrived(Destination),
}

fn step(base: &Url, href: &str) -> Step {
    let Some(url) = canonical::resolve(base, href) else {
        return Step::Arrived(Destination::Own);
    };
    let host = canonical::host(&url);
    let path = url.path();
    if is_advertisement(host, path) {
        return Step::Arrived(Destination::Advertisement);
    }
    if let Some(original) = untranslated(&url) {
        return Step::Follow(original);
    }
    let search = super::is_google_host(host);
    if search && let Some(page) = path.strip_prefix("/amp/") {
        // `/amp/s/host/path`: `s` stands for https.
        return Step::Follow(match page.strip_prefix("s/") {
            Some(page) => format!("https://{page}"),
            None => format!("http://{page}"),
        });
    }
    if search && matches!(path, "/url" | "/goto" | "/interstitial") {
        let target = ["q", "url"].into_iter().find_map(|wanted| {
            url.query_pairs()
                .find(|(key, value)| key == wanted && is_address(value))
        });
        return match target {
            Some((_, target)) => Step::Follow(target.into_owned()),
            None if url.query_pairs().any(|(key, _)| key == "q") => Step::Arrived(Destination::Own),
            None => Step::Arrived(Destination::Hidden),
        };
    }
    if !is_address(href) || (search && is_own_function(path, &url)) || is_other_search(&url) {
        return Step::Arrived(Destination::Own);
    }
    Step::Arrived(Destination::Page(without_text_fragment(href).to_owned()))
}

/// Whether a link is written as an absolute web address.
fn is_address(href: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        href.get(..scheme.len())
            .is_some_and(|front| front.eq_ignore_ascii_case(scheme))
    })
}

fn is_advertisement(host: &str, path: &str) -> bool {
    canonical::is_host_of(host, "googleadservices.com")
        || canonical::is_host_of(host, "doubleclick.net")
        || (super::is_google_host(host) && (path == "/aclk" || path.starts_with("/pagead/")))
}

/// Paths that are the search itself. Other pages of Google are results like any.
fn is_own_function(path: &str, url: &Url) -> bool {
    match path {
        "/search" | "/webhp" | "/imgres" | "/setprefs" | "/preferences" | "/local_url"
        | "/sorry/index" => true,
        "/" => url.fragment().is_some_and(|f| f.starts_with("q=")),
        _ => false,
    }
}

/// Searches on Google's other services ("Scholarly articles for …", "Map of …", "Images for
/// …"), which old pages list between the results.
fn is_other_search(url: &Url) -> bool {
    let host = canonical::host(url);
    let service = host
        .split_once(".google.")
        .map_or("", |(service, _)| service);
    let searches = match service {
        "maps" | "scholar" | "news" | "images" | "books" | "blogsearch" | "video" | "groups" => {
            true
        }
        _ => super::is_google_host(host) && is_vertical(url.path()),
    };
    searches && url.query_pairs().any(|(key, _)| key == "q")
}

/// The paths of the searches that stand beside that of the web.
fn is_vertical(path: &str) -> bool {
    path.starts_with("/maps/search")
        || matches!(
            path,
            "/maps"
                | "/images"
                | "/news"
                | "/products"
                | "/blogsearch"
                | "/videosearch"
                | "/shopping"
                | "/scholar"
                | "/books"
                | "/finance"
        )
}

/// The address behind Google's page translation, which some countries get in the results:
/// `translate.google.com/translate?u=` and `www-example-com.translate.goog`.
fn untranslated(url: &Url) -> Option<String> {
    let host = canonical::host(url);
    if host.starts_with("translate.google.") && url.path().starts_with("/translate") {
        let (_, original) = url.query_pairs().find(|(key, _)| key == "u")?;
        return is_address(&original).then(|| original.into_owned());
    }
    let folded = host.strip_suffix(".translate.goog")?;
    // A dot is written "-", a hyphen "--".
    let original = folded
        .split("--")
        .map(|part| part.replace('-', "."))
        .collect::<Vec<_>>()
        .join("-");
    let query: Vec<String> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("_x_tr_"))
        .map(str::to_owned)
        .collect();
    let mut address = format!("https://{original}{}", url.path());
    if !query.is_empty() {
        address.push('?');
        address.push_str(&query.join("&"));
    }
    Some(address)
}

/// Drops the text-fragment directive (`#:~:text=…`) that Google adds to show a passage; a
/// fragment of the page's own before it stays.
fn without_text_fragment(href: &str) -> &str {
    let Some((front, _)) = href.split_once(":~:") else {
        return href;
    };
    front.strip_suffix('#').unwrap_or(front)
}

/// The host that a result's visible address line begins with: `https://www.example.com › in`,
/// `www.example.com/path`. `None` for other lines, such as "3.1K+ followers".
pub(super) fn displayed_host(line: &str) -> Option<&str> {
    let first = line.split_whitespace().next()?;
    let bare = first
        .strip_prefix("https://")
        .or_else(|| first.strip_prefix("http://"))
        .unwrap_or(first);
    let host = bare.split(['/', '\u{203a}']).next()?;
    let labels: Vec<&str> = host.split('.').collect();
    let last = labels.last()?;
    let plausible = labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty()
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && last.chars().count() >= 2
        && last.chars().all(char::is_alphabetic)
        // "Inc." and "e.g." are no hosts; an address line goes on with a path, or ends.
        && (first != bare || first != host || line.trim() == host
            || line.contains('\u{203a}') || line.contains(" > "));
    plausible.then_some(host)
}

/// The segments of a displayed address after its host: `› in › slug`, `/in/slug`.
pub(super) fn displayed_path(line: &str) -> Vec<&str> {
    let bare = line
        .trim()
        .strip_prefix("https://")
        .or_else(|| line.trim().strip_prefix("http://"))
        .unwrap_or(line.trim());
    bare.split(['/', '\u{203a}'])
        .skip(1)
        .map(str::trim)
        .filter(|segment| !segment.is_empty())
        .take(8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(address: &str) -> Destination {
        Destination::Page(address.to_owned())
    }

    fn at(href: &str) -> Destination {
        let base = Url::parse("https://www.google.de/search?q=x").unwrap();
        destination(&base, href)
    }

    #[test]
    fn redirects_are_unwrapped() {
        for (href, expected) in [
            ("https://example.com/a?b#c", "https://example.com/a?b#c"),
            (
                "/url?q=https://example.com/%3Fa%3Db&sa=U&ved=1",
                "https://example.com/?a=b",
            ),
            (
                "/url?esrc=s&url=https://example.com/&ved=1",
                "https://example.com/",
            ),
            (
                "https://www.google.co.uk/url?sa=t&url=http%3A%2F%2Fexample.com%2F",
                "http://example.com/",
            ),
            (
                "/goto?url=https%3A%2F%2Fexample.com%2Fx",
                "https://example.com/x",
            ),
            (
                "/url?q=https://www.google.com/maps&sa=U",
                "https://www.google.com/maps",
            ),
            (
                "https://www.google.com/amp/s/example.com/a",
                "https://example.com/a",
            ),
            ("https://www.google.com/maps", "https://www.google.com/maps"),
            (
                "https://www.google.com/imghp?hl=en",
                "https://www.google.com/imghp?hl=en",
            ),
            (
                "https://support.google.com/websearch?q=x",
                "https://support.google.com/websearch?q=x",
            ),
            (
                "https://www.example.com/images?q=x",
                "https://www.example.com/images?q=x",
            ),
            (
                "https://example.com/a#:~:text=x%20y",
                "https://example.com/a",
            ),
            (
                "https://example.com/a#part:~:text=x",
                "https://example.com/a#part",
            ),
            (
                "https://translate.google.com/translate?hl=de&u=https://example.com/a",
                "https://example.com/a",
            ),
            (
                "https://my--shop-example-com.translate.goog/in/x?_x_tr_sl=en&a=b",
                "https://my-shop.example.com/in/x?a=b",
            ),
        ] {
            assert_eq!(at(href), page(expected), "{href}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_told_apart() {
        assert_eq!(at("/goto?url=CAESabcdef"), Destination::Hidden);
        assert_eq!(at("/url?q=/settings"), Destination::Own);
        assert_eq!(
            at("/url?q=http://scholar.google.com/scholar%3Fq%3Dx"),
            Destination::Own
        );
        for own in [
            "/search?q=y",
            "#",
            "javascript:void(0)",
            "https://www.google.ch/search?q=x&tbm=isch",
            "http://www.google.com/images?q=x&hl=en",
            "http://www.google.co.uk/maps?q=x",
            "/news?q=x",
            "http://google.com/products?q=x",
            "http://www.google.com/blogsearch?q=x",
            "http://blogsearch.google.com/blogsearch?q=x",
            "http://maps.google.com/maps?q=x",
            "",
        ] {
            assert_eq!(at(own), Destination::Own, "{own}");
        }
        for ad in [
            "/aclk?sa=L&adurl=https://example.com",
            "https://www.googleadservices.com/pagead/aclk?x",
        ] {
            assert_eq!(at(ad), Destination::Advertisement, "{ad}");
        }
        let nested = |depth: usize| {
            at(&format!(
                "{}https://a.example",
                "https://www.google.com/url?q=".repeat(depth)
            ))
        };
        assert_eq!(nested(2), page("https://a.example"));
        assert_eq!(nested(50), Destination::Own);
    }

    #[test]
    fn address_lines_are_told_from_others() {
        for (line, host) in [
            (
                "https://www.linkedin.com \u{203a} in",
                Some("www.linkedin.com"),
            ),
            ("de.linkedin.com/in/x", Some("de.linkedin.com")),
            ("www.example.com \u{203a} a", Some("www.example.com")),
            ("example.com", Some("example.com")),
            ("3.1K+ followers", None),
            ("Acme.inc is hiring", None),
            ("LinkedIn \u{b7} Ada Example", None),
            ("", None),
        ] {
            assert_eq!(displayed_host(line), host, "{line}");
        }
        assert_eq!(
            displayed_path("https://www.linkedin.com \u{203a} in \u{203a} ada"),
            ["in", "ada"]
        );
    }
}
