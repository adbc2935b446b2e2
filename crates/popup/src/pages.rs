//! The pages, drawn from what `crate::view` works out.

pub(crate) mod capture;
pub(crate) mod list;
pub(crate) mod options;
pub(crate) mod parts;
pub(crate) mod popup;
mod unlock;
