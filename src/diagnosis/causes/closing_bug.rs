//! A side closes as nobody may.

use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::violation;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "closing-bug",
    parties: "the side whose bytes break the rule; the endpoint itself where this was captured \
        on its machine",
    summary: "a side sends a Close that must not be sent, or goes on behind its own",
    shown_by: "a Close with a code that must not be on the wire or a payload of one byte, or \
        data behind a side's own Close",
    remedy: Remedy {
        change: "Close with 1000 to 1014 or 3000 to 4999, or with no payload; never echo the \
        pseudo codes 1005, 1006 and 1015; send nothing behind a Close.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine of the side that is named: if the same bytes leave it, it \
        is that program; if not, something between changed them.",
    suspect,
};

/// The rules that it breaks.
const RULES: &[&str] = &[
    "close-payload-truncated",
    "invalid-close-code",
    "frame-after-close",
];

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    violation::by(case, RULES, "closes as nobody may")
}
