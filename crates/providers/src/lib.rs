//! Data providers' APIs behind one trait, with the user's own keys.
//!
//! Each provider is a file: what it is asked, what its documents say it answers (both
//! variants where they differ), what its errors mean. [`http`] is the one way out: limits on
//! time and size, no redirects, the key in a header that no log shows. [`waterfall`] decides
//! whom to ask in which order, and what may be spent; it is pure but for the asking.
//!
//! A provider's answer is a claim, not a proof: its "valid" is what *it* says.

pub mod http;
pub mod key;
pub mod provider;
pub mod waterfall;

mod apollo;
mod dropcontact;
mod findymail;
mod hunter;
mod icypeas;
mod leadmagic;
mod pace;
mod prospeo;
mod rate;
mod snov;

pub use apollo::Apollo;
pub use dropcontact::Dropcontact;
pub use findymail::Findymail;
pub use http::ProviderConfig;
pub use hunter::Hunter;
pub use icypeas::Icypeas;
pub use key::ApiKey;
pub use leadmagic::LeadMagic;
pub use pace::{CellRate, SharedPace};
pub use prospeo::Prospeo;
pub use provider::{
    Answer, Deliverability, EmailSearch, FoundEmail, MobileLook, MobileSearch, PersonQuery, Prices,
    Provider, ProviderError, ProviderKind, Search, SetupError,
};
pub use snov::Snov;

/// A provider with the user's key.
///
/// # Errors
/// Where the key cannot be a key of that provider, or the client cannot be set up.
pub fn connect(
    kind: ProviderKind,
    key: &ApiKey,
    config: &ProviderConfig,
) -> Result<Box<dyn Provider>, SetupError> {
    Ok(match kind {
        ProviderKind::Hunter => Box::new(Hunter::new(key, config)?),
        ProviderKind::LeadMagic => Box::new(LeadMagic::new(key, config)?),
        ProviderKind::Prospeo => Box::new(Prospeo::new(key, config)?),
        ProviderKind::Findymail => Box::new(Findymail::new(key, config)?),
        ProviderKind::Icypeas => Box::new(Icypeas::new(key, config)?),
        ProviderKind::Dropcontact => Box::new(Dropcontact::new(key, config)?),
        ProviderKind::Apollo => Box::new(Apollo::new(key, config)?),
        ProviderKind::Snov => Box::new(Snov::new(key, config)?),
    })
}

/// What a provider charges, by its documents; its client says the same.
#[must_use]
pub fn prices(kind: ProviderKind) -> Prices {
    match kind {
        ProviderKind::Hunter => hunter::PRICES,
        ProviderKind::LeadMagic => leadmagic::PRICES,
        ProviderKind::Prospeo => prospeo::PRICES,
        ProviderKind::Findymail => findymail::PRICES,
        ProviderKind::Icypeas => icypeas::PRICES,
        ProviderKind::Dropcontact => dropcontact::PRICES,
        ProviderKind::Apollo => apollo::PRICES,
        ProviderKind::Snov => snov::PRICES,
    }
}
