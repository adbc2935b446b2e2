//! Any text as a displayed name: no panic, and parts that can be shown and stored.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode_core::name;

fuzz_target!(|text: &str| {
    let name = name::parse(text);
    for part in [
        &name.given,
        &name.middle,
        &name.family,
        &name.prefix,
        &name.suffix,
        &name.nickname,
    ]
    .into_iter()
    .flatten()
    {
        assert!(part.chars().any(char::is_alphabetic));
        assert!(!part.chars().any(char::is_control));
        assert_eq!(part, part.trim());
    }
});
