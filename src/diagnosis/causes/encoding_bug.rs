//! A side sends text that is not UTF-8.

use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::violation;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "encoding-bug",
    parties: "the side whose bytes break the rule; the endpoint itself where this was captured \
        on its machine",
    summary: "a side sends text that is not UTF-8",
    shown_by: "a text message, or the reason of a Close, that is not UTF-8",
    remedy: Remedy {
        change: "Send text in UTF-8 and everything else as binary messages; count lengths in \
        bytes, not in characters.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine of the side that is named: if the same bytes leave it, it \
        is that program; if not, something between changed them.",
    suspect,
};

/// The rules that it breaks.
const RULES: &[&str] = &["invalid-utf8", "invalid-close-reason"];

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    violation::by(case, RULES, "sends text that is not UTF-8")
}
