//! What stands around a name: titles before it; generations, credentials and trades after.

use super::lexicon;
use super::word::Word;

/// How a name is written, which decides what capitals mean in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Case {
    /// All in capitals: they say nothing.
    pub(super) all_capitals: bool,
    /// All small: the same.
    pub(super) all_small: bool,
}

impl Case {
    pub(super) fn of<'a>(words: impl IntoIterator<Item = &'a Word>) -> Self {
        let (mut capitals, mut small) = (false, false);
        for word in words {
            capitals |= word.capitals() > 0;
            small |= word.has_small();
        }
        Self {
            all_capitals: !small,
            all_small: !capitals,
        }
    }
}

/// Whether a word can stand in a title: "Dr.", "rer.", "Ing.".
pub(super) fn is_title_word(word: &Word) -> bool {
    lexicon::PREFIXES.has(&word.key)
        || lexicon::PREFIXES_WITH_STOP.has(&word.key)
        || lexicon::PREFIX_TAILS.has(&word.key)
}

/// How many words at the front are titles. A name is always left.
pub(super) fn prefix_len(words: &[Word]) -> usize {
    let mut end = 0;
    for (i, word) in words.iter().enumerate() {
        let left = words.len() - i - 1;
        let key = word.key.as_str();
        let follows_title = end == i && i > 0;
        // "I.R. Field" is no engineer.
        let is_initials = word.has_stop() && word.is_initials();
        let is_title = (lexicon::PREFIXES.has(key) && !is_initials)
            || is_chartered(word, words)
            || (lexicon::PREFIXES_WITH_STOP.has(key)
                && !is_initials
                && (word.has_stop() || follows_title));
        let is_title_or_name = lexicon::PREFIXES_OR_NAMES.has(key);
        let is_tail = lexicon::PREFIX_TAILS.has(key) || key == "h" || key == "c";
        if (is_title || (is_title_or_name && word.has_stop())) && left >= 1
            || is_title_or_name && left >= 2
        {
            end = i + 1;
        } else if follows_title && is_tail && (word.has_stop() || !word.is_capitals()) && left >= 1
        {
            // "Dr. H. Example": an initial, unless it is "h. c.".
            let honoris = key != "h" || words.get(i + 1).is_some_and(|next| next.key == "c");
            let causa = key != "c" || words.get(i - 1).is_some_and(|last| last.key == "h");
            if !(honoris && causa) {
                break;
            }
            end = i + 1;
        } else if !(lexicon::PREFIX_FILLERS.has(key) && left >= 1) {
            break;
        }
    }
    end
}

/// "CA Ada Field": accountants, in capitals beside a name that is not.
fn is_chartered(word: &Word, words: &[Word]) -> bool {
    matches!(word.text.as_str(), "CA" | "CPA" | "CMA")
        && words.len() >= 3
        && words.get(1).is_some_and(Word::has_small)
        && words.first() == Some(word)
}

/// "Jr.", "III".
pub(super) fn is_generation(word: &Word) -> bool {
    lexicon::GENERATIONS.has(&word.key)
        // "Vi" is a name.
        && (word.key != "vi" || word.is_capitals())
}

/// Whether a word that follows a whole name without a comma is a credential.
fn is_credential(word: &Word, case: Case) -> bool {
    let key = word.key.as_str();
    if lexicon::CREDENTIALS.has(key) {
        return word.capitals() >= 2
            || word.has_stop()
            || case.all_small
            || lexicon::CREDENTIALS_IN_ANY_CASE.has(key);
    }
    if lexicon::CREDENTIALS_OR_NAMES.has(key) {
        return word.has_stop() || (word.is_capitals() && !case.all_capitals);
    }
    if is_joined(word) {
        return true;
    }
    !case.all_capitals && looks_like_credential(word)
}

