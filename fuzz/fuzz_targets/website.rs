//! Any bytes as a company's website. What is checked stands in `lode_fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lode_fuzzing::website(data));
