//! A lead as lines of text.

use lode_core::lead::{Lead, LeadKind};

/// A lead's block on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadView {
    /// The name, or a stand-in where the page shows none.
    pub name: String,
    /// The title; the headline where the page states no title. A company's industry.
    pub title: Option<String>,
    /// The employer.
    pub company: Option<String>,
    /// The place.
    pub location: Option<String>,
    /// The profile's address, if it is a plain `https` one.
    pub profile_url: Option<String>,
}

/// What is shown of a lead.
#[must_use]
pub fn lead(lead: &Lead) -> LeadView {
    let (title, company) = match lead.kind {
        LeadKind::Person => (
            lead.title.as_ref().or(lead.headline.as_ref()),
            lead.company.as_ref(),
        ),
        LeadKind::Company => (
            lead.industry.as_ref().or(lead.headline.as_ref()),
            lead.company_domain.as_ref().or(lead.website.as_ref()),
        ),
    };
    LeadView {
        name: name(lead),
        title: title.cloned(),
        company: company.cloned(),
        location: lead.location.clone(),
        profile_url: link(lead.profile_url.as_deref()),
    }
}

/// The lead's name, for people.
#[must_use]
pub fn name(lead: &Lead) -> String {
    lead.full_name
        .clone()
        .or_else(|| lead.company.clone())
        .unwrap_or_else(|| "No name shown".to_owned())
}

/// Page text never becomes a link but over `https`.
fn link(url: Option<&str>) -> Option<String> {
    url.filter(|url| url.starts_with("https://"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_person_shows_title_and_company() {
        let view = lead(&sample::lead());
        assert_eq!(view.name, "Ilse Varga-Brandt");
        assert_eq!(view.title.as_deref(), Some("Head of Drilling"));
        assert_eq!(view.company.as_deref(), Some("Kestrel Ore"));
    }

    #[test]
    fn the_headline_stands_in_for_the_title() {
        let mut person = sample::lead();
        person.title = None;
        assert_eq!(
            lead(&person).title.as_deref(),
            Some("Head of Drilling at Kestrel Ore")
        );
    }

    #[test]
    fn a_company_shows_its_trade_and_website() {
        let mut company = Lead::new(LeadKind::Company);
        company.full_name = Some("Kestrel Ore".to_owned());
        company.company = Some("Kestrel Ore".to_owned());
        company.industry = Some("Mining".to_owned());
        company.company_domain = Some("kestrel-ore.example".to_owned());
        let view = lead(&company);
        assert_eq!(view.title.as_deref(), Some("Mining"));
        assert_eq!(view.company.as_deref(), Some("kestrel-ore.example"));
    }

    #[test]
    fn only_https_becomes_a_link() {
        for url in [
            "javascript:alert(1)",
            "http://x.example",
            "data:text/html,x",
        ] {
            assert_eq!(link(Some(url)), None, "{url}");
        }
        assert!(link(Some("https://x.example/a")).is_some());
    }
}
