//! Types of the wire and of the store out of JSON, for the shipped core and the popup.
//!
//! Written out by hand for size: serde's derived code is made anew for every type, and that
//! of the types below weighed 120 KB in the core, and 150 KB in the popup
//! (docs/adr/0003-size-of-the-core.md). Here JSON is parsed by one piece of code into a
//! [`Value`], and each type picks its fields out of it. The server and the tests keep the
//! derived code. The two cannot drift unseen: a new field does not compile here, and the
//! tests hold each type against serde's own reading, field by field.
//!
//! What is read is what serde reads, but for shapes that nothing writes: a struct as an array,
//! a word as an object, one field twice.

mod api;
mod lead;
mod primitive;
mod protocol;
mod stored;
#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde_json::{Map, Value};

/// JSON that is not of the type that is wanted; holds the name of what could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be read")]
pub struct Unreadable(pub &'static str);

/// A type that can be read from JSON.
pub trait Decode: Sized {
    /// Reads a value. A member that is missing is given as [`Value::Null`].
    ///
    /// # Errors
    /// [`Unreadable`] names the innermost type or member that is missing or wrong.
    fn decode(value: &Value) -> Result<Self, Unreadable>;
}

/// Reads JSON text.
///
/// # Errors
/// As [`Decode::decode`]; `json` where it is no JSON at all.
pub fn from_json<T: Decode>(json: &str) -> Result<T, Unreadable> {
    let value: Value = serde_json::from_str(json).map_err(|_| Unreadable("json"))?;
    T::decode(&value)
}

/// The members of an object.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn of(value: &'a Value, name: &'static str) -> Result<Self, Unreadable> {
        value.as_object().map(Self).ok_or(Unreadable(name))
    }

    /// A member; a missing one reads as null, which only an [`Option`] takes.
    fn get<T: Decode>(&self, name: &'static str) -> Result<T, Unreadable> {
        T::decode(self.0.get(name).unwrap_or(&Value::Null))
    }

    /// A member that may be missing.
    fn get_or_default<T: Decode + Default>(&self, name: &'static str) -> Result<T, Unreadable> {
        self.0.get(name).map_or_else(|| Ok(T::default()), T::decode)
    }

    /// The word that tells which variant of an enum an object is.
    fn tag(&self, name: &'static str) -> Result<&'a str, Unreadable> {
        let word = self.0.get(name).and_then(Value::as_str);
        word.ok_or(Unreadable(name))
    }
}

/// An enum that is one word, by serde's derived code: it is small for these.
fn word<T: DeserializeOwned>(value: &Value, name: &'static str) -> Result<T, Unreadable> {
    let word = value.as_str().ok_or(Unreadable(name))?;
    T::deserialize(StrDeserializer::<WordError>::new(word)).map_err(|_| Unreadable(name))
}
