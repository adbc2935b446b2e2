//! What is carried of each site's pages, as data: the build stamps it into the content script.
//!
//! Attributes and elements are decided by site, since a newer rule file may look at them on any
//! of its pages; regions by the area of the site, since what one reader leaves out another needs.
//! The tests hold the lists to the rule files and the readers' code, both ways.

use crate::sites::Site;

/// What a snapshot carries of one site's pages.
#[derive(Debug)]
pub struct Plan {
    /// The site.
    pub site: Site,
    /// Attributes that the readers or the rule file look at, on any element.
    pub attributes: &'static [&'static str],
    /// Which class names are made anew with each build of the site: no rule can name them.
    pub made: MadeNames,
    /// Selectors of the elements that are carried though [`super::DROPPED_ELEMENTS`], or the
    /// `id` of a `code`, would leave them out; with the attributes of
    /// [`super::ELEMENT_ATTRIBUTES`] and all text.
    pub elements: &'static [&'static str],
    /// Names (or properties) of the `meta` elements that are carried.
    pub metas: &'static [&'static str],
    /// Regions that no reader of some areas of the site looks at.
    pub regions: &'static [Regions],
}

/// Regions that are left out, and where. An area is told from the address alone: the page itself
/// is not looked at before the snapshot is taken.
#[derive(Debug)]
pub struct Regions {
    /// Selectors of the elements of which all content is left out. Each is told by what it is
    /// (element, role) or by a name that has lasted over layouts; where a redesign takes the hook
    /// away, the region is carried and the readers leave it out themselves.
    pub selectors: &'static [&'static str],
    /// The areas where they are: first segments of the path.
    pub areas: &'static [&'static str],
}

/// How class names look that a site's build makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeNames {
    /// The site has none.
    No,
    /// A hash: eight hexadecimal digits, `_3f2a1b4c`, or twenty letters and more.
    Hash,
    /// A few letters and digits, `MjjYud`: whatever has no hyphen and is no longer than eight.
    Short,
}

impl MadeNames {
    /// The regular expression that such a name matches whole, for the content script.
    #[must_use]
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::No => "^$",
            Self::Hash => "^(_?[0-9a-f]{8}|[A-Za-z]{20,})$",
            Self::Short => "^[0-9A-Za-z_]{1,8}$",
        }
    }

    /// Whether a class name is one of them.
    #[must_use]
    pub fn is(self, name: &str) -> bool {
        match self {
            Self::No => false,
            Self::Hash => {
                let hash = name.strip_prefix('_').unwrap_or(name);
                let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
                (hash.len() == 8 && hash.bytes().all(is_digit))
                    || (name.len() >= 20 && name.bytes().all(|b| b.is_ascii_alphabetic()))
            }
            Self::Short => {
                matches!(name.len(), 1..=8)
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            }
        }
    }
}

impl Plan {
    /// The plan of a site.
    #[must_use]
    pub fn of(site: Site) -> &'static Self {
        match site {
            Site::LinkedIn => &LINKEDIN,
            Site::Crunchbase => &CRUNCHBASE,
            Site::Google => &GOOGLE,
            Site::Other => &OTHER,
        }
    }

    /// The selectors of all elements that are carried though their names are dropped.
    #[must_use]
    pub fn kept(&self) -> Vec<String> {
        let metas = self.metas.iter().flat_map(|name| {
            ["name", "property"].map(|attribute| format!("meta[{attribute}=\"{name}\"]"))
        });
        let elements = self.elements.iter().map(|selector| (*selector).to_owned());
        elements.chain(metas).collect()
    }

    /// The selectors of the regions that are left out of pages in an area.
    pub fn regions_in(&self, area: &str) -> impl Iterator<Item = &'static str> {
        let regions = self.regions.iter();
        regions
            .filter(move |regions| regions.areas.contains(&area))
            .flat_map(|regions| regions.selectors.iter().copied())
    }

    /// The class names of an element that are carried, in order, one space between them.
    #[must_use]
    pub fn class_names(&self, value: &str) -> String {
        let names = value.split_ascii_whitespace();
        let kept: Vec<&str> = names.filter(|name| !self.made.is(name)).collect();
        kept.join(" ")
    }
}

