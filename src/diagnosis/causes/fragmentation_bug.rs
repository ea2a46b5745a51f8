//! A side gets the fragments of messages wrong.

use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::violation;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "fragmentation-bug",
    parties: "the side whose bytes break the rule; the endpoint itself where this was captured \
        on its machine",
    summary: "a side begins, continues or ends messages in an order that makes none",
    shown_by: "a continuation of nothing, a message inside another, a fragmented control frame",
    remedy: Remedy {
        change: "Write each message by one writer, from its first frame to its last; send control \
        frames whole, between fragments or not.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine of the side that is named: if the same bytes leave it, it \
        is that program; if not, something between changed them.",
    suspect,
};

/// The rules that it breaks.
const RULES: &[&str] = &[
    "orphan-continuation",
    "interleaved-data-frame",
    "fragmented-control-frame",
];

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    violation::by(case, RULES, "gets the fragments of its messages wrong")
}
