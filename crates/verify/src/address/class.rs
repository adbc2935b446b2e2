//! Classes of addresses that can be told without asking anybody.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Address;

/// What kind of address it is. The lists are data: `data/*.txt`, and `mailchecker` for
/// disposable domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressClass {
    /// Nothing special: presumably a person at an organisation.
    Personal,
    /// Names a function (`info@`, `sales@`).
    Role,
    /// At a free-mail provider: a person, but no employer.
    FreeMail,
    /// At a forwarding service: read by a person, says no employer.
    Alias,
    /// Throw-away.
    Disposable,
}

static ROLES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| words(include_str!("../data/role.txt")));
static FREE_MAIL: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| words(include_str!("../data/free_mail.txt")));
static ALIASES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| words(include_str!("../data/alias.txt")));
static DISPOSABLE: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| mailchecker::blacklist().into_iter().collect());

fn words(text: &'static str) -> HashSet<&'static str> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
}

/// The class of an address. An alias service that a disposable list names too is an alias.
#[must_use]
pub fn class_of(address: &Address) -> AddressClass {
    let domain = address.domain().as_str();
    if in_list(&ALIASES, domain) {
        return AddressClass::Alias;
    }
    if FREE_MAIL.contains(domain) {
        return if is_role(address.local()) {
            AddressClass::Role
        } else {
            AddressClass::FreeMail
        };
    }
    if in_list(&DISPOSABLE, domain) {
        return AddressClass::Disposable;
    }
    if is_role(address.local()) {
        AddressClass::Role
    } else {
        AddressClass::Personal
    }
}

/// Whether a domain is one where anybody may open a mailbox.
#[must_use]
pub fn is_free_mail(domain: &str) -> bool {
    FREE_MAIL.contains(domain)
}

/// Whether a domain is a known source of throw-away addresses.
#[must_use]
pub fn is_disposable(domain: &str) -> bool {
    !in_list(&ALIASES, domain) && !FREE_MAIL.contains(domain) && in_list(&DISPOSABLE, domain)
}

/// Whether a local part names a function; a tag (`+x`) does not change it.
#[must_use]
pub fn is_role(local: &str) -> bool {
    let base = local.split('+').next().unwrap_or(local);
    ROLES.contains(base.to_ascii_lowercase().as_str())
}

/// Whether the list names the domain or a parent of it below the public suffix.
fn in_list(list: &HashSet<&'static str>, domain: &str) -> bool {
    let stop = psl::suffix_str(domain).unwrap_or("");
    let mut name = domain;
    while name.len() > stop.len() {
        if list.contains(name) {
            return true;
        }
        match name.split_once('.') {
            Some((_, parent)) => name = parent,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> AddressClass {
        class_of(&Address::parse(text).unwrap())
    }

    #[test]
    fn classes_are_told_apart() {
        assert_eq!(class("ada.marlow@firm.example"), AddressClass::Personal);
        assert_eq!(class("Info+web@firm.example"), AddressClass::Role);
        assert_eq!(class("vertrieb@firm.example"), AddressClass::Role);
        assert_eq!(class("ada@gmail.com"), AddressClass::FreeMail);
        assert_eq!(class("ada@mailinator.com"), AddressClass::Disposable);
        assert_eq!(class("ada@box.mailinator.com"), AddressClass::Disposable);
        assert_eq!(class("info@mailinator.com"), AddressClass::Disposable);
        assert_eq!(class("ada@duck.com"), AddressClass::Alias);
        assert_eq!(class("a.b@privaterelay.appleid.com"), AddressClass::Alias);
    }

    #[test]
    fn no_free_mail_provider_counts_as_disposable() {
        for domain in FREE_MAIL.iter() {
            assert!(!is_disposable(domain), "{domain}");
        }
        assert!(DISPOSABLE.len() > 50_000);
    }
}
