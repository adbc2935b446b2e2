//! What fuzzing begins with: the project's own fixtures of invented people.

use std::path::Path;
use std::{fs, io};

use lode_core::snapshot::{CLOSE, NAME, OPEN, TEXT, VALUE};

use crate::{CRUNCHBASE, GENERIC, GOOGLE, LINKEDIN};

const NAMES: &[&str] = &[
    "Ada Example",
    "Dr. Ada M. van der Example-Sample, PhD (she/her)",
    "EXAMPLE, Ada \"Addy\" 🚀",
    "김하린",
    "María José Ejemplo y Muestra",
    "LinkedIn Member",
];

const HEADLINES: &[&str] = &[
    "CTO at Acme",
    "Acme | CTO",
    "CTO @Acme & Advisor",
    "Leiterin Einkauf bei Beispielwerke GmbH",
    "Founder · Speaker · ex-Acme",
];

/// The seeds of a target; `root` is the repository.
///
/// # Errors
/// Where a fixture cannot be read.
pub fn seeds(root: &Path, target: &str) -> io::Result<Vec<Vec<u8>>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    Ok(match target {
        "name" => texts(NAMES),
        "headline" => texts(HEADLINES),
        "linkedin" => pages(root, target, LINKEDIN, std::convert::identity)?,
        "crunchbase" => pages(root, target, CRUNCHBASE, std::convert::identity)?,
        "google" => pages(root, target, GOOGLE, std::convert::identity)?,
        "generic" => pages(root, target, GENERIC, std::convert::identity)?,
        "snapshot" => {
            let mut all = Vec::new();
            let (mut before, sites) = (Vec::new(), [LINKEDIN, CRUNCHBASE, GOOGLE, GENERIC]);
            for (site, addresses) in ["linkedin", "crunchbase", "google", "generic"]
                .iter()
                .zip(sites)
            {
                before.extend(addresses);
                all.extend(pages(root, site, &before, |html| marked(&html))?);
            }
            all
        }
        "rules" => {
            let mut all = Vec::new();
            for site in ["linkedin", "crunchbase", "google", "generic"] {
                let file = root.join(format!("src/sites/{site}/rules.json"));
                // Newer than the built-in one, so that it is taken over.
                let json = fs::read_to_string(file)?.replacen("\"version\": ", "\"version\": 9", 1);
                all.push(json.into_bytes());
            }
            all
        }
        _ => Vec::new(),
    })
}

/// The fixtures of a site, each with the number of the address that is most like its own.
fn pages(
    root: &Path,
    site: &str,
    addresses: &[&str],
    form: impl Fn(String) -> String,
) -> io::Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join("tests/pages").join(site))? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            files.push(path);
        }
    }
    files.sort();
    let mut seeds = Vec::new();
    for file in files {
        let html = fs::read_to_string(file)?;
        let own = html.lines().next().unwrap_or_default();
        let alike = |address: &&str| {
            let address = address.split_once("://").map_or(*address, |(_, rest)| rest);
            let path = address.split_once('/').map_or("", |(_, path)| path);
            let area: String = path.split_inclusive('/').take(2).collect();
            if own.contains(&area) { area.len() } else { 0 }
        };
        let best = (0_u8..)
            .zip(addresses)
            .max_by_key(|(_, address)| alike(address));
        let mut seed = vec![best.map_or(0, |(number, _)| number)];
        seed.extend(form(html).into_bytes());
        seeds.push(seed);
    }
    Ok(seeds)
}

/// Roughly the snapshot of a page: enough to begin with.
fn marked(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        if tag.starts_with('/') {
            out.push(CLOSE);
        } else if !tag.starts_with('!') {
            let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
            out.push(OPEN);
            out.push_str(name);
            while let Some((name, after)) = rest.split_once("=\"") {
                let (value, after) = after.split_once('"').unwrap_or((after, ""));
                out.push(NAME);
                out.push_str(name.trim());
                out.push(VALUE);
                out.push_str(value);
                rest = after;
            }
        }
        if !text.is_empty() {
            out.push(TEXT);
            out.push_str(text);
        }
    }
    out
}
