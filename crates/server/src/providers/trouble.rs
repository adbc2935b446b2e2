//! Providers that cannot be asked, or gave no answer: for how long they are left alone, what is
//! said of it, and whether a look-up waits for them.

use std::time::Duration;

use lode_providers::waterfall::{Attempt, Outcome};
use lode_providers::{ProviderError, ProviderKind};
use uuid::Uuid;

use super::Providers;

/// How long a provider is left alone that cannot be reached, or limits the rate without
/// saying for how long.
const REST_SHORT: Duration = Duration::from_secs(60);

/// How long one is left alone whose user has to do something (key, credits).
const REST_LONG: Duration = Duration::from_secs(60 * 60);

/// Longest rest that a look-up waits for: whoever looks on would not wait longer.
const WAIT_MAX: Duration = Duration::from_secs(10 * 60);

/// When work that was not done in time is looked at again.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// Said where a provider is only to be left alone for a while.
const RESTING: &str = "provider_resting";

/// What keeps a provider from being asked, or kept it from answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Obstacle {
    /// Stable code, for the outcome.
    pub(super) note: &'static str,
    /// When it may be asked again, where waiting is all that it needs.
    pub(super) wait: Option<Duration>,
}

impl Obstacle {
    /// A provider that is left alone for so many milliseconds more, for this trouble.
    pub(super) fn resting(code: &str, left_ms: i64) -> Self {
        match USERS.iter().find(|known| **known == code) {
            Some(note) => Self { note, wait: None },
            None => Self {
                note: RESTING,
                wait: Some(Duration::from_millis(u64::try_from(left_ms).unwrap_or(0))),
            },
        }
    }

    /// A key that this server cannot open.
    pub(super) fn unreadable() -> Self {
        Self {
            note: "key_unreadable",
            wait: None,
        }
    }

    /// What a failed call means; `None` where it says nothing about the provider, but about the
    /// question. What may be paid for already is not waited for: it would be paid twice.
    fn failed(error: &ProviderError, repeats_are_free: bool) -> Option<Self> {
        let about_the_question = matches!(
            error,
            ProviderError::OptedOut
                | ProviderError::InvalidRequest(_)
                | ProviderError::Missing(_)
                | ProviderError::NotOffered
        );
        let again = error.is_temporary() && (repeats_are_free || !error.may_be_charged());
        (!about_the_question).then(|| Self {
            note: error.code(),
            wait: again.then(|| rest(error).unwrap_or(REST_SHORT)),
        })
    }
}

/// Codes of troubles that only the user can end.
const USERS: [&str; 3] = [
    "provider_unauthorized",
    "provider_out_of_credits",
    "provider_redirected",
];

/// For how long a provider is left alone after it gave no answer.
fn rest(error: &ProviderError) -> Option<Duration> {
    match error {
        ProviderError::RateLimited { retry_after } => Some(retry_after.unwrap_or(REST_SHORT)),
        error if error.needs_user() => Some(REST_LONG),
        ProviderError::Server(_)
        | ProviderError::Timeout
        | ProviderError::Unreachable
        | ProviderError::Lost => Some(REST_SHORT),
        _ => None,
    }
}

/// What there is to say of those that could not be asked or gave no answer, and after which time
/// a look-up that nobody has settled goes on, where that is within minutes.
pub(super) fn sum_up(
    outcome: &Outcome,
    resting: &[Obstacle],
    repeats_are_free: impl Fn(ProviderKind) -> bool,
) -> (Vec<&'static str>, Option<Duration>) {
    if outcome.is_settled() {
        return (Vec::new(), None);
    }
    let mut obstacles = Vec::new();
    for (kind, attempt) in &outcome.attempts {
        match attempt {
            Attempt::Failed(error) => {
                obstacles.extend(Obstacle::failed(error, repeats_are_free(*kind)));
            }
            Attempt::Working => obstacles.push(Obstacle {
                note: "provider_pending",
                wait: Some(LOOK_AGAIN_AFTER),
            }),
            Attempt::Asked(_) | Attempt::KnownMiss | Attempt::SpendLimit => {}
        }
    }
    obstacles.extend(resting);
    let waits = obstacles.iter().filter_map(|obstacle| obstacle.wait);
    let wait = waits.filter(|wait| *wait <= WAIT_MAX).min();
    let mut notes: Vec<&'static str> = Vec::new();
    for obstacle in obstacles {
        if !notes.contains(&obstacle.note) {
            notes.push(obstacle.note);
        }
    }
    (notes, wait)
}

