//! Unlocking numbers with each capture: the member's setting and the account's rule.

use super::Known;
use super::credits::named;
use crate::answers::standing::MOBILE;

/// The part of the options page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoUnlockView {
    /// Whether the box is ticked.
    pub on: bool,
    /// Whether the account has decided, so that the box cannot be changed.
    pub locked: bool,
    /// Who has decided, what it may cost, how much of the day is used up.
    pub hints: Vec<String>,
    /// The account's rule, for whoever may change it.
    pub rule: Option<Rule>,
}

/// The account's rule as it stands in the form: as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// `off`, `on` or `member`.
    pub mode: String,
    /// Most in a day and member.
    pub daily_cap: String,
    /// Least quality that has to be promised.
    pub minimum_quality: String,
}

/// The rule's modes, and their words.
pub const MODES: [(&str, &str); 3] = [
    ("off", "Off for everybody"),
    ("on", "On for everybody"),
    ("member", "Each member decides"),
];

/// What is shown of it; `None` where nothing of the kind is offered.
#[must_use]
pub fn auto_unlock(known: &Known) -> Option<AutoUnlockView> {
    let standing = known.standing.as_ref()?;
    let own = standing.auto_unlock.as_ref()?;
    let mut hints = Vec::new();
    let (on, locked) = match own.mode.as_str() {
        "on" => {
            hints.push("Your account has switched this on for everybody.".to_owned());
            (true, true)
        }
        "member" => (own.choice, false),
        _ => {
            hints.push("Your account has switched this off for everybody.".to_owned());
            (false, true)
        }
    };
    if on || !locked {
        if let Some(price) = standing.price(MOBILE) {
            hints.push(
                [
                    &named(price.most, &standing.paid_with(price)),
                    " for each person of whom a number is found; nothing for the others, and \
                     nothing again for the same person.",
                ]
                .concat(),
            );
        }
        hints.push(
            [
                &own.used_today.to_string(),
                " of at most ",
                &own.daily_cap.to_string(),
                " used today (UTC).",
            ]
            .concat(),
        );
    }
    if own.minimum_quality > 0 && own.mode != "off" {
        hints.push(
            "A least quality is set, and no data provider promises one beforehand: until that is \
             0, no number is unlocked this way."
                .to_owned(),
        );
    }
    Some(AutoUnlockView {
        on,
        locked,
        hints,
        rule: standing.may_set.then(|| Rule {
            mode: own.mode.clone(),
            daily_cap: own.daily_cap.to_string(),
            minimum_quality: own.minimum_quality.to_string(),
        }),
    })
}

/// The body of the change; what is no whole number is said.
///
/// # Errors
/// A sentence for people.
pub fn change(rule: &Rule) -> Result<String, &'static str> {
    let number = |text: &str, most: u32| {
        let number = text.trim().parse::<u32>().ok();
        number.filter(|number| *number <= most)
    };
    let cap = number(&rule.daily_cap, 10_000)
        .ok_or("The most in a day has to be a whole number, at most 10,000.")?;
    let quality = number(&rule.minimum_quality, 100)
        .ok_or("The least quality has to be a whole number from 0 to 100.")?;
    Ok([
        r#"{"auto_unlock":{"mode":""#,
        &rule.mode,
        r#"","daily_cap":"#,
        &cap.to_string(),
        r#","minimum_quality":"#,
        &quality.to_string(),
        "}}",
    ]
    .concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::standing::{AutoUnlock, Standing};
    use crate::sample;

    fn shown(edit: impl Fn(&mut Standing, &mut AutoUnlock)) -> Option<AutoUnlockView> {
        let mut standing = sample::standing();
        let mut rule = standing.auto_unlock.take().unwrap();
        edit(&mut standing, &mut rule);
        standing.auto_unlock = Some(rule);
        auto_unlock(&Known {
            standing: Some(standing),
            ..Known::default()
        })
    }

    #[test]
    fn the_members_own_choice_with_cap_and_use() {
        let view = shown(|_, _| {}).unwrap();
        assert!(view.on && !view.locked);
        assert!(view.hints[0].starts_with("5 premium credits for each person"));
        assert_eq!(view.hints[1], "3 of at most 25 used today (UTC).");
        assert_eq!(view.rule.unwrap().daily_cap, "25");
    }

    #[test]
    fn what_the_account_has_decided_is_locked_and_said() {
        let view = shown(|_, rule| rule.mode = "off".to_owned()).unwrap();
        assert!(!view.on && view.locked);
        assert_eq!(view.hints.len(), 1);
        let view = shown(|standing, rule| {
            rule.mode = "on".to_owned();
            rule.choice = false;
            rule.minimum_quality = 80;
            standing.may_set = false;
        })
        .unwrap();
        assert!(view.on && view.locked);
        assert_eq!(view.rule, None);
        assert!(view.hints.last().unwrap().contains("least quality"));
    }

    #[test]
    fn nothing_is_shown_where_nothing_is_offered() {
        assert_eq!(auto_unlock(&Known::default()), None);
    }

    #[test]
    fn a_change_is_checked_before_it_is_sent() {
        let mut rule = Rule {
            mode: "on".to_owned(),
            daily_cap: " 7 ".to_owned(),
            minimum_quality: "0".to_owned(),
        };
        assert_eq!(
            change(&rule).unwrap(),
            r#"{"auto_unlock":{"mode":"on","daily_cap":7,"minimum_quality":0}}"#
        );
        for wrong in ["", "-1", "1.5", "10001", "x"] {
            rule.daily_cap = wrong.to_owned();
            assert!(change(&rule).is_err(), "{wrong}");
        }
        rule.daily_cap = "7".to_owned();
        rule.minimum_quality = "101".to_owned();
        assert!(change(&rule).is_err());
    }
}
