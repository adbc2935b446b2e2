//! Result titles of LinkedIn and Crunchbase entries, in the forms of ten years and many
//! languages: "Name - Title - Company | LinkedIn", "Name – Title – Company", "Name - Headline",
//! cut with an ellipsis.

use crate::rules::Rules;
use crate::unicode::Lower;

/// Dashes that separate the parts of a title when they stand between spaces. Without spaces
/// they belong to a name ("Jean-Baptiste") or a word.
const DASHES: [&str; 5] = [
    " - ",
    " \u{2013} ",
    " \u{2014} ",
    " \u{2212} ",
    " \u{2015} ",
];
/// Most parts of a title; what follows stays with the last.
const PARTS_MAX: usize = 9;
/// Separators before the site's name.
const TAILS: [&str; 6] = [" | ", " - ", " \u{2013} ", " \u{2014} ", " \u{b7} ", " : "];

/// A title taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// The entry's name.
    pub name: String,
    /// What stands after the name, split at the dashes.
    pub rest: Vec<String>,
    /// The separator found between the parts.
    pub dash: &'static str,
    /// The search engine cut the title: the last part may be incomplete.
    pub cut: bool,
    /// The site's name stood at the end.
    pub names_site: bool,
    /// The title says "professional profile": then a place follows the name.
    pub is_profile_form: bool,
}

impl Parts {
    /// The parts after the name from `from` to before `to`, joined as displayed.
    pub(super) fn join(&self, from: usize, to: usize) -> Option<String> {
        let parts = self.rest.get(from..to)?;
        (!parts.is_empty()).then(|| parts.join(self.dash))
    }
}

/// Takes a person's title apart. `None` where no name is left.
pub(super) fn person(rules: &Rules, title: &str) -> Option<Parts> {
    let (text, cut) = uncut(title);
    let mut text = text.trim_start_matches(['|', '-', ' ']);
    let (mut is_profile_form, mut names_site) = (false, false);
    loop {
        let shorter = without_tail(rules, text, "site_name", cut);
        names_site |= shorter.len() < text.len();
        let shorter = match without_tail(rules, shorter, "profile_word", false) {
            // The words begun are no sign: what stands before must be a place by itself.
            same if same.len() == shorter.len() => {
                without_tail(rules, shorter, "profile_word", cut)
            }
            without => {
                is_profile_form = true;
                without
            }
        };
        if shorter.len() == text.len() {
            break;
        }
        text = shorter;
    }
    // Cut before the site's name: "Ada Example - CTO - Acm… | LinkedIn".
    let (text, cut_before) = uncut(text);
    let mut parts = split(text);
    parts.cut = cut || cut_before;
    parts.is_profile_form = is_profile_form;
    parts.names_site = names_site;
    // "Name | Headline": the bar separates only where no dash does.
    if let Some((name, after)) = parts.name.clone().split_once(" | ") {
        if parts.rest.is_empty() {
            parts.rest = vec![after.trim().to_owned()];
        }
        name.trim().clone_into(&mut parts.name);
    }
    // What somebody looks for is neither title nor company.
    let wishes = rules.labels("wish");
    parts.rest.retain(|part| {
        let part = crate::rules::fold(part) + " ";
        !wishes.iter().any(|wish| part.starts_with(wish.as_str()))
    });
    parts.name = without_badges(without_pronouns(without_count(&parts.name)));
    is_name(rules, &parts.name).then_some(parts)
}

/// "(12) Ada Example", "(99+) Ada Example": what the browser's tab counted when the page was
/// found.
fn without_count(name: &str) -> &str {
    let Some((count, rest)) = name
        .strip_prefix('(')
        .and_then(|name| name.split_once(") "))
    else {
        return name;
    };
    let digits = count.trim_end_matches('+');
    let is_count = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if is_count { rest.trim_start() } else { name }
}

/// "Ada Example (She/Her)": pronouns are no part of the name.
fn without_pronouns(name: &str) -> &str {
    let Some((front, inside)) = name
        .strip_suffix(')')
        .and_then(|name| name.rsplit_once(" ("))
    else {
        return name;
    };
    let is_pronoun = |word: &str| {
        let letters = word.trim().chars().count();
        (1..=6).contains(&letters) && word.trim().chars().all(char::is_alphabetic)
    };
    if inside.contains('/') && inside.split('/').all(is_pronoun) {
        front.trim_end()
    } else {
        name
    }
}

