//! Newer rule files for the page readers: the operator drops them into a folder, devices take
//! them over. Each is checked with the core's own check when it is read; a bad one is refused
//! with a log line that names file and line, and what was offered before stays.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use lode_core::api::RuleVersions;
use lode_core::rules::{FILE_BYTES_MAX, RuleError, RuleSet, SCHEMA};

/// Most files looked at in the folder.
const FILES_MAX: usize = 100;

/// The folder of newer rule files, looked at again whenever something in it has changed.
#[derive(Debug, Default)]
pub struct RuleFiles {
    folder: Option<PathBuf>,
    read: Mutex<(Vec<FileState>, Arc<Offer>)>,
}

/// What is offered to devices.
#[derive(Debug, Default)]
pub struct Offer {
    files: BTreeMap<String, RuleFile>,
    etag: String,
}

/// An accepted rule file.
#[derive(Debug, Clone)]
pub struct RuleFile {
    /// Its version: larger is newer.
    pub version: u64,
    /// The file as it is.
    pub json: String,
    /// Strong validator (RFC 9110 section 8.8.3), quoted.
    pub etag: String,
}

/// What tells a file that has changed from one that has not.
type FileState = (PathBuf, u64, Option<SystemTime>);

impl Offer {
    /// The versions, by site.
    #[must_use]
    pub fn versions(&self) -> RuleVersions {
        let sites = self.files.iter();
        let sites = sites.map(|(site, file)| (site.clone(), file.version));
        RuleVersions {
            schema: SCHEMA,
            sites: sites.collect(),
        }
    }

    /// Validator of [`Offer::versions`].
    #[must_use]
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// The file of a site.
    #[must_use]
    pub fn file(&self, site: &str) -> Option<&RuleFile> {
        self.files.get(site)
    }

    fn of(files: BTreeMap<String, RuleFile>) -> Self {
        let all: String = files.values().map(|file| file.etag.as_str()).collect();
        Self {
            etag: etag(&all),
            files,
        }
    }
}

impl RuleFiles {
    /// The files of a folder; without one, none.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            read: Mutex::new((Vec::new(), Arc::new(Offer::of(BTreeMap::new())))),
        }
    }

    /// What is offered now. Reads files where some have changed: not to be called where
    /// nothing may block.
    #[must_use]
    pub fn offer(&self) -> Arc<Offer> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(folder) = &self.folder else {
            return Arc::clone(&read.1);
        };
        match look(folder) {
            Ok(states) if states == read.0 => {}
            Ok(states) => {
                let offer = Offer::of(take_over(&states, &read.1.files));
                *read = (states, Arc::new(offer));
            }
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "rule files cannot be listed");
            }
        }
        Arc::clone(&read.1)
    }
}

fn look(folder: &Path) -> std::io::Result<Vec<FileState>> {
    let mut states = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let facts = fs::metadata(&path)?;
        if facts.is_file() && states.len() < FILES_MAX {
            states.push((path, facts.len(), facts.modified().ok()));
        }
    }
    states.sort();
    Ok(states)
}

/// The newest good file of each site; where none is good, what was offered `before`.
fn take_over(
    states: &[FileState],
    before: &BTreeMap<String, RuleFile>,
) -> BTreeMap<String, RuleFile> {
    let mut files = BTreeMap::<String, RuleFile>::new();
    let mut refused = false;
    for (path, bytes, _) in states {
        let file = path.display();
        let json = match read(path, *bytes) {
            Ok(json) => json,
            Err(error) => {
                refused = true;
                tracing::error!(%file, error, "rule file refused");
                continue;
            }
        };
        match check(&json) {
            Ok((site, version)) => {
                let known = files.get(&site).map_or(0, |known| known.version);
                if version > known {
                    tracing::info!(%file, site, version, "rule file offered");
                    let etag = etag(&json);
                    let offered = RuleFile {
                        version,
                        json,
                        etag,
                    };
                    files.insert(site, offered);
                }
            }
            // What is built in has overtaken it: nothing is wrong with it.
            Err(error @ RuleError::NotNewer { .. }) => {
                tracing::info!(%file, %error, "rule file not needed");
            }
            Err(error) => {
                refused = true;
                let line = line_of(&json, &error);
                tracing::error!(%file, line, %error, "rule file refused");
            }
        }
    }
    if refused {
        for (site, file) in before {
            files.entry(site.clone()).or_insert_with(|| file.clone());
        }
    }
    files
}

fn read(path: &Path, bytes: u64) -> Result<String, String> {
    let most = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    if bytes > most {
        return Err(format!("it has {bytes} bytes, more than {FILE_BYTES_MAX}"));
    }
    let mut json = String::new();
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(most.saturating_add(1))
        .read_to_string(&mut json)
        .map_err(|error| error.to_string())?;
    Ok(json)
}

/// Site and version of a good file.
fn check(json: &str) -> Result<(String, u64), RuleError> {
    let mut rules = RuleSet::updatable();
    let site = rules.update(json)?;
    let version = rules.site(&site).map_or(0, |rules| rules.version());
    Ok((site, version))
}

