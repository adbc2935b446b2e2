//! Where people's numbers come from. A server without such a source says so and charges
//! nothing.

use std::time::Duration;

use async_trait::async_trait;
use lode_core::lead::Lead;
use uuid::Uuid;

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhoneKind {
    /// A mobile of the person's own.
    Mobile,
    /// A direct dial at work.
    Direct,
    /// The company's main line: worth nothing, and never charged.
    MainLine,
}

impl PhoneKind {
    /// The name that is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Direct => "direct",
            Self::MainLine => "main_line",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Mobile, Self::Direct, Self::MainLine]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// A number, as a provider gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// The number as written by the provider.
    pub number: String,
    /// What it is.
    pub kind: PhoneKind,
    /// Name of the provider (`leadmagic`).
    pub provider: String,
}

/// What a source can say before anything is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preview {
    /// There is something, of this quality, 0 to 100.
    Exists(u8),
    /// There is nothing.
    Nothing,
    /// The source does not say without being paid.
    Unknown,
}

/// Why a source gave no answer; nothing is charged for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// The account has configured nobody who could be asked.
    #[error("no provider is configured")]
    NotConfigured,
    /// The operator's limit on spending at providers is reached.
    #[error("the day's spending limit at providers is reached")]
    SpendLimit,
    /// No provider answered; the same question may be answered later.
    #[error("no provider answered")]
    Unavailable,
    /// A provider works on it, and may be paid for it already: the same question is to be put
    /// again after this time.
    #[error("a provider works on it")]
    Pending(Duration),
}

/// Whose numbers are looked for, and who asks.
#[derive(Debug, Clone, Copy)]
pub struct PhoneQuestion<'a> {
    /// The account: providers are asked with its own keys.
    pub account_id: Uuid,
    /// The unlock's id. The same id is the same question: a source that pays for answers
    /// uses it as its own key against paying twice.
    pub operation: Uuid,
    /// The stored lead; what is learned goes with it when it is erased.
    pub lead_id: Uuid,
    /// What is known of the person.
    pub person: &'a Lead,
}

/// Finds people's numbers.
#[async_trait]
pub trait PhoneSource: Send + Sync {
    /// Whether the account has anybody who could be asked at all, as far as is known without
    /// asking: what is shown before a click.
    async fn is_configured(&self, _account_id: Uuid) -> bool {
        true
    }

    /// All numbers that providers know of a person; none where they know none.
    ///
    /// # Errors
    /// [`PhoneError`] where nobody could answer. "Not found" is an answer.
    async fn find(&self, question: PhoneQuestion<'_>) -> Result<Vec<Phone>, PhoneError>;

    /// Whether there is anything, as far as that can be told for nothing.
    ///
    /// # Errors
    /// [`PhoneError`] as for [`PhoneSource::find`].
    async fn preview(&self, _question: PhoneQuestion<'_>) -> Result<Preview, PhoneError> {
        Ok(Preview::Unknown)
    }
}
