//! Company names: what is left when the legal form and additions are taken off.

use std::sync::LazyLock;

use crate::person::ascii_word;

/// Longest company name read, in characters; a longer one is cut.
pub const COMPANY_CHARS_MAX: usize = 200;

/// Most words kept of a name.
const WORDS_MAX: usize = 12;

/// Most other names kept.
const ALIASES_MAX: usize = 3;

/// A company name taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompanyName {
    /// The words of the name without its legal form, in ASCII lower case, umlauts plain.
    pub words: Vec<String>,
    /// The same with umlauts as digraphs, where that differs.
    pub digraph_words: Option<Vec<String>>,
    /// Other names shown with it, in brackets or after a dash.
    pub aliases: Vec<Vec<String>>,
    /// Top-level domains that the legal form hints at, likeliest first.
    pub country_tlds: Vec<&'static str>,
    /// The name is itself written as a domain ("Example.com"): that domain.
    pub as_domain: Option<String>,
}

impl CompanyName {
    /// Takes a displayed name apart. `None` where nothing usable is in it.
    #[must_use]
    pub fn parse(displayed: &str) -> Option<Self> {
        let text: String = displayed
            .chars()
            .filter(|c| !c.is_control())
            .take(COMPANY_CHARS_MAX)
            .collect();
        let (text, bracketed) = without_brackets(&text);
        let mut segments = segments(&text);
        let main = segments.next().unwrap_or_default();
        let (core, country_tlds) = without_legal_form(main);
        let words = words(&core, false);
        if words.is_empty() {
            return None;
        }
        let digraph = self::words(&core, true);
        let aliases = segments
            .chain(bracketed.iter().map(String::as_str))
            .map(|alias| self::words(&without_legal_form(alias).0, false))
            .filter(|alias| !alias.is_empty() && *alias != words)
            .take(ALIASES_MAX)
            .collect();
        Some(Self {
            as_domain: as_domain(main),
            digraph_words: (digraph != words).then_some(digraph),
            words,
            aliases,
            country_tlds,
        })
    }

    /// A key under which spellings of the same name meet: "ACME Robotics, Inc." and "Acme
    /// Robotics".
    #[must_use]
    pub fn key(&self) -> String {
        self.words.join(" ")
    }
}

/// The parts of a name or a page title that dashes and bars separate.
pub(crate) fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split(['|', '·', '•', '—', '»', '«'])
        .flat_map(|part| part.split(" - "))
        .flat_map(|part| part.split(" – "))
        .flat_map(|part| part.split(": "))
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// Takes out what stands in brackets, and gives it beside.
fn without_brackets(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside, mut depth) = (String::new(), Vec::new(), 0_u32);
    let mut current = String::new();
    for c in text.chars() {
        match c {
            '(' | '[' | '（' => {
                depth += 1;
                current.clear();
            }
            ')' | ']' | '）' if depth > 0 => {
                depth -= 1;
                inside.push(std::mem::take(&mut current));
                outside.push(' ');
            }
            _ if depth > 0 => current.push(c),
            _ => outside.push(c),
        }
    }
    (outside, inside)
}

/// The words of a name in ASCII lower case. `&` and `+` stand as words of their own.
pub(crate) fn words(text: &str, digraphs: bool) -> Vec<String> {
    text.replace('&', " & ")
        .replace('+', " + ")
        .split(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '-' | '–' | '/' | ',' | '.' | ';' | '!' | '"' | '_' | '®' | '™'
                )
        })
        .map(|word| match word {
            "&" | "+" => word.to_owned(),
            _ => ascii_word(word, digraphs),
        })
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .collect()
}

struct LegalForm {
    /// Its words, lower case, without dots.
    words: Vec<&'static str>,
    tlds: Vec<&'static str>,
}

static LEGAL_FORMS: LazyLock<Vec<LegalForm>> = LazyLock::new(|| {
    let mut forms: Vec<LegalForm> = include_str!("../data/legal_forms.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
        .map(|(form, tlds)| LegalForm {
            words: form.split_whitespace().collect(),
            tlds: tlds.split_whitespace().collect(),
        })
        .collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.words.len()));
    forms
});

/// Legal forms that also stand before the name ("PT Contoh", "OOO Primer").
const LEADING: &[&str] = &[
    "pt",
    "ооо",
    "ooo",
    "зао",
    "zao",
    "оао",
    "oao",
    "пао",
    "ао",
    "тов",
    "tov",
    "ab",
    "株式会社",
    "有限会社",
    "合同会社",
    "주식회사",
    "㈜",
    "cv",
    "as",
];

/// Takes legal forms off the end, and off the beginning where they stand there; gives the
/// top-level domains that they hint at. A name that is nothing but a form stays.
fn without_legal_form(text: &str) -> (String, Vec<&'static str>) {
    let original: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .collect();
    let mut folded: Vec<String> = original
        .iter()
        .map(|word| word.replace('.', "").to_lowercase())
        .collect();
    let mut kept = original.as_slice();
    let mut tlds: Vec<&'static str> = Vec::new();
    // "GmbH" after "Inc." and the like: twice is enough.
    for _ in 0..2 {
        let found = LEGAL_FORMS
            .iter()
            .find_map(|form| Some((form, ending(&folded, &form.words)?)));
        let Some((form, rest)) = found else { break };
        folded.truncate(rest);
        kept = kept.get(..rest).unwrap_or_default();
        tlds.extend(&form.tlds);
    }
    if let (Some(first), true) = (folded.first(), folded.len() > 1)
        && LEADING.contains(&first.as_str())
    {
        for form in LEGAL_FORMS
            .iter()
            .filter(|form| form.words == [first.as_str()])
        {
            tlds.extend(&form.tlds);
        }
        kept = kept.get(1..).unwrap_or_default();
    }
    let mut core = kept.join(" ");
    // East Asian names carry the form without a space.
    for form in [
        "株式会社",
        "有限会社",
        "合同会社",
        "股份有限公司",
        "有限责任公司",
        "有限公司",
        "주식회사",
        "㈜",
    ] {
        let cut = core
            .strip_suffix(form)
            .or_else(|| core.strip_prefix(form))
            .map(|cut| cut.trim().to_owned());
        if let Some(cut) = cut.filter(|cut| !cut.is_empty()) {
            for known in LEGAL_FORMS.iter().filter(|known| known.words == [form]) {
                tlds.extend(&known.tlds);
            }
            core = cut;
        }
    }
    let mut seen = std::collections::HashSet::new();
    tlds.retain(|tld| seen.insert(*tld));
    (core, tlds)
}

