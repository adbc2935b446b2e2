//! Where people's numbers come from. A server without such a source says so and charges
//! nothing.

use async_trait::async_trait;
use lode_core::lead::Lead;

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
    /// The operator's limit on spending at providers is reached.
    #[error("the day's spending limit at providers is reached")]
    SpendLimit,
    /// No provider answered; the same question may be answered later.
    #[error("no provider answered")]
    Unavailable,
}

/// Finds people's numbers.
#[async_trait]
pub trait PhoneSource: Send + Sync {
    /// All numbers that providers know of a person; none where they know none. The same
    /// `operation` is the same question: a source that pays for answers uses it as its
    /// own key against paying twice.
    ///
    /// # Errors
    /// [`PhoneError`] where nobody could answer. "Not found" is an answer.
    async fn find(&self, operation: uuid::Uuid, person: &Lead) -> Result<Vec<Phone>, PhoneError>;

    /// Whether there is anything, as far as that can be told for nothing.
    ///
    /// # Errors
    /// [`PhoneError`] as for [`PhoneSource::find`].
    async fn preview(&self, _person: &Lead) -> Result<Preview, PhoneError> {
        Ok(Preview::Unknown)
    }
}
