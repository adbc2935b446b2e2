//! A person's or an organization's page, in both layouts: state first, then the document.

use crate::address::Url;
use crate::document::ElementRef;

use super::address::{EntityAddress, EntityKind};
use super::encoding;
use super::fields;
use super::role;
use super::state::{Entities, Entity, Job};
use crate::canonical;
use crate::dom;
use crate::lead::Position;
use crate::rules::fold;
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

/// Strategy names, as they stand in a lead's provenance.
mod by {
    pub(super) const ADDRESS: &str = "address";
    pub(super) const STATE: &str = "state";
    pub(super) const JOBS: &str = "state_jobs";
    pub(super) const FIELDS: &str = "fields";
    pub(super) const LINKS: &str = "links";
    pub(super) const JOB_LIST: &str = "job_list";
    pub(super) const HEADING: &str = "heading";
    pub(super) const TITLE: &str = "page_title";
}

/// Reads the entity whose page is in view. `None` where the document shows no name.
pub(super) fn read(
    view: &View<'_>,
    address: &EntityAddress,
    known: &Entities<'_>,
) -> Option<Draft> {
    let mut draft = draft(address.kind, &address.canonical(), by::ADDRESS);
    if let Some(entity) = known.find(address) {
        from_state(&mut draft, address.kind, entity);
    }
    if agrees(view, address) {
        from_document(view, address, &mut draft);
    } else {
        draft.note(
            "page",
            "canonical_link",
            "the document shows another entity",
        );
    }
    draft
        .has(Field::FullName)
        .then(|| complete(draft, address.kind))
}

/// A draft of an entity with its canonical address.
pub(super) fn draft(kind: EntityKind, address: &str, strategy: &str) -> Draft {
    let mut draft = match kind {
        EntityKind::Person => Draft::person(),
        EntityKind::Organization => Draft::company(),
    };
    draft.offer(Field::ProfileUrl, strategy, Some(address));
    if kind == EntityKind::Organization {
        draft.offer(Field::CompanyUrl, strategy, Some(address));
    }
    draft
}

/// Adds what follows from the values read: a company's domain from its website.
pub(super) fn complete(mut draft: Draft, kind: EntityKind) -> Draft {
    if kind == EntityKind::Organization {
        let domain = draft
            .get(Field::Website)
            .and_then(|website| Url::parse(website).ok())
            .and_then(|url| canonical::company_domain(&url));
        draft.offer(Field::CompanyDomain, "website", domain);
    }
    draft
}

/// What the state says of an entity, on a page of its own or in a row of a list.
pub(super) fn from_state(draft: &mut Draft, kind: EntityKind, entity: Entity<'_>) {
    match kind {
        EntityKind::Person => person_from_state(draft, entity),
        EntityKind::Organization => organization_from_state(draft, entity),
    }
}

