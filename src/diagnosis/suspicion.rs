//! What a cause has to say of a case that speaks for it.

use crate::report::model::{Confidence, Party};
use crate::rules::{self, Finding};

use super::case::Case;

/// That a cause fits a case, and how well.
#[derive(Clone, Debug)]
pub struct Suspicion {
    /// Who it would be.
    pub party: Party,
    /// How sure that is.
    pub confidence: Confidence,
    /// What happened, in a sentence or two.
    pub explanation: String,
    /// What it stands on, the strongest first.
    pub evidence: Vec<String>,
    /// What speaks against it, or is not known.
    pub against: Vec<String>,
    /// The product that shows itself.
    pub product: Option<String>,
    /// It says no more than that a side's bytes break a rule: beside a cause that says why it is
    /// nothing new.
    pub is_general: bool,
    /// The findings that it explains: what explains what ended the connection goes before what
    /// does not.
    pub explains: Vec<rules::Cause>,
}

impl Suspicion {
    /// A suspicion that stands on nothing yet.
    #[must_use]
    pub fn new(party: Party, confidence: Confidence, explanation: impl Into<String>) -> Self {
        Self {
            party,
            confidence,
            explanation: explanation.into(),
            evidence: Vec::new(),
            against: Vec::new(),
            product: None,
            is_general: false,
            explains: Vec::new(),
        }
    }

    /// It explains this finding, which is its evidence.
    #[must_use]
    pub fn explaining<'a>(mut self, case: &Case<'a>, finding: &'a Finding) -> Self {
        self.explains.push(finding.as_cause());
        let behind = case.behind(finding);
        if !std::ptr::eq(behind, finding) {
            self.explains.push(behind.as_cause());
        }
        self.evidence.push(case.tell(finding));
        self
    }

    /// It stands on this, too.
    #[must_use]
    pub fn and(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    /// It stands on this, too, where there is anything.
    #[must_use]
    pub fn and_any(mut self, evidence: Option<String>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// This speaks against it, or is not known.
    #[must_use]
    pub fn but(mut self, against: impl Into<String>) -> Self {
        self.against.push(against.into());
        self
    }

    /// The product shows itself.
    #[must_use]
    pub fn by(mut self, product: Option<impl Into<String>>) -> Self {
        self.product = product.map(Into::into);
        self
    }
}
