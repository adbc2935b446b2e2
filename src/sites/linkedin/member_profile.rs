//! A member's profile as other members see it: the layout with hashed classes (from November
//! 2025), the Ember layouts (2018 to 2025), and the page not yet rendered.

use crate::document::ElementRef;

use super::frame::is_in_frame;
use super::negative;
use super::position::{self, Position};
use super::top_card::{self, Identity, TopCard};
use super::voyager::{self, Member};
use crate::canonical;
use crate::dom::{self, Grain, Shown};
use crate::lead;
use crate::name;
use crate::page::{Note, ParsedPage};
use crate::rules::fold;
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;
use crate::unicode::{is_mark, nfd};

/// Reads a member profile; `None` where the document is none.
pub(crate) fn read(view: &View<'_>, slug: &str) -> Option<ParsedPage> {
    let titled = titled_name(view);
    let sure = view.has("top_card") || view.has("contact_info");
    if !sure && let Some(kind) = negative::by_document(view) {
        return Some(ParsedPage::empty("linkedin", kind, None));
    }
    let cards = find_cards(view, titled.as_deref());
    let embedded = voyager::member(view, slug);
    if cards.is_empty() {
        // Another kind of page is still shown: its data tells little of this member.
        let others = ["other_screen", "search_row", "company_card"];
        if others.iter().any(|key| view.has(key)) {
            return None;
        }
        return embedded.map(|member| shell(view, slug, &member));
    }
    let mut others = 0;
    let mut unsure = None;
    for card in cards {
        let mut identity = top_card::identity(view, card);
        if let Some(member) = &embedded {
            // The embedded data joins slug and member id.
            if identity.slugs.is_empty() && member.id.iter().any(|id| identity.ids.contains(id)) {
                identity.slugs.extend(member.slug.clone());
            }
        }
        match identity.is_member(slug) {
            Some(true) => return Some(extract(view, slug, card, &identity, embedded.as_ref())),
            Some(false) => others += 1,
            None => unsure = unsure.or(Some((card, identity))),
        }
    }
    if let (0, Some((card, identity))) = (others, unsure) {
        // The card does not tell whose it is: the page around it must.
        let shown = top_card::read(view, card, titled.as_deref()).name;
        let named = embedded.as_ref().and_then(Member::full_name);
        let told = if shown.is_some() && shown == named {
            Some("voyager")
        } else if top_card::has_own_page_link(view, view.root(), slug) {
            Some("own_links")
        } else if let Some(shown) = shown.filter(|shown| titled.as_ref() == Some(shown))
            && !is_of_another(view, slug, &shown, named.as_deref())
        {
            // Card and title may both be left from the profile before.
            Some("title")
        } else {
            None
        };
        if let Some(by) = told {
            let mut page = extract(view, slug, card, &identity, embedded.as_ref());
            page.notes.push(note(
                "profile_url",
                by,
                "identity not shown by the top card",
            ));
            return Some(page);
        }
    }
    let mut page = ParsedPage::empty("linkedin", "loading", None);
    page.notes.push(note(
        "page",
        "identity",
        "page shows another profile than its address",
    ));
    Some(page)
}

/// Whether the page itself says that the member at `slug` has another name than the one shown:
/// its data does, or a link to the member whose text has the slug's words, as the list has that
/// led here. Names in another script, or of which the slug tells nothing, say nothing.
fn is_of_another(view: &View<'_>, slug: &str, shown: &str, named: Option<&str>) -> bool {
    let shown = words(shown);
    let differs = |other: &[String]| {
        !shown.is_empty() && !other.is_empty() && !other.iter().any(|word| shown.contains(word))
    };
    if named.is_some_and(|named| differs(&words(named))) {
        return true;
    }
    let decoded = canonical::percent_decode(slug).unwrap_or_default();
    let in_slug = words(&decoded.replace(['-', '_'], " "));
    if !differs(&in_slug) {
        return false;
    }
    let links = view.root().descendent_elements();
    let own = links.filter(|link| {
        let href = link.attr("href").filter(|_| link.name() == "a");
        href.is_some_and(|href| href.contains("/in/"))
            && view
                .href(*link)
                .is_some_and(|url| canonical::slug_after(&url, &["in"]).as_deref() == Some(slug))
    });
    let texts: Vec<Vec<String>> = own
        .take(40)
        .filter_map(dom::sighted_text)
        .map(|text| words(&text))
        .collect();
    texts.iter().all(|text| differs(text) || text.is_empty())
        && texts
            .iter()
            .any(|text| text.iter().any(|word| in_slug.contains(word)))
}

/// The words of a name in Latin letters, for comparison: without marks, three letters and more.
fn words(name: &str) -> Vec<String> {
    let folded: String = nfd(&fold(name)).chars().filter(|c| !is_mark(*c)).collect();
    folded
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| word.len() > 2 && word.is_ascii())
        .map(str::to_owned)
        .collect()
}

