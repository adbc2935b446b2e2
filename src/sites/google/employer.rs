//! Where a title ends and the company begins in a text that has both.

use crate::headline;
use crate::rules::Rules;

use super::plausible;
use super::snippet::{self, Snippet};
use super::title::{self, Parts};
use super::words;

/// "Partner at Acme": title and company of a text that states both, with a company's name
/// whole where a dash stands in it ("at A \u{2013} B GmbH").
pub(super) fn stated(rules: &Rules, text: &str) -> Option<(String, String)> {
    let stated = headline::split(text);
    if let (Some(title), Some(company)) = (stated.title, stated.company) {
        let company = beyond_dash(rules, text, &company).unwrap_or(company);
        return Some((title, company));
    }
    // Titles that only the rule file knows.
    let mut from = 0;
    for word in text.split(' ') {
        let (front, after) = (text.get(..from)?, from + word.len() + 1);
        let behind = text.get(after..).unwrap_or_default().trim();
        let front = front.trim();
        if rules.is_label("at_word", word) {
            // "ve společnosti Acme": the noun says that a company follows.
            let noun = behind.split_once(' ');
            let noun = noun.filter(|(noun, _)| {
                !noun.starts_with(char::is_uppercase) && rules.is_label("company_noun", noun)
            });
            let company = noun.map_or(behind, |(_, name)| name.trim());
            let is_sure = noun.is_some() || words::has_company_form(rules, company);
            let is_stated = if words::is_job(rules, front) {
                is_sure || (headline::says_at(word) && words::is_company(rules, behind))
            } else {
                is_sure && plausible::is_title(rules, front)
            };
            if is_stated {
                return Some((front.to_owned(), company.to_owned()));
            }
        }
        from = after;
    }
    None
}

/// The company's name to the end of a text, where a dash follows what was taken for it and a
/// legal form ends it.
pub(super) fn beyond_dash(rules: &Rules, text: &str, company: &str) -> Option<String> {
    let tail = text.get(text.find(company)?..)?;
    let behind = title::after_dash(tail.strip_prefix(company)?)?;
    let is_name = words::has_company_form(rules, tail) && headline::split(behind).title.is_none();
    is_name.then(|| tail.to_owned())
}

/// "Leiterin WKS \u{2013} Werkplatz GmbH": the title before a company that is known.
pub(super) fn title_before<'t>(rules: &Rules, part: &'t str, company: &str) -> Option<&'t str> {
    let front = part.strip_suffix(company)?;
    if !front.ends_with(char::is_whitespace) {
        return None;
    }
    let trimmed =
        front.trim_end_matches(|c: char| c.is_whitespace() || "-\u{2013}\u{2014},|".contains(c));
    let front = title::without_dangling(rules, trimmed);
    // Behind a word that leads to the employer stands a title, known or not.
    let is_joined = front.len() < trimmed.len() && plausible::is_title(rules, front);
    (words::is_job(rules, front) || is_joined).then(|| without_small_word(front))
}

/// "Kepala Penjualan di": no title ends with a short word written small, which only led to the
/// company behind it.
fn without_small_word(text: &str) -> &str {
    let is_small = |word: &str| word.len() <= 3 && word.chars().all(char::is_lowercase);
    match text.rsplit_once(' ') {
        Some((front, last)) if is_small(last) && front.contains(char::is_uppercase) => {
            front.trim_end()
        }
        _ => text,
    }
}

/// "CTO @ Acme - Speaker": title and company where the parts before the last state both, and the
/// last one is no company: the snippet names the stated one as the employer, an "@" joins it, or
/// the last one is a job.
pub(super) fn before_extra(
    rules: &Rules,
    parts: &Parts,
    end: usize,
    snippet: &Snippet,
) -> Option<(String, String)> {
    let front = parts.join(0, end.checked_sub(1)?)?;
    let last = parts.join(end - 1, end)?;
    let (title, company) = stated(rules, &front)?;
    let known = snippet.experience.as_deref();
    let is_extra = known.is_some_and(|known| snippet::same(known, &company))
        || (known.is_none() && front.contains(" @ "))
        || words::is_job(rules, &last);
    let is_company = known.is_some_and(|known| snippet::begins(known, &last))
        || words::has_company_form(rules, &last)
        || snippet::begins(&last, &company)
        || snippet::begins(&company, &last);
    (is_extra && !is_company).then_some((title, company))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn rules() -> &'static Rules {
        RuleSet::built_in().site("google").unwrap()
    }

    #[test]
    fn titles_end_at_the_word_before_the_company() {
        for (text, title, company) in [
            ("CTO at Acme", "CTO", "Acme"),
            (
                "Leiterin bei Fluss \u{2013} Werk GmbH",
                "Leiterin",
                "Fluss \u{2013} Werk GmbH",
            ),
            ("CTO at Acme \u{2013} Founder of Beta GmbH", "CTO", "Acme"),
            ("Nákupčí ve společnosti Acme", "Nákupčí", "Acme"),
            (
                "Manajer Penjualan di PT Contoh",
                "Manajer Penjualan",
                "PT Contoh",
            ),
            ("Giám đốc tại Công ty Ví Dụ", "Giám đốc", "Công ty Ví Dụ"),
            ("ผู้จัดการ ที่ บริษัท ตัวอย่าง", "ผู้จัดการ", "บริษัท ตัวอย่าง"),
            (
                "Voditeljica u Primjer d.o.o.",
                "Voditeljica",
                "Primjer d.o.o.",
            ),
            (
                "Abogada en Ejemplo Muestra Abogados",
                "Abogada",
                "Ejemplo Muestra Abogados",
            ),
            (
                "Kierownik w Przykład Sp. z o.o.",
                "Kierownik",
                "Przykład Sp. z o.o.",
            ),
        ] {
            let (told, at) = stated(rules(), text).unwrap();
            assert_eq!((told.as_str(), at.as_str()), (title, company), "{text}");
        }
        for text in [
            "Student at Sample College",
            "Acme",
            "Head of Sales",
            "Especialista en Marketing",
            "",
        ] {
            assert_eq!(stated(rules(), text), None, "{text}");
        }
    }

    #[test]
    fn a_known_company_ends_the_title() {
        let before = |part, company| title_before(rules(), part, company);
        let acme = "AW \u{2013} Acme Werk GmbH";
        assert_eq!(
            before("Leiterin AW \u{2013} Acme Werk GmbH", acme),
            Some("Leiterin")
        );
        for (part, title) in [
            ("CTO at Acme", "CTO"),
            ("Géologue chez Acme", "Géologue"),
            ("Dyrektor handlowy w firmie Acme", "Dyrektor handlowy"),
            ("Kepala Penjualan di Acme", "Kepala Penjualan"),
            ("Head of Acme", "Head"),
            ("Engineer I at Acme", "Engineer I"),
        ] {
            assert_eq!(before(part, "Acme"), Some(title), "{part}");
        }
        assert_eq!(before("Working at Acme", "Acme"), None);
        assert_eq!(before("Making mills sing at Acme", "Acme"), None);
        assert_eq!(before("CTO Megaacme", "acme"), None);
        assert_eq!(before("Acme", "Acme"), None);
        assert_eq!(before("Friends of Acme", "Acme"), None);
    }
}
