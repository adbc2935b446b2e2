//! The card at the top of a member's profile, read by the order of its texts.
//!
//! Name, [pronouns], [degree of connection], headline, [company, school], place, "Contact
//! info": every layout since 2018 keeps this order, whatever its classes.

use crate::address::Url;
use crate::document::ElementRef;

use super::address;
pub(crate) use super::badges::{is_badge, is_count, is_degree, is_pronouns, without_count};
use super::badges::{is_former_name, is_mark};
use crate::canonical;
use crate::dom::{self, Grain, Piece, Shown};
use crate::headline;
use crate::rules::fold;
use crate::sites::view::View;

/// What a top card shows.
#[derive(Debug, Default)]
pub(crate) struct TopCard {
    /// Name as displayed.
    pub(crate) name: Option<String>,
    /// The line under the name.
    pub(crate) headline: Option<String>,
    /// Place.
    pub(crate) location: Option<String>,
    /// Company shown as the current one, and what told it from a school.
    pub(crate) company: Option<(String, &'static str)>,
    /// Website or other outbound link of the member.
    pub(crate) website: Option<String>,
    /// Whether it is of the layout with hashed classes.
    pub(crate) sdui: bool,
}

/// Whom a card is about, told by its own links and keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identity {
    /// Public slugs, canonical.
    pub(crate) slugs: Vec<String>,
    /// Member ids.
    pub(crate) ids: Vec<String>,
}

impl Identity {
    /// Whether this is the member at `slug` (a slug or a member id); `None` where nothing
    /// tells.
    pub(crate) fn is_member(&self, slug: &str) -> Option<bool> {
        let known = if canonical::is_member_id(slug) {
            &self.ids
        } else {
            &self.slugs
        };
        (!known.is_empty()).then(|| known.iter().any(|one| one == slug))
    }

    fn add_slug(&mut self, slug: String) {
        if canonical::is_member_id(&slug) {
            self.ids.push(slug);
        } else {
            self.slugs.push(slug);
        }
    }
}

/// Reads a card's identity from links to overlays of the profile, the link around the name,
/// "connect" and "message" links, and the component keys of the screen around it.
pub(crate) fn identity(view: &View<'_>, card: ElementRef<'_>) -> Identity {
    let mut found = Identity::default();
    let links = card
        .descendent_elements()
        .filter(|element| element.name() == "a");
    for link in links.take(100) {
        let Some(url) = view.href(link) else { continue };
        let own_page = is_own_page(&url) || view.first_in(link, "heading").is_some();
        if own_page && let Some(slug) = canonical::slug_after(&url, &["in"]) {
            found.add_slug(slug);
        }
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "vanityName" => found.slugs.extend(canonical::normal_slug(&value)),
                "profileUrn" => {
                    let id = value.rsplit(':').next().unwrap_or_default();
                    if canonical::is_member_id(id) {
                        found.ids.push(id.to_owned());
                    }
                }
                _ => {}
            }
        }
    }
    add_key(view, card, &mut found);
    if found.slugs.is_empty() {
        // Keys such as `profileCardsAboveActivity<slug>` stand beside the card: those of the
        // nearest element around it that holds any. Farther away may be another screen.
        for around in [card].into_iter().chain(dom::ancestors(card).take(40)) {
            for element in around.descendent_elements() {
                add_key(view, element, &mut found);
            }
            if !found.slugs.is_empty() || around.attr("data-sdui-screen").is_some() {
                break;
            }
        }
    }
    if found.slugs.is_empty() {
        let canonical = view.canonical_link();
        found
            .slugs
            .extend(canonical.as_ref().and_then(address::mobile_profile));
    }
    found
}

/// Takes the slug or member id out of an element's component key, which may stand as its id, and
/// the slug that buttons for mobile browsers have.
fn add_key(view: &View<'_>, element: ElementRef<'_>, found: &mut Identity) {
    let named = element.attr("data-vanity-name");
    found.slugs.extend(named.and_then(canonical::normal_slug));
    let keys = [element.attr("componentkey"), element.attr("id")];
    for key in keys.into_iter().flatten() {
        // The first pattern that fits is the most special one.
        let mut patterns = view.rules.patterns("component_key").iter();
        let captured = patterns.find_map(|pattern| pattern.captures(key));
        for (gap, value) in captured.unwrap_or_default() {
            match gap {
                "slug" => found.slugs.extend(canonical::normal_slug(value)),
                "id" if canonical::is_member_id(value) => found.ids.push(value.to_owned()),
                _ => {}
            }
        }
    }
}

