//! E-mail addresses and mail domains, parsed at the edge: whatever holds an [`Address`]
//! may be written into an SMTP command without further checks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub mod class;

/// Longest local part, in octets (RFC 5321 4.5.3.1.1).
pub const LOCAL_OCTETS_MAX: usize = 64;
/// Longest domain name, in octets without the final dot (RFC 1035 2.3.4).
pub const DOMAIN_OCTETS_MAX: usize = 253;
/// Longest address: a path is at most 256 octets with its angle brackets (RFC 5321 4.5.3.1.3).
pub const ADDRESS_OCTETS_MAX: usize = 254;
/// Longest input that is looked at all; an IDN is longer in UTF-8 than as A-labels.
const INPUT_OCTETS_MAX: usize = 1024;

/// Why a text is not an address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AddressError {
    /// There is no text.
    #[error("the address is empty")]
    Empty,
    /// CR, LF, NUL or another control character: never let near a command line.
    #[error("the address has control characters")]
    Control,
    /// There is no `@`, or nothing before it.
    #[error("the address has no local part or no @")]
    Shape,
    /// Local part, domain or the whole is longer than RFC 5321 allows.
    #[error("the address is too long")]
    TooLong,
    /// The local part is neither a dot-string nor a quoted string.
    #[error("the part before the @ is not valid")]
    LocalPart,
    /// The local part is not ASCII (RFC 6531): perhaps valid, but only servers with
    /// SMTPUTF8 could be asked.
    #[error("the part before the @ is not ASCII")]
    InternationalLocalPart,
    /// The domain is an address literal (`[192.0.2.1]`) or a bare IP address.
    #[error("the domain is an address literal")]
    DomainLiteral,
    /// The domain is not a host name with at least two labels.
    #[error("the domain is not valid")]
    Domain,
}

impl AddressError {
    /// Stable code for a verdict's reasons.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "syntax_empty",
            Self::Control => "syntax_control_characters",
            Self::Shape => "syntax_no_at",
            Self::TooLong => "syntax_too_long",
            Self::LocalPart => "syntax_local_part",
            Self::InternationalLocalPart => "needs_smtputf8",
            Self::DomainLiteral => "syntax_domain_literal",
            Self::Domain => "syntax_domain",
        }
    }
}

/// A mail domain: lower case, A-labels, at least two labels, no final dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// Parses a domain; an internationalised one is turned into A-labels (UTS 46).
    ///
    /// # Errors
    /// [`AddressError::Domain`] and its kin where the text is no domain name.
    pub fn parse(input: &str) -> Result<Self, AddressError> {
        if input.is_empty() {
            return Err(AddressError::Domain);
        }
        if input.len() > INPUT_OCTETS_MAX {
            return Err(AddressError::TooLong);
        }
        if input.chars().any(char::is_control) {
            return Err(AddressError::Control);
        }
        if input.starts_with('[') || input.parse::<std::net::IpAddr>().is_ok() {
            return Err(AddressError::DomainLiteral);
        }
        let ascii = if input.is_ascii() {
            input.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii_cow(input.as_bytes(), idna::AsciiDenyList::STD3)
                .map_err(|_| AddressError::Domain)?
                .into_owned()
        };
        if ascii.len() > DOMAIN_OCTETS_MAX {
            return Err(AddressError::TooLong);
        }
        let mut labels = 0_usize;
        let mut last = "";
        for label in ascii.split('.') {
            let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            let bytes = label.as_bytes();
            if bytes.len() > 63
                || !edge(bytes.first())
                || !edge(bytes.last())
                || !bytes
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
            {
                return Err(AddressError::Domain);
            }
            labels += 1;
            last = label;
        }
        // A top-level label of digits is an IPv4 address in disguise.
        if labels < 2 || last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(AddressError::Domain);
        }
        Ok(Self(ascii))
    }

    /// The domain as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The registrable domain (public suffix and one label), where there is one.
    #[must_use]
    pub fn registrable(&self) -> Option<&str> {
        psl::domain_str(&self.0)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Domain {
    type Err = AddressError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::parse(s)
    }
}

impl TryFrom<String> for Domain {
    type Error = AddressError;
    fn try_from(value: String) -> Result<Self, Self::Error> {
        Self::parse(&value)
    }
}

impl From<Domain> for String {
    fn from(value: Domain) -> Self {
        value.0
    }
}

/// An e-mail address: printable ASCII, within RFC 5321's lengths, the domain in A-labels.
/// The local part keeps its case (RFC 5321 2.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    local: String,
    domain: Domain,
}

impl Address {
    /// Parses an address: `local@domain` with a dot-string or a quoted local part
    /// (RFC 5321 4.1.2). Display names, comments and address literals are not accepted.
    ///
    /// # Errors
    /// What is wrong with it; see [`AddressError`].
    pub fn parse(input: &str) -> Result<Self, AddressError> {
        if input.is_empty() {
            return Err(AddressError::Empty);
        }
        if input.len() > INPUT_OCTETS_MAX {
            return Err(AddressError::TooLong);
        }
        if input.chars().any(char::is_control) {
            return Err(AddressError::Control);
        }
        let (local, domain) = input.rsplit_once('@').ok_or(AddressError::Shape)?;
        Self::new(local, Domain::parse(domain)?)
    }