/// "Ada Example (LION)(ada@mail.example)": addresses and the badge of "LinkedIn open
/// networkers" are no part of the name.
pub(super) fn without_badges(name: &str) -> String {
    if !name.contains('@') && !name.lower().contains("lion)") {
        return name.to_owned();
    }
    let mut kept = String::new();
    let mut rest = name;
    while let Some((front, after)) = rest.split_once('(') {
        let (inside, behind) = after.split_once(')').unwrap_or((after, ""));
        kept.push_str(front);
        if inside.contains('@') || inside.trim().eq_ignore_ascii_case("lion") {
            kept.push(' ');
        } else {
            kept.push('(');
            kept.push_str(inside);
            kept.push(')');
        }
        rest = behind;
    }
    kept.push_str(rest);
    let words = kept.split_whitespace();
    let words: Vec<&str> = words.filter(|word| !super::words::is_email(word)).collect();
    words.join(" ")
}

/// The beginning of a text that was cut, without the word that leads to the employer:
/// "CTO at", "CTO at The", "CTO w firmie". Of other titles the cut shows ("Head of"), so they stay.
pub(super) fn without_dangling<'t>(rules: &Rules, text: &'t str) -> &'t str {
    let (mut front, mut kept) = (text.trim_end(), text);
    while let Some((before, last)) = front.rsplit_once(' ') {
        front = before.trim_end();
        // "Engineer I", "Level A": one large letter joins nothing.
        let joins = last.len() > 1 || !last.chars().any(char::is_uppercase);
        if joins && rules.is_label("at_word", last) {
            kept = front;
        } else if !rules.is_label("article", last) && !rules.is_label("company_noun", last) {
            break;
        }
    }
    kept
}

/// Takes a company's title apart: the name, without the site's name and the page's tab.
pub(super) fn company(rules: &Rules, title: &str) -> Option<String> {
    let (text, cut) = uncut(title);
    let (mut name, _) = uncut(without_tail(rules, text, "site_name", cut));
    // "Acme: Overview"; French and some others have a space before the colon.
    if let Some((front, tab)) = name.rsplit_once([':', '\u{ff1a}'])
        && rules.is_label("company_tab", tab)
    {
        name = front.trim_end();
    }
    let name = without_tail(rules, name, "company_tab", false).trim();
    is_name(rules, name).then(|| name.to_owned())
}

/// What stands before "Crunchbase" in a title of a Crunchbase entry.
pub(super) fn before_crunchbase<'t>(title: &'t str, site: &str) -> &'t str {
    let (text, cut) = uncut(title);
    let at = TAILS
        .iter()
        .flat_map(|tail| {
            text.match_indices(tail)
                .map(|(at, tail)| (at, at + tail.len()))
        })
        .filter(|(_, after)| {
            let rest = text.get(*after..).unwrap_or_default().lower();
            rest.starts_with(site) || (cut && !rest.is_empty() && site.starts_with(&rest))
        })
        .map(|(at, _)| at)
        .min();
    at.and_then(|at| text.get(..at)).unwrap_or(text).trim()
}

/// Splits "Name - A - B" at its dashes. The first kind of dash found is the separator: other
/// dashes belong to the parts, unless there would be only one.
pub(super) fn split(text: &str) -> Parts {
    let Some(dash) = first_dash(text) else {
        return Parts {
            name: text.trim().to_owned(),
            ..Parts::default()
        };
    };
    let mut parts = text
        .splitn(PARTS_MAX, dash)
        .map(|part| part.trim().to_owned());
    let name = parts.next().unwrap_or_default();
    let rest: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    Parts {
        name,
        rest,
        dash,
        ..Parts::default()
    }
}

/// What follows the dash that a text begins with.
pub(super) fn after_dash(text: &str) -> Option<&str> {
    DASHES.iter().find_map(|dash| text.strip_prefix(dash))
}

fn first_dash(text: &str) -> Option<&'static str> {
    DASHES
        .iter()
        .filter_map(|dash| text.find(dash).map(|at| (at, *dash)))
        .min_by_key(|(at, _)| *at)
        .map(|(_, dash)| dash)
}

