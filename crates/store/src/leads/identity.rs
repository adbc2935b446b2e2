//! Which lead a capture is of: the keys under which a person or company is found again.

use lode_core::lead::{Lead, LeadKind};
use unicode_normalization::UnicodeNormalization as _;
use url::Url;

/// The keys of a lead, for finding it again and for keeping an erased one away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadKeys {
    /// The canonical profile address, folded: what tells two people of one name apart.
    pub profile: Option<String>,
    /// Further addresses of the same person or company, folded alike: where one page shows
    /// that of another site, or of Sales Navigator.
    pub also: Vec<String>,
    /// Name and employer, folded, by the employer's domain and by its name: for captures
    /// that show no profile address. Empty where nothing but a bare name is known.
    pub names: Vec<String>,
}

impl LeadKeys {
    /// The keys of a lead.
    #[must_use]
    pub fn of(lead: &Lead) -> Self {
        Self {
            profile: lead.profile_url.as_deref().and_then(profile_key),
            also: also_keys(lead),
            names: name_keys(lead),
        }
    }

    /// The folded addresses, the lead's own first.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &str> {
        self.profile.iter().chain(&self.also).map(String::as_str)
    }

    /// All keys that there are.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.addresses()
            .chain(self.names.iter().map(String::as_str))
    }
}

/// A profile address folded to `host/path`: lower case, percent-decoded, without scheme,
/// `www.`, query, fragment and trailing slash; LinkedIn's country hosts are one host.
#[must_use]
pub fn profile_key(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?;
    let host = if host == "linkedin.com" || host.ends_with(".linkedin.com") {
        "linkedin.com"
    } else {
        host.strip_prefix("www.").unwrap_or(host)
    };
    let path = percent_encoding::percent_decode_str(url.path())
        .decode_utf8()
        .ok()?;
    let path = fold(path.trim_matches('/'));
    if path.is_empty() {
        return None;
    }
    let lead = sales_lead(&path).filter(|_| host == "linkedin.com");
    Some(format!("{host}/{}", lead.unwrap_or(path)))
}

/// A lead of Sales Navigator has three paths, and tokens after its id: one form for all.
fn sales_lead(path: &str) -> Option<String> {
    let rest = path.strip_prefix("sales/")?;
    let (kind, id) = rest.split_once('/')?;
    let id = id.split([',', '/']).next().filter(|id| !id.is_empty())?;
    matches!(kind, "lead" | "people" | "profile").then(|| format!("sales/lead/{id}"))
}

/// Most further addresses of a lead that it is found by.
const ALSO_MAX: usize = 10;

fn also_keys(lead: &Lead) -> Vec<String> {
    let own = lead.profile_url.as_deref().and_then(profile_key);
    let mut keys = Vec::new();
    for address in &lead.also_at {
        if let Some(key) = profile_key(address)
            && own.as_ref() != Some(&key)
            && !keys.contains(&key)
            && keys.len() < ALSO_MAX
        {
            keys.push(key);
        }
    }
    keys
}

/// What a further address is kept under beside the names: no name key begins so.
const ALSO: &str = "at|";

/// A further address as it stands among the names under which a lead is found.
pub(crate) fn also_name(key: &str) -> String {
    format!("{ALSO}{key}")
}

/// The folded address that [`also_name`] was made of; other names as they are.
pub(crate) fn plain_key(name: &str) -> &str {
    name.strip_prefix(ALSO).unwrap_or(name)
}

/// Name with each form of the employer that is known: a bare name is not a person. A
/// company is known by its domain, or by its name alone.
fn name_keys(lead: &Lead) -> Vec<String> {
    let Some(name) = lead.full_name.as_deref().map(fold) else {
        return Vec::new();
    };
    let domain = lead.company_domain.as_deref().map(fold);
    match lead.kind {
        LeadKind::Person => domain
            .map(|domain| format!("person|{name}|@{domain}"))
            .into_iter()
            .chain(
                lead.company
                    .as_deref()
                    .map(|company| format!("person|{name}|{}", fold(company))),
            )
            .collect(),
        LeadKind::Company => domain
            .map(|domain| format!("company|@{domain}"))
            .into_iter()
            .chain([format!("company|{name}")])
            .collect(),
    }
}