/// Whether a section can be of the member at `slug`: neither its keys nor its links to pages
/// below a profile name others only.
pub(crate) fn is_of(view: &View<'_>, section: ElementRef<'_>, slug: &str, card: &Identity) -> bool {
    let mut found = Identity::default();
    add_key(view, section, &mut found);
    for element in section.descendent_elements().take(3_000) {
        add_key(view, element, &mut found);
        if element.name() == "a"
            && let Some(url) = view.href(element).filter(is_own_page)
            && let Some(named) = canonical::slug_after(&url, &["in"])
        {
            found.add_slug(named);
        }
    }
    let mut own = card.clone();
    own.add_slug(slug.to_owned());
    let names_others = |found: &[String], own: &[String]| {
        !found.is_empty() && !own.is_empty() && !found.iter().any(|one| own.contains(one))
    };
    !names_others(&found.ids, &own.ids) && !names_others(&found.slugs, &own.slugs)
}

/// Whether a link leads to a page or overlay below a profile, as only its own page links it.
fn is_own_page(url: &Url) -> bool {
    ["/overlay/", "/detail/", "/details/", "/edit/"]
        .iter()
        .any(|part| url.path().contains(part))
}

/// Whether `scope` links to pages below the profile at `slug`.
pub(crate) fn has_own_page_link(view: &View<'_>, scope: ElementRef<'_>, slug: &str) -> bool {
    scope
        .descendent_elements()
        .filter(|element| element.name() == "a")
        .filter_map(|link| view.href(link))
        .filter(is_own_page)
        .any(|url| canonical::slug_after(&url, &["in"]).as_deref() == Some(slug))
}

/// Reads a top card. `titled` is the name that the document's title gives, if any.
pub(crate) fn read(view: &View<'_>, card: ElementRef<'_>, titled: Option<&str>) -> TopCard {
    let sdui = is_sdui(card);
    let grain = if in_blocks(view, card, sdui) {
        Grain::Block
    } else {
        Grain::Span
    };
    let pieces: Vec<Piece<'_>> = dom::pieces(card, grain, Shown::Sighted)
        .into_iter()
        .take(200)
        .filter(|piece| !is_aside(view, piece, card))
        .collect();
    let chips: Vec<ElementRef<'_>> = view
        .all_in(card, "top_card_chip")
        .into_iter()
        .filter(|chip| has_picture(*chip))
        .collect();
    let contact = view.first_in(card, "contact_info");
    let Some(name_at) = name_index(view, card, &pieces, titled) else {
        return TopCard::default();
    };
    let name = pieces.get(name_at).map(|piece| piece.text.clone());
    // The contact link ends the lines; so does the separator before it, a lone dot.
    let contact = contact.and_then(|contact| {
        pieces
            .iter()
            .position(|piece| dom::contains(contact, piece.element))
    });
    let end = contact.or_else(|| {
        pieces.iter().enumerate().position(|(at, piece)| {
            let next = pieces.get(at + 1).map_or("", |piece| piece.text.as_str());
            at > name_at + 1 && piece.text == "·" && !is_degree(next)
        })
    });
    let after_name = pieces.get(name_at + 1..).unwrap_or_default();
    let lines = match end {
        Some(end) if end > name_at => pieces.get(name_at + 1..end).unwrap_or_default(),
        _ => until_counts(view, after_name),
    };
    let is_chip = |piece: &Piece<'_>| {
        let mut chips = chips.iter();
        chips.any(|chip| dom::contains(*chip, piece.element))
    };
    let headings = heading_lines(lines);
    // Only these layouts write company and school between headline and place.
    let with_company = sdui || headings.is_some() || is_mobile(view);
    let mut lines = headings.unwrap_or_else(|| lines.iter().collect());
    if end.is_none() {
        // No link to contact data divides the place from the chips behind it.
        lines.retain(|piece| !is_chip(piece));
    }
    let lines = without_badges(view, &lines);
    let mut card_read = TopCard {
        name,
        sdui,
        website: website(view, card),
        ..TopCard::default()
    };
    // The headline comes first; the last line is the place where anything follows.
    let is_former = is_former_name(card_read.name.as_deref(), &lines);
    let mut lines = lines.into_iter().skip(usize::from(is_former));
    let headline = lines.next();
    // "--" stands for a headline that the member left out.
    card_read.headline = headline.filter(|line| line.chars().any(char::is_alphanumeric));
    let mut rest: Vec<String> = lines.collect();
    if rest.len() > 1 || !is_company_line(view, card, rest.last()) {
        card_read.location = rest.pop();
    }
    if !with_company {
        rest.clear();
    }
    card_read.company = company(view, card, &card_read, &rest);
    card_read
}

/// Whether the page is of the layout for mobile browsers.
pub(crate) fn is_mobile(view: &View<'_>) -> bool {
    let canonical = view.canonical_link();
    view.has("mobile_profile")
        || canonical.is_some_and(|url| address::mobile_profile(&url).is_some())
}

