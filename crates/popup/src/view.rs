//! What the pages show, worked out from the worker's state: pure, so every screen and
//! every sentence is tested without a browser.
//!
//! [`popup::popup`] and [`options::options`] are the entries; `crate::pages` draws what
//! they return.

pub mod capture;
pub mod connection;
pub mod copy;
pub mod credits;
pub mod health;
pub mod leads;
pub mod options;
pub mod popup;
pub mod price;
pub mod reasons;
pub mod recent;
pub mod time;
pub mod unlock;

use crate::answers::standing::Standing;

/// What the server has said beyond the worker's state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Credit by pool, prices, capacity.
    pub standing: Option<Standing>,
}

impl Known {
    /// Whether what there is no credit for is kept for an explicit click.
    #[must_use]
    pub fn pauses(&self) -> bool {
        self.standing
            .as_ref()
            .is_none_or(|standing| standing.pauses)
    }
}

/// The mood of a badge, a notice or a dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    Neutral,
    /// Under way.
    Busy,
    /// Good.
    Good,
    /// Uncertain, or needs the user.
    Warn,
    /// Bad.
    Bad,
}

impl Tone {
    /// The value of `data-tone`, which the style sheet colours.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Busy => "busy",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}
