//! Servers described as data: each script is one real kind of mail system, its replies as
//! such systems word them, and what may rightly be said of the mailboxes behind it.
//!
//! The scripts stand in `scripts/*.toml`. A script is a list of rules; the first that fits a
//! step of the conversation decides. Where none fits, the server is an ordinary one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::character::{Expected, Mailbox};

const FILES: &[&str] = &[
    include_str!("../scripts/hosted.toml"),
    include_str!("../scripts/gateways.toml"),
    include_str!("../scripts/self_hosted.toml"),
    include_str!("../scripts/catch_all.toml"),
    include_str!("../scripts/limits.toml"),
    include_str!("../scripts/policy.toml"),
    include_str!("../scripts/protocol.toml"),
    include_str!("../scripts/routes.toml"),
    include_str!("../scripts/second_greylist.toml"),
    include_str!("../scripts/second_catch_all.toml"),
    include_str!("../scripts/second_policy.toml"),
    include_str!("../scripts/second_unknown.toml"),
    include_str!("../scripts/second_states.toml"),
    include_str!("../scripts/second_limits.toml"),
    include_str!("../scripts/second_sender.toml"),
    include_str!("../scripts/second_hello.toml"),
    include_str!("../scripts/second_wire.toml"),
    include_str!("../scripts/second_routes.toml"),
    include_str!("../scripts/third_behaviours.toml"),
    include_str!("../scripts/fourth_behaviours.toml"),
    include_str!("../scripts/sixth_behaviours.toml"),
];

/// Local parts of functions, as far as claims are made about them.
const ROLES: &[&str] = &["info", "sales", "postmaster"];

static ALL: LazyLock<BTreeMap<String, Script>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    for file in FILES {
        match toml::from_str::<File>(file) {
            Ok(read) => all.extend(
                read.script
                    .into_iter()
                    .map(|script| (script.name.clone(), script.complete())),
            ),
            Err(error) => eprintln!("lode-testbed: a file of scripts is wrong: {error}"),
        }
    }
    all
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    script: Vec<Script>,
}

/// A kind of mail system.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Its name, which is a DNS label too.
    pub name: String,
    /// What it is like, where the name does not say it.
    #[serde(default)]
    pub about: String,
    /// Its mail hosts, by preference; host N listens on the domain's N-th address.
    #[serde(default = "one_host")]
    pub hosts: Vec<String>,
    /// Hosts that do not listen.
    #[serde(default)]
    pub dead: Vec<String>,
    /// Records in place of those that follow from the hosts: `NAME TYPE DATA`, names
    /// relative to the domain, `@1` to `@3` the hosts' addresses, `{dashed}` the domain
    /// with dashes for dots.
    #[serde(default)]
    pub zone: Vec<String>,
    /// `NAME TYPE` → what DNS does there in place of an answer.
    #[serde(default)]
    pub faults: BTreeMap<String, Fault>,
    /// Whether there is no postmaster.
    #[serde(default)]
    pub no_postmaster: bool,
    /// Whether only questions about several people of one company tell what it is.
    #[serde(default)]
    pub told_by_company: bool,
    /// What it does, the first rule that fits.
    #[serde(default)]
    pub(crate) rules: Vec<Rule>,
    // Short forms of rules, tried after the others.
    #[serde(default)]
    banner: Option<String>,
    #[serde(default)]
    ehlo: Option<String>,
    #[serde(default)]
    mail: Option<String>,
    #[serde(default)]
    every: Option<String>,
    #[serde(default)]
    postmaster: Option<String>,
    #[serde(default)]
    exists: Option<String>,
    #[serde(default)]
    missing: Option<String>,
    #[serde(default)]
    full: Option<String>,
    #[serde(default)]
    disabled: Option<String>,
    /// Mailbox state (or `all`) → statuses that are right, joined with `|`.
    #[serde(default)]
    expect: BTreeMap<String, String>,
    /// Exceptions to that by local part.
    #[serde(default)]
    expect_for: Vec<Exception>,
}

fn one_host() -> Vec<String> {
    vec!["mx1".to_owned()]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(with = "pattern")]
    local: Regex,
    #[serde(default)]
    mailbox: Option<MailboxName>,
    is: String,
}

/// What DNS does in place of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// SERVFAIL.
    ServFail,
    /// REFUSED, as a server says that does not know the zone.
    Refused,
    /// NOTIMP.
    NotImplemented,
    /// NXDOMAIN.
    NxDomain,
    /// Nothing.
    Silent,
    /// Over UDP the mark that it was cut; the answer over TCP.
    Truncated,
    /// The same mark; over TCP nothing, to this and to whatever is asked behind it.
    HoldsUp,
    /// The answer, after 900 ms.
    Slow,
}

