//! Any text as the extension's snapshot of a page. What is checked stands in `lode_fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lode_fuzzing::snapshot(data));