/// Credentials with full stops between: "MSc.Ed.", "JD.CPA".
fn is_joined(word: &Word) -> bool {
    let mut parts = 0;
    word.text
        .split('.')
        .filter(|part| !part.is_empty())
        .all(|part| {
            parts += 1;
            let key = Word::new(part).key;
            part.len() >= 2
                && (lexicon::CREDENTIALS.has(&key) || lexicon::CREDENTIALS_OR_NAMES.has(&key))
        })
        && parts > 1
}

/// The shape of a credential nobody has listed: "FCCP" cannot be said, "CEng" and "MScN"
/// are no way to write a name.
fn looks_like_credential(word: &Word) -> bool {
    if word.text.ends_with(['®', '™', '℠']) {
        return true;
    }
    if word.is_capitals() {
        return word.letters() >= 3 && !word.has_vowel() && !word.is_initials();
    }
    let mut chars = word.text.chars();
    let both = chars.by_ref().take(2).all(char::is_uppercase);
    both && word.letters() <= 6
}

/// Whether a word behind a comma is no name: `case` is that of the words before it.
pub(super) fn is_suffix_after_comma(word: &Word, case: Case) -> bool {
    let key = word.key.as_str();
    is_generation(word)
        || is_joined(word)
        || lexicon::CREDENTIALS.has(key)
        || (lexicon::CREDENTIALS_OR_NAMES.has(key) && (word.has_stop() || word.is_capitals()))
        || (!case.all_capitals
            && (looks_like_credential(word)
                || (word.is_capitals() && word.letters() >= 3 && !word.is_initials())
                || (word.capitals() >= 2 && word.text.ends_with(char::is_uppercase))))
}

/// Words after a name.
#[derive(Debug, Default)]
pub(super) struct Behind {
    /// Where they begin.
    pub(super) at: usize,
    /// Whether they are worth keeping (a suffix), or only in the way ("et al.").
    pub(super) kept: bool,
}

/// Where suffixes begin that follow a name without a comma.
pub(super) fn suffixes_at(words: &[Word]) -> usize {
    let case = Case::of(words);
    let mut end = words.len();
    while let Some((last, before)) = words.get(..end).and_then(<[Word]>::split_last) {
        let left = before.len();
        let whole_name_left = left >= 2;
        let numeral =
            !last.has_stop() && ((last.key == "v" && left >= 2) || (last.key == "i" && left >= 3));
        // "Ahmed Farid Dr.".
        let title = whole_name_left && matches!(last.key.as_str(), "dr" | "prof");
        let alone = left == 1
            && (matches!(last.key.as_str(), "jr" | "sr" | "ii" | "iii" | "iv")
                || (lexicon::CREDENTIALS.has(&last.key)
                    && last.letters() >= 3
                    && last.capitals() >= 2
                    && !case.all_capitals));
        if alone
            || title
            || (whole_name_left && (is_generation(last) || is_credential(last, case) || numeral))
        {
            end = left;
        } else {
            break;
        }
    }
    // "Ann Field PMP Project Lead": what follows a credential is no name either.
    if !case.all_capitals {
        let sure = words.iter().skip(2).position(|word| {
            lexicon::CREDENTIALS.has(&word.key) && word.letters() >= 3 && word.capitals() >= 2
        });
        if let Some(at) = sure {
            end = end.min(at + 2);
        }
    }
    end
}

/// Where "et al.", "& Co." or a trade begin.
pub(super) fn rest_at(words: &[Word]) -> Behind {
    for (i, pair) in words.windows(2).enumerate().skip(1) {
        if let [a, b] = pair
            && ((a.key == "et" && b.key == "al")
                || (matches!(a.key.as_str(), "and" | "und" | "&") && b.key == "co"))
        {
            return Behind { at: i, kept: false };
        }
    }
    let trade = words
        .iter()
        .skip(2)
        .position(|word| lexicon::TRADES.has(&word.key));
    Behind {
        at: trade.map_or(words.len(), |at| at + 2),
        kept: true,
    }
}
