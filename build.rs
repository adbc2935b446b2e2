//! Packs the data that the core carries, rule files and lists of words: compressed, for the
//! shipped core's size (docs/adr/0003-size-of-the-core.md).

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::{env, fs};

use lzma_rust2::{LzmaOptions, LzmaWriter};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What `src/packed/lzma.rs` unpacks: the bits of a literal's context as there, none of the
/// position.
const LITERAL_CONTEXT: u32 = 2;

const SITES: [&str; 4] = ["linkedin", "crunchbase", "google", "generic"];

/// Modules with a `words.txt`.
const LEXICONS: [&str; 2] = ["name", "headline"];

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let mut text = String::new();
    for site in SITES {
        let path = format!("src/sites/{site}/rules.json");
        let rules: serde_json::Value =
            serde_json::from_str(&read(&path)?).map_err(|error| format!("{path}: {error}"))?;
        // A line each: line feeds in strings are escaped.
        writeln!(text, "{rules}")?;
    }
    for module in LEXICONS {
        let path = format!("src/{module}/words.txt");
        let lists =
            lexicon(&read(&path)?, &mut text).map_err(|error| format!("{path}: {error}"))?;
        fs::write(out.join(format!("{module}.words.rs")), lists)?;
    }
    fs::write(out.join("data.lzma"), packed(text.as_bytes())?)?;
    fs::write(out.join("data.size"), text.len().to_string())?;
    Ok(())
}

fn packed(data: &[u8]) -> Result<Vec<u8>> {
    let options = LzmaOptions {
        dict_size: 1 << 20,
        lc: LITERAL_CONTEXT,
        lp: 0,
        pb: 0,
        depth_limit: 1000,
        ..LzmaOptions::with_preset(9)
    };
    let mut writer = LzmaWriter::new_no_header(Vec::new(), &options, false)?;
    writer.write_all(data)?;
    Ok(writer.finish()?)
}

fn read(path: &str) -> Result<String> {
    println!("cargo::rerun-if-changed={path}");
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}").into())
}

/// Appends a module's lists to the data, and returns their declarations, each with the place
/// of its words there.
fn lexicon(lists: &str, data: &mut String) -> Result<String> {
    let mut declared = String::new();
    let mut lines = lists.lines().peekable();
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        if let Some(about) = line.strip_prefix('#') {
            writeln!(declared, "///{about}")?;
            continue;
        }
        if !line.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
            return Err(format!("not a name of a list: {line}").into());
        }
        let mut words = Vec::new();
        while let Some(more) = lines.next_if(|line| line.starts_with(' ')) {
            words.extend(more.split_whitespace());
        }
        words.sort_unstable();
        let written = words.len();
        words.dedup();
        if words.len() < written {
            return Err(format!("{line} has a word twice").into());
        }
        let start = data.len();
        data.push_str(&words.join(" "));
        let end = data.len();
        data.push('\n');
        writeln!(
            declared,
            "pub(super) const {line}: WordList = WordList::packed({start}, {end});"
        )?;
    }
    Ok(declared)
}