/// The text without its ellipsis, and whether it had one.
pub(super) fn uncut(text: &str) -> (&str, bool) {
    let text = text.trim();
    let front = text
        .strip_suffix("...")
        .or_else(|| text.strip_suffix('\u{2026}'));
    match front {
        Some(front) => {
            let dangling = |c: char| {
                c.is_whitespace()
                    || matches!(c, '|' | '-' | '\u{2013}' | '\u{2014}' | '\u{b7}' | ',')
            };
            (front.trim_end_matches(dangling), true)
        }
        None => (text, false),
    }
}

/// Cuts the last part off where it is a label word of `key`; where the title was `cut`, the
/// beginning of one is enough.
fn without_tail<'t>(rules: &Rules, text: &'t str, key: &str, cut: bool) -> &'t str {
    let last = TAILS
        .iter()
        .filter_map(|tail| text.rfind(tail).map(|at| (at, at + tail.len())))
        .max_by_key(|(at, _)| *at);
    let Some((at, after)) = last else {
        return text;
    };
    let word = text.get(after..).unwrap_or_default();
    let folded = crate::rules::fold(word);
    let is_begun = cut
        && folded.chars().count() >= 3
        && rules
            .labels(key)
            .iter()
            .any(|label| label.starts_with(&folded));
    // "LinkedIn Luxembourg"
    let is_national = key == "site_name"
        && folded
            .strip_prefix("linkedin ")
            .is_some_and(|country| super::place::is_country(rules, country));
    if is_begun || is_national || rules.is_label(key, word) {
        text.get(..at).unwrap_or(text).trim_end()
    } else {
        text
    }
}

