//! Any text as an address. What is checked stands in `lode_fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lode_fuzzing::mail::address(data));
