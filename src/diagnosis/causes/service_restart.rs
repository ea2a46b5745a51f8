//! A side closed because it restarts or has too much to do.

use crate::diagnosis::closing;
use crate::diagnosis::snippets::{CONFIRM_CHECK, NGINX_WORKER_SHUTDOWN};
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "service-restart",
    parties: "the side that closes, or its side",
    summary: "a service restarts, or sheds load",
    shown_by: "a Close 1012 (service restart) or 1013 (try again later)",
    remedy: Remedy {
        change: "Reconnect after a while that grows and is drawn at random, so that not all \
        clients come back at once.",
        snippets: &[NGINX_WORKER_SHUTDOWN],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine that is named, or on the other side of a proxy: a Close \
        that stands alike there is the endpoint's own.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["restart-close", "try-later-close"])?;
    let who = capitalised(&case.who(side));
    let explanation = format!("{who} closed because it restarts, or has too much to do.");
    Some(closing::by(case, finding, side, explanation))
}
