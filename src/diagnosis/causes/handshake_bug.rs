//! A side writes a head of the handshake that is wrong.

use crate::diagnosis::snippets::CONFIRM_UPGRADE;
use crate::diagnosis::violation;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "handshake-bug",
    parties: "the side whose bytes break the rule; the endpoint itself where this was captured \
        on its machine",
    summary: "a side writes a handshake that is wrong",
    shown_by: "a key, version, Accept, extension or subprotocol that does not fit, a body in \
        the 101, or frames before it",
    remedy: Remedy {
        change: "Mend the side that writes this head. An Accept that belongs to another key is \
        also what a proxy passes on that made a handshake of its own.",
        snippets: &[],
        confirm: CONFIRM_UPGRADE,
    },
    settle: "Capture on the machine of the side that is named: if the same bytes leave it, it \
        is that program; if not, something between changed them.",
    suspect,
};

/// The rules that it breaks.
const RULES: &[&str] = &[
    "accept-mismatch",
    "bad-key",
    "unsupported-version",
    "extension-not-offered",
    "invalid-extension-parameters",
    "subprotocol-not-offered",
    "frames-before-handshake",
    "upgrade-header-missing",
    "upgrade-over-http10",
    "response-101-with-body",
];

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    violation::by(case, RULES, "writes a handshake that is wrong")
}
