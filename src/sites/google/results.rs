//! The organic results of a page, in order: heading, link and the texts that belong to it.
//!
//! What makes a link a result is structure, not class names: a heading within the link (or,
//! before 2018, the link within the heading), leading to another page, outside the blocks
//! that are not organic.

use crate::unicode::Lower;

use crate::document::{ElementRef, PerNode};

use super::link::{self, Destination};
use crate::dom::{self, Grain, Shown};
use crate::sites::view::View;

/// Most results read from one page: Google shows at most 100 with `num=100`.
const RESULTS_MAX: usize = 300;
/// How far up a heading's ancestors are looked at.
const ANCESTORS_MAX: usize = 200;
/// How many elements before one are looked at.
const SIBLINGS_MAX: usize = 8;
/// How many switches are looked at for a text.
const SWITCHES_MAX: usize = 8;
/// How far above a link, and in how large an element, a line is looked for that calls it an
/// advertisement.
const ADVERT_LEVELS: usize = 3;
const ADVERT_NODES_MAX: usize = 120;
/// Most text blocks kept of one result, and the longest one, in bytes.
const BLOCKS_MAX: usize = 40;
const BLOCK_BYTES_MAX: usize = 1_500;

/// One organic result.
#[derive(Debug)]
pub(super) struct Organic {
    /// Title as displayed.
    pub title: String,
    /// Destination; `None` where the page hides it.
    pub url: Option<String>,
    /// The other texts of the result: address line, site name, snippet.
    pub lines: Vec<String>,
}

/// The results and the markup generation they were found in.
#[derive(Debug)]
pub(super) struct Found {
    pub layout: &'static str,
    pub results: Vec<Organic>,
}

/// A link that may be a result.
struct Candidate<'a> {
    link: ElementRef<'a>,
    title: String,
    /// Destination; the outer `None` marks what is no result but bounds its neighbours.
    target: Option<Option<String>>,
}

/// Reads the organic results. Every layout has its own way to tell the title; the first that
/// finds a result is taken.
pub(super) fn read(view: &View<'_>) -> Option<Found> {
    let found = |layout, candidates: Vec<Candidate<'_>>| {
        let redirected = candidates.iter().any(|candidate| {
            let href = candidate.link.attr("href").unwrap_or_default();
            candidate.target.is_some() && href.starts_with("/url?")
        });
        let layout = match layout {
            "desktop" if redirected => "no_script",
            "desktop_2016" if redirected => "no_script_2016",
            layout => layout,
        };
        let results = collect(view, candidates);
        (!results.is_empty()).then_some(Found { layout, results })
    };
    if let Some(found) = found("desktop", heading_in_link(view)) {
        return Some(found);
    }
    // Both may find a block of the other's page: the one that finds more is right.
    let mobile = found("mobile", heading_role_in_link(view));
    let old = found("desktop_2016", link_in_heading(view));
    let count = |found: &Option<Found>| found.as_ref().map_or(0, |found| found.results.len());
    let more = if count(&old) > count(&mobile) {
        old
    } else {
        mobile
    };
    more.or_else(|| found("no_script_plain", plain_redirect(view)))
}

/// Desktop since 2018, and the pages without script from 2020 to 2024: `a h3`.
fn heading_in_link<'v>(view: &'v View<'_>) -> Vec<Candidate<'v>> {
    headings(view, "heading_in_link", |_| true)
}

/// Mobile: `a [role=heading]`. News and video cards have the same shape, without the
/// address line.
fn heading_role_in_link<'v>(view: &'v View<'_>) -> Vec<Candidate<'v>> {
    headings(view, "heading_role_in_link", |link| {
        link.attr("role") == Some("presentation")
            || blocks(link).any(|line| {
                link::displayed_host(&line).is_some()
                    // "Acme › products": a site's name in place of its host.
                    || line.contains(" \u{203a} ")
                    || super::snippet::source_name(view.rules, &line).is_some()
            })
    })
}

fn headings<'v>(
    view: &'v View<'_>,
    key: &str,
    accept: impl Fn(ElementRef<'v>) -> bool,
) -> Vec<Candidate<'v>> {
    let mut seen = PerNode::default();
    view.all(key)
        .into_iter()
        .filter_map(|heading| {
            let link = dom::ancestors(heading)
                .take(ANCESTORS_MAX)
                .find(|element| element.name() == "a")?;
            // A link with two headings is one result.
            (seen.insert(link.id()) && accept(link)).then_some((link, heading))
        })
        .take(RESULTS_MAX)
        .filter_map(|(link, heading)| candidate(view, link, dom::text(heading)?))
        .collect()
}

