//! Telling a job title from a company's name where a title has one part only ("Name - X").

use crate::headline;
use crate::rules::{self, Rules};

/// Longest text taken for a company's name, in words and in bytes.
const COMPANY_WORDS_MAX: usize = 7;
const COMPANY_BYTES_MAX: usize = 80;

/// Whether a text is a job title: as the headline rules say, or by one of the rule file's
/// words for jobs. Scripts without spaces are searched whole.
pub(super) fn is_job(rules: &Rules, text: &str) -> bool {
    if has_company_form(rules, text) {
        return false;
    }
    headline::split(text).title.is_some()
        || has_word(rules, "job_word", text)
        || rules.has_label("job_script", text)
}

/// Whether a text reads as a company's name: short, a name rather than a sentence, no list,
/// no place, nothing that says "student" or "self-employed".
pub(super) fn is_company(rules: &Rules, text: &str) -> bool {
    let words = text.split_whitespace().count();
    if words > COMPANY_WORDS_MAX
        || text.len() > COMPANY_BYTES_MAX
        || rules.is_label("no_employer", text)
    {
        return false;
    }
    if has_company_form(rules, text) {
        return true;
    }
    let says_otherwise = is_slogan(rules, text)
        || has_word(rules, "student_word", text)
        || rules.has_label("place_word", text);
    if says_otherwise {
        return false;
    }
    let named = is_host(text)
        || text
            .chars()
            .find(|c| c.is_alphanumeric())
            .is_some_and(|c| !c.is_lowercase());
    let listed = text.contains([',', '|', ';', '!', '?', '#', '\u{2022}']);
    ends_with(rules, "company_word", text) || (named && !listed)
}

/// Whether a job is that of somebody who learns: "Studentin", "MBA Candidate", but neither
/// "Student Adviser" nor "Werkstudentin".
pub(super) fn is_student(rules: &Rules, text: &str) -> bool {
    !is_job(rules, text) && (headline::tells_training(text) || says(rules, "student_word", text))
}

/// Whether a text that [`is_student`] may be a first job too: "Graduate Programme", "Junior".
/// Then the company beside it must be a school.
pub(super) fn is_perhaps_student(text: &str) -> bool {
    let folded = rules::fold(text);
    let mut begins = ["graduate", "grad ", "junior", "alum"].iter();
    begins.any(|word| folded.starts_with(word))
}

/// Whether a text names a school.
pub(super) fn is_school(rules: &Rules, text: &str) -> bool {
    says(rules, "school_word", text)
}

/// Whether a job is one that schools have: of those who teach, search and lead there.
pub(super) fn is_school_job(rules: &Rules, text: &str) -> bool {
    says(rules, "school_job", text)
}

/// Whether a text names an employer or a school by its last or one of its words: "Acme Group",
/// "University of Example".
pub(super) fn is_employer(rules: &Rules, text: &str) -> bool {
    ends_with(rules, "company_word", text)
        || has_word(rules, "school_word", text)
        || has_word(rules, "student_word", text)
}

/// "acme.example": a company named by its host. E-mail addresses are none.
fn is_host(text: &str) -> bool {
    super::link::displayed_host(text) == Some(text)
}

/// Whether a text says what somebody does, wishes or thinks: a sentence or a line of their own.
pub(super) fn is_slogan(rules: &Rules, text: &str) -> bool {
    is_sentence(text) || has_word(rules, "slogan_word", text) || headline::tells_deeds(text)
}

/// Whether a text is an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && text
            .rsplit_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
}

/// Whether a text ends as only companies do: "Acme GmbH", "Example & Partner".
pub(super) fn has_company_form(rules: &Rules, text: &str) -> bool {
    let folded = rules::fold(text);
    let ends = |form: &String| {
        folded
            .trim_end_matches('.')
            .strip_suffix(form.as_str())
            .is_some_and(|name| name.ends_with(' ') && !name.trim().is_empty())
    };
    // "Sp. z o.o." is of several words.
    let mut long_forms = rules.labels("legal_form").iter();
    let begins = |form: &String| {
        let name = folded.strip_prefix(form.as_str());
        // "PT Manager" is a job.
        name.is_some_and(|name| name.starts_with(' ') && headline::split(name).title.is_none())
    };
    ends_with(rules, "legal_form", text)
        || rules.labels("front_form").iter().any(begins)
        || rules.labels("partner_form").iter().any(ends)
        || long_forms.any(|form| form.contains(' ') && ends(form))
}

