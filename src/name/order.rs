//! Which words are given, middle and family name, in the order "given … family".

use super::affix::Case;
use super::lexicon;
use super::romanised;
use super::word::Word;
use crate::word_list::WordList;

/// A name's words, split.
#[derive(Debug, Default)]
pub(super) struct Arranged<'a> {
    pub(super) given: &'a [Word],
    pub(super) middle: &'a [Word],
    pub(super) family: &'a [Word],
}

/// Splits words without titles and suffixes.
pub(super) fn arrange(words: &[Word]) -> Arranged<'_> {
    if words.len() < 2 {
        return Arranged {
            given: words,
            ..Arranged::default()
        };
    }
    if let Some(arranged) = by_capitals(words)
        .or_else(|| by_patronymic(words))
        .or_else(|| by_eastern_order(words))
    {
        return arranged;
    }
    // "Abdul Rahman Field": a given name of two words.
    let bound = match words {
        [first, _, _, ..] if lexicon::BOUND_GIVEN.has(&first.key) => 1,
        _ => 0,
    };
    let (_, rest) = words.split_at(bound);
    let (before, family) = words.split_at((bound + family_at(rest)).min(words.len()));
    let (given, middle) = before.split_at(before.len().min(1 + bound));
    Arranged {
        given,
        middle,
        family,
    }
}

/// "FIELD Ann" and "Ann Maria FIELD STONE": the family name alone is in capitals.
fn by_capitals(words: &[Word]) -> Option<Arranged<'_>> {
    let is_family = |word: &Word| {
        word.is_capitals() && word.letters() >= 3 && word.has_vowel() && !word.has_stop()
    };
    // Three capitals are initials unless they can be said: "LIU", not "AML".
    let is_said = |word: &Word| {
        word.letters() > 3 || {
            let mut vowels = word.key.chars().map(|c| "aeiouy".contains(c));
            (vowels.next(), vowels.next()) == (Some(false), Some(true))
        }
    };
    let is_other = |word: &Word| word.has_small() || word.is_initials();
    let leading = words
        .iter()
        .take_while(|word| is_family(word) && is_said(word))
        .count();
    if leading > 0 && leading < words.len() {
        let (family, rest) = words.split_at(leading);
        let (given, middle) = rest.split_at(1);
        return (rest.iter().all(is_other) && given.iter().all(Word::has_small)).then_some(
            Arranged {
                given,
                middle,
                family,
            },
        );
    }
    let trailing = words
        .iter()
        .rev()
        .take_while(|word| is_family(word))
        .count();
    if trailing < 2 || trailing == words.len() {
        return None;
    }
    let (rest, family) = words.split_at(words.len() - trailing);
    let (given, middle) = rest.split_at(1);
    (rest.iter().all(is_other) && given.iter().all(Word::has_small)).then_some(Arranged {
        given,
        middle,
        family,
    })
}

/// Russian order: "family given patronymic", or "family given" where the endings tell.
fn by_patronymic(words: &[Word]) -> Option<Arranged<'_>> {
    let ends = |word: &Word, ends: WordList| ends.iter().any(|end| word.key.ends_with(end));
    let is_family = |word: &Word| {
        ends(word, lexicon::CYRILLIC_FAMILY_ENDS) || ends(word, lexicon::SLAVIC_FAMILY_ENDS)
    };
    match words {
        // "Rustamov Elvin Kamil oglu".
        [family, given, middle @ .., mark] if middle.len() == 1 && is_patronymic_mark(mark) => {
            Some(Arranged {
                given: std::slice::from_ref(given),
                middle: words.get(2..).unwrap_or_default(),
                family: std::slice::from_ref(family),
            })
        }
        [family, given, last]
            if ends(last, lexicon::PATRONYMIC_ENDS)
                && (!last.key.is_ascii() || is_family(family))
                && !ends(given, lexicon::PATRONYMIC_ENDS) =>
        {
            Some(Arranged {
                family: std::slice::from_ref(family),
                given: std::slice::from_ref(given),
                middle: std::slice::from_ref(last),
            })
        }
        [family, given]
            if ends(family, lexicon::CYRILLIC_FAMILY_ENDS)
                && !ends(given, lexicon::CYRILLIC_FAMILY_ENDS) =>
        {
            Some(Arranged {
                family: std::slice::from_ref(family),
                given: std::slice::from_ref(given),
                middle: &[],
            })
        }
        _ => None,
    }
}