/// Before 2018: `h3 a`. Sitelinks have the same shape; they stand in a table below their
/// result and lead to the same host.
fn link_in_heading<'v>(view: &'v View<'_>) -> Vec<Candidate<'v>> {
    let mut seen = PerNode::default();
    let mut above: Option<(ElementRef<'v>, Option<String>)> = None;
    let mut candidates = Vec::new();
    for link in view.all("link_in_heading") {
        if candidates.len() >= RESULTS_MAX || !seen.insert(link.id()) {
            continue;
        }
        let Some(mut candidate) = dom::text(link).and_then(|title| candidate(view, link, title))
        else {
            continue;
        };
        if let Some(target) = &candidate.target {
            let host = target.as_deref().and_then(host_of);
            let table = dom::ancestors(link)
                .take(ANCESTORS_MAX)
                .find(|element| element.name() == "table");
            let is_sitelink = match (table, &above) {
                (Some(table), Some((result, of))) => {
                    of.is_some()
                        && *of == host
                        && !dom::contains(table, *result)
                        // A table with an address line is a result of its own (a video).
                        && !blocks(table).any(|line| link::displayed_host(&line).is_some())
                }
                _ => false,
            };
            if is_sitelink {
                candidate.target = None;
            } else {
                above = Some((link, host));
            }
        }
        candidates.push(candidate);
    }
    candidates
}

/// The newest pages without script have no heading at all: a redirect link whose first text
/// is the title and whose second is the address line of the same host.
fn plain_redirect<'v>(view: &'v View<'_>) -> Vec<Candidate<'v>> {
    view.all("plain_redirect")
        .into_iter()
        .take(RESULTS_MAX)
        .filter_map(|link| {
            let mut texts = text_nodes(link).into_iter();
            let (title, line) = (texts.next()?, texts.next()?);
            let shown = link::displayed_host(&line)?.lower();
            let candidate = candidate(view, link, title)?;
            let matches = match &candidate.target {
                Some(Some(url)) => host_of(url).is_some_and(|host| {
                    bare_host(&host) == bare_host(&shown)
                        // International hosts are shown decoded.
                        || host.contains("xn--")
                }),
                Some(None) => true,
                None => false,
            };
            matches.then_some(candidate)
        })
        .collect()
}

/// The texts of an element that are not split further, collapsed, at most a few.
fn text_nodes(element: ElementRef<'_>) -> Vec<String> {
    element
        .text()
        .map(dom::collapse)
        .filter(|text| !text.is_empty())
        .take(6)
        .collect()
}

fn host_of(address: &str) -> Option<String> {
    crate::address::Url::parse(address)
        .ok()?
        .host_str()
        .map(str::to_owned)
}

fn bare_host(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// `None` for links that have nothing to do with results; a candidate without target for
/// those that are none but look like one (advertisements, answers to other questions).
fn candidate<'v>(view: &'v View<'_>, link: ElementRef<'v>, title: String) -> Option<Candidate<'v>> {
    let href = link.attr("href").unwrap_or_default();
    let target = match link::destination(&view.url, href) {
        Destination::Page(address) => Some(Some(address)),
        Destination::Hidden => Some(None),
        Destination::Advertisement => None,
        Destination::Own => return None,
    };
    let target = target.filter(|_| !in_other_block(view, link));
    Some(Candidate {
        link,
        title,
        target,
    })
}

/// Whether a link stands in a block that is not organic: advertisements, "people also ask",
/// carousels, the knowledge panel.
fn in_other_block(view: &View<'_>, link: ElementRef<'_>) -> bool {
    let selectors = view.rules.selectors("not_organic");
    dom::ancestors(link).take(ANCESTORS_MAX).any(|element| {
        selectors.iter().any(|selector| selector.matches(element))
            || (element.attr("role") == Some("region")
                && element
                    .attr("aria-label")
                    .is_some_and(|label| view.rules.is_label("advertisements", label)))
    })
}

/// Whether a link stands in a block of the page that is not shown. A page hidden as a whole
/// waits for its own scripts or for an answer about consent: its results are results.
fn is_in_hidden_block(link: ElementRef<'_>, known: &mut PerNode<Option<bool>>) -> bool {
    std::iter::once(link)
        .chain(dom::ancestors(link))
        .take(ANCESTORS_MAX)
        .take_while(|element| !matches!(element.name(), "body" | "html"))
        .any(|element| {
            // Blocks around many results are asked once.
            let is_hidden = known
                .get(element.id())
                .unwrap_or_else(|| dom::is_hidden(element));
            known.set(element.id(), Some(is_hidden));
            is_hidden
        })
}

