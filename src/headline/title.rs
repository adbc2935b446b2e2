//! What can be a title.

use super::lexicon;
use super::text::{Word, join};

/// Longest title, in words; longer text is a sentence.
const TITLE_WORDS_MAX: usize = 16;

/// Whether a word names a job.
pub(super) fn is_job(word: &Word) -> bool {
    names_job(&word.key)
        || word
            .key
            .split(['-', '/', '–', '&', '(', ')', ',', '.', '+'])
            .any(|piece| piece.len() > 1 && names_job(piece))
        || lexicon::JOB_PARTS
            .iter()
            .any(|part| word.key.contains(part))
}

/// Whether a key names a job.
pub(super) fn is_job_key(key: &str) -> bool {
    key.len() > 1 && names_job(key)
}

fn names_job(key: &str) -> bool {
    if lexicon::JOBS.has(key) {
        return true;
    }
    // Plurals, feminine stars: "founders", "Leiter:in".
    let singular = key
        .strip_suffix(":in")
        .or_else(|| key.strip_suffix("*in"))
        .or_else(|| key.strip_suffix("·e"))
        .or_else(|| key.strip_suffix('s'));
    singular.is_some_and(|key| key.len() > 3 && lexicon::JOBS.has(key))
        || (key.len() >= 8
            && lexicon::JOB_ENDS
                .iter()
                .any(|end| key.len() > end.len() && key.ends_with(end)))
}

/// Whether words can be a title: one names a job, and none belongs to a sentence.
pub(super) fn is_title(words: &[Word]) -> bool {
    words.len() <= TITLE_WORDS_MAX && words.iter().any(is_job) && !is_statement(words)
}

/// Whether words say what somebody does ("Helping teams grow"), not what they are.
pub(super) fn is_slogan(words: &[Word]) -> bool {
    words.len() > 2
        && !qualifies_job(words)
        && words
            .first()
            .is_some_and(|first| lexicon::DOINGS.has(&first.key))
}

/// Whether words are a department that stands for a title beside a company ("Sales @ Acme").
pub(super) fn is_department(words: &[Word]) -> bool {
    !words.is_empty()
        && words.len() <= 5
        && words.iter().all(|word| {
            lexicon::FUNCTIONS.has(&word.key)
                || lexicon::PLACES.has(&word.key)
                || matches!(
                    word.key.as_str(),
                    "" | "&" | "and" | "+" | "und" | "et" | "y" | "e"
                )
        })
}

/// Whether the first job word is one of those at the top of a company.
pub(super) fn is_leading(words: &[Word]) -> bool {
    words.first().is_some_and(|word| {
        lexicon::OWNER_JOBS.has(&word.key)
            || word
                .key
                .split(['-', '/'])
                .any(|piece| lexicon::OWNER_JOBS.has(piece))
    })
}

/// Whether every job among the words is one held beside another.
pub(super) fn is_minor(words: &[Word]) -> bool {
    words
        .iter()
        .filter(|word| is_job(word))
        .all(|word| lexicon::MINOR_JOBS.has(&word.key) || word.key == "board")
}

/// A sentence, a slogan or a wish.
fn is_statement(words: &[Word]) -> bool {
    words.first().is_some_and(|first| {
        (lexicon::DOINGS.has(&first.key) && !qualifies_job(words))
            || lexicon::NOT_CURRENT.has(&first.key)
            || first.key.starts_with("ex-")
            || first.text.starts_with('#')
    }) || words.iter().enumerate().any(|(i, word)| {
        // "Engineer I" and "Engineer II" are ranks.
        let is_rank = word.text == "I" && i > 0;
        // "IT Manager", "US Sales Director".
        let is_initials = matches!(word.text.as_str(), "IT" | "US");
        lexicon::SENTENCE.has(&word.key) && !is_rank && !is_initials
    })
}

/// "Managing Director", "Teaching Assistant": the first word belongs to the job behind it.
/// "Managing teams" and "Coaching Founders" tell what somebody does.
fn qualifies_job(words: &[Word]) -> bool {
    let qualifies = words.first().is_some_and(|word| {
        word.starts_large()
            && matches!(
                word.key.as_str(),
                "managing" | "teaching" | "coaching" | "building" | "planning" | "investing"
            )
    });
    qualifies
        && words
            .iter()
            .skip(1)
            .take(2)
            .take_while(|word| word.starts_large())
            .any(|word| is_job(word) && !word.key.ends_with('s'))
}

/// Whether the words are about training: then the school after "at" is no company.
pub(super) fn is_student(words: &[Word]) -> bool {
    words.iter().enumerate().any(|(i, word)| {
        let in_training = lexicon::STUDENT.has(&word.key)
            || word
                .key
                .split(['-', '/'])
                .any(|piece| piece.len() > 3 && lexicon::STUDENT.has(piece));
        // "Graduate Engineer", "Student Adviser", "Junior …" are jobs.
        in_training
            && !words
                .get(i + 1..)
                .unwrap_or_default()
                .iter()
                .any(|later| is_job(later) && !lexicon::STUDENT.has(&later.key))
    })
}

/// The title that words display, without what leads to it; `None` for no title.
pub(super) fn read(words: &[Word]) -> Option<String> {
    let mut words = words;
    // "Helping teams grow: Sales Coach".
    if let Some(colon) = words.iter().rposition(|word| word.text.ends_with(':'))
        && let Some(after) = words.get(colon + 1..)
        && words
            .iter()
            .take(colon + 1)
            .all(|word| !word.text.ends_with('.'))
        && after.iter().any(is_job)
    {
        words = after;
    }
    if let [i, am, rest @ ..] = words
        && i.key == "i"
        && am.key == "am"
    {
        words = rest;
    }
    while let Some((first, rest)) = words.split_first() {
        if !(lexicon::IN_FRONT.has(&first.key) || first.key.is_empty()) || rest.is_empty() {
            break;
        }
        words = rest;
    }
    let end = words
        .iter()
        .enumerate()
        .skip(1)
        .position(|(i, word)| ends_title(word, words.get(i - 1), words.get(i + 1)))
        .map_or(words.len(), |at| at + 1);
    let words = words.get(..end)?;
    if !is_title(words) {
        return None;
    }
    join(words)
}

/// Where a title goes over into a sentence.
fn ends_title(word: &Word, before: Option<&Word>, after: Option<&Word>) -> bool {
    // "Assistant to the President", "EA to CEO".
    if word.key == "to" {
        return !after.is_some_and(|after| after.key == "the" || is_job(after));
    }
    // "Manager at a bank"; "Attorney at Law" is whole.
    if lexicon::AT.has(&word.key) {
        return !after.is_some_and(|after| matches!(after.key.as_str(), "law" | "large" | "arms"));
    }
    matches!(
        word.key.as_str(),
        "currently"
            | "working"
            | "employed"
            | "helping"
            | "acting"
            | "specializing"
            | "specialising"
            | "specialized"
            | "specialised"
            | "focused"
            | "focusing"
            | "passionate"
            | "who"
            | "ex"
            | "formerly"
            | "previously"
            | "driving"
            | "enabling"
            | "empowering"
            | "with"
    ) && before.is_some()
        || word.key.starts_with("ex-")
        || before.is_some_and(|before| {
            before.text.ends_with(['!', '?'])
                || (before.text.ends_with('.')
                    && before.key.chars().count() > 3
                    && !before.key.contains('.'))
        })
}
