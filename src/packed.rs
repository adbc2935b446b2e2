//! The data that the core carries: the built-in rule files, then the lists of words, as the
//! build script packs them. Unpacked at its first use.

mod lzma;

use std::sync::OnceLock;

/// Sites with a built-in rule file.
const SITES: usize = 4;

fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/data.lzma"));
        const SIZE: usize = include!(concat!(env!("OUT_DIR"), "/data.size"));
        // What the build script has packed unpacks; tests of the rules and words would fail.
        let unpacked = lzma::unpack(PACKED, SIZE).unwrap_or_default();
        String::from_utf8(unpacked).unwrap_or_default()
    })
}

/// The built-in rule files, one a site.
pub(crate) fn rule_files() -> Vec<&'static str> {
    text().lines().take(SITES).collect()
}

/// A part, from one byte to before another.
pub(crate) fn part(start: u32, end: u32) -> &'static str {
    text().get(start as usize..end as usize).unwrap_or_default()
}
