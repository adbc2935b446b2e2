//! What an address on LinkedIn is for.

use crate::address::Url;

use crate::canonical;

/// The kinds of address that readers tell apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// `/in/<slug>`, with or without a page below it.
    Profile {
        /// The slug in its canonical form, or a member id.
        slug: String,
    },
    /// `/pub/<name>/<1>/<2>/<3>`, which the slug cannot be told from.
    OldProfile,
    /// `/search/results/people/`, and `/search/results/all/`, where people stand among others.
    PeopleSearch,
    /// `/company/<slug>/people/`.
    CompanyPeople,
    /// `/company/<slug>`, `/school/<slug>`, `/showcase/<slug>`.
    Company,
    /// The member's own connections.
    Connections,
    /// A lead in Sales Navigator.
    SalesLead {
        /// The lead's id, without the tokens after it.
        id: String,
    },
    /// A lead search or list in Sales Navigator.
    SalesLeadList,
    /// An account search or list in Sales Navigator.
    SalesAccountList,
    /// An account in Sales Navigator.
    SalesAccount,
    /// Log in, sign up, `authwall`.
    Login,
    /// A security check.
    Checkpoint,
    /// The feed.
    Feed,
    /// The start page.
    Home,
    /// Anything else.
    Other,
}

impl Address {
    /// Reads an address on LinkedIn.
    pub(crate) fn of(url: &Url) -> Self {
        if let Some(slug) = canonical::slug_after(url, &["in"]).or_else(|| mobile_profile(url)) {
            return Self::Profile { slug };
        }
        let segments: Vec<&str> = url
            .path_segments()
            .map(|segments| segments.filter(|s| !s.is_empty()).collect())
            .unwrap_or_default();
        match segments.as_slice() {
            [] => Self::Home,
            ["feed", ..] => Self::Feed,
            ["pub", _, _, _, _, ..] => Self::OldProfile,
            ["search", "results", "people" | "all", ..] => Self::PeopleSearch,
            ["mynetwork", "invite-connect", "connections", ..]
            | ["mynetwork", "connections", ..] => Self::Connections,
            ["company" | "school" | "showcase", _, "people", ..] => Self::CompanyPeople,
            ["company" | "school" | "showcase", _, ..] => Self::Company,
            ["sales", "lead" | "people" | "profile", id, ..] => Self::SalesLead {
                id: id.split(',').next().unwrap_or_default().to_owned(),
            },
            ["sales", "lists" | "search", "people", ..] => Self::SalesLeadList,
            [
                "sales",
                "lists" | "search",
                "company" | "companies" | "accounts",
                ..,
            ] => Self::SalesAccountList,
            ["sales", "company" | "account" | "accounts", ..] => Self::SalesAccount,
            ["authwall" | "login" | "signup" | "uas", ..] | ["start", ..] => Self::Login,
            ["checkpoint", "lg" | "login", ..] => Self::Login,
            ["checkpoint", ..] => Self::Checkpoint,
            _ => Self::Other,
        }
    }
}

/// The slug of a profile's address in the layout for mobile browsers.
pub(crate) fn mobile_profile(url: &Url) -> Option<String> {
    canonical::slug_after(url, &["mwlite", "in"])
        .or_else(|| canonical::slug_after(url, &["mwlite", "profile", "in"]))
}

/// The canonical form of a profile's address before vanity names, where it is one.
pub(crate) fn old_profile(url: &Url) -> Option<String> {
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    let parts = [(); 5].map(|()| segments.next());
    let [Some("pub"), Some(name), Some(a), Some(b), Some(c)] = parts else {
        return None;
    };
    let name = canonical::normal_slug(name).filter(|name| name != "dir")?;
    Some(format!("https://www.linkedin.com/pub/{name}/{a}/{b}/{c}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Address {
        Address::of(&Url::parse(url).unwrap())
    }

    #[test]
    fn addresses_are_told_apart() {
        let profile = Address::Profile {
            slug: "ada-example".to_owned(),
        };
        assert_eq!(of("https://www.linkedin.com/in/Ada-Example/"), profile);
        assert_eq!(
            of("https://www.linkedin.com/in/ada-example/details/experience/"),
            profile
        );
        assert_eq!(
            of("https://www.linkedin.com/mwlite/in/ada-example"),
            profile
        );
        assert_eq!(
            of("https://www.linkedin.com/mwlite/profile/in/ada-example?x=1"),
            profile
        );
        assert_eq!(
            of("https://www.linkedin.com/search/results/people/?keywords=x"),
            Address::PeopleSearch
        );
        assert_eq!(
            of("https://www.linkedin.com/company/acme/people/"),
            Address::CompanyPeople
        );
        assert_eq!(
            of("https://www.linkedin.com/sales/lead/ACwAAx,NAME_SEARCH,ab"),
            Address::SalesLead {
                id: "ACwAAx".to_owned()
            }
        );
        assert_eq!(
            of("https://www.linkedin.com/sales/lists/company/71"),
            Address::SalesAccountList
        );
        assert_eq!(of("https://www.linkedin.com/authwall?x=1"), Address::Login);
        assert_eq!(of("https://www.linkedin.com/"), Address::Home);
    }
}
