//! What the headline rules know of words, in lower case.
//!
//! The lists stand in `words.txt`: lines with `#` say what a list holds, then comes its name,
//! then its words. The build script sorts and packs them.

use crate::word_list::WordList;

include!(concat!(env!("OUT_DIR"), "/headline.words.rs"));
