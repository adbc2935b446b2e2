//! Where a title ends and the company begins in a text that has both.

use crate::headline;
use crate::rules::Rules;

use super::title;
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
        if rules.is_label("at_word", word)
            && words::is_job(rules, front)
            && (words::has_company_form(rules, behind)
                || (headline::says_at(word) && words::is_company(rules, behind)))
        {
            return Some((front.to_owned(), behind.to_owned()));
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
    words::is_job(rules, front).then_some(front)
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
        assert_eq!(before("CTO at Acme", "Acme"), Some("CTO"));
        assert_eq!(before("CTO Megaacme", "acme"), None);
        assert_eq!(before("Acme", "Acme"), None);
        assert_eq!(before("Friends of Acme", "Acme"), None);
    }
}
