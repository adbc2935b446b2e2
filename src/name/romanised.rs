//! Chinese and Korean names in Latin letters with the family name first: "Tan Wei Ming",
//! "Mao Zedong". They are told where the first word is a family name that is rarely anything
//! else, the last is none, and the rest can be syllables.

use super::lexicon;
use super::word::Word;

/// Whether words are a family name and its given name in syllables.
pub(super) fn is_family_first(words: &[Word]) -> bool {
    let family = |word: &Word| lexicon::ROMANISED_FAMILIES.has(&word.key);
    match words {
        [first, given] => {
            !is_family(given)
                && (family(first) && is_compound(&given.key)
                    || lexicon::FAMILIES_IN_FRONT.has(&first.plain())
                        && given.letters() > 1
                        && !given.has_stop())
        }
        [first, one, two] => {
            // "Lee Soo Bin": the rest tells that it is not the English given name.
            (family(first) || first.key == "lee")
                && !is_family(two)
                && [one, two]
                    .iter()
                    .all(|word| word.letters() > 1 && is_syllable(&word.key))
        }
        _ => false,
    }
}

/// Whether a last word says that the family name stands there.
fn is_family(word: &Word) -> bool {
    lexicon::ROMANISED_FAMILIES.has(&word.key)
        || lexicon::ROMANISED_FAMILIES_OR_NAMES.has(&word.key)
        || lexicon::VIETNAMESE_FAMILIES.has(&word.plain())
}

/// One syllable of any Chinese or Korean romanisation.
fn is_syllable(key: &str) -> bool {
    let first_y = usize::from(key.starts_with('y'));
    let is_vowel = |c: char| "aeiouy".contains(c);
    let begin = key
        .char_indices()
        .find(|(at, c)| *at >= first_y && is_vowel(*c))
        .map_or(key.len(), |(at, _)| at);
    let (initial, rest) = key.split_at(begin);
    let end = rest.find(|c| !is_vowel(c)).unwrap_or(rest.len());
    let (vowels, last) = rest.split_at(end);
    const INITIALS: &str =
        " b bh c ch d f g gw h hs hw j k kh kw l m n ng p ph q r s sh t th ts tz w x y z zh ";
    let known = |list: &str, part: &str| part.is_empty() || list.contains(&format!(" {part} "));
    (1..=3).contains(&vowels.len())
        && known(INITIALS, initial)
        && known(" ck h k l m n ng p t w ", last)
}

/// Two syllables of Pinyin in one word, with letters in it that tell: "Xiaoming", "Jinping".
fn is_compound(key: &str) -> bool {
    const TELLING: [&str; 10] = ["x", "q", "zh", "ng", "iao", "uo", "ui", "ei", "ao", "ou"];
    key.is_ascii()
        && key.len() <= 12
        && TELLING.iter().any(|part| key.contains(part))
        && (2..key.len()).any(|at| {
            let (one, two) = key.split_at(at);
            is_pinyin(one) && is_pinyin(two)
        })
}

fn is_pinyin(key: &str) -> bool {
    const INITIALS: &str = " b c ch d f g h j k l m n p q r s sh t w x y z zh ";
    const FINALS: &str = " a ai an ang ao e ei en eng i ia ian iang iao ie in ing iong iu o ong \
        ou u ua uai uan uang ue ui un uo ";
    (1..=2).any(|at| {
        key.split_at_checked(at).is_some_and(|(initial, rest)| {
            INITIALS.contains(&format!(" {initial} ")) && FINALS.contains(&format!(" {rest} "))
        })
    })
}