/// Whether a text can be a name: something with letters that is not one of the site's own
/// pages ("Sign Up").
fn is_name(rules: &Rules, text: &str) -> bool {
    text.chars().count() <= 120
        && text.chars().any(char::is_alphabetic)
        && !rules.is_label("site_name", text)
        && !rules.is_label("not_a_name", text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn rules() -> &'static Rules {
        RuleSet::built_in().site("google").unwrap()
    }

    fn parted(title: &str) -> Option<(String, Vec<String>)> {
        person(rules(), title).map(|parts| (parts.name, parts.rest))
    }

    #[test]
    fn titles_of_people_come_apart() {
        for (title, name, rest) in [
            (
                "Ada Example - CTO - Acme | LinkedIn",
                "Ada Example",
                vec!["CTO", "Acme"],
            ),
            (
                "Ada Example \u{2013} CTO \u{2013} Acme",
                "Ada Example",
                vec!["CTO", "Acme"],
            ),
            (
                "Ada Example - CTO - Acme - LinkedIn",
                "Ada Example",
                vec!["CTO", "Acme"],
            ),
            (
                "Ada Example - CTO - Acm\u{2026} | LinkedIn",
                "Ada Example",
                vec!["CTO", "Acm"],
            ),
            ("Ada Example | LinkedIn", "Ada Example", vec![]),
            (
                "Ada Example (She/Her) - CTO - Acme",
                "Ada Example",
                vec!["CTO", "Acme"],
            ),
            (
                "Ada Example (Lovelace) | LinkedIn",
                "Ada Example (Lovelace)",
                vec![],
            ),
            ("Ada Example", "Ada Example", vec![]),
            (
                "(99+) Ada Example - CTO | LinkedIn",
                "Ada Example",
                vec!["CTO"],
            ),
            ("(A) Ada Example", "(A) Ada Example", vec![]),
            (
                "Ada Example(LION)(ada@mail.example) - CEO",
                "Ada Example",
                vec!["CEO"],
            ),
            ("Ada Example (LION) ada@mail.example", "Ada Example", vec![]),
            (
                "Ada Example - CTO - Acme - LinkedIn Luxembourg",
                "Ada Example",
                vec!["CTO", "Acme"],
            ),
            (
                "Ada Example - Pune, Maharashtra, India | Professional \u{2026}",
                "Ada Example",
                vec!["Pune, Maharashtra, India"],
            ),
            (
                "Ada Example | CTO at Acme | LinkedIn",
                "Ada Example",
                vec!["CTO at Acme"],
            ),
            (
                "Jean-Luc Exemple - Co-Founder - Acme",
                "Jean-Luc Exemple",
                vec!["Co-Founder", "Acme"],
            ),
            (
                "Ada Example - VP Sales \u{2013} EMEA - Acme",
                "Ada Example",
                vec!["VP Sales \u{2013} EMEA", "Acme"],
            ),
            (
                "Ada Example - CTO - Acme Robotics ...",
                "Ada Example",
                vec!["CTO", "Acme Robotics"],
            ),
            (
                "Ada Example - CTO - Acme | Linked\u{2026}",
                "Ada Example",
                vec!["CTO", "Acme"],
            ),
            (
                "Ada Example - CTO - Acme | ...",
                "Ada Example",
                vec!["CTO", "Acme"],
            ),
            (
                "Ada Example \u{2013} Bern, Schweiz | Berufsprofil | LinkedIn",
                "Ada Example",
                vec!["Bern, Schweiz"],
            ),
            (
                "Ada Example | Professional Profile - LinkedIn",
                "Ada Example",
                vec![],
            ),
            ("范例 - 经理 - 样本 | 领英", "范例", vec!["经理", "样本"]),
        ] {
            let rest: Vec<String> = rest.into_iter().map(str::to_owned).collect();
            assert_eq!(parted(title), Some((name.to_owned(), rest)), "{title}");
        }
    }

    #[test]
    fn wishes_are_no_titles() {
        for wish in [
            "Open to work",
            "Offen für Neues",
            "En recherche active",
            "Søger nye udfordringer",
            "På jakt etter ny jobb",
            "Etsin töitä",
            "W poszukiwaniu pracy",
            "Hledám práci",
            "În căutare de oportunități",
            "В поиске работы",
            "Шукаю роботу",
            "Αναζητώ εργασία",
            "Yeni fırsatlara açık",
            "أبحث عن عمل",
            "מחפש עבודה",
            "求職中",
            "구직중",
            "正在找工作",
            "Mencari kerja",
            "Đang tìm việc",
        ] {
            let title = format!("Ada Example - {wish}");
            assert_eq!(
                parted(&title),
                Some(("Ada Example".to_owned(), vec![])),
                "{wish}"
            );
        }
        // Words that only begin alike.
        for job in [
            "Suchmaschinenexpertin",
            "Openshift Engineer",
            "Cercle Manager",
        ] {
            let title = format!("Ada Example - {job}");
            assert_eq!(parted(&title).unwrap().1, [job], "{job}");
        }
    }

    #[test]
    fn the_site_itself_is_nobody() {
        for title in [
            "LinkedIn",
            "LinkedIn: Log In or Sign Up",
            "Sign Up | LinkedIn",
            "...",
            " - ",
            "| LinkedIn",
        ] {
            let name = parted(title).map(|(name, _)| name);
            assert_eq!(name, None, "{title}");
        }
    }

    #[test]
    fn companies_lose_the_site_and_the_tab() {
        for (title, name) in [
            ("Acme Robotics | LinkedIn", "Acme Robotics"),
            ("Acme - LinkedIn", "Acme"),
            ("Acme - LinkedIn Schweiz", "Acme"),
            ("Acme: Jobs - LinkedIn", "Acme"),
            ("Acme: Overview | LinkedIn", "Acme"),
            ("Acme : présentation | LinkedIn", "Acme"),
            ("Acme - East - West", "Acme - East - West"),
            ("Acme", "Acme"),
        ] {
            assert_eq!(company(rules(), title).as_deref(), Some(name), "{title}");
        }
    }

    #[test]
    fn crunchbase_is_cut_off_whole_or_begun() {
        for (title, rest) in [
            (
                "Ada Example - CTO @ Acme - Crunchbase Person Profile",
                "Ada Example - CTO @ Acme",
            ),
            ("Acme - Crunchbase Company Profile & Funding", "Acme"),
            ("Acme | CrunchBase", "Acme"),
            (
                "Ada Example - CTO @ Acme - Crunchb...",
                "Ada Example - CTO @ Acme",
            ),
            ("Acme", "Acme"),
        ] {
            assert_eq!(before_crunchbase(title, "crunchbase"), rest, "{title}");
        }
    }
}
