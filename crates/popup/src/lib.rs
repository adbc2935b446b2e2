//! The extension's popup and options pages.
