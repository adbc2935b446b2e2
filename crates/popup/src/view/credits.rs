//! Credits in words. They are integers in thousandths; no floating point comes near them.

use lode_core::api::{Credits, MilliCredits};

use super::time::{Clock, date};

/// The header's view of the credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditsView {
    /// `9 credits`.
    pub left: String,
    /// `1 on hold`, while look-ups are under way.
    pub held: Option<String>,
    /// `back to 10 on 1 Dec`, where the plan resets.
    pub reset: Option<String>,
    /// Whether there is less than one credit.
    pub short: bool,
}

/// One credit.
pub const ONE: MilliCredits = 1_000;

/// What the header shows.
#[must_use]
pub fn credits(credits: &Credits, clock: &Clock) -> CreditsView {
    let unit = if credits.available == ONE {
        " credit"
    } else {
        " credits"
    };
    CreditsView {
        left: [&amount(credits.available), unit].concat(),
        held: (credits.held > 0).then(|| [&amount(credits.held), " on hold"].concat()),
        reset: credits.resets_at.map(|at| {
            [
                "back to ",
                &amount(credits.plan_limit),
                " on ",
                &date(clock, at),
            ]
            .concat()
        }),
        short: credits.available < ONE,
    }
}

/// An amount as people write it: `9`, `9.5`, `-0.001`, `12,500`.
#[must_use]
pub fn amount(milli: MilliCredits) -> String {
    let whole = (milli / ONE).unsigned_abs().to_string();
    let mut text = String::new();
    if milli < 0 {
        text.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let rest = (milli % ONE).unsigned_abs();
    if rest > 0 {
        // 1,050 thousandths for 0.05, so that the leading zeros are there to be taken.
        let digits = (ONE.unsigned_abs() + rest).to_string();
        text.push('.');
        text.extend(digits.trim_end_matches('0').chars().skip(1));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{CLOCK, NOW};

    #[test]
    fn amounts() {
        for (milli, text) in [
            (0, "0"),
            (9_000, "9"),
            (9_500, "9.5"),
            (1, "0.001"),
            (1_010, "1.01"),
            (1_110, "1.11"),
            (1_111, "1.111"),
            (999, "0.999"),
            (100, "0.1"),
            (-1, "-0.001"),
            (-2_500, "-2.5"),
            (12_500_000, "12,500"),
            (1_234_567_800, "1,234,567.8"),
        ] {
            assert_eq!(amount(milli), text, "{milli}");
        }
        assert_eq!(amount(i64::MIN), "-9,223,372,036,854,775.808");
    }

    #[test]
    fn the_header() {
        let view = credits(
            &Credits {
                available: 1_000,
                held: 2_000,
                plan_limit: 10_000,
                resets_at: Some(NOW + 8 * 86_400_000),
            },
            &CLOCK,
        );
        assert_eq!(view.left, "1 credit");
        assert_eq!(view.held.as_deref(), Some("2 on hold"));
        assert_eq!(view.reset.as_deref(), Some("back to 10 on 1 Dec"));
        assert!(!view.short);
    }

    #[test]
    fn no_hold_no_reset() {
        let view = credits(
            &Credits {
                available: 500,
                held: 0,
                plan_limit: 0,
                resets_at: None,
            },
            &CLOCK,
        );
        assert_eq!(view.left, "0.5 credits");
        assert_eq!(view.held, None);
        assert_eq!(view.reset, None);
        assert!(view.short);
    }
}