/// The line that an error is about, from 1; `None` where it is about no line in particular.
/// Errors of JSON itself name line and column in their text.
fn line_of(json: &str, error: &RuleError) -> Option<usize> {
    let quoted = |text: &str| serde_json::to_string(text).ok();
    let at = match error {
        RuleError::Selector {
            key,
            selector: entry,
        }
        | RuleError::NotCarried {
            key,
            selector: entry,
        }
        | RuleError::Pattern {
            key,
            pattern: entry,
        } => {
            let from = json.find(&quoted(key)?)?;
            from + json.get(from..)?.find(&quoted(entry)?)?
        }
        RuleError::Keys(key) | RuleError::Limit(key) | RuleError::Emptied(key) => {
            json.find(&quoted(key)?)?
        }
        RuleError::Schema(_) => json.find("\"schema\"")?,
        RuleError::TooNew { .. } => json.find("\"version\"")?,
        RuleError::UnknownSite(_) => json.find("\"site\"")?,
        RuleError::TooLarge(_) | RuleError::Shape(_) | RuleError::NotNewer { .. } => return None,
    };
    Some(json.get(..at)?.matches('\n').count() + 1)
}

fn etag(text: &str) -> String {
    let hash = lode_store::secret::hash(text.as_bytes());
    let hex: String = hash.iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("\"{hex}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT_IN: &str = include_str!("../../../src/sites/linkedin/rules.json");

    fn newer(change: impl Fn(&mut serde_json::Value)) -> String {
        let mut file: serde_json::Value = serde_json::from_str(BUILT_IN).unwrap();
        file["version"] = (file["version"].as_u64().unwrap() + 1).into();
        change(&mut file);
        serde_json::to_string_pretty(&file).unwrap()
    }

    #[test]
    fn the_newest_good_file_is_offered_and_a_bad_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let rules = RuleFiles::new(Some(folder.path().to_owned()));
        assert!(rules.offer().versions().sites.is_empty());
        let good = newer(|_| {});
        fs::write(folder.path().join("a.json"), &good).unwrap();
        let offer = rules.offer();
        let version = offer.file("linkedin").unwrap().version;
        assert_eq!(offer.file("linkedin").unwrap().json, good);
        // A newer one that is bad takes nothing away, even where it takes the file's place.
        let bad = newer(|file| {
            file["version"] = (version + 1).into();
            file["selectors"]["top_card"] = serde_json::json!(["h1["]);
        });
        fs::write(folder.path().join("a.json"), &bad).unwrap();
        assert_eq!(rules.offer().file("linkedin").unwrap().version, version);
        assert_eq!(rules.offer().etag(), offer.etag());
        // The built-in rules themselves are not newer.
        fs::write(folder.path().join("a.json"), BUILT_IN).unwrap();
        assert!(rules.offer().versions().sites.is_empty());
        let error = check(&bad).unwrap_err();
        let line = line_of(&bad, &error).unwrap();
        assert!(bad.lines().nth(line - 1).unwrap().contains("h1["));
    }

    /// What the extension would refuse, or could never use, is refused here, with its line.
    #[test]
    fn files_that_would_blind_the_readers_are_refused_by_their_line() {
        let line_with = |bad: &str, error: &RuleError| {
            let line = line_of(bad, error).unwrap();
            bad.lines().nth(line - 1).unwrap().to_owned()
        };
        let unseen = newer(|file| {
            file["selectors"]["top_card"] = serde_json::json!(["main", "[data-build]"]);
        });
        let error = check(&unseen).unwrap_err();
        assert!(error.to_string().contains("snapshot"), "{error}");
        assert!(line_with(&unseen, &error).contains("data-build"));
        let emptied = newer(|file| file["selectors"]["top_card"] = serde_json::json!([]));
        let error = check(&emptied).unwrap_err();
        assert_eq!(error, RuleError::Emptied("top_card".to_owned()));
        assert!(line_with(&emptied, &error).contains("top_card"));
        let too_new = newer(|file| file["version"] = 202_611_301_200_u64.into());
        let error = check(&too_new).unwrap_err();
        assert!(matches!(error, RuleError::TooNew { .. }), "{error}");
        assert!(line_with(&too_new, &error).contains("version"));
        let dated = newer(|file| file["version"] = 2_026_123_101.into());
        assert_eq!(check(&dated), Ok(("linkedin".to_owned(), 2_026_123_101)));
        // Without what is expected, the built-in expectations hold.
        let without = newer(|file| {
            file.as_object_mut().unwrap().remove("expected");
        });
        let mut rules = RuleSet::updatable();
        rules.update(&without).unwrap();
        let built_in = RuleSet::built_in().site("linkedin").unwrap();
        let expected = built_in.expected("profile");
        assert!(!expected.is_empty());
        assert_eq!(
            rules.site("linkedin").unwrap().expected("profile"),
            expected
        );
    }

    #[test]
    fn a_folder_that_is_gone_leaves_the_offer() {
        let folder = tempfile::tempdir().unwrap();
        let rules = RuleFiles::new(Some(folder.path().to_owned()));
        fs::write(folder.path().join("a.json"), newer(|_| {})).unwrap();
        fs::write(
            folder.path().join("large.json"),
            " ".repeat(FILE_BYTES_MAX + 1),
        )
        .unwrap();
        fs::write(folder.path().join("latin.json"), [0xe9, 0x7b]).unwrap();
        assert_eq!(rules.offer().versions().sites.len(), 1);
        drop(folder);
        assert_eq!(rules.offer().versions().sites.len(), 1);
    }
}
