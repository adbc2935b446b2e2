//! Web addresses. One type, [`Url`], with one behaviour (the WHATWG URL standard) and two
//! makers: the `url` crate, and in the shipped core the browser itself, which saves the
//! quarter of a megabyte that the crate's international domain names take.

#[cfg(target_arch = "wasm32")]
mod browser;

#[cfg(target_arch = "wasm32")]
pub use browser::Url;
#[cfg(not(target_arch = "wasm32"))]
pub use url::Url;