/// Turns candidates into results: each with the texts of the largest block that holds no
/// other candidate. A result repeated word for word (a featured snippet stands again among
/// the results) is kept once.
fn collect(view: &View<'_>, mut candidates: Vec<Candidate<'_>>) -> Vec<Organic> {
    let mut hidden = PerNode::<Option<bool>>::default();
    for candidate in &mut candidates {
        if is_in_hidden_block(candidate.link, &mut hidden) {
            candidate.target = None;
        }
    }
    // How many candidates each element holds.
    let mut holds = PerNode::<u32>::default();
    for candidate in &candidates {
        for element in dom::ancestors(candidate.link).take(ANCESTORS_MAX) {
            holds.count(element.id());
        }
    }
    let alone = candidates
        .iter()
        .filter(|candidate| candidate.target.is_some())
        .count()
        == 1;
    // At most RESULTS_MAX.
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut results = Vec::new();
    for candidate in candidates {
        let Some(url) = candidate.target else {
            continue;
        };
        let block = dom::ancestors(candidate.link)
            .take(ANCESTORS_MAX)
            .take_while(|element| {
                holds.get(element.id()) == 1 && !matches!(element.name(), "body" | "html")
            })
            .last()
            .unwrap_or(candidate.link);
        if !alone && is_answer(block, candidate.link) {
            continue;
        }
        if is_advertised(view, block, candidate.link) {
            continue;
        }
        let lines = lines(block, &candidate.title);
        // Where the link hides its destination, the address line stands for it.
        let shown = || {
            lines.iter().find(|line| {
                !link::displayed_path(line).is_empty() && link::displayed_host(line).is_some()
            })
        };
        if let Some(address) = url.as_ref().or_else(shown) {
            let known = (candidate.title.clone(), address.clone());
            if seen.contains(&known) {
                continue;
            }
            seen.push(known);
        }
        results.push(Organic {
            title: candidate.title,
            url,
            lines,
        });
    }
    results
}

/// The element's text, one entry a line or paragraph.
fn blocks(element: ElementRef<'_>) -> impl Iterator<Item = String> {
    dom::pieces(element, Grain::Block, Shown::All)
        .into_iter()
        .map(|piece| piece.text)
}

/// The texts of a result's block, without its title and without the words of the link that
/// shows a passage of the page ("Read more"), which follow the snippet without a space.
fn lines(block: ElementRef<'_>, title: &str) -> Vec<String> {
    let passage_links: Vec<String> = block
        .descendent_elements()
        .filter(|element| {
            element.name() == "a"
                && element
                    .attr("href")
                    .is_some_and(|href| href.contains(":~:") || href.contains("/goto?"))
        })
        .filter_map(dom::text)
        .take(4)
        .collect();
    blocks(block)
        .filter(|line| line != title && line.len() <= BLOCK_BYTES_MAX)
        .take(BLOCKS_MAX)
        .map(|line| {
            let own = passage_links
                .iter()
                .find_map(|words| line.strip_suffix(words.as_str()));
            own.map(|own| own.trim_end().to_owned()).unwrap_or(line)
        })
        .collect()
}

/// Whether one of the lines right around a link calls it an advertisement.
fn is_advertised(view: &View<'_>, block: ElementRef<'_>, link: ElementRef<'_>) -> bool {
    let near = dom::ancestors(link)
        .take(ADVERT_LEVELS)
        .take_while(|element| dom::contains(block, *element));
    near.filter(|element| element.node_count() <= ADVERT_NODES_MAX)
        .flat_map(|element| blocks(element).take(BLOCKS_MAX))
        .any(|line| view.rules.is_label("advertisements", &line))
}

/// Whether the link stands in the answer of an accordion ("people also ask" in a markup that
/// no selector knows): beside what holds the link, and before it, stands one switch that asks
/// a question. A page's header has several, a result's own menu comes after its link.
fn is_answer(block: ElementRef<'_>, link: ElementRef<'_>) -> bool {
    dom::ancestors(link)
        .take(ANCESTORS_MAX)
        .take_while(|element| element.id() != block.id())
        .any(|element| {
            element
                .prev_siblings()
                .take(SIBLINGS_MAX)
                .any(|before| switches(before) == 1)
        })
}

/// How many switches that ask a question an element holds, itself included; more than one is
/// two. Other switches (a dictionary's, a filter's) may stand before a result.
fn switches(element: ElementRef<'_>) -> usize {
    element
        .descendent_elements()
        .filter(|inner| {
            inner.attr("aria-expanded").is_some() || inner.attr("role") == Some("button")
        })
        .take(SWITCHES_MAX)
        .filter(|switch| {
            dom::text(*switch).is_some_and(|text| text.ends_with(['?', '\u{ff1f}', '\u{61f}']))
        })
        .take(2)
        .count()
}
