//! Providers that run the mail of many domains: limits hold for all of these together.

/// Suffixes of MX host names, with the provider's name.
const PROVIDERS: &[(&str, &str)] = &[
    ("google.com", "google"),
    ("googlemail.com", "google"),
    ("mail.protection.outlook.com", "microsoft"),
    ("mx.microsoft", "microsoft"),
    ("olc.protection.outlook.com", "microsoft"),
    ("pphosted.com", "proofpoint"),
    ("ppe-hosted.com", "proofpoint"),
    ("mimecast.com", "mimecast"),
    ("mimecast.co.za", "mimecast"),
    ("barracudanetworks.com", "barracuda"),
    ("ess.de.barracudanetworks.com", "barracuda"),
    ("messagelabs.com", "broadcom"),
    ("iphmx.com", "cisco"),
    ("mxrecord.io", "hornetsecurity"),
    ("hornetsecurity.com", "hornetsecurity"),
    ("antispameurope.com", "hornetsecurity"),
    ("trendmicro.com", "trendmicro"),
    ("trendmicro.eu", "trendmicro"),
    ("sophos.com", "sophos"),
    ("mailcontrol.com", "forcepoint"),
    ("retarus.com", "retarus"),
    ("yahoodns.net", "yahoo"),
    ("icloud.com", "apple"),
    ("zoho.com", "zoho"),
    ("zoho.eu", "zoho"),
    ("zoho.in", "zoho"),
    ("messagingengine.com", "fastmail"),
    ("protonmail.ch", "proton"),
    ("secureserver.net", "godaddy"),
    ("emailsrvr.com", "rackspace"),
    ("registrar-servers.com", "namecheap"),
    ("privateemail.com", "namecheap"),
    ("mail.ovh.net", "ovh"),
    ("kundenserver.de", "ionos"),
    ("ionos.de", "ionos"),
    ("1and1.com", "ionos"),
    ("gmx.net", "gmx"),
    ("gandi.net", "gandi"),
    ("infomaniak.ch", "infomaniak"),
    ("hostedemail.com", "tucows"),
    ("mail.ru", "mailru"),
    ("yandex.net", "yandex"),
    ("yandex.ru", "yandex"),
    ("qq.com", "tencent"),
    ("mxhichina.com", "alibaba"),
    ("hostinger.com", "hostinger"),
    ("strato.de", "strato"),
    ("rzone.de", "strato"),
    ("one.com", "one"),
    ("titan.email", "titan"),
    ("mailgun.org", "mailgun"),
    ("sendgrid.net", "sendgrid"),
    ("amazonaws.com", "amazon"),
];

/// The provider behind an MX host name in lower case, where it is a known one.
#[must_use]
pub fn provider_of(host: &str) -> Option<&'static str> {
    PROVIDERS
        .iter()
        .find(|(suffix, _)| {
            host.strip_suffix(suffix)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
        .map(|(_, name)| *name)
}

/// Whose servers these are, for limits that hold for all domains there together: the provider,
/// where it is a known one; else the registrable domain of the MX host's name, which for a
/// company that runs its own mail is its own. A host that is named by its address
/// (`static.9.8.7.6.clients.hoster.example`) is its tenant's, not the hoster's, and stands for
/// itself.
#[must_use]
pub(crate) fn group_of(host: &str) -> String {
    let host = host.trim_end_matches('.');
    if let Some(provider) = provider_of(host) {
        return provider.to_owned();
    }
    match psl::domain_str(host) {
        Some(domain) if !is_named_by_address(host, domain) => domain.to_owned(),
        _ => host.to_owned(),
    }
}

/// Whether what stands before the registrable domain holds the four numbers of an address.
fn is_named_by_address(host: &str, domain: &str) -> bool {
    let own = host.strip_suffix(domain).unwrap_or_default();
    let numbers = own
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.parse::<u8>().is_ok());
    numbers.count() >= 4
}

#[cfg(test)]
mod tests {
    use super::{group_of, provider_of};

    #[test]
    fn groups_are_those_who_run_the_servers() {
        for (host, group) in [
            ("aspmx.l.google.com", "google"),
            ("mx1.firm.example", "firm.example"),
            ("mx2.firm.example.", "firm.example"),
            ("firm.example", "firm.example"),
            ("mail.firm.co.uk", "firm.co.uk"),
            ("in-7.mail.hoster.example", "hoster.example"),
            (
                "static.9.8.7.6.clients.hoster.example",
                "static.9.8.7.6.clients.hoster.example",
            ),
            ("ip-9-8-7-6.hoster.example", "ip-9-8-7-6.hoster.example"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(group_of(host), group, "{host}");
        }
    }

    #[test]
    fn hosts_are_known_by_their_suffix() {
        assert_eq!(provider_of("aspmx.l.google.com"), Some("google"));
        assert_eq!(
            provider_of("firm-example.mail.protection.outlook.com"),
            Some("microsoft")
        );
        assert_eq!(provider_of("notgoogle.com"), None);
        assert_eq!(provider_of("mx1.firm.example"), None);
    }
}
