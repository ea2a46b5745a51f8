//! What the causes that are a program's own fault have in common: bytes of one side break a rule,
//! and nothing shows that they were changed on the way.

use crate::report::model::Confidence;
use crate::rules::Severity;

use super::case::Case;
use super::suspicion::Suspicion;
use super::words::capitalised;

/// That a side `does_what`, where its bytes break one of these rules.
pub(super) fn by(case: &Case<'_>, rules: &[&str], does_what: &str) -> Option<Suspicion> {
    let (finding, side) = case.root_of(rules)?;
    let is_at = case.is_at(side);
    let confidence = match (is_at, finding.severity) {
        (true, Severity::Error) => Confidence::Certain,
        (true, _) | (false, Severity::Error) => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let who = capitalised(&case.who(side));
    let mut suspicion = Suspicion::new(case.party(side), confidence, format!("{who} {does_what}."))
        .explaining(case, finding);
    suspicion.is_general = true;
    if let Some((sign, _)) = case
        .vantage
        .at
        .map(|(at, sign)| (sign, at))
        .filter(|_| is_at)
    {
        suspicion = suspicion.and(sign.in_words(side));
    }
    // What else of the kind it broke is no other cause.
    let others = case.findings.iter().filter(|other| {
        other.sender == Some(side)
            && other.as_cause() != finding.as_cause()
            && other.because_of.is_none()
            && rules.contains(&other.rule.name)
    });
    for other in others {
        suspicion = suspicion.explaining(case, other);
    }
    Some(if is_at {
        suspicion
    } else {
        suspicion.but(format!(
            "what left the {side}'s own machine is not in this capture: something between may have \
             changed it"
        ))
    })
}