/// Whether the card is of the layout with hashed classes: its own keys say so, or the screen
/// that it is on.
fn is_sdui(card: ElementRef<'_>) -> bool {
    let is_keyed = |element: ElementRef<'_>| element.attr("componentkey").is_some();
    card.descendent_elements().any(is_keyed) || is_on_screen(card)
}

/// Whether an element is on a screen of the layout with hashed classes.
pub(crate) fn is_on_screen(element: ElementRef<'_>) -> bool {
    dom::ancestors(element).any(|around| around.attr("data-sdui-screen").is_some())
}

/// Whether every text of the scope has a block of its own, as the layout with hashed classes
/// has it.
pub(crate) fn in_blocks(view: &View<'_>, scope: ElementRef<'_>, sdui: bool) -> bool {
    sdui && view.first_in(scope, "paragraph").is_some()
}

/// Whether a text is none of the member's own: a button, a link away from the profile, an
/// offer that the viewer's own card shows ("Verify now").
fn is_aside(view: &View<'_>, piece: &Piece<'_>, card: ElementRef<'_>) -> bool {
    let leads_away = |link: ElementRef<'_>| {
        view.href(link).is_some_and(|url| {
            view.rules.has_label("aside_path", url.path())
                || canonical::website(&url).is_some_and(|url| !url.contains("linkedin.com"))
        })
    };
    let promotes =
        piece.text.chars().count() <= 40 && view.rules.has_label("promotion", &piece.text);
    promotes
        || [piece.element]
            .into_iter()
            .chain(dom::ancestors(piece.element).take_while(|up| up.id() != card.id()))
            .any(|element| match element.name() {
                "button" => true,
                "a" => leads_away(element),
                _ => false,
            })
}

/// Whether a line is the one of company and school: it begins with the first chip's text.
fn is_company_line(view: &View<'_>, card: ElementRef<'_>, line: Option<&String>) -> bool {
    let chips = view.all_in(card, "top_card_chip").into_iter();
    let mut chips = chips.filter(|chip| has_picture(*chip));
    let first = chips.next().and_then(dom::sighted_text);
    line.zip(first)
        .is_some_and(|(line, chip)| line.starts_with(&chip))
}

/// Where the name stands: the heading, else the text that the title names, else the first. Of
/// late 2019 to 2021 the heading is the headline, and the name stands before it in a list.
fn name_index(
    view: &View<'_>,
    card: ElementRef<'_>,
    pieces: &[Piece<'_>],
    titled: Option<&str>,
) -> Option<usize> {
    let heading = view.first_in(card, "heading").and_then(|heading| {
        let at = pieces
            .iter()
            .position(|piece| dom::contains(heading, piece.element))?;
        let before = pieces.get(..at).filter(|_| heading.name() == "h2");
        let is_name = |piece: &Piece<'_>| {
            let marked = view.first_in(card, "top_card_name");
            marked.is_some_and(|marked| dom::contains(marked, piece.element))
                || is_pictured(card, &piece.text)
        };
        Some(
            before
                .and_then(|before| before.iter().position(is_name))
                .unwrap_or(at),
        )
    });
    let by_title = titled.and_then(|titled| pieces.iter().position(|p| p.text == titled));
    match (heading, by_title) {
        // A heading that is not the name (an advertisement, a teaser) comes later.
        (Some(heading), Some(title)) => Some(heading.min(title)),
        (found, None) | (None, found) => found.or((!pieces.is_empty()).then_some(0)),
    }
}

/// Whether a picture of the card has this text instead.
fn is_pictured(card: ElementRef<'_>, text: &str) -> bool {
    let mut pictures = card
        .descendent_elements()
        .filter(|element| element.name() == "img");
    pictures.any(|picture| {
        let texts = [picture.attr("alt"), picture.attr("title")];
        texts
            .into_iter()
            .flatten()
            .any(|own| dom::collapse(own) == text)
    })
}

/// The lines before the counts of followers and connections, for cards without a contact link.
fn until_counts<'p, 'a>(view: &View<'_>, pieces: &'p [Piece<'a>]) -> &'p [Piece<'a>] {
    // "2." beside the name is a degree in many languages, and no count, nor is "2nd degree
    // connection".
    let says_degree = |text: &str| {
        let first = text.split(' ').next();
        is_degree(text) || matches!(first, Some("1st" | "2nd" | "3rd"))
    };
    let is_end = |(at, piece): (usize, &Piece<'_>)| {
        is_count(view, &piece.text) && !(at < 4 && says_degree(&piece.text))
    };
    let end = pieces
        .iter()
        .enumerate()
        .position(is_end)
        .unwrap_or(pieces.len())
        .min(8);
    pieces.get(..end).unwrap_or_default()
}

/// Where the first line is a heading (2018 to 2020), all lines of interest are: other texts
/// between them are not read.
fn heading_lines<'p, 'a>(pieces: &'p [Piece<'a>]) -> Option<Vec<&'p Piece<'a>>> {
    let is_heading = |piece: &&Piece<'_>| {
        [piece.element]
            .into_iter()
            .chain(dom::ancestors(piece.element).take(3))
            .any(|element| matches!(element.name(), "h2" | "h3"))
    };
    let first = pieces.iter().find(|piece| !is_degree(&piece.text))?;
    if !is_heading(&first) {
        return None;
    }
    let headings: Vec<&Piece<'_>> = pieces.iter().filter(is_heading).collect();
    // In 2019 and 2020 the headline alone is one.
    (headings.len() > 1).then_some(headings)
}

