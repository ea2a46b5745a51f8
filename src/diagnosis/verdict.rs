//! From suspicions to a verdict: the one that explains what ended the connection, and explains it
//! best.

use std::cmp::Reverse;

use crate::report::model::{Alternative, Confidence, Party, Verdict};
use crate::rules;

use super::advice;
use super::case::Case;
use super::cause::Cause;
use super::causes;
use super::confirm;
use super::suspicion::Suspicion;

/// Other causes that are told.
const ALTERNATIVES: usize = 3;

/// Who broke the connection.
#[must_use]
pub fn diagnose(case: &Case<'_>) -> Verdict {
    let decisive = case.decisive().map(rules::Finding::as_cause);
    let mut suspicions: Vec<(&Cause, Suspicion)> = causes::ALL
        .iter()
        .filter_map(|cause| Some((*cause, (cause.suspect)(case)?)))
        .collect();
    // Stable: of equals the one that is declared first goes first.
    suspicions.sort_by_key(|(_, suspicion)| {
        let explains_end = decisive.is_some_and(|end| suspicion.explains.contains(&end));
        Reverse((explains_end, suspicion.confidence))
    });
    let mut suspicions = suspicions.into_iter();
    let Some((cause, mut first)) = suspicions.next() else {
        return undetermined(case);
    };
    let rest: Vec<_> = suspicions.collect();
    // Nothing is certain that something else would explain as well.
    let is_rivalled = rest.iter().any(|(_, other)| {
        other.party != first.party
            && other.confidence >= Confidence::Likely
            && other.explains.iter().any(|it| first.explains.contains(it))
    });
    if is_rivalled {
        first.confidence = first.confidence.min(Confidence::Likely);
    }
    if first.party == Party::Server && first.confidence == Confidence::Certain {
        first = on_servers_machine(first);
    }
    let told = match first.confidence {
        Confidence::Certain => 0,
        Confidence::Likely | Confidence::Possible => ALTERNATIVES,
    };
    let says_why = |other: &Suspicion| {
        let is_covered = other.explains.iter().all(|it| first.explains.contains(it));
        !(other.is_general && is_covered)
    };
    let alternatives = rest
        .into_iter()
        .filter(|(_, other)| says_why(other))
        .take(told)
        .map(|(cause, other)| Alternative {
            cause: cause.name,
            party: other.party,
            // The first one explains it better, or it would not be the first.
            confidence: other.confidence.min(Confidence::Possible),
            reason: other.explanation,
        })
        .collect();
    confirmed_here(case, conclude(cause, first, alternatives))
}

/// A capture on the server's machine shows that machine, and proxies stand there as often as not:
/// one that writes nothing of its own into heads looks like the server.
fn on_servers_machine(mut suspicion: Suspicion) -> Suspicion {
    suspicion.confidence = Confidence::Likely;
    suspicion.but(
        "a proxy on that machine that does not show itself would look the same: `tcpdump -i any` \
         there has its other leg, if there is one",
    )
}

/// The command that confirms the remedy, for this very server where what the wire says of it can
/// be typed into a shell.
fn confirmed_here(case: &Case<'_>, mut verdict: Verdict) -> Verdict {
    if let Some(command) = &mut verdict.confirm {
        let request = case.handshake.and_then(|handshake| handshake.request());
        let target = request.map(|request| request.head.target.as_str());
        *command = confirm::here(command, case.server, target);
    }
    verdict
}

/// A suspicion in the report's form, with what to change.
#[must_use]
pub fn conclude(
    cause: &'static Cause,
    suspicion: Suspicion,
    alternatives: Vec<Alternative>,
) -> Verdict {
    let mut snippets = cause.remedy.snippets.to_vec();
    if let Some(product) = &suspicion.product {
        let product = product.to_lowercase();
        let is_its = |name: &str| {
            let name = name.to_lowercase();
            name.contains(&product) || product.contains(&name)
        };
        snippets.sort_by_key(|snippet| !is_its(snippet.product));
    }
    let mut remedy = cause.remedy.change.to_owned();
    if let Some(product) = &suspicion.product {
        if let Some(change) = advice::change(cause, product) {
            remedy = format!("{change} {remedy}");
        }
        let own: Vec<_> = advice::snippets(cause, product)
            .filter(|own| snippets.iter().all(|known| known.text != own.text))
            .collect();
        snippets.splice(0..0, own);
    }
    let confirm = cause.remedy.confirm;
    let is_certain = suspicion.confidence == Confidence::Certain;
    Verdict {
        party: suspicion.party,
        confidence: suspicion.confidence,
        cause: cause.name,
        product: suspicion.product,
        explanation: suspicion.explanation,
        remedy,
        snippets,
        confirm: (!confirm.is_empty()).then(|| confirm.to_owned()),
        evidence: suspicion.evidence,
        against: suspicion.against,
        alternatives,
        next_capture: (!is_certain).then(|| cause.settle.to_owned()),
    }
}

/// Nothing that is known fits.
fn undetermined(case: &Case<'_>) -> Verdict {
    let suspicion = Suspicion::new(
        Party::Undetermined,
        Confidence::Possible,
        "The findings say what is wrong; nothing in this capture says who is to blame for it.",
    );
    let suspicion = match case.decisive() {
        Some(finding) => suspicion.explaining(case, finding),
        None => suspicion,
    };
    conclude(&causes::undetermined::CAUSE, suspicion, Vec::new())
}