/// "oglu", "qizi": son or daughter of the one before.
fn is_patronymic_mark(word: &Word) -> bool {
    let key: String = word.key.chars().filter(|c| *c != '\u{2bb}').collect();
    lexicon::PATRONYMIC_MARKS.has(&key) || lexicon::PATRONYMIC_MARKS.has(&word.key)
}

/// "Nguyễn Văn An", "Kim Min-ji": family names first, where the words tell.
fn by_eastern_order(words: &[Word]) -> Option<Arranged<'_>> {
    if romanised::is_family_first(words) {
        let (family, given) = words.split_at(1);
        return Some(Arranged {
            given,
            middle: &[],
            family,
        });
    }
    if is_hungarian_order(words) {
        let (family, given) = words.split_at(1);
        let (given, middle) = given.split_at(1);
        return Some(Arranged {
            given,
            middle,
            family,
        });
    }
    match words {
        [family, given] => {
            let (first, second) = given.text.split_once('-')?;
            let is_syllables = first.chars().count() <= 5
                && second.chars().count() <= 5
                && second.starts_with(char::is_lowercase);
            let is_family = lexicon::FAMILIES_BEFORE_HYPHEN.has(&family.key)
                || lexicon::ROMANISED_FAMILIES.has(&family.key);
            (is_syllables && is_family).then_some(Arranged {
                given: std::slice::from_ref(given),
                middle: &[],
                family: std::slice::from_ref(family),
            })
        }
        [family, middle @ .., given] => {
            // "Thị" and "Văn" stand between family and given name; accents alone tell too.
            let told_by_middle = middle
                .first()
                .is_some_and(|word| matches!(vietnamese(word).as_str(), "thi" | "van"));
            let tells = told_by_middle || !family.key.is_ascii();
            // "Trường" is a given name as well; "Nguyễn" is not.
            let ends_in_family = if told_by_middle {
                lexicon::FAMILIES_IN_FRONT.has(&vietnamese(given))
            } else {
                lexicon::VIETNAMESE_FAMILIES.has(&vietnamese(given))
            };
            (tells && lexicon::VIETNAMESE_FAMILIES.has(&vietnamese(family)) && !ends_in_family)
                .then_some(Arranged {
                    given: std::slice::from_ref(given),
                    middle,
                    family: std::slice::from_ref(family),
                })
        }
        _ => None,
    }
}

/// "Szabó Péter": a Hungarian family name, then nothing but Hungarian given names.
fn is_hungarian_order(words: &[Word]) -> bool {
    let Some((family, given)) = words.split_first() else {
        return false;
    };
    let is_given = |word: &Word| lexicon::HUNGARIAN_GIVEN.has(&word.plain());
    family
        .plain()
        .split('-')
        .all(|half| lexicon::HUNGARIAN_FAMILIES.has(half))
        && (1..=2).contains(&given.len())
        && given.iter().all(is_given)
}

/// The key without accents, with `đ` as `d`.
fn vietnamese(word: &Word) -> String {
    word.plain().replace('đ', "d")
}

/// Where the family name begins; at least 1, but 0 for a family name alone ("van der Berg").
fn family_at(words: &[Word]) -> usize {
    let n = words.len();
    let case = Case::of(words);
    let particle = |i: usize| {
        words
            .get(i)
            .is_some_and(|word| is_particle(word, words.get(i + 1..).unwrap_or_default(), case))
    };
    if n >= 3 && (0..n - 1).all(particle) {
        return 0;
    }
    let mut at = n - 1;
    let mut i = 1;
    while i + 1 < n {
        if particle(i) {
            if let Some(next) = after_devotion(words, i) {
                i = next;
                continue;
            }
            at = i;
            // "García de la Cruz": both halves.
            if at >= 2 && words.get(at - 1).is_some_and(is_iberian) {
                at -= 1;
            }
            break;
        }
        let links_words = || {
            [i - 1, i + 1]
                .iter()
                .all(|at| words.get(*at).is_some_and(|word| !word.is_initials()))
        };
        if i >= 2 && words.get(i).is_some_and(is_family_link) && links_words() {
            at = i - 1;
            break;
        }
        i += 1;
    }
    if at == n - 1
        && let [.., before, first, second] = words
        && (is_iberian(second) || n == 3 && is_second_given(before) && is_iberian(first) || n == 4 && is_second_given(before) && is_iberian(first))
        && !first.is_initials()
        // "Ana Reyes Soto"; behind an initial ("Ana R Field Soto") or a double given name ("José
        // Luis Field Soto") one is enough.
        && (is_iberian(first) && !is_second_given(first)
            || (n > 3 && (before.is_initials() || (is_second_given(before) && !is_second_given(first)))))
    {
        at = n - 2;
    }
    at
}