/// How many words stand before `form` at the end of `words`, if it ends them and some do.
/// The form's words may be written together or apart ("sp. z o.o.", "G m b H").
fn ending(words: &[String], form: &[&str]) -> Option<usize> {
    let form: String = form.concat();
    let mut tail = String::new();
    for (at, word) in words.iter().enumerate().rev() {
        if at == 0 {
            return None;
        }
        tail.insert_str(0, word.trim_matches(['(', ')']));
        if tail == form {
            return Some(at);
        }
        if tail.len() >= form.len() {
            return None;
        }
    }
    None
}

/// The domain that a name is written as ("Example.com"), if it is one: a registrable domain
/// under a known suffix.
fn as_domain(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let plain = text.is_ascii() && text.contains('.') && !text.contains(char::is_whitespace);
    let domain = plain.then(|| psl::domain_str(&text)).flatten()?;
    let known = psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.is_known());
    // "Acme.Inc" and "S.A." are no domains.
    (known && domain == text && domain.len() > 4).then(|| domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> String {
        CompanyName::parse(name).unwrap().key()
    }

    #[test]
    fn legal_forms_come_off() {
        for (name, expected, tld) in [
            ("Acme Robotics GmbH", "acme robotics", Some("de")),
            ("Acme Robotics G.m.b.H.", "acme robotics", Some("de")),
            (
                "Muster & Beispiel GmbH & Co. KG",
                "muster & beispiel",
                Some("de"),
            ),
            ("Acme, Inc.", "acme", None),
            ("Acme Holdings Pte. Ltd.", "acme holdings", Some("com.sg")),
            ("Przyklad Sp. z o.o.", "przyklad", Some("pl")),
            ("Ejemplo S.A. de C.V.", "ejemplo", Some("com.mx")),
            ("Contoh Jaya Sdn Bhd", "contoh jaya", Some("com.my")),
            ("PT Contoh Jaya Tbk", "contoh jaya", Some("co.id")),
            (
                "Exemplo Tecnologia Ltda.",
                "exemplo tecnologia",
                Some("com.br"),
            ),
            ("Voorbeeld B.V.", "voorbeeld", Some("nl")),
            ("Esimerkki Oy", "esimerkki", Some("fi")),
            ("ООО Пример", "primer", Some("ru")),
            ("見本株式会社", "jianben", Some("co.jp")),
            ("Acme Pty Ltd", "acme", Some("com.au")),
            ("Limited", "limited", None),
        ] {
            let parsed = CompanyName::parse(name).unwrap();
            assert_eq!(parsed.key(), expected, "{name}");
            assert_eq!(parsed.country_tlds.first().copied(), tld, "{name}");
        }
    }

    #[test]
    fn words_that_only_end_like_a_form_stay() {
        assert_eq!(key("Visa"), "visa");
        assert_eq!(key("Saab"), "saab");
        assert_eq!(key("Cisco"), "cisco");
    }

    #[test]
    fn other_names_are_kept_beside() {
        let parsed = CompanyName::parse("Example Business Machines (EBM)").unwrap();
        assert_eq!(parsed.key(), "example business machines");
        assert_eq!(parsed.aliases, [["ebm".to_owned()]]);
        let parsed = CompanyName::parse("Mustrex Inc - Beispielo - Acmeon IT").unwrap();
        assert_eq!(parsed.key(), "mustrex");
        assert_eq!(parsed.aliases.len(), 2);
    }

    #[test]
    fn names_written_as_domains() {
        let domain = |name: &str| CompanyName::parse(name).unwrap().as_domain;
        assert_eq!(domain("Example.com").as_deref(), Some("example.com"));
        assert_eq!(domain("acme.io").as_deref(), Some("acme.io"));
        assert_eq!(domain("Acme Inc."), None);
        assert_eq!(domain("St. Acme"), None);
    }

    #[test]
    fn umlauts_have_two_spellings() {
        let parsed = CompanyName::parse("Müßig Werke AG").unwrap();
        assert_eq!(parsed.words, ["mussig", "werke"]);
        assert_eq!(parsed.digraph_words.unwrap(), ["muessig", "werke"]);
    }

    #[test]
    fn hostile_names_end() {
        assert_eq!(CompanyName::parse(""), None);
        assert_eq!(CompanyName::parse("((((★"), None);
        let long = "(".repeat(100_000) + &"a ".repeat(100_000);
        let _ = CompanyName::parse(&long);
    }

    proptest::proptest! {
        #[test]
        fn any_name_gives_domains_that_are_domains(displayed in "\\PC{0,60}|[A-Za-z&. ()-]{0,60}") {
            if let Some(name) = CompanyName::parse(&displayed) {
                for guess in crate::domain::guess::guesses(&name) {
                    let domain = lode_verify::Domain::parse(&guess.domain);
                    proptest::prop_assert!(domain.is_ok(), "{}", guess.domain);
                }
            }
        }
    }
}
