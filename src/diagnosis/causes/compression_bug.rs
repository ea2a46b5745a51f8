//! A side compresses wrongly.

use crate::diagnosis::snippets::{CONFIRM_CHECK, NODE_WS_NO_DEFLATE, PYTHON_NO_DEFLATE};
use crate::diagnosis::violation;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "compression-bug",
    parties: "the side whose bytes break the rule; the endpoint itself where this was captured \
        on its machine",
    summary: "a side sends compressed messages that do not inflate, or marks frames as \
        compressed that cannot be",
    shown_by: "a compressed message that does not inflate, all that it refers to having been \
        captured, or RSV1 on a frame that may not have it",
    remedy: Remedy {
        change: "Turn permessage-deflate off at the side that is named, or have it keep no \
        context between messages, until its library is mended.",
        snippets: &[NODE_WS_NO_DEFLATE, PYTHON_NO_DEFLATE],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine of the side that is named: if the same bytes leave it, it \
        is that program; if not, something between changed them.",
    suspect,
};

/// The rules that it breaks.
const RULES: &[&str] = &["bad-deflate", "rsv1-on-wrong-frame"];

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    violation::by(case, RULES, "compresses wrongly")
}
