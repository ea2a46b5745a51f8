//! How much of a known text stands in a pasted one, in its order: by the weight of its words, so
//! that rare ones decide.

/// A word of a known text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    text: String,
    /// `None` where any number may stand.
    id: Option<usize>,
    pub(super) weight: f64,
}

impl Token {
    /// The word with this number; without one it stands for any number.
    pub(super) fn new(text: String, id: Option<usize>, rarity: f64) -> Self {
        // A number says less than the words around it.
        const NUMBER: f64 = 1.0;
        let weight = if id.is_some() { rarity } else { NUMBER };
        Self { text, id, weight }
    }
}

/// A word of a pasted text.
#[derive(Clone, Debug)]
pub(super) struct Pasted {
    pub(super) text: String,
    /// The known word that it is, if it is one.
    pub(super) id: Option<usize>,
    pub(super) is_number: bool,
}

/// How well a known text fits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Aligned {
    /// From 0 to 1, all of it.
    pub(super) similarity: f64,
    /// The weight of its words that were found.
    pub(super) weight: f64,
}

/// Where the known text, whose words weigh `whole`, fits the pasted one best.
pub(super) fn best(tokens: &[Token], whole: f64, pasted: &[Pasted]) -> Option<Aligned> {
    /// Less than this of it cannot be alike, wherever it stands.
    const WORTH_A_LOOK: f64 = 0.25;
    let anywhere: f64 = tokens
        .iter()
        .filter(|token| {
            pasted
                .iter()
                .any(|word| token.id.is_some() && token.id == word.id)
        })
        .map(|token| token.weight)
        .sum();
    if anywhere < whole * WORTH_A_LOOK {
        return None;
    }
    // Words may have been put between.
    let width = tokens.len() + tokens.len() / 2 + 3;
    let mut best: Option<Aligned> = None;
    for start in 0..pasted.len() {
        let word = pasted.get(start)?;
        let begins = tokens
            .iter()
            .any(|token| is_same(token, word, start, pasted.len()));
        if !begins {
            continue;
        }
        let end = pasted.len().min(start + width);
        let window = pasted.get(start..end)?;
        let aligned = align(tokens, whole, window, start, pasted.len());
        if best.is_none_or(|best| best.value() < aligned.value()) {
            best = Some(aligned);
        }
    }
    best
}

impl Aligned {
    fn value(self) -> f64 {
        self.similarity.powi(4) * self.weight
    }
}

/// Whether a pasted word, the one at this place among so many, is the known one: at both ends of
/// the text it may be cut off.
fn is_same(token: &Token, word: &Pasted, at: usize, all: usize) -> bool {
    /// Letters that are left of a word.
    const LEFT: usize = 2;
    match token.id {
        None => word.is_number,
        Some(id) if word.id == Some(id) => true,
        Some(_) if word.is_number || word.text.len() < LEFT => false,
        Some(_) => {
            (at + 1 == all && token.text.starts_with(&word.text))
                || (at == 0 && token.text.ends_with(&word.text))
        }
    }
}

/// The heaviest words that both have in the same order (a longest common subsequence by weight).
fn align(tokens: &[Token], whole: f64, window: &[Pasted], start: usize, all: usize) -> Aligned {
    /// What is missing where the text was cut off counts that much as if it were there.
    const CUT_OFF: f64 = 0.75;
    /// How much of the similarity depends on the words standing close together.
    const CLOSE: f64 = 0.2;
    let columns = window.len() + 1;
    // `reached[i][j]`: the weight of what the first i tokens and j words have in common.
    let mut reached = vec![vec![0.0_f64; columns]; tokens.len() + 1];
    let at = |reached: &Vec<Vec<f64>>, row: usize, column: usize| -> f64 {
        let row = reached.get(row);
        row.and_then(|row| row.get(column)).copied().unwrap_or(0.0)
    };
    for (row, token) in tokens.iter().enumerate() {
        for (column, word) in window.iter().enumerate() {
            let skipped = at(&reached, row, column + 1).max(at(&reached, row + 1, column));
            let taken = if is_same(token, word, start + column, all) {
                at(&reached, row, column) + token.weight
            } else {
                0.0
            };
            if let Some(cell) = reached
                .get_mut(row + 1)
                .and_then(|it| it.get_mut(column + 1))
            {
                *cell = skipped.max(taken);
            }
        }
    }
    // The way back: which tokens and words these are.
    let (mut row, mut column) = (tokens.len(), window.len());
    let mut taken: Vec<(usize, usize)> = Vec::new();
    while row > 0 && column > 0 {
        let here = at(&reached, row, column);
        if at(&reached, row, column - 1) >= here {
            column -= 1;
        } else if at(&reached, row - 1, column) >= here {
            row -= 1;
        } else {
            (row, column) = (row - 1, column - 1);
            taken.push((row, column));
        }
    }
    let (Some(last), Some(first)) = (taken.first(), taken.last()) else {
        return Aligned::default();
    };
    let weight = at(&reached, tokens.len(), window.len());
    let weigh = |tokens: Option<&[Token]>| -> f64 {
        tokens.unwrap_or_default().iter().map(|it| it.weight).sum()
    };
    let mut cut_off = 0.0;
    if start + first.1 <= 1 {
        cut_off += weigh(tokens.get(..first.0));
    }
    if start + last.1 + 2 >= all {
        cut_off += weigh(tokens.get(last.0 + 1..));
    }
    // Of a text of which less is there than is missing, nobody knows what it was.
    let counted = weight + CUT_OFF * cut_off.min(weight);
    let span = last.1 + 1 - first.1;
    #[expect(clippy::cast_precision_loss, reason = "a few words")]
    let density = taken.len() as f64 / span as f64;
    Aligned {
        similarity: (counted / whole).min(1.0) * (1.0 - CLOSE + CLOSE * density),
        weight,
    }
}
