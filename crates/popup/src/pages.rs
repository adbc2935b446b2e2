//! The pages, drawn from what `crate::view` works out.
//!
//! Page text only ever becomes a text node. Every function gives an erased view: concrete
//! types would double the bundle.

pub(crate) mod capture;
pub(crate) mod list;
pub(crate) mod options;
pub(crate) mod parts;
pub(crate) mod popup;
