//! Words of the program's own that stand in a report: names of rules, causes, formats. A report that
//! is read back has them again as the program has them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde::de::{Deserialize, Deserializer, Error};

/// A word of the program's own.
pub type Word = &'static str;

/// Bytes of words that are kept of all reports which are read back: there are some hundred, and the
/// texts to paste are the longest. A report that has more is none of this program's.
const KEPT: usize = 1 << 20;

/// Words that were read back, each once, and how many bytes they have: kept as long as the program
/// runs.
static WORDS: Mutex<(BTreeSet<Word>, usize)> = Mutex::new((BTreeSet::new(), 0));

/// The word as the program has it; `None` where there are too many.
fn kept(text: &str) -> Option<Word> {
    let mut kept = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    let (words, bytes) = &mut *kept;
    if let Some(known) = words.get(text) {
        return Some(known);
    }
    *bytes = bytes.checked_add(text.len()).filter(|it| *it <= KEPT)?;
    let word: Word = Box::leak(text.to_owned().into_boxed_str());
    words.insert(word);
    Some(word)
}

fn known<E: Error>(text: &str) -> Result<Word, E> {
    kept(text).ok_or_else(|| E::custom("more words than a report of this program has"))
}

/// Reads a word.
pub(super) fn one<'de, D: Deserializer<'de>>(source: D) -> Result<Word, D::Error> {
    known(&String::deserialize(source)?)
}

/// Reads a word, or null.
pub(super) fn maybe<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Word>, D::Error> {
    let text = Option::<String>::deserialize(source)?;
    text.map(|text| known(&text)).transpose()
}

/// Reads a list of words.
pub(super) fn list<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<Word>, D::Error> {
    let texts = Vec::<String>::deserialize(source)?;
    texts.iter().map(|text| known(text)).collect()
}

/// Reads values by words.
pub(super) fn map<'de, D, T>(source: D) -> Result<BTreeMap<Word, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let values = BTreeMap::<String, T>::deserialize(source)?;
    let word = |(text, value): (String, T)| Ok((known(&text)?, value));
    values.into_iter().map(word).collect()
}