const LINKEDIN: Plan = Plan {
    site: Site::LinkedIn,
    attributes: &[
        "action",
        "alt",
        "aria-hidden",
        "aria-label",
        "class",
        "componentkey",
        "data-anonymize",
        "data-chameleon-result-urn",
        "data-component-key",
        "data-control-name",
        "data-scroll-into-view",
        "data-sdui-screen",
        "data-section",
        "data-sn-view-name",
        "data-tracking-control-name",
        "data-vanity-name",
        "data-view-name",
        "data-x--people-list--person-name",
        "data-x-search-result",
        "hidden",
        "href",
        "id",
        "name",
        "rel",
        "role",
        "target",
        "title",
    ],
    made: MadeNames::Hash,
    elements: &[
        "link[rel=\"canonical\"]",
        "script[type=\"application/ld+json\"]",
        "code[id^=\"bpr-guid-\"]",
    ],
    metas: &[
        "description",
        "litmsProfileName",
        "pageKey",
        "profile:first_name",
        "profile:last_name",
    ],
    // On profiles sidebars and posts stay: a link with the member's name in them tells, while a
    // navigation is half done, that the card is still the former member's. In Sales Navigator,
    // what is recommended beside a lead or an account is known by where it stands.
    regions: &[
        // The site's own head and foot, and the messages that lie over the page: no lead stands
        // there, and nothing that says whose the page is.
        Regions {
            selectors: &[
                "#global-nav",
                "#extended-nav",
                "header.global-nav",
                "[data-testid=\"primary-nav\"]",
                "nav[componentkey=\"primaryNavLinksComponentRef\"]",
                "#msg-overlay",
                ".msg-overlay-container",
                "footer[role=\"contentinfo\"]",
                "footer:has(nav)",
                ".global-footer",
                ".global-footer-compact",
                ".li-footer",
            ],
            areas: &[
                "in",
                "pub",
                "mwlite",
                "company",
                "school",
                "showcase",
                "search",
                "mynetwork",
                "sales",
            ],
        },
        Regions {
            selectors: &["aside", "[role=\"complementary\"]"],
            areas: &["company", "school", "showcase", "search", "mynetwork"],
        },
        // Filters. The tabs of a company are a `nav`, too, and say whose the page is.
        Regions {
            selectors: &["nav", "[role=\"navigation\"]"],
            areas: &["search", "mynetwork"],
        },
    ],
};

const CRUNCHBASE: Plan = Plan {
    site: Site::Crunchbase,
    attributes: &[
        "action",
        "aria-hidden",
        "class",
        "data-columnid",
        "data-sitekey",
        "hidden",
        "href",
        "id",
        "name",
        "ng-version",
        "rel",
        "role",
        "title",
    ],
    made: MadeNames::No,
    elements: &[
        "link[rel=\"canonical\"]",
        "script#ng-state",
        "script#client-app-state",
        "script[id$=\"-state\"]",
    ],
    metas: &["og:title", "og:url"],
    regions: &[Regions {
        selectors: &["footer", "#footer"],
        areas: &["person", "organization"],
    }],
};

const GOOGLE: Plan = Plan {
    site: Site::Google,
    attributes: &[
        "action",
        "aria-expanded",
        "aria-hidden",
        "aria-label",
        "aria-level",
        "class",
        "data-attrid",
        "data-initq",
        "data-news-cluster-id",
        "data-news-doc-id",
        "data-pla",
        "data-q",
        "data-sitekey",
        "data-text-ad",
        "hidden",
        "href",
        "id",
        "name",
        "role",
    ],
    made: MadeNames::Short,
    elements: &["meta[http-equiv=\"refresh\"]"],
    metas: &[],
    regions: &[Regions {
        selectors: &["footer", "nav", "[role=\"navigation\"]"],
        areas: &["search"],
    }],
};

/// Any other site: what the page says of itself in its data.
const OTHER: Plan = Plan {
    site: Site::Other,
    attributes: &[],
    made: MadeNames::No,
    elements: &[
        "link[rel=\"canonical\"]",
        "script[type=\"application/ld+json\"]",
    ],
    metas: &["og:type", "profile:first_name", "profile:last_name"],
    regions: &[],
};
