//! Data providers that are not asked at present: what is wrong, since and until when, and what
//! to do about it.

use super::time::{Clock, stamp, until};
use super::{Known, Tone};
use crate::answers::providers::Trouble;

/// One provider's trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroubleView {
    /// The provider's stable name.
    pub provider: String,
    /// Its stable code.
    pub code: String,
    /// What is wrong.
    pub title: String,
    /// Since when, and when it is asked again; empty where neither is known.
    pub times: String,
    /// What to do.
    pub remedy: String,
    /// [`Tone::Bad`] where only the user can end it.
    pub tone: Tone,
}

/// What is shown of them; those whose rest is over are asked again.
#[must_use]
pub fn troubles(known: &Known, clock: &Clock) -> Vec<TroubleView> {
    let all = known.troubles.iter();
    all.filter(|trouble| trouble.until.is_none_or(|until| until > clock.now))
        .map(|trouble| shown(trouble, clock))
        .collect()
}

fn shown(trouble: &Trouble, clock: &Clock) -> TroubleView {
    let name = name(&trouble.provider);
    let command = |verb: &str| ["“lode providers ", verb, " ", &trouble.provider, "”"].concat();
    let (title, remedy, tone) = match trouble.code.as_str() {
        "provider_unauthorized" | "provider_redirected" => (
            [name, " refuses your key."].concat(),
            [
                "Get a key that works from ",
                name,
                " and set it on your server with ",
                &command("set"),
                ".",
            ]
            .concat(),
            Tone::Bad,
        ),
        "provider_out_of_credits" => (
            ["Your credits with ", name, " are used up."].concat(),
            [
                "Buy more there, or wait for its next period. ",
                &command("test"),
                " on your server then has it asked again at once.",
            ]
            .concat(),
            Tone::Bad,
        ),
        "key_unreadable" => (
            ["Your server cannot read its key of ", name, "."].concat(),
            [
                "It was kept with another secret. Set it again on your server with ",
                &command("set"),
                ".",
            ]
            .concat(),
            Tone::Bad,
        ),
        "provider_rate_limited" => (
            [name, " takes no more questions for now."].concat(),
            "Nothing needs to be done: searches wait for it, or go on without it.".to_owned(),
            Tone::Warn,
        ),
        _ => (
            [name, " does not answer as it should."].concat(),
            "Nothing needs to be done unless it stays so: it is asked again by itself.".to_owned(),
            Tone::Warn,
        ),
    };
    let since = trouble
        .since
        .map(|since| ["Since ", &stamp(clock, since)].concat());
    let again = trouble
        .until
        .map(|then| ["asked again ", &until(clock, then)].concat());
    let times = match (since, again) {
        (Some(since), Some(again)) => [&since, "; ", &again, "."].concat(),
        (Some(since), None) => since + ".",
        (None, Some(again)) => ["Is ", &again, "."].concat(),
        (None, None) => String::new(),
    };
    TroubleView {
        provider: trouble.provider.clone(),
        code: trouble.code.clone(),
        title,
        times,
        remedy,
        tone,
    }
}

/// A provider's name as it writes it; that of one which this version does not know as it stands.
#[must_use]
pub fn name(provider: &str) -> &str {
    match provider {
        "hunter" => "Hunter",
        "leadmagic" => "LeadMagic",
        "prospeo" => "Prospeo",
        "findymail" => "Findymail",
        "icypeas" => "Icypeas",
        "dropcontact" => "Dropcontact",
        "apollo" => "Apollo",
        "snov" => "Snov.io",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{CLOCK, NOW};

    fn view(code: &str, until: Option<i64>) -> Vec<TroubleView> {
        let trouble = Trouble {
            provider: "snov".to_owned(),
            code: code.to_owned(),
            since: Some(NOW - 60_000),
            until,
        };
        let known = Known {
            troubles: vec![trouble],
            ..Known::default()
        };
        troubles(&known, &CLOCK)
    }

    #[test]
    fn what_the_user_has_to_do_is_said() {
        let refused = &view("provider_unauthorized", Some(NOW + 600_000))[0];
        assert_eq!(refused.title, "Snov.io refuses your key.");
        assert_eq!(refused.times, "Since 23 Nov, 14:59; asked again in 10 min.");
        assert!(refused.remedy.contains("“lode providers set snov”"));
        assert_eq!(refused.tone, Tone::Bad);
        let unreadable = &view("key_unreadable", None)[0];
        assert_eq!(unreadable.times, "Since 23 Nov, 14:59.");
    }

    #[test]
    fn what_passes_is_no_alarm_and_is_gone_once_it_has() {
        for code in ["provider_rate_limited", "provider_failed", "some_new_code"] {
            let passing = view(code, Some(NOW + 30_000));
            assert_eq!(passing[0].tone, Tone::Warn, "{code}");
            assert!(passing[0].remedy.starts_with("Nothing needs to be done"));
            assert_eq!(view(code, Some(NOW)), [], "{code}");
        }
    }
}
