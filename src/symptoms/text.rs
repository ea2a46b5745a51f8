//! Finding a pasted text among the known ones: whatever stands around it, whatever its case and
//! punctuation, with other numbers, with words missing or cut off. It knows words and how rare
//! they are, and nothing of what they mean.

mod alignment;
mod words;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub(super) use self::words::{Word, words};

use self::alignment::{Aligned, Token};
use super::data::{Knowledge, Symptom};
use crate::side::Side;

/// Bytes of a pasted text that are looked at: a long log entry, and no more of a whole log.
pub const LOOKED_AT: usize = 16 << 10;

/// What is less alike than this is another text.
const ALIKE: f64 = 0.7;

/// What is as much alike as this is the same text.
pub const SAME: f64 = 0.995;

/// How much less alike another text may be than the first one to be named beside it.
const NEARLY: f64 = 0.05;

/// What is less alike than this is not worth naming.
const NEAR: f64 = 0.3;

/// The weight of words that a match needs: two common ones, or one that hardly another text has.
const ENOUGH: f64 = 4.0;

/// Other texts that are named.
const OTHERS: usize = 3;

/// What was found of a text.
#[derive(Debug, Default)]
pub struct Found {
    /// Known texts that are alike enough, the best one of each symptom, the best first.
    pub matches: Vec<Match>,
    /// The nearest ones, where none is alike enough.
    pub nearest: Vec<Match>,
}

/// A known text that is like the pasted one.
#[derive(Clone, Debug)]
pub struct Match {
    /// What it means.
    pub symptom: &'static Symptom,
    /// The libraries that write it.
    pub libraries: Vec<&'static str>,
    /// The text, as the library has it.
    pub text: &'static str,
    /// From 0 to 1, the same.
    pub similarity: f64,
    /// How much was found, and how well: what is ordered by.
    rank: f64,
}

impl Match {
    /// The libraries' names, in one string.
    #[must_use]
    pub fn library(&self) -> String {
        self.libraries.join(", ")
    }

    /// The side whose bytes the text complains of, where that is known.
    #[must_use]
    pub fn complains_of(&self) -> Option<Side> {
        let mut sides = self
            .libraries
            .iter()
            .map(|library| self.symptom.complains_of(library));
        let first = sides.next()??;
        sides.all(|side| side == Some(first)).then_some(first)
    }
}

/// One known text, in words.
#[derive(Debug)]
struct Pattern {
    symptom: &'static Symptom,
    library: &'static str,
    text: &'static str,
    tokens: Vec<Token>,
    weight: f64,
}

/// All known texts in words, and how much each word is worth.
#[derive(Debug, Default)]
struct Vocabulary {
    patterns: Vec<Pattern>,
    ids: BTreeMap<String, usize>,
}

impl Vocabulary {
    fn get() -> &'static Self {
        static VOCABULARY: LazyLock<Vocabulary> =
            LazyLock::new(|| Vocabulary::of(Knowledge::get()));
        &VOCABULARY
    }

    fn of(known: &'static Knowledge) -> Self {
        let mut vocabulary = Self::default();
        let mut texts = Vec::new();
        let mut holding: Vec<usize> = Vec::new();
        for symptom in &known.symptoms {
            for (library, text) in &symptom.texts {
                let words = words(&text.replace("0xN", "N"));
                let ids: Vec<_> = words.iter().map(|word| vocabulary.id_of(word)).collect();
                holding.resize(vocabulary.ids.len(), 0);
                let mut once: Vec<_> = ids.iter().flatten().copied().collect();
                once.sort_unstable();
                once.dedup();
                for id in once {
                    if let Some(count) = holding.get_mut(id) {
                        *count += 1;
                    }
                }
                texts.push((symptom, library, text, words, ids));
            }
        }
        let all = texts.len();
        for (symptom, library, text, words, ids) in texts {
            let tokens: Vec<_> = words
                .into_iter()
                .zip(ids)
                .map(|(word, id)| {
                    let count = id.and_then(|id| holding.get(id)).copied().unwrap_or(1);
                    Token::new(word.text, id, rarity(count, all))
                })
                .collect();
            vocabulary.patterns.push(Pattern {
                symptom,
                library,
                text,
                weight: tokens.iter().map(|token| token.weight).sum(),
                tokens,
            });
        }
        vocabulary
    }

    /// The number of a word, a new one if it has none; `None` for what stands for any number.
    fn id_of(&mut self, word: &Word) -> Option<usize> {
        if word.is_placeholder() {
            return None;
        }
        let next = self.ids.len();
        Some(*self.ids.entry(word.text.clone()).or_insert(next))
    }

    /// The number of a pasted word: its own, or that of a word it is a misspelling of.
    fn id_like(&self, word: &str) -> Option<usize> {
        if let Some(id) = self.ids.get(word) {
            return Some(*id);
        }
        let length = word.chars().count();
        let slips = match length {
            0..=4 => return None,
            5..=8 => 1,
            9..=24 => 2,
            _ => return None,
        };
        self.ids
            .iter()
            .filter(|(known, _)| known.len().abs_diff(word.len()) <= slips)
            .filter(|(known, _)| known.chars().count() > 4)
            .map(|(known, id)| (strsim::osa_distance(known, word), *id))
            .filter(|(distance, _)| *distance <= slips)
            .min()
            .map(|(_, id)| id)
    }
}

