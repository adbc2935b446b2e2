//! The pages, drawn from what `crate::view` works out.

mod auto_unlock;
pub(crate) mod capture;
pub(crate) mod dashboard;
pub(crate) mod list;
mod opinions;
pub(crate) mod options;
pub(crate) mod parts;
pub(crate) mod popup;
mod providers;
mod unlock;
