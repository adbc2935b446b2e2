//! Names and ids: short strings that are checked once, where they enter.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name or id that is empty, too long or has characters that it may not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {value:?} must be 1 to {max} characters of {allowed}")]
pub struct BadId {
    what: &'static str,
    value: String,
    max: usize,
    allowed: &'static str,
}

fn check(
    what: &'static str,
    value: &str,
    max: usize,
    allowed: &'static str,
    fits: fn(char) -> bool,
) -> Result<(), BadId> {
    if value.is_empty() || value.len() > max || !value.chars().all(fits) {
        return Err(BadId {
            what,
            // A hostile value must not fill a log.
            value: value.chars().take(40).collect(),
            max,
            allowed,
        });
    }
    Ok(())
}

macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $allowed:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks and takes the text.
            ///
            /// # Errors
            /// [`BadId`] if it is empty, too long or has a character that it may not have.
            pub fn new(value: impl Into<String>) -> Result<Self, BadId> {
                let value = value.into();
                check($what, &value, $max, $allowed, $fits)?;
                Ok(Self(value))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(value: &str) -> Result<Self, BadId> {
                Self::new(value)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(value: String) -> Result<Self, BadId> {
                Self::new(value)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }
    };
}

fn is_name(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-'
}

fn is_id(c: char) -> bool {
    c.is_ascii_graphic()
}

checked_text!(
    /// Kind of credit within an account (`standard`, `premium`, `calling`).
    Pool, "pool", 40, "a-z, 0-9, _ and -", is_name
);
checked_text!(
    /// Something that can cost credits (`find`, `verify`, `mobile_find`).
    Action, "action", 40, "a-z, 0-9, _ and -", is_name
);
checked_text!(
    /// How an action ended (`verified`, `not_found`, `failed`).
    Outcome, "outcome", 40, "a-z, 0-9, _ and -", is_name
);
checked_text!(
    /// A plan of a policy (`free`, `pro`).
    PlanId, "plan", 40, "a-z, 0-9, _ and -", is_name
);
checked_text!(
    /// A member of an account; the server's id as text.
    MemberId, "member", 128, "printable ASCII without spaces", is_id
);
checked_text!(
    /// The idempotency key of one operation, made by whoever starts it and stored before
    /// it is sent. One id does one thing in an account, however often it arrives.
    OperationId, "operation id", 128, "printable ASCII without spaces", is_id
);

impl Action {
    pub(crate) fn import() -> Self {
        Self("import".to_owned())
    }
}

impl Outcome {
    /// The outcome of an action that nobody ended in time.
    pub(crate) fn expired() -> Self {
        Self("expired".to_owned())
    }

    /// The outcome of an action that was free because it was a repeat.
    pub(crate) fn repeat() -> Self {
        Self("repeat".to_owned())
    }

    pub(crate) fn imported() -> Self {
        Self("imported".to_owned())
    }

    pub(crate) fn already_held() -> Self {
        Self("already_held".to_owned())
    }
}

impl OperationId {
    /// Ids of the ledger's own operations (period closes, expiries) begin with this; no
    /// caller may use it.
    pub const RESERVED: &str = "system:";

    /// An operation of the ledger itself.
    pub(crate) fn system(what: impl fmt::Display) -> Self {
        Self(format!("{}{what}", Self::RESERVED))
    }

    /// A further attempt under one id: a capture that is resumed after its hold was
    /// released needs a hold of its own. Attempt 0 is the id itself.
    #[must_use]
    pub fn attempt(id: uuid::Uuid, attempt: u32) -> Self {
        if attempt == 0 {
            return Self(id.to_string());
        }
        Self(format!("{id}/{attempt}"))
    }
}

impl From<uuid::Uuid> for OperationId {
    fn from(id: uuid::Uuid) -> Self {
        Self(id.to_string())
    }
}

/// A grant within its account: the sequence number of the entry that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GrantId(pub i64);

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "g{}", self.0)
    }
}
