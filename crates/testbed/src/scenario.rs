//! What a bed is to play.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::character::{Character, Expected, Mailbox};
use crate::script::Script;

/// A bed's description; see the crate's documentation for the JSON form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// Time that every SMTP server takes for a reply, in milliseconds.
    pub latency_ms: u64,
    /// How long greylisting servers refuse what they see first, in milliseconds; 0: the
    /// first time only.
    pub greylist_ms: u64,
    /// Port of the DNS server; 0: chosen by the system.
    pub dns_port: u16,
    /// Port of all SMTP servers; 0: chosen by the system.
    pub smtp_port: u16,
    /// Port of all web servers; 0: chosen by the system.
    pub http_port: u16,
    /// So many domains share one mail server's address, as far as their servers tell them
    /// apart by the recipient alone; 0 and 1: each has its own.
    pub domains_per_address: usize,
    /// The domains.
    pub domains: Vec<DomainSpec>,
}

/// One domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DomainSpec {
    /// The domain's name, in lower case.
    pub name: String,
    /// How it behaves.
    pub character: Character,
    /// In place of a character: the name of a [`Script`].
    pub script: Option<String>,
    /// Local parts that exist.
    pub mailboxes: Vec<String>,
    /// Local parts that exist and are over quota.
    pub full: Vec<String>,
    /// Local parts that exist and are disabled.
    pub disabled: Vec<String>,
    /// Title of the domain's web page; without it there is no web server.
    pub title: Option<String>,
    /// Name of the first MX host, where it is not `mx1.` of the domain: a hoster's.
    pub mx_host: Option<String>,
    /// Address of that host in DNS, where it is not the bed's own: of a server out of reach.
    pub mx_address: Option<IpAddr>,
}

impl DomainSpec {
    /// A domain with its mailboxes.
    #[must_use]
    pub fn new(name: &str, character: Character, mailboxes: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            character,
            mailboxes: mailboxes.iter().map(|&local| local.to_owned()).collect(),
            ..Self::default()
        }
    }

    /// A domain that plays a script, under its name in `.test`.
    #[must_use]
    pub fn scripted(script: &Script, mailboxes: &[&str]) -> Self {
        Self {
            script: Some(script.name.clone()),
            ..Self::new(
                &format!("{}.test", script.name),
                Character::Ordinary,
                mailboxes,
            )
        }
    }

    /// The script that it plays.
    #[must_use]
    pub fn script(&self) -> Option<&'static Script> {
        Script::named(self.script.as_deref()?)
    }

    /// Whether its server behaves like any other until it hears a recipient: only then can it
    /// share an address.
    #[must_use]
    pub fn can_share(&self) -> bool {
        self.title.is_none()
            && match self.script() {
                Some(script) => script.can_share(),
                None => self.character.can_share(),
            }
    }

    /// Name of the first MX host.
    pub(crate) fn mx_host(&self) -> String {
        let own = || format!("mx1.{}", self.name);
        self.mx_host.clone().unwrap_or_else(own)
    }

    fn has_postmaster(&self) -> bool {
        match self.script() {
            Some(script) => !script.no_postmaster,
            None => self.character != Character::NoPostmaster,
        }
    }

    /// What the mailbox of a local part is like; compared without regard to case.
    #[must_use]
    pub fn mailbox(&self, local: &str) -> Mailbox {
        let has = |list: &[String]| list.iter().any(|known| known.eq_ignore_ascii_case(local));
        if has(&self.full) {
            Mailbox::Full
        } else if has(&self.disabled) {
            Mailbox::Disabled
        } else if has(&self.mailboxes)
            || local.eq_ignore_ascii_case("postmaster") && self.has_postmaster()
        {
            Mailbox::Exists
        } else {
            Mailbox::Missing
        }
    }

    /// What a right verifier may say of a local part.
    #[must_use]
    pub fn expected(&self, local: &str) -> Expected {
        match self.script() {
            Some(script) => script.expected(local, self.mailbox(local)),
            None => self.character.expected(local, self.mailbox(local)),
        }
    }
}