/// A step of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    Banner,
    Ehlo,
    Helo,
    Starttls,
    Mail,
    Rcpt,
    Rset,
    Quit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MailboxName {
    Exists,
    Missing,
    Full,
    Disabled,
}

impl MailboxName {
    fn of(mailbox: Mailbox) -> Self {
        match mailbox {
            Mailbox::Exists => Self::Exists,
            Mailbox::Missing => Self::Missing,
            Mailbox::Full => Self::Full,
            Mailbox::Disabled => Self::Disabled,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Missing => "missing",
            Self::Full => "full",
            Self::Disabled => "disabled",
        }
    }
}

/// What has to be new to the server for a rule to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fresh {
    /// The pair of sender and recipient.
    Triplet,
    Recipient,
    Sender,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sender {
    /// `<>`
    Null,
    Given,
}

/// How a reply is cut into packets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Packets {
    #[default]
    One,
    Lines,
    Bytes,
}

/// When what is said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    at: Step,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    mailbox: Option<Vec<MailboxName>>,
    #[serde(default, with = "maybe_pattern")]
    local: Option<Regex>,
    #[serde(default)]
    sender: Option<Sender>,
    #[serde(default)]
    tls: Option<bool>,
    #[serde(default)]
    connections_to: Option<u64>,
    #[serde(default)]
    connections_from: Option<u64>,
    #[serde(default)]
    open_from: Option<u64>,
    #[serde(default)]
    refused_from: Option<u64>,
    /// Over all its conversations.
    #[serde(default)]
    refused_ever_from: Option<u64>,
    #[serde(default)]
    accepted_from: Option<u64>,
    #[serde(default)]
    rcpt_from: Option<u64>,
    #[serde(default)]
    transaction_rcpt_from: Option<u64>,
    #[serde(default)]
    every_nth: Option<u64>,
    #[serde(default)]
    pub(crate) fresh: Option<Fresh>,
    /// What is said; `{local}`, `{rcpt}`, `{domain}`, `{sender}`, `{helo}`, `{host}`.
    #[serde(default)]
    pub(crate) say: String,
    /// Bytes that are said, in hexadecimal, after `say`; they end the reply.
    #[serde(default)]
    pub(crate) hex: String,
    #[serde(default)]
    pub(crate) packets: Packets,
    /// Before it is said, and between its packets if it is said in several lines.
    #[serde(default)]
    pub(crate) delay_ms: u64,
    /// As much again for each refused recipient of the session.
    #[serde(default)]
    pub(crate) delay_per_refusal_ms: u64,
    #[serde(default)]
    pub(crate) close: bool,
    #[serde(default)]
    pub(crate) silent: bool,
    /// The reply is none that a client need be polite about.
    #[serde(default)]
    pub(crate) broken: bool,
}

/// Where a conversation stands.
#[derive(Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) step: Step,
    pub(crate) host: &'a str,
    /// Of a recipient: its mailbox and local part.
    pub(crate) recipient: Option<(Mailbox, &'a str)>,
    pub(crate) sender: Option<&'a str>,
    pub(crate) encrypted: bool,
    pub(crate) connection: u64,
    pub(crate) open: u64,
    pub(crate) refused: u64,
    pub(crate) refused_ever: u64,
    pub(crate) accepted: u64,
    pub(crate) recipients: u64,
    pub(crate) transaction_recipients: u64,
}

impl Rule {
    fn plain(at: Step, say: &str) -> Self {
        Self {
            at,
            host: None,
            mailbox: None,
            local: None,
            sender: None,
            tls: None,
            connections_to: None,
            connections_from: None,
            open_from: None,
            refused_from: None,
            refused_ever_from: None,
            accepted_from: None,
            rcpt_from: None,
            transaction_rcpt_from: None,
            every_nth: None,
            fresh: None,
            say: say.to_owned(),
            hex: String::new(),
            packets: Packets::One,
            delay_ms: 0,
            delay_per_refusal_ms: 0,
            close: false,
            silent: false,
            broken: false,
        }
    }

    /// Whether it fits, but for what is to be fresh, which only the server knows.
    pub(crate) fn fits(&self, moment: &Moment<'_>) -> bool {
        let from = |least: Option<u64>, is: u64| least.is_none_or(|least| is >= least);
        self.at == moment.step
            && self.host.as_deref().is_none_or(|host| host == moment.host)
            && self.mailbox.as_ref().is_none_or(|states| {
                moment
                    .recipient
                    .is_some_and(|(mailbox, _)| states.contains(&MailboxName::of(mailbox)))
            })
            && self.local.as_ref().is_none_or(|pattern| {
                moment
                    .recipient
                    .is_some_and(|(_, local)| pattern.is_match(local))
            })
            && self.sender.is_none_or(|wanted| {
                let is = match moment.sender {
                    Some("") => Sender::Null,
                    _ => Sender::Given,
                };
                wanted == is
            })
            && self.tls.is_none_or(|wanted| wanted == moment.encrypted)
            && self
                .connections_to
                .is_none_or(|most| moment.connection <= most)
            && from(self.connections_from, moment.connection)
            && from(self.open_from, moment.open)
            && from(self.refused_from, moment.refused)
            && from(self.refused_ever_from, moment.refused_ever)
            && from(self.accepted_from, moment.accepted)
            && from(self.rcpt_from, moment.recipients)
            && from(self.transaction_rcpt_from, moment.transaction_recipients)
            && self
                .every_nth
                .is_none_or(|nth| moment.recipients.is_multiple_of(nth))
    }
}

