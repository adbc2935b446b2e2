//! The ways to read a displayed name: which words are the given, middle and family name.

use lode_core::name::{self, PersonName};

use super::form::Form;
use super::{NAME_CHARS_MAX, is_latin, nickname};

/// One way to read a name, before its letters are written for an address.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) given: String,
    pub(super) middle: Option<String>,
    pub(super) family: Option<String>,
    /// Probability of the reading; those of a name sum to about 1.
    pub(super) weight: f64,
    /// Conventions that the reading itself follows.
    pub(super) forms: Vec<Form>,
}

impl Reading {
    fn new(given: String, middle: Option<String>, family: Option<String>, weight: f64) -> Self {
        Self {
            given,
            middle,
            family,
            weight,
            forms: Vec::new(),
        }
    }

    /// All of its text, lower case.
    pub(super) fn text(&self) -> String {
        let mut text = self.given.to_lowercase();
        for part in [&self.middle, &self.family].into_iter().flatten() {
            text.push(' ');
            text.push_str(&part.to_lowercase());
        }
        text
    }
}

/// The readings of a name, and whether it has to be romanised.
pub(super) fn readings(name: &PersonName) -> (Vec<Reading>, bool) {
    let name = latin_name(name);
    let given = clean(name.given.as_deref());
    let middle = clean(name.middle.as_deref());
    let family = clean(name.family.as_deref());
    // A single name stands in whichever part the parser put it.
    let (given, middle, family) = match (given, family) {
        (Some(given), family) => (given, middle, family),
        (None, Some(family)) => (family, None, None),
        (None, None) => return (Vec::new(), false),
    };
    let romanised = [Some(&given), family.as_ref()]
        .into_iter()
        .flatten()
        .any(|part| part.chars().any(|c| !is_latin(c)));
    let (given, family) = match family {
        None => cjk_split(&given).unwrap_or((given, None)),
        family => (given, family),
    };
    let family = family.map(|family| korean_surname(&family).unwrap_or(family));

    let mut readings = Vec::new();
    let mut rest = 1.0;
    if let (Some(middle), Some(family)) = (&middle, &family) {
        if is_initial(&given) && !is_initial(middle) {
            // "J. Robert Doe" goes by Robert as often as not.
            readings.push(Reading::new(
                middle.clone(),
                None,
                Some(family.clone()),
                0.5,
            ));
            rest -= 0.5;
        } else if !is_initial(middle) {
            // "Ana Garza Ruiz": the parser cannot tell a middle name from a first surname.
            let weight = if is_iberian(middle) { 0.6 } else { 0.06 };
            let surnames = format!("{middle} {family}");
            readings.push(Reading::new(given.clone(), None, Some(surnames), weight));
            rest -= weight;
            // "Mary Ann Doe": nor from a second given name.
            let both = format!("{given} {middle}");
            readings.push(Reading::new(both, None, Some(family.clone()), 0.05));
            rest -= 0.05;
        }
    }
    readings.push(Reading::new(given, middle, family, rest));
    let displayed = clean(name.nickname.as_deref()).filter(|nickname| !nickname.contains(' '));
    (with_nicknames(readings, displayed.as_deref()), romanised)
}

/// Replaces the given name by its short and full forms, each a reading of its own.
fn with_nicknames(readings: Vec<Reading>, displayed: Option<&str>) -> Vec<Reading> {
    let mut all = Vec::new();
    for reading in readings {
        let others = nickname::alternatives(&reading.given, displayed);
        let share: f64 = others.iter().map(|(_, weight)| weight).sum();
        for (other, weight) in others {
            all.push(Reading {
                given: other,
                weight: reading.weight * weight,
                forms: vec![Form::GivenNickname],
                ..reading.clone()
            });
        }
        all.push(Reading {
            weight: reading.weight * (1.0 - share),
            ..reading
        });
    }
    all
}

/// The Latin form where a name is displayed in two scripts, the other one in brackets
/// ("Юлия Примерова (Yulia Primerova)").
fn latin_name(name: &PersonName) -> PersonName {
    let foreign = |part: &Option<String>| {
        part.as_deref()
            .is_some_and(|part| part.chars().any(|c| !is_latin(c)))
    };
    if let Some(bracketed) = name.nickname.as_deref()
        && foreign(&name.given)
        && bracketed.contains(' ')
        && bracketed.chars().all(is_latin)
    {
        return name::parse(bracketed);
    }
    name.clone()
}

