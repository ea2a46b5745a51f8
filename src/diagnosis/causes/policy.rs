//! A side refuses to go on, for a reason of its own.

use crate::diagnosis::closing;
use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "policy",
    parties: "the side that closes, or its side",
    summary: "a side closed because of a policy of its own",
    shown_by: "a Close 1008 (policy violation), or 1010 (an extension that it needs was not \
        agreed on)",
    remedy: Remedy {
        change: "Look for the reason in the log of the side that closed: credentials that \
        expired, a limit on connections or rate, an origin, an extension that it insists \
        on.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine that is named, or on the other side of a proxy: a Close \
        that stands alike there is the endpoint's own.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["policy-close", "extension-required-close"])?;
    let who = capitalised(&case.who(side));
    let explanation = format!("{who} closed for a reason of its own policy.");
    Some(closing::by(case, finding, side, explanation))
}
