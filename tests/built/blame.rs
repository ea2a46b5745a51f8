//! Whom a report accuses, and whether another one has reason to.

use std::collections::BTreeSet;

use wsblame::report::model::Report;
use wsblame::rules::{self, Severity, Table};
use wsblame::side::Side;

/// Rule and sender of an error.
pub(crate) type Blame = (&'static str, Option<Side>);

/// Whether a capture that lacks something may have this error where the whole one has `known`: a
/// header that is none is told by what follows it; where that is missing it is taken for a header,
/// and a wrong one it is. What is no frame is named by how it begins.
fn is_other_name(blame: Blame, known: &BTreeSet<Blame>) -> bool {
    const NO_FRAMES: [&str; 3] = ["framing-lost", "not-websocket", "injected-http-response"];
    let (rule, sender) = blame;
    let is_frames = rules::find(rule).is_some_and(|rule| rule.table == Table::Frames);
    (is_frames || NO_FRAMES.contains(&rule))
        && NO_FRAMES.iter().any(|none| known.contains(&(none, sender)))
}

/// Whether what is left of a capture may hold this error where the whole one has `known`.
pub(crate) fn is_known(blame: Blame, known: &BTreeSet<Blame>) -> bool {
    known.contains(&blame) || is_other_name(blame, known)
}

/// Every error.
pub(crate) fn errors(report: &Report) -> BTreeSet<Blame> {
    let findings = report.connections.iter().flat_map(|it| &it.findings);
    findings
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| (finding.rule, finding.sender))
        .collect()
}