fn person_from_state(draft: &mut Draft, entity: Entity<'_>) {
    draft.offer(Field::FullName, by::STATE, entity.name());
    let jobs = entity.current_jobs();
    let title = entity.text("primary_job_title");
    let company = entity.reference("primary_organization");
    // Title and company are those of one position: a job completes what is named as the first
    // one only where it is the same.
    let is_first = |job: &&Job<'_>| {
        let same_title = title.is_none() || same(job.title, title);
        let name = job.company.as_ref().map(|company| company.name);
        let known = company.as_ref().map(|company| company.name);
        let same_company = company.is_none() || same(name, known);
        same_title && same_company
    };
    // "Ada Example - CTO @ Acme" names one of the jobs where the first one has no company.
    let stated = || {
        let title = entity.text("title").filter(|_| company.is_none())?;
        jobs.iter().find(|job| {
            job.title
                .zip(job.company.as_ref())
                .is_some_and(|(role, company)| {
                    dom::collapse(title).ends_with(&format!("{role} @ {}", company.name))
                })
        })
    };
    let first = jobs.iter().find(is_first);
    let other = stated().filter(|_| first.is_none());
    if let Some(job) = other {
        draft.offer(Field::Title, by::JOBS, job.title);
        draft.other_position(Position {
            title: title.map(dom::collapse),
            ..Position::default()
        });
    }
    draft.offer(Field::Title, by::STATE, title.filter(|_| other.is_none()));
    if let Some(company) = &company {
        draft.offer(Field::Company, by::STATE, Some(company.name));
        draft.offer(Field::CompanyUrl, by::STATE, company.address.clone());
    }
    let taken = first.or(other);
    if let Some(job) = taken {
        draft.offer(Field::Title, by::JOBS, job.title);
        let company = job.company.as_ref();
        draft.offer(
            Field::Company,
            by::JOBS,
            company.map(|company| company.name),
        );
        let url = company.and_then(|company| company.address.clone());
        draft.offer(Field::CompanyUrl, by::JOBS, url);
    }
    for job in &jobs {
        if taken.is_some_and(|taken| std::ptr::eq(taken, job)) {
            continue;
        }
        let company = job.company.as_ref();
        draft.other_position(Position {
            title: job.title.map(dom::collapse),
            company: company.map(|company| dom::collapse(company.name)),
            company_url: company.and_then(|company| company.address.clone()),
        });
    }
    draft.offer(Field::Location, by::STATE, entity.location());
    offer_website(draft, by::STATE, entity.text("website"));
    draft.also_at(linkedin_address(
        EntityKind::Person,
        entity.text("linkedin"),
    ));
}

/// Whether two names are there and the same but for case and white space.
pub(super) fn same(a: Option<&str>, b: Option<&str>) -> bool {
    a.zip(b).is_some_and(|(a, b)| fold(a) == fold(b))
}

fn organization_from_state(draft: &mut Draft, entity: Entity<'_>) {
    draft.offer(Field::FullName, by::STATE, entity.name());
    draft.offer(Field::Location, by::STATE, entity.location());
    draft.offer(Field::Industry, by::STATE, entity.names("categories"));
    offer_website(draft, by::STATE, entity.text("website"));
    let linkedin = entity.text("linkedin");
    draft.also_at(linkedin_address(EntityKind::Organization, linkedin));
}

/// The canonical LinkedIn address of the same person or company.
fn linkedin_address(kind: EntityKind, address: Option<&str>) -> Option<String> {
    let url = Url::parse(address?.trim()).ok()?;
    match kind {
        EntityKind::Person => canonical::linkedin_profile(&url),
        EntityKind::Organization => canonical::linkedin_company(&url),
    }
}

/// The canonical LinkedIn address of the entity, where an element links it.
pub(super) fn linkedin_link(
    view: &View<'_>,
    kind: EntityKind,
    scope: ElementRef<'_>,
) -> Option<String> {
    view.all_in(scope, "link")
        .into_iter()
        .filter_map(|link| view.href(link))
        .find_map(|url| linkedin_address(kind, Some(url.as_str())))
}

fn offer_website(draft: &mut Draft, strategy: &str, address: Option<&str>) {
    let website = address
        .and_then(|address| Url::parse(address.trim()).ok())
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    draft.offer(Field::Website, strategy, website);
}

/// Whether the document is not of another entity than the address. During in-page
/// navigation it is the former one for a while.
pub(super) fn agrees(view: &View<'_>, address: &EntityAddress) -> bool {
    shown_address(view).is_none_or(|shown| shown.is_same(address))
}

/// Whether the document says that it is of the entity in the address.
fn is_identified(view: &View<'_>, address: &EntityAddress) -> bool {
    match shown_address(view) {
        Some(shown) => shown.is_same(address),
        None => view
            .all("link")
            .into_iter()
            .filter_map(|link| EntityAddress::of(&view.href(link)?))
            .any(|linked| linked.is_same(address)),
    }
}