/// The lines without degree marks, pronouns, separators and counts. What stands before the
/// last degree mark belongs to the name.
fn without_badges(view: &View<'_>, pieces: &[&Piece<'_>]) -> Vec<String> {
    let after_degree = pieces
        .iter()
        .take(6)
        .rposition(|piece| {
            let is_compound = piece.text.contains(['·', '•']) && is_badge(view, &piece.text);
            is_degree(&piece.text) || is_mark(&piece.text) || is_compound
        })
        .map_or(0, |at| at + 1);
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces.get(after_degree..).unwrap_or_default() {
        let text = piece.text.trim_matches(['·', '•', ' ']);
        if text.is_empty() || is_degree(text) || is_count(view, text) {
            continue;
        }
        if lines.is_empty() && is_badge(view, text) {
            continue;
        }
        lines.push(text.to_owned());
    }
    lines
}

/// The current company: told by its label, else by its place before the school.
fn company(
    view: &View<'_>,
    card: ElementRef<'_>,
    read: &TopCard,
    lines: &[String],
) -> Option<(String, &'static str)> {
    let name = read.name.as_deref().unwrap_or_default();
    let mut schools = Vec::new();
    for chip in view.all_in(card, "top_card_chip") {
        let Some(text) = dom::sighted_text(chip) else {
            continue;
        };
        // Told by where the chip jumps to, or by its label.
        let jumps = |part: &str| chip.attr("href").is_some_and(|href| href.contains(part));
        let label = chip.attr("aria-label").unwrap_or_default();
        let labelled = |key: &str| view.rules.after_label(key, label).is_some();
        if jumps("#education") || labelled("education") {
            schools.push(text);
        } else if jumps("#experience") || labelled("current_company") {
            return Some((text, "top_card_label"));
        }
    }
    let line = lines.last().map(String::as_str);
    // Chips in a row: the company, then the school. A line above repeats them.
    let mut chips: Vec<String> = view
        .all_in(card, "top_card_chip")
        .into_iter()
        .filter(|chip| has_picture(*chip))
        .filter_map(dom::sighted_text)
        .filter(|text| text != name && !schools.contains(text))
        .filter(|text| text.chars().any(char::is_alphabetic))
        .collect();
    // Other buttons may stand there too.
    let is_named = |chip: &String| line.is_some_and(|line| line.contains(chip.as_str()));
    if chips.iter().any(is_named) {
        chips.retain(is_named);
    }
    match (chips.as_slice(), lines) {
        ([first, _, ..], _) | ([], [first, _, ..]) => Some((first.clone(), "top_card_order")),
        ([one], _) if line.is_some_and(|line| line.starts_with(one.as_str()) && line != one) => {
            Some((one.clone(), "top_card_order"))
        }
        ([], [one]) if one.contains(" · ") => one
            .split_once(" · ")
            .map(|(company, _)| (company.to_owned(), "top_card_order")),
        // One alone: a company or a school.
        ([one], _) | ([], [one]) => {
            let school =
                view.rules.has_label("school_word", one) || view.rules.is_label("school_name", one);
            // Who works at a school says so.
            let stated = || headline::split(read.headline.as_deref()?).company;
            let works_there = || stated().is_some_and(|at| fold(&at) == fold(one));
            (!school || works_there()).then(|| (one.clone(), "top_card_single"))
        }
        ([], []) => None,
    }
}

/// Whether an element shows a picture (a logo, or the place of one).
fn has_picture(element: ElementRef<'_>) -> bool {
    element.descendent_elements().any(|inner| {
        matches!(inner.name(), "img" | "figure" | "svg" | "li-icon")
            || inner.attr("role") == Some("img")
    })
}

/// The first link of the card that leads out of LinkedIn.
pub(crate) fn website(view: &View<'_>, card: ElementRef<'_>) -> Option<String> {
    card.descendent_elements()
        .filter(|element| element.name() == "a")
        .take(60)
        .filter_map(|link| view.href(link))
        .filter_map(|url| canonical::website(&url))
        .find(|url| !url.contains("linkedin.com") && !url.contains("licdn.com"))
}
