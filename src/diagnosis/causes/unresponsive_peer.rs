//! A side takes bytes and does not answer Pings.

use crate::diagnosis::snippets::{CONFIRM_CHECK, NODE_WS_PING, PYTHON_PING};
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::Confidence;
use crate::rules::Severity;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "unresponsive-peer",
    parties: "the side that does not answer, or its side",
    summary: "a program takes bytes and answers no Pings",
    shown_by: "a Close for want of a Pong, and no Pong to a Ping that TCP acknowledged",
    remedy: Remedy {
        change: "Look into the program that did not answer: blocked, or too slow to read what \
        waits. Allow more time between Ping and Pong only where it is slow for good \
        reason.",
        snippets: &[PYTHON_PING, NODE_WS_PING],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine that does not answer: it shows whether the Ping arrived, \
        and whether a Pong left.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let finding = case.findings.iter().find(|finding| {
        finding.rule.name == "unanswered-ping" && finding.severity > Severity::Info
    })?;
    let side = finding.sender?;
    let closed = case.found("internal-error-close", side.peer());
    let who = capitalised(&case.who(side));
    let mut suspicion = Suspicion::new(
        case.party(side),
        Confidence::Likely,
        format!(
            "{who} acknowledged a Ping by TCP and never answered it: the machine is there, the \
             program does not read or does not answer."
        ),
    )
    .explaining(case, finding);
    if let Some(closed) = closed {
        suspicion = suspicion.explaining(case, closed);
    }
    Some(suspicion.but("a proxy may have taken the Ping and not passed it on"))
}
