//! Any answer of a data provider. What is checked stands in `lode_fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| lode_fuzzing::mail::provider_answer(data));
