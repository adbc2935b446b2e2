//! Auto-unlock: premium data (mobile numbers) with each capture, without a further click.

use crate::id::Action;

/// Who decides whether captures unlock premium data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoUnlockMode {
    /// Nobody's do.
    Off,
    /// Everybody's do.
    On,
    /// Each member's own setting.
    Member,
}

/// What a policy says of auto-unlock, and what a new account begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoUnlockRule {
    /// Who decides.
    pub mode: AutoUnlockMode,
    /// What is unlocked; `None` where the policy sells nothing of the kind.
    pub action: Option<Action>,
    /// Most unlocks without a click for a member and a day (UTC).
    pub daily_cap: u32,
    /// Least quality, 0 to 100, that a preview must promise.
    pub minimum_quality: u8,
}

/// Why a capture did not unlock anything by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotUnlocked {
    /// The policy sells nothing that could be unlocked.
    NotOffered,
    /// The account's policy is off.
    AccountOff,
    /// The member's own setting is off.
    MemberOff,
    /// The preview says that there is nothing.
    NothingThere,
    /// What there is, is below the least quality.
    QualityTooLow,
    /// The day's unlocks are used up.
    DailyCapReached,
}

impl NotUnlocked {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotOffered => "not_offered",
            Self::AccountOff => "account_off",
            Self::MemberOff => "member_off",
            Self::NothingThere => "nothing_there",
            Self::QualityTooLow => "quality_too_low",
            Self::DailyCapReached => "daily_cap_reached",
        }
    }
}

impl AutoUnlockRule {
    /// Whether a capture unlocks premium data by itself. `member_wants` is the member's
    /// setting; `quality` is what the preview promises (`None`: it says that there is
    /// nothing); `unlocked_today` counts the member's unlocks without a click since
    /// 00:00 UTC.
    ///
    /// # Errors
    /// Why not.
    pub fn decide(
        &self,
        member_wants: bool,
        quality: Option<u8>,
        unlocked_today: u32,
    ) -> Result<&Action, NotUnlocked> {
        let action = self.action.as_ref().ok_or(NotUnlocked::NotOffered)?;
        match self.mode {
            AutoUnlockMode::Off => return Err(NotUnlocked::AccountOff),
            AutoUnlockMode::Member if !member_wants => return Err(NotUnlocked::MemberOff),
            AutoUnlockMode::Member | AutoUnlockMode::On => {}
        }
        let quality = quality.ok_or(NotUnlocked::NothingThere)?;
        if quality < self.minimum_quality {
            return Err(NotUnlocked::QualityTooLow);
        }
        if unlocked_today >= self.daily_cap {
            return Err(NotUnlocked::DailyCapReached);
        }
        Ok(action)
    }
}

/// How an unlock of a person's numbers ended: the outcome of `mobile_find`, which decides
/// the price. However many numbers one person has, it is one outcome and one price; a
/// number that is the company's main line is worth nothing.
#[must_use]
pub fn mobile_outcome<'a>(
    numbers: impl IntoIterator<Item = &'a str>,
    main_lines: &[&str],
) -> &'static str {
    let main_lines: Vec<String> = main_lines.iter().filter_map(|n| comparable(n)).collect();
    let mut outcome = "not_found";
    for number in numbers {
        match comparable(number) {
            Some(number) if main_lines.contains(&number) => outcome = "main_line",
            Some(_) => return "found",
            None => {}
        }
    }
    outcome
}

/// A number's digits, so that two ways of writing one number are equal: signs between
/// digits go, and so do the `+` or `00` before a country code and a bracketed trunk zero.
/// An extension makes it another number. `None` for what is no number.
fn comparable(number: &str) -> Option<String> {
    let number = number.replace("(0)", "");
    let mut digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if let Some(rest) = digits.strip_prefix("00") {
        digits = rest.to_owned();
    }
    (5..=25).contains(&digits.len()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(mode: AutoUnlockMode) -> AutoUnlockRule {
        AutoUnlockRule {
            mode,
            action: Some(Action::new("mobile_find").unwrap()),
            daily_cap: 2,
            minimum_quality: 80,
        }
    }

    #[test]
    fn the_account_decides_before_the_member() {
        for (mode, wants, expected) in [
            (AutoUnlockMode::Off, true, Err(NotUnlocked::AccountOff)),
            (AutoUnlockMode::On, false, Ok(())),
            (AutoUnlockMode::Member, false, Err(NotUnlocked::MemberOff)),
            (AutoUnlockMode::Member, true, Ok(())),
        ] {
            assert_eq!(rule(mode).decide(wants, Some(90), 0).map(|_| ()), expected);
        }
    }

    #[test]
    fn quality_and_cap_are_limits() {
        let rule = rule(AutoUnlockMode::On);
        assert!(rule.decide(false, Some(80), 1).is_ok());
        assert_eq!(
            rule.decide(false, Some(79), 0),
            Err(NotUnlocked::QualityTooLow)
        );
        assert_eq!(rule.decide(false, None, 0), Err(NotUnlocked::NothingThere));
        assert_eq!(
            rule.decide(false, Some(80), 2),
            Err(NotUnlocked::DailyCapReached)
        );
    }

    #[test]
    fn a_main_line_is_worth_nothing_however_it_is_written() {
        let main = ["+49 (0)30 5550 100"];
        assert_eq!(mobile_outcome([], &main), "not_found");
        assert_eq!(mobile_outcome(["n/a"], &main), "not_found");
        assert_eq!(mobile_outcome(["0049 30 5550-100"], &main), "main_line");
        assert_eq!(mobile_outcome(["+49 30 5550100 ext. 7"], &main), "found");
        assert_eq!(
            mobile_outcome(["+49305550100", "+49 151 5550 200"], &main),
            "found"
        );
    }
}
