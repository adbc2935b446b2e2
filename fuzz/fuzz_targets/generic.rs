//! Any text as a page of a site without a reader of its own. What is checked stands in `lode_fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lode_fuzzing::generic(data));
