//! A side masks where it must not, or does not where it must.

use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::violation;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "masking-bug",
    parties: "the side whose bytes break the rule; the endpoint itself where this was captured \
        on its machine",
    summary: "a side masks its frames where it must not, or does not mask them where it must",
    shown_by: "MASK=1 from the server, or MASK=0 from the client",
    remedy: Remedy {
        change: "Clients mask every frame, also Pongs and empty ones; servers mask none. A \
        library that is used for both ends must be told which one it is.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine of the side that is named: if the same bytes leave it, it \
        is that program; if not, something between changed them.",
    suspect,
};

/// The rules that it breaks.
const RULES: &[&str] = &["masked-server-frame", "unmasked-client-frame"];

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    violation::by(case, RULES, "gets masking wrong")
}