/// Whether the last of several words is a label word of `key`.
fn ends_with(rules: &Rules, key: &str, text: &str) -> bool {
    let mut words = text.split_whitespace();
    let last = words.next_back().unwrap_or_default();
    words.next().is_some() && rules.is_label(key, last.trim_matches(['.', ',']))
}

/// "Passionate about building things": several long words in lower case.
fn is_sentence(text: &str) -> bool {
    let lower = text.split_whitespace().filter(|word| {
        word.chars().next().is_some_and(char::is_lowercase) && word.chars().count() > 3
    });
    lower.count() > 1
}

/// As [`has_word`]; words of scripts that put none apart, and labels of two words, may stand
/// anywhere in the text.
fn says(rules: &Rules, key: &str, text: &str) -> bool {
    let anywhere = |label: &&String| label.contains(' ') || label.chars().all(|c| c >= '\u{900}');
    let folded = rules::fold(text);
    let mut labels = rules.labels(key).iter().filter(anywhere);
    labels.any(|label| folded.contains(label.as_str())) || has_word(rules, key, text)
}

/// Whether one of a text's words is a label word of `key`.
fn has_word(rules: &Rules, key: &str, text: &str) -> bool {
    let folded = rules::fold(text);
    folded
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .any(|word| rules.labels(key).iter().any(|label| label == word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn those_who_learn_are_told_from_those_who_work() {
        let rules = RuleSet::built_in().site("google").unwrap();
        for student in [
            "Student",
            "Studentin der Informatik",
            "Étudiant en droit",
            "Estudiante de Derecho",
            "MBA Candidate",
            "Студентка",
            "大学院生",
            "Sinh viên năm cuối",
            "นักศึกษา",
            "छात्र",
            "Mahasiswa Hukum",
        ] {
            assert!(is_student(rules, student), "{student}");
        }
        for worker in [
            "Werkstudentin Marketing",
            "Student Adviser",
            "Professor",
            "Lehrer",
            "Stagista",
            "Intern",
            "Data Analyst",
            "Hospital Universitario",
        ] {
            assert!(!is_student(rules, worker), "{worker}");
        }
        for teacher in ["Professorin für Physik", "客員教授", "Доцент", "Dean"] {
            assert!(is_school_job(rules, teacher), "{teacher}");
        }
        assert!(!is_school_job(rules, "Data Analyst"));
    }

    #[test]
    fn titles_and_companies_are_told_apart() {
        let rules = RuleSet::built_in().site("google").unwrap();
        for title in [
            "CEO",
            "Head of Sales",
            "Leiterin Vertrieb & Marketing",
            "Directrice des ventes",
            "Responsabile vendite",
            "Gerente de Ventas",
            "Kierownik sprzedaży",
            "Директор по продажам",
            "営業部長",
            "销售总监",
            "영업팀장",
            "مدير المبيعات",
            "Trưởng phòng kinh doanh",
            "Managing Partner",
        ] {
            assert!(is_job(rules, title), "{title}");
        }
        for company in [
            "Example Labs",
            "Beispielbank",
            "Probe & Partner",
            "Platzhalter Pharma AG",
            "Muster Verlag GmbH & Co. KG",
            "Developer Tools Inc.",
            "Przykład Handel Sp. z o.o.",
            "Пример",
            "株式会社見本",
            "University of Example",
        ] {
            assert!(!is_job(rules, company), "{company}");
            assert!(is_company(rules, company), "{company}");
        }
        for neither in [
            "Passionate about building teams",
            "I help founders sell",
            "Helping teams ship",
            "Student at Sample University",
            "Self-employed",
            "Greater Boston Area",
            "Oslo, Norway",
            "AI | Web3 | Growth",
            "Selvstændig",
            "Egenföretagare",
            "Serbest meslek",
            "Самозанятый",
            "עצמאית",
            "フリーランス",
            "自由职业者",
            "Pomagam firmom rosnąć",
            "Помогаю бизнесу",
        ] {
            assert!(!is_job(rules, neither), "{neither}");
            assert!(!is_company(rules, neither), "{neither}");
        }
    }
}
