//! What every provider can be asked, and how it may answer.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use lode_verify::{Address, Domain};
use serde::{Deserialize, Serialize};

/// A provider that Lode speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// Hunter, API v2.
    Hunter,
    /// LeadMagic, API v1.
    #[serde(rename = "leadmagic")]
    LeadMagic,
    /// Prospeo, enrich-person API.
    Prospeo,
    /// Findymail.
    Findymail,
    /// Icypeas.
    Icypeas,
    /// Dropcontact, API v1.
    Dropcontact,
    /// Apollo, API v1.
    Apollo,
    /// Snov.io, API v2.
    Snov,
}

impl ProviderKind {
    /// Every provider.
    pub const ALL: [Self; 8] = [
        Self::Hunter,
        Self::LeadMagic,
        Self::Prospeo,
        Self::Findymail,
        Self::Icypeas,
        Self::Dropcontact,
        Self::Apollo,
        Self::Snov,
    ];

    /// The provider of a stable name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hunter => "hunter",
            Self::LeadMagic => "leadmagic",
            Self::Prospeo => "prospeo",
            Self::Findymail => "findymail",
            Self::Icypeas => "icypeas",
            Self::Dropcontact => "dropcontact",
            Self::Apollo => "apollo",
            Self::Snov => "snov",
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whom a provider is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonQuery {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Whole name, where the parts are not known.
    pub full_name: Option<String>,
    /// The company's domain.
    pub domain: Option<String>,
    /// The company's name.
    pub company: Option<String>,
    /// Address of the LinkedIn profile.
    pub linkedin_url: Option<String>,
    /// The person's work address, where known (for phone numbers).
    pub work_email: Option<String>,
}

impl PersonQuery {
    /// The whole name.
    #[must_use]
    pub fn whole_name(&self) -> Option<String> {
        let parts = [&self.first_name, &self.last_name];
        let joined = parts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ");
        self.full_name
            .clone()
            .or((!joined.is_empty()).then_some(joined))
    }

    /// Given and family name, where both are known.
    #[must_use]
    pub fn both_names(&self) -> Option<(&str, &str)> {
        Some((self.first_name.as_deref()?, self.last_name.as_deref()?))
    }

    /// The domain, else the company's name.
    #[must_use]
    pub fn domain_or_company(&self) -> Option<&str> {
        self.domain.as_deref().or(self.company.as_deref())
    }
}

/// What a provider says of an address. A claim, not a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deliverability {
    /// It exists.
    Valid,
    /// Its domain accepts every address.
    AcceptAll,
    /// It does not exist.
    Invalid,
    /// A throw-away address.
    Disposable,
    /// The provider does not know, or says so in words of its own.
    Unknown,
}

/// An address that a provider found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundEmail {
    /// The address; it may be at an alias of the domain that was asked for.
    #[serde(rename = "address")]
    pub email: Address,
    /// What the provider says of it.
    pub deliverability: Deliverability,
    /// The provider's own confidence, 0 to 100, where it gives one.
    pub confidence: Option<u8>,
}

/// An answer: `None` where the provider knows nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// What was found.
    pub found: Option<T>,
    /// What it cost in the provider's credits, where the answer says so.
    pub cost: Option<MilliCredits>,
}

impl<T> Answer<T> {
    /// Nothing found, at a known or unknown cost.
    #[must_use]
    pub fn nothing(cost: Option<MilliCredits>) -> Self {
        Self { found: None, cost }
    }
}

/// What becomes of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search<T> {
    /// It is over.
    Answered(Answer<T>),
    /// The provider works on it, for minutes perhaps: to be looked at under this id, by
    /// whichever process. It may be paid for already.
    Begun(String),
}

/// What becomes of a search for an address.
pub type EmailSearch = Search<FoundEmail>;

/// What becomes of a search for numbers.
pub type MobileSearch = Search<Vec<String>>;

/// What a look at a search that has begun says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MobileLook {
    /// It is over.
    Answered(Answer<Vec<String>>),
    /// It goes on.
    Pending {
        /// When to look again, where the answer says so.
        retry_after: Option<Duration>,
    },
}

/// Documented prices, in thousandths of the provider's own credit. `None`: not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// An address found.
    pub find_found: MilliCredits,
    /// No address found.
    pub find_missing: MilliCredits,
    /// An address verified.
    pub verify: Option<MilliCredits>,
    /// A mobile number found.
    pub mobile: Option<MilliCredits>,
    /// A company's domain found by its name.
    pub domain: Option<MilliCredits>,
}

