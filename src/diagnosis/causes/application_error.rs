//! A program failed and said so.

use crate::diagnosis::closing;
use crate::diagnosis::snippets::{CONFIRM_CHECK, PYTHON_PING};
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "application-error",
    parties: "the side that closes, or its side; a gateway's 1014 speaks of what is behind it",
    summary: "a program failed and closed with 1011, or a gateway with 1014",
    shown_by: "a Close 1011 (internal error) or 1014 (bad gateway)",
    remedy: Remedy {
        change: "Look for the exception in the log of the side that closed, at that time. A \
        keepalive ping timeout with the Pong in the capture means that this side's own \
        program was too busy to read it: no blocking work in the event loop.",
        snippets: &[PYTHON_PING],
        confirm: CONFIRM_CHECK,
    },
    settle: "The log of the side that closed, at the time of its Close, says more than \
        another capture.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["internal-error-close", "bad-gateway-close"])?;
    let who = capitalised(&case.who(side));
    let explanation = if finding.rule.name == "bad-gateway-close" {
        format!("{who} closed with 1014: a gateway lost, or did not understand, what is behind it.")
    } else {
        format!("{who} closed with 1011: its program failed, or gave up waiting.")
    };
    Some(closing::by(case, finding, side, explanation))
}