/// The entity that the document names as its own: in its canonical address, else in the tabs
/// of its page, which lie below it.
fn shown_address(view: &View<'_>) -> Option<EntityAddress> {
    let named = view
        .canonical_link()
        .or_else(|| canonical::resolve(&view.url, &view.meta("og:url")?))
        .and_then(|url| EntityAddress::of(&url));
    named.or_else(|| {
        let own = view
            .first("heading")
            .or_else(|| view.first("any_heading"))?;
        // The tabs stand near the name; farther down are other entities'.
        let around = dom::ancestors(own).take(6);
        around
            .take_while(|around| around.name() != "body")
            .find_map(|around| {
                let links = view.all_in(around, "link").into_iter().take(200);
                let mut tabs = links
                    .filter_map(|link| EntityAddress::of(&view.href(link)?))
                    .filter(|address| !address.is_front);
                tabs.next()
            })
    })
}

/// Whether the name shown is that of another entity which the state is about: then the
/// document is still that entity's, the one loaded first.
pub(super) fn shows_another(
    view: &View<'_>,
    address: &EntityAddress,
    known: &Entities<'_>,
) -> bool {
    let heading = heading(view).or_else(|| view.text("any_heading"));
    known.find(address).is_none()
        && heading
            .is_some_and(|heading| known.is_loaded(address.kind, &encoding::repaired(heading)))
}

/// The page's own heading, without the links that stand in it before 2013 ("edit").
fn heading(view: &View<'_>) -> Option<String> {
    let text = view.text("heading")?;
    let aside = view.text("heading_aside");
    let name = aside.and_then(|aside| Some(text.strip_suffix(&aside)?.trim().to_owned()));
    Some(name.unwrap_or(text))
}

fn from_document(view: &View<'_>, address: &EntityAddress, draft: &mut Draft) {
    // Any first heading will do only on a page that says whose it is: pages in between ("Press
    // & hold") have headings too.
    let heading = match heading(view) {
        None if is_identified(view, address) => view.text("any_heading"),
        heading => heading,
    };
    draft.offer(
        Field::FullName,
        by::HEADING,
        heading.map(encoding::repaired),
    );
    let fields = fields::read(view);
    let value =
        |key: &str| fields::labelled(view, &fields, key).and_then(|field| text_of(field.value));
    match address.kind {
        EntityKind::Person => {
            if let Some(role) = role::primary(view, &fields).filter(|role| {
                let agrees = |field, stated: &Option<String>| {
                    draft.get(field).is_none()
                        || stated.is_none()
                        || same(draft.get(field), stated.as_deref())
                };
                agrees(Field::Title, &role.title) && agrees(Field::Company, &role.company)
            }) {
                draft.offer(Field::Title, by::FIELDS, role.title);
                draft.offer(Field::Company, by::FIELDS, role.company);
                draft.offer(Field::CompanyUrl, by::FIELDS, role.company_url);
            }
            draft.offer(Field::Title, by::FIELDS, value("job_title"));
            if let Some(field) = fields::labelled(view, &fields, "organization") {
                draft.offer(Field::Company, by::FIELDS, text_of(field.value));
                draft.offer(
                    Field::CompanyUrl,
                    by::FIELDS,
                    organization_link(view, field.value).map(|(_, url)| url),
                );
            }
            if !draft.has(Field::Title) && !draft.has(Field::Company) {
                let found = role::unlabelled(view, &fields).map(|role| (by::LINKS, role));
                let found = found.or_else(|| Some((by::JOB_LIST, role::first_of_list(view)?)));
                if let Some((strategy, role)) = found {
                    draft.offer(Field::Title, strategy, role.title);
                    draft.offer(Field::Company, strategy, role.company);
                    draft.offer(Field::CompanyUrl, strategy, role.company_url);
                }
            }
            let website = fields::labelled(view, &fields, "website")
                .and_then(|field| external_link(view, field.value));
            offer_website(draft, by::FIELDS, website.as_ref().map(Url::as_str));
        }
        EntityKind::Organization => {
            if let Some(field) = fields::labelled(view, &fields, "categories") {
                let linked = joined(&view.all_in(field.value, "link"));
                draft.offer(
                    Field::Industry,
                    by::FIELDS,
                    linked.or_else(|| text_of(field.value)),
                );
            }
            if !draft.has(Field::Industry) {
                draft.offer(
                    Field::Industry,
                    by::LINKS,
                    joined(&view.all("category_link")),
                );
            }
            let website = fields::labelled(view, &fields, "website")
                .and_then(|field| external_link(view, field.value));
            offer_website(draft, by::FIELDS, website.as_ref().map(Url::as_str));
            if !draft.has(Field::Website) {
                let website = view
                    .all("website_link")
                    .into_iter()
                    .find_map(|link| external_address(view, link));
                offer_website(draft, by::LINKS, website.as_ref().map(Url::as_str));
            }
        }
    }
    let linkedin = fields
        .iter()
        .find_map(|field| linkedin_link(view, address.kind, field.value));
    draft.also_at(linkedin);
    draft.offer(Field::Location, by::FIELDS, value("location"));
    if !draft.has(Field::Location) {
        draft.offer(Field::Location, by::LINKS, place(view));
    }
    from_title(view, address.kind, draft);
}

