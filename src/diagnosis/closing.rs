//! What the causes have in common that a side names itself, by the code of its Close.

use crate::report::model::Confidence;
use crate::rules::Finding;
use crate::side::Side;

use super::case::Case;
use super::suspicion::Suspicion;

/// That a side closed for a reason of its own.
pub(super) fn by<'a>(
    case: &Case<'a>,
    finding: &'a Finding,
    side: Side,
    explanation: String,
) -> Suspicion {
    let is_at = case.is_at(side);
    let confidence = if is_at {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    let suspicion =
        Suspicion::new(case.party(side), confidence, explanation).explaining(case, finding);
    match case.vantage.at.filter(|_| is_at) {
        Some((_, sign)) => suspicion.and(sign.in_words(side)),
        None => suspicion.but(format!(
            "the Close may be another one's, which stands for the {side} here"
        )),
    }
}
