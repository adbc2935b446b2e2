//! A user's key with a provider.

use std::fmt;

use reqwest::header::HeaderValue;

use crate::provider::SetupError;

/// A secret. It has no `Display` and no serialised form, and its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// A key as the user typed it; surrounding spaces are dropped.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    /// The key as a header's value, after a scheme such as `Bearer `; marked so that no
    /// log shows it.
    pub(crate) fn header(&self, scheme: &str) -> Result<HeaderValue, SetupError> {
        if self.0.is_empty() {
            return Err(SetupError::Key);
        }
        let mut value =
            HeaderValue::from_str(&format!("{scheme}{}", self.0)).map_err(|_| SetupError::Key)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The two halves of a key that is an id and a secret, typed as `id:secret`.
    pub(crate) fn pair(&self) -> Result<(&str, &str), SetupError> {
        match self.0.split_once(':') {
            Some((id, secret)) if !id.is_empty() && !secret.is_empty() => Ok((id, secret)),
            _ => Err(SetupError::Key),
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let key = ApiKey::new(" sk-secret ");
        assert_eq!(format!("{key:?}"), "ApiKey(…)");
        let header = key.header("Bearer ").unwrap();
        assert!(header.is_sensitive());
        assert!(!format!("{header:?}").contains("secret"));
        assert_eq!(header.to_str().unwrap(), "Bearer sk-secret");
    }

    #[test]
    fn what_cannot_be_a_key_is_refused() {
        assert_eq!(ApiKey::new("  ").header(""), Err(SetupError::Key));
        assert_eq!(
            ApiKey::new("a\r\nX-Evil: 1").header(""),
            Err(SetupError::Key)
        );
        assert_eq!(ApiKey::new("only-id").pair(), Err(SetupError::Key));
        assert_eq!(ApiKey::new("id:se:cret").pair(), Ok(("id", "se:cret")));
    }
}
