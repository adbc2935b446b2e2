//! What the pages show, worked out from the worker's state: pure, so every screen and
//! every sentence is tested without a browser.
//!
//! [`popup::popup`] and [`options::options`] are the entries; `crate::pages` draws what
//! they return.

pub mod auto_unlock;
pub mod capture;
pub mod connection;
pub mod copy;
pub mod credits;
pub mod dashboard;
pub mod health;
pub mod leads;
pub mod opinions;
pub mod options;
pub mod popup;
pub mod price;
pub mod providers;
pub mod reasons;
pub mod recent;
pub mod time;
pub mod unlock;

use serde_json::Value;

use crate::answers::providers::Trouble;
use crate::answers::receipts::{Line, Member};
use crate::answers::standing::Standing;
use opinions::OpinionLine;

/// What the server has said beyond the worker's state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Credit by pool, prices, capacity.
    pub standing: Option<Standing>,
    /// Operations, newest first; `None` before they are loaded.
    pub lines: Option<Vec<Line>>,
    /// Where older ones go on.
    pub next: Option<String>,
    /// The members.
    pub members: Vec<Member>,
    /// The receipt that is looked at, with its operation's id.
    pub receipt: Option<(String, Value)>,
    /// Data providers that are not asked at present.
    pub troubles: Vec<Trouble>,
    /// The data providers that verify addresses.
    pub opinions: Vec<OpinionLine>,
    /// Why something could not be loaded.
    pub failed: Option<String>,
}

impl Known {
    /// An operation of the list.
    #[must_use]
    pub fn line(&self, operation_id: &str) -> Option<&Line> {
        let mut lines = self.lines.iter().flatten();
        lines.find(|line| line.operation_id == operation_id)
    }

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