/// An element's text, rightly decoded.
pub(super) fn text_of(element: ElementRef<'_>) -> Option<String> {
    dom::text(element).map(encoding::repaired)
}

/// "Ada Example - CTO @ Acme | crunchbase", "Ada Example - CTO @ Acme - Crunchbase Person
/// Profile".
fn from_title(view: &View<'_>, kind: EntityKind, draft: &mut Draft) {
    let Some(title) = view.meta("og:title").or_else(|| dom::title(&view.document)) else {
        return;
    };
    let key = match kind {
        EntityKind::Person => "person_title",
        EntityKind::Organization => "organization_title",
    };
    let Some(found) = view
        .rules
        .patterns(key)
        .iter()
        .find_map(|pattern| pattern.captures(&title))
    else {
        return;
    };
    let field_of = |gap: &str| match gap {
        "name" => Some(Field::FullName),
        "title" => Some(Field::Title),
        "company" => Some(Field::Company),
        _ => None,
    };
    // A position is completed only by the same one.
    let is_other = found.iter().any(|(gap, text)| {
        let known = field_of(gap).and_then(|field| draft.get(field));
        *gap != "name" && known.is_some() && !same(known, Some(text))
    });
    for (gap, text) in found {
        if let Some(field) = field_of(gap)
            && !draft.has(field)
            && (field == Field::FullName || !is_other)
        {
            draft.offer(field, by::TITLE, Some(text));
        }
    }
}

/// Name and canonical address of the first organization linked in an element.
pub(super) fn organization_link(
    view: &View<'_>,
    scope: ElementRef<'_>,
) -> Option<(String, String)> {
    view.all_in(scope, "organization_link")
        .into_iter()
        .find_map(|link| {
            let address = EntityAddress::of(&view.href(link)?)?;
            let is_organization = address.kind == EntityKind::Organization && address.is_front;
            is_organization.then(|| Some((text_of(link)?, address.canonical())))?
        })
}

/// The first link in an element that leaves Crunchbase.
pub(super) fn external_link(view: &View<'_>, scope: ElementRef<'_>) -> Option<Url> {
    view.all_in(scope, "link")
        .into_iter()
        .find_map(|link| external_address(view, link))
}

/// Where a link leads, if to a website that is none of Crunchbase's or a social network's.
fn external_address(view: &View<'_>, link: ElementRef<'_>) -> Option<Url> {
    let url = view.href(link)?;
    let host = canonical::host(&url);
    let is_other = !canonical::is_host_of(host, "crunchbase.com")
        && ![
            "linkedin.com",
            "twitter.com",
            "x.com",
            "facebook.com",
            "instagram.com",
        ]
        .iter()
        .any(|social| canonical::is_host_of(host, social));
    is_other.then_some(url)
}

/// The places linked in the first field that links places.
fn place(view: &View<'_>) -> Option<String> {
    let first = view.first("place_link")?;
    let list = dom::ancestors(first)
        .take(8)
        .find(|element| {
            view.rules
                .selectors("place_list")
                .iter()
                .any(|selector| selector.matches(*element))
        })
        .or_else(|| dom::ancestors(first).next())?;
    text_of(list)
}

/// The texts of links, each once, joined.
fn joined(links: &[ElementRef<'_>]) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    for name in links.iter().take(40).filter_map(|link| text_of(*link)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}