/// Why a provider gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The key is wrong, revoked, or may not do this.
    #[error("the provider refuses the key")]
    Unauthorized,
    /// No credits left with the provider.
    #[error("out of credits with the provider")]
    OutOfCredits,
    /// Too many requests.
    #[error("the provider limits the rate")]
    RateLimited {
        /// When to ask again, where the answer says so.
        retry_after: Option<Duration>,
    },
    /// The person asked the provider not to process their data (451): ask nobody else in
    /// their name without thought.
    #[error("the person opted out")]
    OptedOut,
    /// The provider could not judge now, through no fault of ours; not charged.
    #[error("the provider could not tell now")]
    TryLater,
    /// Still being worked on when our own deadline passed.
    #[error("the provider did not finish in time")]
    Pending,
    /// The provider finds fault with the request: its code.
    #[error("the provider refuses the request: {0}")]
    InvalidRequest(String),
    /// The query lacks what the provider needs.
    #[error("the query lacks {0}")]
    Missing(&'static str),
    /// The provider does not offer this.
    #[error("not offered by the provider")]
    NotOffered,
    /// The provider's own failure.
    #[error("the provider failed with status {0}")]
    Server(u16),
    /// The answer is not what the provider documents.
    #[error("the answer cannot be read: {0}")]
    Malformed(&'static str),
    /// The answer is larger than any real one.
    #[error("the answer is too large")]
    TooLarge,
    /// The answer is a redirect: a login page, mostly. Never followed: the key would go
    /// along.
    #[error("the provider redirects elsewhere")]
    Redirected,
    /// The answer is no JSON.
    #[error("the answer is of another content type")]
    WrongContentType,
    /// What was begun is not known to the provider (any more): its result cannot be had.
    #[error("the provider has the result no more")]
    Gone,
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// No connection: nothing was asked.
    #[error("the provider cannot be reached")]
    Unreachable,
    /// The connection ended after the request had left: nobody knows what became of it.
    #[error("the answer was lost on the way")]
    Lost,
}

impl ProviderError {
    /// Whether the same request may be answered later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::TryLater
                | Self::Pending
                | Self::Server(_)
                | Self::Timeout
                | Self::Unreachable
                | Self::Lost
        )
    }

    /// Whether the user has to do something before the provider can be asked again.
    #[must_use]
    pub fn needs_user(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized | Self::OutOfCredits | Self::Redirected
        )
    }

    /// Whether the provider may charge although it gave no answer: work was begun, or an
    /// answer was lost. Free is what was refused before any work, or never left.
    #[must_use]
    pub fn may_be_charged(&self) -> bool {
        match self {
            Self::Pending
            | Self::Timeout
            | Self::Lost
            | Self::Gone
            | Self::Malformed(_)
            | Self::TooLarge
            | Self::WrongContentType => true,
            // 503 says that nothing was handled (RFC 9110, 15.6.4); behind any other failure
            // the work may have been done.
            Self::Server(status) => *status != 503,
            Self::Unauthorized
            | Self::OutOfCredits
            | Self::RateLimited { .. }
            | Self::OptedOut
            | Self::TryLater
            | Self::InvalidRequest(_)
            | Self::Missing(_)
            | Self::NotOffered
            | Self::Redirected
            | Self::Unreachable => false,
        }
    }

    /// Whether an answer like this to a look at work that has begun says nothing of the work:
    /// it goes on behind a gateway's failure, a login page or a lost connection.
    #[must_use]
    pub fn is_about_the_look(&self) -> bool {
        matches!(
            self,
            Self::Server(_)
                | Self::Timeout
                | Self::Unreachable
                | Self::Lost
                | Self::Redirected
                | Self::WrongContentType
                | Self::Unauthorized
        )
    }

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "provider_unauthorized",
            Self::OutOfCredits => "provider_out_of_credits",
            Self::RateLimited { .. } => "provider_rate_limited",
            Self::OptedOut => "person_opted_out",
            Self::TryLater => "provider_try_later",
            Self::Pending => "provider_pending",
            Self::InvalidRequest(_) => "provider_invalid_request",
            Self::Missing(_) => "query_incomplete",
            Self::NotOffered => "provider_not_offered",
            Self::Server(_) => "provider_failed",
            Self::Malformed(_) => "provider_malformed",
            Self::TooLarge => "provider_too_large",
            Self::Redirected => "provider_redirected",
            Self::WrongContentType => "provider_wrong_content_type",
            Self::Gone => "provider_result_gone",
            Self::Timeout => "provider_timeout",
            Self::Unreachable => "provider_unreachable",
            Self::Lost => "provider_lost",
        }
    }
}

