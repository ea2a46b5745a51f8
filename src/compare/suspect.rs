//! Somebody who may have broken a connection: who, why, and what that stands on.

use crate::diagnosis::causes::{UNDETERMINED, find};
use crate::diagnosis::{Suspicion, conclude};
use crate::report::model::{Confidence, Party, Verdict};

/// Somebody who may have broken the connection, and when.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    pub(super) cause: &'static str,
    pub(super) party: Party,
    pub(super) confidence: Confidence,
    pub(super) explanation: String,
    pub(super) evidence: Vec<String>,
    pub(super) against: Vec<String>,
    pub(super) product: Option<String>,
    /// By the clock near the client, in nanoseconds; what stands in the handshake comes first.
    pub(super) at: i64,
}

impl Suspect {
    pub(super) fn new(
        cause: &'static str,
        party: Party,
        confidence: Confidence,
        explanation: impl Into<String>,
    ) -> Self {
        Self {
            cause,
            party,
            confidence,
            explanation: explanation.into(),
            evidence: Vec::new(),
            against: Vec::new(),
            product: None,
            at: i64::MAX,
        }
    }

    #[must_use]
    pub(super) fn and(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    #[must_use]
    pub(super) fn but(mut self, against: impl Into<String>) -> Self {
        self.against.push(against.into());
        self
    }

    #[must_use]
    pub(super) const fn at(mut self, at: i64) -> Self {
        self.at = at;
        self
    }

    /// The product that shows itself.
    #[must_use]
    pub(super) fn by(mut self, product: Option<&String>) -> Self {
        self.product = product.cloned();
        self
    }

    /// The verdict, with the remedy that its cause is declared with.
    pub(super) fn into_verdict(self) -> Verdict {
        let declared = find(self.cause).unwrap_or(UNDETERMINED);
        let mut suspicion =
            Suspicion::new(self.party, self.confidence, sentence(&self.explanation));
        suspicion.evidence = self.evidence;
        suspicion.against = self.against;
        suspicion.product = self.product;
        conclude(declared, suspicion, Vec::new())
    }
}

/// A text as a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    let end = if text.ends_with('.') { "" } else { "." };
    first
        .into_iter()
        .flatten()
        .chain(characters)
        .chain(end.chars())
        .collect()
}
