//! Any text as a headline: no panic, and claims that can be shown and stored.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode_core::headline;

fuzz_target!(|text: &str| {
    let stated = headline::split(text);
    for part in [stated.title, stated.company].into_iter().flatten() {
        assert!(part.chars().any(char::is_alphanumeric));
        assert!(!part.chars().any(char::is_control));
        assert_eq!(part, part.trim());
    }
});