/// Why a provider cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The key cannot be one of this provider.
    #[error("this cannot be a key of the provider")]
    Key,
    /// The address of the API is not usable: it must be HTTPS, or loopback in tests.
    #[error("the address of the API is not usable")]
    Base,
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client,
}

/// One provider, with the user's key.
#[async_trait]
pub trait Provider: Send + Sync + fmt::Debug {
    /// Which one.
    fn kind(&self) -> ProviderKind;

    /// What it charges, by its documents.
    fn prices(&self) -> Prices;

    /// Whether a person's address can be looked for with what is known, without asking anybody.
    ///
    /// # Errors
    /// [`ProviderError::Missing`] where it cannot.
    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError>;

    /// Whether the same question again is documented to cost nothing: an answer that was lost
    /// may be asked for once more.
    fn repeats_are_free(&self) -> bool {
        false
    }

    /// Looks for a person's work address.
    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError>;

    /// Begins to look for a person's work address. Providers that answer at once do.
    async fn begin_email(&self, person: &PersonQuery) -> Result<EmailSearch, ProviderError> {
        self.find_email(person).await.map(Search::Answered)
    }

    /// Waits for a search that [`Self::begin_email`] has begun, in this process or another;
    /// costs nothing. [`ProviderError::Pending`] where it goes on when our own time is up: then
    /// it can be waited for again.
    async fn fetch_email(&self, _task: &str) -> Result<Answer<FoundEmail>, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    /// Has an address verified.
    async fn verify_email(
        &self,
        _email: &Address,
    ) -> Result<Answer<Deliverability>, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    /// Tries the key by a call that costs nothing: the credits that are left, where the
    /// answer says so. Not offered where no such call is documented.
    async fn check_key(&self) -> Result<Option<MilliCredits>, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    /// Looks for the domain of a company by its name. A claim: it may be anybody's.
    async fn find_domain(&self, _company: &str) -> Result<Answer<Domain>, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    /// Looks for a person's mobile numbers, as the provider writes them.
    async fn find_mobile(
        &self,
        _person: &PersonQuery,
    ) -> Result<Answer<Vec<String>>, ProviderError> {
        Err(ProviderError::NotOffered)
    }

    /// Whether it works on mobile numbers for a while, so that [`Self::begin_mobile`] gives an id.
    fn works_on_mobiles(&self) -> bool {
        false
    }

    /// Begins to look for a person's mobile numbers. Providers that answer at once do.
    async fn begin_mobile(&self, person: &PersonQuery) -> Result<MobileSearch, ProviderError> {
        self.find_mobile(person).await.map(MobileSearch::Answered)
    }

    /// Looks once at a search that [`Self::begin_mobile`] has begun; costs nothing.
    async fn look_at_mobile(&self, _task: &str) -> Result<MobileLook, ProviderError> {
        Err(ProviderError::NotOffered)
    }
}

/// [`Provider::find_email`] of those that work on a search.
pub(crate) async fn find_by_work(
    provider: &dyn Provider,
    person: &PersonQuery,
) -> Result<Answer<FoundEmail>, ProviderError> {
    match provider.begin_email(person).await? {
        Search::Answered(answer) => Ok(answer),
        Search::Begun(task) => provider.fetch_email(&task).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls are kept in databases: what was written stays readable.
    #[test]
    fn a_found_address_is_written_as_ever() {
        let text =
            r#"{"address":"ana@acme.example","deliverability":"accept_all","confidence":90}"#;
        let found: FoundEmail = serde_json::from_str(text).unwrap();
        assert_eq!(found.email.to_string(), "ana@acme.example");
        assert_eq!(serde_json::to_string(&found).unwrap(), text);
        let wrong = text.replace('@', " ");
        assert!(serde_json::from_str::<FoundEmail>(&wrong).is_err());
    }
}
