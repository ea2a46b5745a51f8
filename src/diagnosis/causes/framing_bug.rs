//! A side writes headers that no frame has.

use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::violation;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "framing-bug",
    parties: "the side whose bytes break the rule; the endpoint itself where this was captured \
        on its machine",
    summary: "a side writes frames whose headers are wrong, or no frames at all",
    shown_by: "a reserved opcode or bit, a length in the wrong form, a control frame that is \
        too long, framing that is lost, bytes that are no frames",
    remedy: Remedy {
        change: "Mend the program that writes these bytes: one writer for each connection, \
        lengths in bytes and in the shortest form, nothing but frames behind the 101.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine of the side that is named: if the same bytes leave it, it \
        is that program; if not, something between changed them.",
    suspect,
};

/// The rules that it breaks.
const RULES: &[&str] = &[
    "rsv-without-extension",
    "reserved-opcode",
    "oversized-control-frame",
    "non-minimal-length",
    "length-msb-set",
    "framing-lost",
    "not-websocket",
    "injected-http-response",
    "injected-http-request",
];

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    violation::by(case, RULES, "writes what is no good frame")
}
