//! What stands beside a member's name and is none of their own lines: degrees of connection,
//! pronouns, marks, a former name, counts.

use crate::rules::fold;
use crate::sites::view::View;

/// A short text after a dot beside the name: "· Following".
pub(crate) fn is_mark(text: &str) -> bool {
    text.strip_prefix(['·', '•'])
        .is_some_and(|rest| !rest.trim().is_empty() && text.chars().count() <= 24)
}

/// A degree of connection: "1st", "· 2nd", "3e et +", "2º", "1촌": a few characters with one
/// digit from 1 to 3; in Arabic the word for it.
///
/// It may stand twice, once for screen readers: "2nd degree · 2nd".
pub(crate) fn is_degree(text: &str) -> bool {
    let mut marks = text
        .split(['·', '•'])
        .map(str::trim)
        .filter(|mark| !mark.is_empty())
        .peekable();
    marks.peek().is_some() && marks.all(is_one_degree)
}

/// Degrees that are written without a digit (Arabic: first, second, third, alone or as
/// "… degree").
const WORDS: [&str; 9] = [
    "الأول",
    "الثاني",
    "الثالث",
    "الأولى",
    "الثانية",
    "الثالثة",
    "الدرجة الأولى",
    "الدرجة الثانية",
    "الدرجة الثالثة",
];

/// Whether a mark is a degree and no short headline ("Web3 dev", "3D artist", "2x CTO"): Latin
/// letters stand behind its digit, few of them, or are a word for the degree.
fn is_one_degree(mark: &str) -> bool {
    if WORDS.contains(&mark) {
        return true;
    }
    let is_degree_digit = |c: char| matches!(c, '1' | '2' | '3' | '١' | '٢' | '٣');
    let Some((before, after)) = mark.split_once(is_degree_digit) else {
        return false;
    };
    // Two numbers are a count: "500+명의 1촌".
    if mark.chars().count() > 10
        || [before, after]
            .iter()
            .any(|part| part.contains(char::is_numeric))
    {
        return false;
    }
    let before = fold(before);
    let before = before.trim_matches(|c: char| !c.is_alphabetic());
    let leads = matches!(before, "ke" | "al" | "cấp" | "bậc" | "thứ")
        || !before.contains(|c: char| c.is_ascii_alphabetic());
    let after = fold(after);
    let attached = after.split(' ').next().unwrap_or_default();
    let mut words = after.split(|c: char| !c.is_alphabetic());
    leads
        && !matches!(attached, "d" | "x")
        && words.all(|word| {
            word.len() <= 3
                || !word.is_ascii()
                || matches!(
                    word,
                    "oltre" | "grado" | "grade" | "grad" | "grau" | "nivel" | "degree" | "aste"
                )
        })
}

/// Degrees of connection and pronouns, alone or together: "2nd", "She/Her", "She/Her · 2nd".
pub(crate) fn is_badge(view: &View<'_>, text: &str) -> bool {
    let mut parts = text
        .split(['·', '•'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .peekable();
    parts.peek().is_some() && parts.all(|part| is_degree(part) || is_pronouns(view, part))
}

/// "She/Her", "he/him/his", or one of the known words.
pub(crate) fn is_pronouns(view: &View<'_>, text: &str) -> bool {
    let bare = text.trim_matches(['(', ')', ' ']);
    view.rules.is_label("pronouns", bare)
        || (bare.chars().count() <= 24
            && bare.contains('/')
            && !bare.contains(' ')
            && bare.split('/').count() <= 4
            && bare
                .split('/')
                .all(|part| part.chars().count() <= 8 && part.chars().all(char::is_alphabetic))
            && bare
                .split('/')
                .any(|part| view.rules.is_label("pronouns", part)))
}

/// Whether the first line is a former name, "(Ada Byron)": it has a word of the name, or more
/// lines follow than headline and place.
pub(crate) fn is_former_name(name: Option<&str>, lines: &[String]) -> bool {
    let first = lines.first().map_or("", String::as_str);
    let inner = first.strip_prefix(['(', '\u{ff08}']);
    let Some(inner) = inner.and_then(|inner| inner.strip_suffix([')', '\u{ff09}'])) else {
        return false;
    };
    let mut shared = name.unwrap_or_default().split_whitespace();
    let is_shared = shared.any(|word| inner.split_whitespace().any(|own| own == word));
    let is_plain = inner
        .chars()
        .all(|c| !c.is_numeric() && !"()|/@,&".contains(c));
    lines.len() > 1 && is_plain && inner.chars().count() <= 60 && (is_shared || lines.len() > 3)
}

/// A place without the counts that stand on the same line: "Graz 1,234 followers".
pub(crate) fn without_count<'t>(view: &View<'_>, text: &'t str) -> &'t str {
    if !view.rules.has_label("network_count", text) {
        return text;
    }
    let mut numbers = text
        .char_indices()
        .zip([' '].into_iter().chain(text.chars()))
        .filter(|((_, c), before)| c.is_numeric() && before.is_whitespace());
    let cut = numbers.find_map(|((at, _), _)| {
        let (place, count) = text.split_at_checked(at)?;
        is_count(view, count).then_some(place.trim_end())
    });
    cut.unwrap_or(text)
}

/// "500+ connections", "1,234 followers", or the number alone.
pub(crate) fn is_count(view: &View<'_>, text: &str) -> bool {
    let numeric = text
        .chars()
        .all(|c| c.is_numeric() || matches!(c, '+' | ',' | '.' | ' ' | '\u{202f}'))
        && text.chars().any(char::is_numeric);
    numeric
        || (text.chars().count() < 40
            && text.chars().any(char::is_numeric)
            && view.rules.has_label("network_count", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_told_from_headlines_and_counts() {
        for degree in [
            "1st",
            "· 2nd",
            "2nd degree · 2nd",
            "3e et +",
            "2.",
            "2º",
            "ke-3",
            "1촌",
            "الثاني",
            "• الدرجة الثالثة",
        ] {
            assert!(is_degree(degree), "{degree}");
        }
        for other in [
            "Web3 dev",
            "3D artist",
            "2x CTO",
            "500+명의 1촌",
            "1촌 500+명",
            "·",
        ] {
            assert!(!is_degree(other), "{other}");
        }
    }
}