fn clean(part: Option<&str>) -> Option<String> {
    let part: String = part?
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_CHARS_MAX)
        .collect();
    let part = part.split_whitespace().collect::<Vec<_>>().join(" ");
    part.chars().any(char::is_alphanumeric).then_some(part)
}

fn is_initial(part: &str) -> bool {
    part.chars().filter(|c| c.is_alphabetic()).count() == 1 && part.chars().all(is_latin)
}

/// Whether a word is one of the commonest surnames of Spain, Portugal and Latin America.
fn is_iberian(word: &str) -> bool {
    const ENDINGS: [&str; 4] = ["ez", "éz", "ázquez", "ínez"];
    const COMMON: &[&str] = &[
        "garcia",
        "garcía",
        "ruiz",
        "díaz",
        "diaz",
        "moreno",
        "torres",
        "flores",
        "rivera",
        "silva",
        "santos",
        "oliveira",
        "pereira",
        "costa",
        "ferreira",
        "rodrigues",
        "almeida",
        "carvalho",
        "gomes",
        "martins",
        "araujo",
        "araújo",
        "ribeiro",
        "alves",
        "lima",
        "souza",
        "sousa",
        "rojas",
        "reyes",
        "morales",
        "castro",
        "ortiz",
        "romero",
        "navarro",
        "delgado",
        "molina",
        "ramos",
        "vargas",
        "mendoza",
        "medina",
        "herrera",
        "aguilar",
        "guerrero",
        "castillo",
        "soto",
        "vega",
        "cruz",
        "contreras",
        "salazar",
        "rosas",
        "garza",
        "fuentes",
        "campos",
        "cabrera",
        "cardoso",
        "teixeira",
        "correia",
        "fernandes",
        "lopes",
        "marques",
        "mendes",
        "nunes",
        "pinto",
        "rocha",
        "vieira",
        "barbosa",
        "moreira",
        "cardozo",
    ];
    let word = word.to_lowercase();
    !word.contains(' ')
        && (COMMON.contains(&word.as_str())
            || (word.chars().count() > 4 && ENDINGS.iter().any(|ending| word.ends_with(ending))))
}

/// Chinese, Japanese and Korean surnames of two characters that are common.
const DOUBLE_SURNAMES: &[&str] = &[
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容",
    "东方", "令狐", "남궁", "황보", "제갈", "선우", "독고", "사공",
];

/// Splits a name written without a space in Han characters or Hangul: family name first.
fn cjk_split(name: &str) -> Option<(String, Option<String>)> {
    let han = |c: char| matches!(u32::from(c), 0x3400..=0x9FFF | 0xAC00..=0xD7A3);
    let length = name.chars().count();
    if !(2..=4).contains(&length) || !name.chars().all(han) {
        return None;
    }
    let surname = if length > 3
        || DOUBLE_SURNAMES
            .iter()
            .any(|double| name.starts_with(double))
    {
        2
    } else {
        1
    };
    let family: String = name.chars().take(surname).collect();
    let given: String = name.chars().skip(surname).collect();
    (!given.is_empty()).then_some((given, Some(family)))
}

/// The spelling that most bearers of a Korean surname use, which no romanisation gives.
fn korean_surname(family: &str) -> Option<String> {
    let spelt = match family {
        "김" => "Kim",
        "이" => "Lee",
        "박" => "Park",
        "최" => "Choi",
        "정" => "Jung",
        "조" => "Cho",
        "윤" => "Yoon",
        "임" => "Lim",
        "오" => "Oh",
        "신" => "Shin",
        "권" => "Kwon",
        "안" => "Ahn",
        "류" => "Ryu",
        "유" => "Yoo",
        "고" => "Ko",
        "백" => "Baek",
        "심" => "Shim",
        "노" => "Noh",
        "곽" => "Kwak",
        "성" => "Sung",
        "주" => "Joo",
        "우" => "Woo",
        "구" => "Koo",
        _ => return None,
    };
    Some(spelt.to_owned())
}