fn note(field: &str, strategy: &str, reason: &str) -> Note {
    Note {
        field: field.to_owned(),
        strategy: strategy.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The name in the document's title, without a counter of unread messages before it.
pub(crate) fn titled_name(view: &View<'_>) -> Option<String> {
    if top_card::is_mobile(view) {
        // "Profile | LinkedIn".
        return None;
    }
    let title = dom::title(&view.document)?;
    let title = match title
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(") "))
    {
        Some((count, rest)) if count.chars().all(|c| c.is_numeric() || c == '+') => rest,
        _ => title.as_str(),
    };
    view.rules
        .patterns("profile_title")
        .iter()
        .find_map(|pattern| pattern.capture(title, "name"))
        .map(str::to_owned)
}

/// Candidates for the top card, the most durable hook first. After in-page navigation an
/// earlier profile's card may still be there.
fn find_cards<'a>(view: &'a View<'_>, titled: Option<&str>) -> Vec<ElementRef<'a>> {
    let mut keyed = view.all("top_card");
    keyed.truncate(16);
    if !keyed.is_empty() {
        // Wrapper and section carry the same key: the innermost is the card.
        let inner = keyed.iter().filter(|card| {
            !keyed
                .iter()
                .any(|o| o.id() != card.id() && dom::contains(**card, *o))
        });
        // A hidden card is a page left behind.
        let (hidden, mut cards): (Vec<_>, Vec<_>) =
            inner.partition(|card| dom::is_within_hidden(**card));
        cards.extend(hidden);
        return cards;
    }
    let links = view.all("contact_info");
    let by_link: Vec<ElementRef<'a>> = links
        .into_iter()
        .take(4)
        .filter_map(|link| card_around(view, link))
        .collect();
    if !by_link.is_empty() {
        return by_link;
    }
    let headings = view.all("profile_heading");
    headings
        .into_iter()
        .take(20)
        .find(|heading| {
            let text = dom::sighted_text(*heading);
            titled.is_none_or(|titled| text.as_deref() == Some(titled)) && !is_in_frame(*heading)
        })
        .and_then(|heading| card_around(view, heading))
        .into_iter()
        .collect()
}

/// The nearest section around an element that holds a heading.
fn card_around<'a>(view: &View<'_>, element: ElementRef<'a>) -> Option<ElementRef<'a>> {
    let with_heading = dom::ancestors(element)
        .take(24)
        .find(|ancestor| view.first_in(*ancestor, "heading").is_some())?;
    let section = [with_heading]
        .into_iter()
        .chain(dom::ancestors(with_heading).take(12))
        .find(|ancestor| ancestor.name() == "section");
    Some(section.unwrap_or(with_heading))
}

fn extract(
    view: &View<'_>,
    slug: &str,
    card: ElementRef<'_>,
    identity: &Identity,
    embedded: Option<&Member>,
) -> ParsedPage {
    let titled = titled_name(view);
    let shown = top_card::read(view, card, titled.as_deref());
    let mut draft = Draft::person();
    draft.offer(Field::FullName, "top_card", shown.name.as_deref());
    draft.offer(
        Field::FullName,
        "voyager",
        embedded.and_then(Member::full_name),
    );
    draft.offer(Field::FullName, "title", titled.as_deref());
    draft.offer(Field::Headline, "top_card", shown.headline.as_deref());
    draft.offer(Field::Location, "top_card", shown.location.as_deref());
    offer_profile_url(&mut draft, slug, identity, embedded);
    if let Some(member) = embedded {
        offer_member(&mut draft, member);
    }
    offer_positions(&mut draft, view, (slug, identity), &shown, embedded);
    draft.offer(Field::Website, "top_card", shown.website.as_deref());
    let layout = match shown.sdui {
        true => "sdui",
        false if top_card::is_mobile(view) => "mobile",
        false => "ember",
    };
    finish(view, draft, layout)
}

/// The page not yet rendered: only the embedded data speaks.
fn shell(view: &View<'_>, slug: &str, member: &Member) -> ParsedPage {
    let mut draft = Draft::person();
    draft.offer(Field::FullName, "voyager", member.full_name());
    offer_profile_url(&mut draft, slug, &Identity::default(), Some(member));
    offer_member(&mut draft, member);
    match member.current_positions.as_deref() {
        Some(positions) => offer_embedded(&mut draft, positions),
        None => draft.read_headline(),
    }
    finish(view, draft, "shell")
}

fn finish(view: &View<'_>, draft: Draft, layout: &str) -> ParsedPage {
    let (lead, notes) = draft.finish();
    let mut page = ParsedPage::empty("linkedin", "profile", Some(layout));
    page.notes = notes;
    let name = lead.full_name.as_deref().unwrap_or_default();
    if view.rules.is_label("anonymous_member", name) {
        page.anonymous_rows = 1;
    } else if lead.full_name.is_some() {
        page.leads.push(lead);
    } else {
        page.page.kind = "loading".to_owned();
    }
    page
}

fn offer_profile_url(
    draft: &mut Draft,
    slug: &str,
    identity: &Identity,
    embedded: Option<&Member>,
) {
    let url = |slug: &str| format!("https://www.linkedin.com/in/{slug}");
    if canonical::is_member_id(slug) {
        // The address has the member id only: the page may know the public slug.
        let public = identity.slugs.first().cloned();
        let public = public.or_else(|| embedded.and_then(|member| member.slug.clone()));
        draft.offer(
            Field::ProfileUrl,
            "own_links",
            public.map(|slug| url(&slug)),
        );
    }
    if !draft.has(Field::ProfileUrl) {
        draft.offer(Field::ProfileUrl, "address", Some(url(slug)));
    }
    // Rows of members may be linked by the id alone.
    draft.also_at(Some(url(slug)));
}

/// What the embedded data adds; the page itself has been offered before.
fn offer_member(draft: &mut Draft, member: &Member) {
    draft.offer(Field::Headline, "voyager", member.headline.as_deref());
    draft.offer(Field::Location, "voyager", member.location.as_deref());
    draft.offer(Field::Industry, "voyager", member.industry.as_deref());
    // The split of the name is the member's own, unless credentials stand in it.
    let parts = name::parse(draft.get(Field::FullName).unwrap_or_default());
    let plain = parts.suffix.is_none() && parts.prefix.is_none() && parts.nickname.is_none();
    if let (true, Some(first), Some(last)) = (plain, &member.first_name, &member.last_name) {
        let joined = format!("{first} {last}");
        if draft.get(Field::FullName) == Some(joined.as_str()) {
            draft.offer(Field::FirstName, "voyager", Some(first));
            draft.offer(Field::LastName, "voyager", Some(last));
        }
    }
}

fn offer_embedded(draft: &mut Draft, positions: &[(Option<String>, Option<String>)]) {
    let Some(((title, company), others)) = positions.split_first() else {
        return;
    };
    draft.offer(Field::Title, "voyager", title.as_deref());
    draft.offer(Field::Company, "voyager", company.as_deref());
    for (title, company) in others {
        draft.other_position(lead::Position {
            title: title.clone(),
            company: company.clone(),
            company_url: None,
        });
    }
    // The position shown on top may have come without its title.
    draft.complete_from_headline();
}

/// Title and company: the first current position; else, where no position is shown, the top
/// card's company and the headline.
fn offer_positions(
    draft: &mut Draft,
    view: &View<'_>,
    (slug, identity): (&str, &Identity),
    shown: &TopCard,
    embedded: Option<&Member>,
) {
    let sdui = shown.sdui;
    let own = |section| top_card::is_of(view, section, slug, identity);
    let section = position::section_of(view, "experience_section", "experience", own);
    // For mobile browsers the two ends of a range of dates are spans of one line.
    let in_blocks = section.is_some_and(|section| top_card::in_blocks(view, section, sdui))
        || top_card::is_mobile(view);
    let grain = if in_blocks { Grain::Block } else { Grain::Span };
    let positions = section.map_or_else(Vec::new, |section| position::within(view, section, grain));
    let current: Vec<&Position> = positions.iter().filter(|p| p.current).collect();
    // The name of a company may have the dot that divides it from the sort of employment.
    let whole = |company: &Option<String>| {
        let company = company.as_deref()?;
        let known = shown.company.as_ref().map(|(known, _)| known.as_str());
        let rest = known.and_then(|known| known.strip_prefix(company));
        let whole = known.filter(|_| rest.is_some_and(|rest| rest.starts_with(" · ")));
        Some(whole.unwrap_or(company).to_owned())
    };
    if let Some((first, others)) = current.split_first() {
        draft.offer(Field::Title, "experience", first.title.as_deref());
        draft.offer(Field::Company, "experience", whole(&first.company));
        draft.offer(
            Field::CompanyUrl,
            "experience",
            first.company_url.as_deref(),
        );
        for other in others {
            draft.other_position(lead::Position {
                title: other.title.clone(),
                company: whole(&other.company),
                company_url: other.company_url.clone(),
            });
        }
        return;
    }
    if !positions.is_empty() {
        let named = shown.company.as_ref().zip(section);
        if let Some(((company, strategy), section)) = named
            && position::is_undated_at(view, section, company)
        {
            draft.offer(Field::Company, strategy, Some(company));
        }
        draft.note("title", "experience", "no_current_position");
        return;
    }
    if let Some(positions) = embedded.and_then(|member| member.current_positions.as_deref()) {
        offer_embedded(draft, positions);
        return;
    }
    draft.note("title", "experience", "not_loaded");
    if let Some((company, strategy)) = &shown.company
        && !is_listed_school(view, company)
    {
        draft.offer(Field::Company, strategy, Some(company));
    }
    draft.read_headline();
}

/// Whether the education section, if loaded, lists this name.
fn is_listed_school(view: &View<'_>, name: &str) -> bool {
    let Some(section) = position::section(view, "education_section", "education") else {
        return false;
    };
    position::items(view, section)
        .into_iter()
        .take(20)
        .any(|item| {
            dom::pieces(item, Grain::Block, Shown::Sighted)
                .first()
                .is_some_and(|piece| piece.text == name)
        })
}