impl Script {
    /// Every script, by name.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ALL.values()
    }

    /// The script of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.get(name)
    }

    /// Puts the short forms behind the rules.
    fn complete(mut self) -> Self {
        let mailbox = |say: &str, state| Rule {
            mailbox: Some(vec![state]),
            ..Rule::plain(Step::Rcpt, say)
        };
        let mut more = vec![];
        if let Some(say) = &self.banner {
            more.push(Rule::plain(Step::Banner, say));
        }
        if let Some(say) = &self.ehlo {
            more.push(Rule::plain(Step::Ehlo, say));
        }
        if let Some(say) = &self.mail {
            more.push(Rule::plain(Step::Mail, say));
        }
        if let Some(say) = &self.postmaster {
            more.push(Rule {
                local: Regex::new("^postmaster$").ok(),
                ..Rule::plain(Step::Rcpt, say)
            });
        }
        if let Some(say) = &self.every {
            more.push(Rule::plain(Step::Rcpt, say));
        }
        for (say, state) in [
            (&self.exists, MailboxName::Exists),
            (&self.missing, MailboxName::Missing),
            (&self.full, MailboxName::Full),
            (&self.disabled, MailboxName::Disabled),
        ] {
            if let Some(say) = say {
                more.push(mailbox(say, state));
            }
        }
        self.rules.extend(more);
        self
    }

    /// Whether it has one host in plain DNS and shows what it is at RCPT only.
    pub(crate) fn can_share(&self) -> bool {
        let plain = |rule: &Rule| {
            rule.at == Step::Rcpt
                && rule.connections_to.is_none()
                && rule.connections_from.is_none()
                && rule.open_from.is_none()
        };
        self.hosts == one_host()
            && self.dead.is_empty()
            && self.zone.is_empty()
            && self.faults.is_empty()
            && self.rules.iter().all(plain)
    }

    /// What a right verifier may say of a mailbox behind it.
    #[must_use]
    pub fn expected(&self, local: &str, mailbox: Mailbox) -> Expected {
        let state = MailboxName::of(mailbox);
        let usual = match state {
            MailboxName::Exists => "verified",
            MailboxName::Missing => "invalid",
            MailboxName::Full => "full",
            MailboxName::Disabled => "disabled",
        };
        let exception = self.expect_for.iter().find(|exception| {
            exception.local.is_match(local) && exception.mailbox.is_none_or(|known| known == state)
        });
        let text = match exception {
            Some(exception) => exception.is.as_str(),
            None => self
                .expect
                .get(state.name())
                .or_else(|| self.expect.get("all"))
                .map_or(usual, String::as_str),
        };
        let mut statuses: Vec<String> = text.split('|').map(str::to_owned).collect();
        // Whoever asks for nobody else cannot tell its server from one that refuses everybody.
        if self.no_postmaster && text == "invalid" {
            statuses.push("unknown".to_owned());
        }
        let is_role = ROLES.contains(&local);
        // That an address is a role is said before anything else of it, where it is not known
        // to be missing.
        if is_role && text != "invalid" {
            statuses.retain(|status| status != "verified");
            statuses.push("role".to_owned());
        }
        Expected {
            provable: mailbox == Mailbox::Exists && text == "verified" && !is_role,
            // Where nothing takes the domain's mail, no mailbox is worth its name.
            exists: mailbox != Mailbox::Missing && !statuses.iter().any(|is| is == "invalid"),
            statuses,
        }
    }
}

mod pattern {
    use regex::Regex;
    use serde::{Deserialize, Deserializer, de};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Regex, D::Error> {
        Regex::new(&String::deserialize(from)?).map_err(de::Error::custom)
    }
}

mod maybe_pattern {
    use regex::Regex;
    use serde::Deserializer;

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Regex>, D::Error> {
        super::pattern::deserialize(from).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_scripts_is_read_and_no_name_stands_twice() {
        let mut names = 0;
        for file in FILES {
            names += toml::from_str::<File>(file).unwrap().script.len();
        }
        assert_eq!(names, Script::all().count());
    }
}
