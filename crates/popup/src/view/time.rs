//! Times in words, without the weight of a calendar library.

use lode_core::api::UnixMillis;

/// What time it is, and where the user's clock stands.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Now.
    pub now: UnixMillis,
    /// Minutes to add to UTC for the user's local time, at a moment.
    pub offset_minutes: fn(UnixMillis) -> i64,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long ago `then` was. A moment in the future counts as just now: clocks differ.
#[must_use]
pub fn ago(clock: &Clock, then: UnixMillis) -> String {
    let passed = clock.now.saturating_sub(then);
    if passed < MINUTE {
        "just now".to_owned()
    } else if passed < HOUR {
        [&(passed / MINUTE).to_string(), " min ago"].concat()
    } else if passed < DAY {
        [&(passed / HOUR).to_string(), " h ago"].concat()
    } else if passed < 2 * DAY {
        "1 day ago".to_owned()
    } else if passed < 7 * DAY {
        [&(passed / DAY).to_string(), " days ago"].concat()
    } else {
        date(clock, then)
    }
}

/// How long it is until `then`.
#[must_use]
pub fn until(clock: &Clock, then: UnixMillis) -> String {
    let left = then.saturating_sub(clock.now);
    if left < 1_000 {
        "now".to_owned()
    } else if left < 2 * MINUTE {
        ["in ", &(left / 1_000).to_string(), " s"].concat()
    } else if left < 2 * HOUR {
        ["in ", &(left / MINUTE).to_string(), " min"].concat()
    } else {
        ["in ", &(left / HOUR).to_string(), " h"].concat()
    }
}

/// The local date: `1 Dec`, with the year where it is not the present one.
#[must_use]
pub fn date(clock: &Clock, then: UnixMillis) -> String {
    let local = |t: UnixMillis| civil(t.saturating_add((clock.offset_minutes)(t) * MINUTE));
    let (year, month, day) = local(then);
    let month = match month {
        1 => "Jan",
        2 => "Feb",
        3 => "Mar",
        4 => "Apr",
        5 => "May",
        6 => "Jun",
        7 => "Jul",
        8 => "Aug",
        9 => "Sep",
        10 => "Oct",
        11 => "Nov",
        _ => "Dec",
    };
    let mut text = [&day.to_string(), " ", month].concat();
    if year != local(clock.now).0 {
        text.push(' ');
        text.push_str(&year.to_string());
    }
    text
}

/// The local date and time: `23 Nov, 15:04`.
#[must_use]
pub fn stamp(clock: &Clock, then: UnixMillis) -> String {
    let local = then.saturating_add((clock.offset_minutes)(then) * MINUTE);
    let two = |n: i64| {
        let text = n.to_string();
        if n < 10 { ["0", &text].concat() } else { text }
    };
    let of_day = local.rem_euclid(DAY) / MINUTE;
    [
        &date(clock, then),
        ", ",
        &two(of_day / 60),
        ":",
        &two(of_day % 60),
    ]
    .concat()
}

/// Year, month and day of a moment in the proleptic Gregorian calendar, counted in years
/// that begin on 1 March, so that the leap day comes last.
fn civil(millis: i64) -> (i64, i64, i64) {
    const DAYS_IN_400_YEARS: i64 = 146_097;
    // Days since 0000-03-01.
    let days = millis.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(DAYS_IN_400_YEARS);
    let in_era = days.rem_euclid(DAYS_IN_400_YEARS);
    let year_of_era = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let day_of_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{CLOCK, NOW};

    #[test]
    fn the_past_in_words() {
        for (passed, words) in [
            (-5_000, "just now"),
            (0, "just now"),
            (59_999, "just now"),
            (60_000, "1 min ago"),
            (59 * MINUTE, "59 min ago"),
            (HOUR, "1 h ago"),
            (23 * HOUR, "23 h ago"),
            (DAY, "1 day ago"),
            (6 * DAY, "6 days ago"),
            (8 * DAY, "15 Nov"),
            (365 * DAY, "23 Nov 2025"),
        ] {
            assert_eq!(ago(&CLOCK, NOW - passed), words, "{passed}");
        }
    }

    #[test]
    fn absurd_times_do_not_panic() {
        for then in [i64::MIN, i64::MAX] {
            assert!(!ago(&CLOCK, then).is_empty());
            assert!(!until(&CLOCK, then).is_empty());
            assert!(!date(&CLOCK, then).is_empty());
            assert!(!stamp(&CLOCK, then).is_empty());
        }
    }

    #[test]
    fn the_future_in_words() {
        for (left, words) in [
            (-1, "now"),
            (999, "now"),
            (12_400, "in 12 s"),
            (119_999, "in 119 s"),
            (120_000, "in 2 min"),
            (3 * HOUR, "in 3 h"),
        ] {
            assert_eq!(until(&CLOCK, NOW + left), words, "{left}");
        }
    }

    #[test]
    fn known_days() {
        for (millis, ymd) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (951_782_400_000, (2000, 2, 29)),
            (951_868_800_000, (2000, 3, 1)),
            (4_107_542_400_000, (2100, 3, 1)),
            (1_798_675_200_000, (2026, 12, 31)),
        ] {
            assert_eq!(civil(millis), ymd, "{millis}");
        }
    }

    #[test]
    fn stamps_have_two_digits() {
        assert_eq!(stamp(&CLOCK, NOW), "23 Nov, 15:00");
        assert_eq!(stamp(&CLOCK, NOW - 6 * HOUR + 4 * MINUTE), "23 Nov, 09:04");
    }

    #[test]
    fn dates_are_local() {
        let behind = Clock {
            now: NOW,
            offset_minutes: |_| -600,
        };
        // Midnight of 1 December in UTC is still November ten hours to the west.
        let midnight = 1_796_083_200_000;
        assert_eq!(date(&CLOCK, midnight), "1 Dec");
        assert_eq!(date(&behind, midnight), "30 Nov");
    }
}
