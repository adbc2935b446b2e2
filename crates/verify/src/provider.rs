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

#[cfg(test)]
mod tests {
    use super::provider_of;

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