/// Whether `word` begins a family name when `after` follows it.
pub(super) fn is_particle(word: &Word, after: &[Word], case: Case) -> bool {
    let key = word.key.as_str();
    let Some(last) = after.last() else {
        return false;
    };
    let next = after.first();
    if key == "o" && !word.has_stop() {
        // "O hAodha" is Irish whatever the name.
        return next.is_some_and(|next| {
            lexicon::IRISH_AFTER_O.has(&next.key)
                || next.text.starts_with('h')
                    && next.text.chars().nth(1).is_some_and(char::is_uppercase)
        });
    }
    match key {
        "ni" => return next.is_some_and(is_lenited),
        "te" if !word.starts_small() => return next.is_some_and(is_maori),
        "bean" => {
            return next.is_some_and(|next| matches!(next.plain().as_str(), "ui" | "mhic" | "ni"));
        }
        _ => {}
    }
    if !lexicon::PARTICLES.has(key) {
        return false;
    }
    if matches!(key, "van" | "le") && lexicon::VIETNAMESE_FAMILIES.has(&last.plain()) {
        return false;
    }
    if lexicon::PARTICLES_WHEN_SMALL.has(key) {
        return word.starts_small()
            || (case.all_capitals && lexicon::PARTICLES_IN_CAPITALS.has(key));
    }
    true
}

/// An Irish name as it is written behind "Ní": "Bhriain", "Cheallaigh".
fn is_lenited(word: &Word) -> bool {
    let mut letters = word.key.chars();
    letters.next().is_some_and(|c| "bcdfgmpst".contains(c)) && letters.next() == Some('h')
}

/// A word that only has letters of Māori and ends in a vowel, as its words do: "Rangi".
fn is_maori(word: &Word) -> bool {
    let plain = word.plain();
    plain.len() >= 5
        && plain.chars().all(|c| "aeiouhkmnprtwg".contains(c))
        && plain.ends_with(['a', 'e', 'i', 'o', 'u'])
}

fn is_family_link(word: &Word) -> bool {
    lexicon::FAMILY_LINKS.has(&word.key)
        && !word.has_stop()
        && (word.starts_small() || word.key == "y")
}

fn is_iberian(word: &Word) -> bool {
    word.plain().split('-').any(|plain| {
        lexicon::IBERIAN_FAMILIES.has(plain) || (plain.ends_with("ez") && plain.len() >= 5)
    })
}

/// Whether a word stands second in given names such as "José Luis".
fn is_second_given(word: &Word) -> bool {
    lexicon::IBERIAN_SECOND_GIVEN.has(&word.plain())
}

/// Where a given name such as "María del Carmen" ends, if one has its particle at `at`.
fn after_devotion(words: &[Word], at: usize) -> Option<usize> {
    let given = words.first()?.plain();
    if at != 1
        || !matches!(
            given.as_str(),
            "maria"
                | "mª"
                | "ma"
                | "ana"
                | "rosa"
                | "jose"
                | "juan"
                | "francisco"
                | "antonio"
                | "luz"
        )
    {
        return None;
    }
    let article = words
        .get(at + 1)
        .is_some_and(|word| matches!(word.key.as_str(), "la" | "las" | "los" | "el"));
    let noun = if article { at + 2 } else { at + 1 };
    let is_devotion = lexicon::DEVOTIONS.has(&words.get(noun)?.plain());
    (is_devotion && noun + 1 < words.len()).then_some(noun + 1)
}