impl Providers {
    /// Leaves a provider alone for a while after it gave no answer.
    pub(super) async fn rest_after(
        &self,
        account_id: Uuid,
        kind: ProviderKind,
        error: &ProviderError,
    ) {
        let Some(rest) = rest(error) else { return };
        let now = self.now();
        let rest_ms = i64::try_from(rest.as_millis()).unwrap_or(i64::MAX);
        let trouble = Some((error.code(), now.saturating_add(rest_ms)));
        let rested = self
            .store
            .rest_provider(account_id, kind.as_str(), trouble, now)
            .await;
        if let Err(error) = rested {
            tracing::warn!(provider = %kind, %error, "cannot leave a provider alone");
        }
    }
}

#[cfg(test)]
mod tests {
    use lode_core::reason::is_provider_trouble;
    use lode_providers::waterfall::Judged;
    use lode_providers::{Deliverability, FoundEmail};
    use lode_verify::Address;

    use super::*;

    const HUNTER: ProviderKind = ProviderKind::Hunter;

    fn outcome(attempts: &[Attempt]) -> Outcome {
        Outcome {
            attempts: attempts.iter().map(|a| (HUNTER, a.clone())).collect(),
            opted_out: false,
        }
    }

    fn failed(error: ProviderError) -> Outcome {
        outcome(&[Attempt::Failed(error)])
    }

    fn found(judged: Judged) -> Attempt {
        let found = FoundEmail {
            email: Address::parse("ada.marlow@acme.example").unwrap(),
            deliverability: Deliverability::Valid,
            confidence: None,
        };
        Attempt::Asked(Some((found, judged)))
    }

    #[test]
    fn what_passes_is_waited_for_and_what_the_user_has_to_mend_is_not() {
        let limited = |seconds| ProviderError::RateLimited {
            retry_after: Some(Duration::from_secs(seconds)),
        };
        for (error, wait) in [
            (limited(7), Some(7)),
            (limited(3_600), None),
            (ProviderError::Unreachable, Some(60)),
            (ProviderError::TryLater, Some(60)),
            (ProviderError::Server(503), Some(60)),
            (ProviderError::Unauthorized, None),
            (ProviderError::OutOfCredits, None),
            (ProviderError::Malformed("x"), None),
            // It may be paid for.
            (ProviderError::Server(500), None),
            (ProviderError::Timeout, None),
            (ProviderError::Lost, None),
        ] {
            let (notes, put_off) = sum_up(&failed(error.clone()), &[], |_| false);
            assert_eq!(notes, [error.code()]);
            assert_eq!(put_off.map(|wait| wait.as_secs()), wait, "{error:?}");
            assert!(is_provider_trouble(error.code()), "{error:?}");
        }
        let again = sum_up(&failed(ProviderError::Server(500)), &[], |_| true);
        assert_eq!(again.1, Some(REST_SHORT), "a repeat costs nothing");
        let question = ProviderError::InvalidRequest("x".to_owned());
        assert_eq!(sum_up(&failed(question), &[], |_| true), (vec![], None));
    }

    #[test]
    fn who_rests_is_waited_for_unless_another_has_settled_it() {
        let resting = [
            Obstacle::resting("provider_unauthorized", 60_000),
            Obstacle::resting("provider_failed", 40_000),
            Obstacle::resting("provider_rate_limited", 30_000),
            Obstacle::resting("provider_rate_limited", 3_600_000),
            Obstacle::unreadable(),
        ];
        let missed = outcome(&[Attempt::Asked(None), found(Judged::Open)]);
        let notes = ["provider_unauthorized", RESTING, "key_unreadable"];
        let wait = Some(Duration::from_secs(30));
        assert_eq!(sum_up(&missed, &resting, |_| false), (notes.to_vec(), wait));
        let settled = outcome(&[found(Judged::Settled)]);
        assert_eq!(sum_up(&settled, &resting, |_| false), (vec![], None));
        let working = outcome(&[Attempt::Working]);
        let put_off = (vec!["provider_pending"], Some(LOOK_AGAIN_AFTER));
        assert_eq!(sum_up(&working, &[], |_| false), put_off);
    }
}
