//! Request bodies: JSON of a known shape, or a problem that names the field.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;

use crate::problem::ApiError;

/// A JSON body. Unknown fields are refused by name: a client that misspells a field would
/// otherwise lose it silently. `serde_json` bounds the nesting at 128.
pub struct ApiJson<T>(pub T);

/// How long a body may take to arrive.
const BODY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(20);

impl<T, S> FromRequest<S> for ApiJson<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(&request) {
            return Err(ApiError::UnsupportedMediaType);
        }
        let whole = tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, state));
        match whole.await {
            Ok(Ok(bytes)) => parse(&bytes).map(Self),
            Ok(Err(e)) if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
                Err(ApiError::TooLarge)
            }
            Ok(Err(_)) | Err(_) => Err(ApiError::Malformed(
                "The body did not arrive whole.".to_owned(),
            )),
        }
    }
}

fn is_json(request: &Request) -> bool {
    let Some(value) = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
    else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// Reads JSON, naming the place of what is wrong.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // Serde would read an array as the fields in their order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(ApiError::Malformed("A JSON object is needed.".to_owned()));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let mut unknown: Vec<String> = Vec::new();
    let value: Result<T, _> = serde_ignored::deserialize(tracked, |path| {
        // A hostile body must not fill the answer.
        if unknown.len() < 20 {
            unknown.push(path.to_string().chars().take(200).collect());
        }
    });
    let value = match value {
        Ok(value) => value,
        Err(error) => {
            let path = track.path().to_string();
            return Err(match error.classify() {
                serde_json::error::Category::Data if path != "." => {
                    ApiError::field(&path, without_position(&error))
                }
                serde_json::error::Category::Data => {
                    ApiError::Malformed(sentence(&without_position(&error)))
                }
                _ => ApiError::Malformed(sentence(&error.to_string())),
            });
        }
    };
    json.end()
        .map_err(|_| ApiError::Malformed("There is more after the JSON value.".to_owned()))?;
    if !unknown.is_empty() {
        return Err(ApiError::Invalid(
            unknown
                .into_iter()
                .map(|field| lode_core::api::FieldError {
                    field,
                    message: "unknown field".to_owned(),
                })
                .collect(),
        ));
    }
    Ok(value)
}

/// Serde's message without its "at line 1 column 2", cut to a bearable length: it may
/// repeat what was sent.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(message, _)| message);
    text.chars().take(200).collect()
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use lode_core::api::LeadPatch;

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Outer {
        #[expect(dead_code, reason = "read by serde")]
        inner: Inner,
    }
    #[derive(Debug, serde::Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "read by serde")]
        number: i64,
    }

    fn problem<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> lode_core::api::Problem {
        parse::<T>(body.as_bytes()).unwrap_err().problem()
    }

    #[test]
    fn the_field_is_named() {
        let p = problem::<Outer>(r#"{"inner":{"number":"x"}}"#);
        assert_eq!(
            (p.code.as_str(), p.errors[0].field.as_str()),
            ("invalid_input", "inner.number")
        );
        let p = problem::<Outer>(r#"{"inner":{"number":1,"other":2}}"#);
        assert_eq!(p.errors[0].field, "inner.other");
        assert_eq!(p.errors[0].message, "unknown field");
        let p = problem::<Outer>(r#"{"inner":{}}"#);
        assert_eq!(p.errors[0].field, "inner");
        assert!(p.errors[0].message.contains("number"));
        let p = problem::<LeadPatch>(r#"{"nick":"x"}"#);
        assert_eq!(p.status, 400);
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for body in ["", "{", "[]", "nul", "{} {}", "\u{0}", &deep] {
            let p = problem::<Outer>(body);
            assert_eq!(p.status, 400, "{body:.20}");
        }
    }
}