/// Text for comparison: compatibility-composed, lower case, single spaces.
pub(crate) fn fold(text: &str) -> String {
    let lower: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let mut folded = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(url: &str) -> Option<String> {
        profile_key(url)
    }

    #[test]
    fn profile_addresses_of_one_person_fold_together() {
        let expected = Some("linkedin.com/in/ana-müller-1".to_owned());
        for url in [
            "https://www.linkedin.com/in/ana-müller-1",
            "https://www.linkedin.com/in/Ana-M%C3%BCller-1/",
            "https://de.linkedin.com/in/ana-m%c3%bcller-1?trk=people#top",
            "http://linkedin.com/in/ANA-MU\u{308}LLER-1",
        ] {
            assert_eq!(key(url), expected, "{url}");
        }
        assert_ne!(key("https://www.linkedin.com/in/ana-muller-1"), expected);
        assert_eq!(
            key("https://www.crunchbase.com/person/ana-muller"),
            Some("crunchbase.com/person/ana-muller".to_owned())
        );
    }

    #[test]
    fn leads_of_sales_navigator_have_one_key() {
        let expected = Some("linkedin.com/sales/lead/acwaab1".to_owned());
        for url in [
            "https://www.linkedin.com/sales/lead/ACwAAB1",
            "https://www.linkedin.com/sales/people/ACwAAB1,NAME_SEARCH,ab12?_ntb=x",
            "https://www.linkedin.com/sales/profile/ACwAAB1/",
        ] {
            assert_eq!(key(url), expected, "{url}");
        }
        for (url, expected) in [
            (
                "https://www.linkedin.com/sales/people/",
                "linkedin.com/sales/people",
            ),
            (
                "https://www.linkedin.com/sales/company/1",
                "linkedin.com/sales/company/1",
            ),
            (
                "https://acme.example/sales/people/a",
                "acme.example/sales/people/a",
            ),
        ] {
            assert_eq!(key(url).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_profile_has_no_key() {
        for url in [
            "",
            "ana",
            "https://www.linkedin.com/",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://www.linkedin.com/in/%ff%fe",
        ] {
            assert_eq!(key(url), None, "{url}");
        }
        // Not LinkedIn, whatever it ends with.
        assert_eq!(
            key("https://evil-linkedin.com/in/a"),
            Some("evil-linkedin.com/in/a".to_owned())
        );
    }

    #[test]
    fn further_addresses_are_keys_of_their_own() {
        let mut lead = Lead::new(LeadKind::Person);
        lead.profile_url = Some("https://www.crunchbase.com/person/ana-example".to_owned());
        lead.also_at = [
            "https://de.linkedin.com/in/Ana-Example?trk=1",
            "https://www.linkedin.com/in/ana-example",
            "https://www.crunchbase.com/person/ana-example",
            "javascript:alert(1)",
        ]
        .map(str::to_owned)
        .to_vec();
        let keys = LeadKeys::of(&lead);
        assert_eq!(keys.also, ["linkedin.com/in/ana-example"]);
        assert_eq!(plain_key(&also_name(&keys.also[0])), keys.also[0]);
        assert_eq!(plain_key("person|ana|acme"), "person|ana|acme");
    }

    #[test]
    fn names_need_an_employer() {
        let mut lead = Lead::new(LeadKind::Person);
        lead.full_name = Some(" Ana  MÜLLER ".to_owned());
        assert_eq!(LeadKeys::of(&lead), LeadKeys::default());
        lead.company = Some("Acme GmbH".to_owned());
        assert_eq!(LeadKeys::of(&lead).names, ["person|ana müller|acme gmbh"]);
        lead.company_domain = Some("ACME.example".to_owned());
        assert_eq!(
            LeadKeys::of(&lead).names,
            [
                "person|ana müller|@acme.example",
                "person|ana müller|acme gmbh"
            ]
        );
    }
}