    /// An address from its two parts.
    ///
    /// # Errors
    /// Where the local part is not valid, or the whole is too long.
    pub fn new(local: &str, domain: Domain) -> Result<Self, AddressError> {
        if local.is_empty() {
            return Err(AddressError::Shape);
        }
        if local.chars().any(char::is_control) {
            return Err(AddressError::Control);
        }
        if local.len() > LOCAL_OCTETS_MAX || local.len() + 1 + domain.0.len() > ADDRESS_OCTETS_MAX {
            return Err(AddressError::TooLong);
        }
        if !local.is_ascii() {
            return Err(AddressError::InternationalLocalPart);
        }
        if !is_dot_string(local) && !is_quoted_string(local) {
            return Err(AddressError::LocalPart);
        }
        Ok(Self {
            local: local.to_owned(),
            domain,
        })
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain.0)
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::parse(s)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(value: String) -> Result<Self, Self::Error> {
        Self::parse(&value)
    }
}

impl From<Address> for String {
    fn from(value: Address) -> Self {
        value.to_string()
    }
}

/// `atext` of RFC 5322 3.2.3.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_dot_string(local: &str) -> bool {
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// `Quoted-string` of RFC 5321 4.1.2.
fn is_quoted_string(local: &str) -> bool {
    let Some(inner) = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return false;
    };
    let mut bytes = inner.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                if !bytes.next().is_some_and(|next| (32..=126).contains(&next)) {
                    return false;
                }
            }
            b'"' => return false,
            32..=126 => {}
            _ => return false,
        }
    }
    !inner.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_parse() {
        for text in [
            "ada.marlow@example.com",
            "Ada+tag@Example.COM",
            "o'hara@example.co.uk",
            "\"ada marlow\"@example.com",
            "a@b.cd",
        ] {
            assert!(Address::parse(text).is_ok(), "{text}");
        }
        let address = Address::parse("Ada@Example.COM").unwrap();
        assert_eq!(address.to_string(), "Ada@example.com");
    }

    #[test]
    fn idn_becomes_a_labels() {
        let address = Address::parse("ada@bücher.example").unwrap();
        assert_eq!(address.domain().as_str(), "xn--bcher-kva.example");
        assert_eq!(
            Address::parse("jürgen@example.com"),
            Err(AddressError::InternationalLocalPart)
        );
    }

    #[test]
    fn control_characters_are_rejected_everywhere() {
        for text in [
            "ada\r\nRCPT TO:<x@y.example>@example.com",
            "ada@example.com\r\nDATA",
            "ada@exa\0mple.com",
            "\"ada\n\"@example.com",
            "ada@example.com\u{85}",
            "ada\u{7f}@example.com",
        ] {
            assert_eq!(Address::parse(text), Err(AddressError::Control), "{text:?}");
        }
    }

    #[test]
    fn wrong_shapes_are_told_apart() {
        for (text, error) in [
            ("", AddressError::Empty),
            ("ada", AddressError::Shape),
            ("@example.com", AddressError::Shape),
            ("ada@", AddressError::Domain),
            ("ada@localhost", AddressError::Domain),
            ("ada@exa_mple.com", AddressError::Domain),
            ("ada@-example.com", AddressError::Domain),
            ("ada@example..com", AddressError::Domain),
            ("ada@example.com.", AddressError::Domain),
            ("ada@[127.0.0.1]", AddressError::DomainLiteral),
            ("ada@127.0.0.1", AddressError::DomainLiteral),
            ("ada@10.1", AddressError::Domain),
            ("ada..marlow@example.com", AddressError::LocalPart),
            (".ada@example.com", AddressError::LocalPart),
            ("ada marlow@example.com", AddressError::LocalPart),
            ("ada<b@example.com", AddressError::LocalPart),
            ("\"a\"b\"@example.com", AddressError::LocalPart),
            ("a@b@example.com", AddressError::LocalPart),
        ] {
            assert_eq!(Address::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn lengths_are_bounded() {
        let local = "a".repeat(64);
        assert!(Address::parse(&format!("{local}@example.com")).is_ok());
        assert_eq!(
            Address::parse(&format!("a{local}@example.com")),
            Err(AddressError::TooLong)
        );
        let label = "b".repeat(60);
        let long = format!("{label}.{label}.{label}.{label}.example.com");
        assert_eq!(
            Address::parse(&format!("ada@{long}")),
            Err(AddressError::TooLong)
        );
        assert_eq!(
            Address::parse(&"x".repeat(100_000)),
            Err(AddressError::TooLong)
        );
    }

    proptest::proptest! {
        #[test]
        fn an_address_is_always_safe_to_format(text in "\\PC{0,80}|[\\x00-\\x7f]{0,80}") {
            if let Ok(address) = Address::parse(&text) {
                let shown = address.to_string();
                assert!(shown.bytes().all(|byte| (32..127).contains(&byte)));
                assert!(shown.len() <= ADDRESS_OCTETS_MAX);
                assert_eq!(Address::parse(&shown), Ok(address));
            }
        }
    }
}
