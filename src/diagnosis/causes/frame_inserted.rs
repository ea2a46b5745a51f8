//! A frame came from nobody: an intermediary wrote it.

use crate::diagnosis::cause::needs_both_legs;
use crate::diagnosis::snippets::{CONFIRM_COMPARE, CONNECT_TUNNEL, OWN_PORT};
use crate::diagnosis::{Cause, Remedy};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "frame-inserted",
    parties: "an intermediary",
    summary: "a frame was put in on its way",
    shown_by: "two captures: a data frame that only the receiver's leg has",
    remedy: Remedy {
        change: "Find what writes into the connection (a filter, a keep-alive of the proxy's own \
        that is no Ping) and turn it off, or go around it.",
        snippets: &[CONNECT_TUNNEL, OWN_PORT],
        confirm: CONFIRM_COMPARE,
    },
    settle: "Capture on the other side of the proxy at the same time and run `wsblame compare \
        NEAR_CLIENT NEAR_SERVER`.",
    suspect: needs_both_legs,
};
