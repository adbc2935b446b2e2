//! What a provider's headers say of its rate: when to ask again, and that nothing is left of a
//! window. Pure.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Longest wait that a provider may ask for; a longer one is taken for this.
const WAIT_MAX: Duration = Duration::from_secs(24 * 3600);

/// Windows: the header of what is left, that of the reset, and where there is none, how long
/// the window is at most.
const WINDOWS: &[(&str, &str, Option<u64>)] = &[
    // IETF draft, LeadMagic among others.
    ("ratelimit-remaining", "ratelimit-reset", None),
    ("x-ratelimit-remaining", "x-ratelimit-reset", None),
    // Apollo.
    ("x-minute-requests-left", "x-minute-reset-seconds", Some(60)),
    (
        "x-hourly-requests-left",
        "x-hourly-reset-seconds",
        Some(3_600),
    ),
    (
        "x-24-hour-requests-left",
        "x-24-hour-reset-seconds",
        Some(24 * 3_600),
    ),
    // Prospeo.
    ("x-minute-request-left", "x-minute-reset-seconds", Some(60)),
    (
        "x-daily-request-left",
        "x-daily-reset-seconds",
        Some(24 * 3_600),
    ),
];

/// From here on a reset is a time in seconds since 1970, not a wait: no window is 30 years.
const EPOCH_FROM: u64 = 1_000_000_000;

/// A wait of so many seconds, bounded.
pub(crate) fn bounded(seconds: u64) -> Duration {
    Duration::from_secs(seconds).min(WAIT_MAX)
}

/// `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    number(headers, RETRY_AFTER.as_str())
        .or_else(|| {
            let date = headers.get(RETRY_AFTER)?.to_str().ok()?;
            let at = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
            u64::try_from(at.as_second() - now.as_second()).ok()
        })
        .map(bounded)
}

/// How long until there is something left again, where a window is used up: the longest of
/// such windows. None where the provider says that it only counts ("soft mode").
pub(crate) fn exhausted(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let soft = headers.get("x-ratelimit-soft-mode");
    if soft.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true")) {
        return None;
    }
    WINDOWS
        .iter()
        .filter(|(left, ..)| number(headers, left) == Some(0))
        .filter_map(|(_, reset, window)| {
            number(headers, reset)
                .map(|seconds| wait(seconds, now))
                .or(window.map(bounded))
        })
        .max()
}

/// When the window ends of which a refusal does not say what is left.
pub(crate) fn reset(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    ["ratelimit-reset", "x-ratelimit-reset"]
        .iter()
        .find_map(|name| number(headers, name))
        .map(|seconds| wait(seconds, now))
}

/// A reset as a wait: some write seconds from now, some the time.
fn wait(reset: u64, now: Timestamp) -> Duration {
    if reset < EPOCH_FROM {
        return bounded(reset);
    }
    // Some of those in milliseconds.
    let at = if reset < EPOCH_FROM * 100 {
        reset
    } else {
        reset / 1_000
    };
    let now = u64::try_from(now.as_second()).unwrap_or(0);
    bounded(at.saturating_sub(now))
}

/// A header's whole number; the part before the point where it has one.
fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    value.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    fn pause(all: &[(&'static str, &'static str)]) -> Option<u64> {
        let now = Timestamp::from_second(NOW).unwrap();
        exhausted(&headers(all), now).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_window_that_is_used_up_is_waited_for() {
        for (all, expected) in [
            (
                vec![("ratelimit-remaining", "1"), ("ratelimit-reset", "9")],
                None,
            ),
            (vec![("ratelimit-reset", "9")], None),
            (vec![("ratelimit-remaining", "0")], None),
            (
                vec![("ratelimit-remaining", "0"), ("ratelimit-reset", "9")],
                Some(9),
            ),
            (
                vec![
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1790000030"),
                ],
                Some(30),
            ),
            (
                vec![
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1790000040000"),
                ],
                Some(40),
            ),
            (
                vec![
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1789999000"),
                ],
                Some(0),
            ),
            (
                vec![
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "soon"),
                ],
                None,
            ),
            (vec![("x-minute-requests-left", "0")], Some(60)),
            (
                vec![
                    ("x-minute-requests-left", "0"),
                    ("x-hourly-requests-left", "0"),
                ],
                Some(3_600),
            ),
            (
                vec![
                    ("x-minute-request-left", "0"),
                    ("x-daily-request-left", "3"),
                ],
                Some(60),
            ),
            (
                vec![
                    ("x-daily-request-left", "0"),
                    ("x-daily-reset-seconds", "1200"),
                ],
                Some(1_200),
            ),
            (
                vec![
                    ("x-daily-request-left", "0"),
                    ("x-daily-reset-seconds", "999999"),
                ],
                Some(86_400),
            ),
        ] {
            assert_eq!(pause(&all), expected, "{all:?}");
        }
    }

    #[test]
    fn who_only_counts_is_not_waited_for() {
        let counted = [
            ("ratelimit-remaining", "0"),
            ("ratelimit-reset", "9"),
            ("x-ratelimit-soft-mode", "true"),
        ];
        assert_eq!(pause(&counted), None);
    }
}
