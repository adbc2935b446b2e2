//! A rule file as it stands in JSON.

use serde_json::{Map, Value};

use crate::decode::Decode;

/// Lists of texts by their key, in the keys' order.
pub(super) type Lists = Vec<(String, Vec<String>)>;

/// The members of a rule file, of the right types but not checked further.
pub(super) struct RuleFile {
    pub(super) schema: u32,
    pub(super) site: String,
    pub(super) version: u64,
    pub(super) selectors: Lists,
    /// The words of all languages, language by language.
    pub(super) labels: Lists,
    pub(super) patterns: Lists,
    /// Fields of a lead by page kind; may be missing.
    pub(super) expected: Lists,
}

impl RuleFile {
    /// Reads a file; the error says what is missing, unknown or of the wrong type.
    pub(super) fn read(json: &str) -> Result<Self, String> {
        let Value::Object(mut members) =
            // serde's own words for what is wrong would stay in the shipped core with it.
            serde_json::from_str(json)
                .map_err(|error| format!("no JSON from line {} on", error.line()))?
        else {
            return Err("it is not an object".to_owned());
        };
        let file = Self {
            schema: take(&mut members, "schema")?,
            site: take(&mut members, "site")?,
            version: take(&mut members, "version")?,
            selectors: lists(&take(&mut members, "selectors")?)?,
            labels: by_language(&take(&mut members, "labels")?)?,
            patterns: lists(&take(&mut members, "patterns")?)?,
            expected: match members.remove("expected") {
                Some(value) => lists(&value)?,
                None => Lists::new(),
            },
        };
        match members.keys().next() {
            Some(unknown) => Err(format!("unknown member {unknown}")),
            None => Ok(file),
        }
    }
}

fn take<T: Decode>(members: &mut Map<String, Value>, name: &str) -> Result<T, String> {
    let value = members.remove(name).unwrap_or_default();
    T::decode(&value).map_err(|error| format!("{name}: {error}"))
}

fn section(value: &Value) -> Result<&Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| "a section is not an object".to_owned())
}

fn list(key: &str, value: &Value) -> Result<Vec<String>, String> {
    Decode::decode(value).map_err(|error| format!("{key}: {error}"))
}

fn lists(value: &Value) -> Result<Lists, String> {
    let mut lists = Lists::new();
    for (key, value) in section(value)? {
        lists.push((key.clone(), list(key, value)?));
    }
    Ok(lists)
}

fn by_language(value: &Value) -> Result<Lists, String> {
    let mut lists = Lists::new();
    for (key, languages) in section(value)? {
        let mut words = Vec::new();
        for (_, value) in section(languages)? {
            words.extend(list(key, value)?);
        }
        lists.push((key.clone(), words));
    }
    Ok(lists)
}