/// How much a word is worth that so many of all texts have.
#[expect(clippy::cast_precision_loss, reason = "counts of a few hundred texts")]
fn rarity(holding: usize, all: usize) -> f64 {
    (1.0 + all as f64 / holding.max(1) as f64).ln()
}

/// As much of a pasted text as is looked at.
#[must_use]
pub fn looked_at(text: &str) -> &str {
    beginning(text, LOOKED_AT)
}

/// So many bytes of a text's beginning, or as many as end no character in its middle.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    let bytes = bytes.min(text.len());
    let ends = (0..=bytes).rev().find_map(|end| text.get(..end));
    ends.unwrap_or_default()
}

/// Finds the known texts that are like this one, or that stand in it.
#[must_use]
pub fn find(text: &str) -> Found {
    let vocabulary = Vocabulary::get();
    let pasted = Pasted::of(looked_at(text), vocabulary);
    let mut all: Vec<Match> = Vec::new();
    for pattern in &vocabulary.patterns {
        let Some(aligned) = pasted.align(pattern) else {
            continue;
        };
        if aligned.weight < ENOUGH || aligned.similarity < NEAR {
            continue;
        }
        let rank = aligned.similarity.powi(4) * aligned.weight;
        let same = all
            .iter_mut()
            .find(|it| it.symptom.id == pattern.symptom.id && is_same_text(it.text, pattern.text));
        match same {
            Some(same) => same.libraries.push(pattern.library),
            None => all.push(Match {
                symptom: pattern.symptom,
                libraries: vec![pattern.library],
                text: pattern.text,
                similarity: aligned.similarity,
                rank,
            }),
        }
    }
    // In the order of the data files where they are equally good.
    all.sort_by(|one, other| other.rank.partial_cmp(&one.rank).unwrap_or(Ordering::Equal));
    let mut found = Found::default();
    let (alike, near): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.similarity >= ALIKE);
    for one in alike {
        if found
            .matches
            .iter()
            .all(|it| it.symptom.id != one.symptom.id)
        {
            found.matches.push(one);
        }
    }
    // What is like the first one only by the words they share is no help beside it.
    let first = found.matches.first().map_or(0.0, |it| it.similarity);
    let others = if first >= SAME { SAME } else { first - NEARLY };
    found.matches.retain(|it| it.similarity >= others);
    found.matches.truncate(1 + OTHERS);
    if found.matches.is_empty() {
        found.nearest = near;
        found.nearest.truncate(OTHERS);
    }
    found
}

/// Whether two known texts differ in case and in what stands at their end at most.
fn is_same_text(one: &str, other: &str) -> bool {
    one.trim_end_matches('.')
        .eq_ignore_ascii_case(other.trim_end_matches('.'))
}

/// A pasted text in words.
struct Pasted {
    words: Vec<alignment::Pasted>,
}

impl Pasted {
    fn of(text: &str, vocabulary: &Vocabulary) -> Self {
        /// Words that may be misspelt: beyond so many different ones it is a log, not a message.
        const MISSPELT: usize = 200;
        let mut known: BTreeMap<String, Option<usize>> = BTreeMap::new();
        let mut tried = 0;
        let words = words(text)
            .into_iter()
            .map(|word| {
                let id = *known.entry(word.text.clone()).or_insert_with(|| {
                    let exact = vocabulary.ids.get(&word.text).copied();
                    if exact.is_some() || word.number.is_some() || tried == MISSPELT {
                        return exact;
                    }
                    tried += 1;
                    vocabulary.id_like(&word.text)
                });
                alignment::Pasted {
                    is_number: word.number.is_some(),
                    text: word.text,
                    id,
                }
            })
            .collect();
        Self { words }
    }

    /// Where the words of a known text stand best, if enough of them do.
    fn align(&self, pattern: &Pattern) -> Option<Aligned> {
        alignment::best(&pattern.tokens, pattern.weight, &self.words)
    }
}

#[cfg(test)]
mod tests;
