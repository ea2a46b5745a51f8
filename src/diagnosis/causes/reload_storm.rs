//! Many connections through one address ended in the same second.

use crate::diagnosis::cause::needs_many;
use crate::diagnosis::snippets::{CONFIRM_CHECK, NGINX_WORKER_SHUTDOWN};
use crate::diagnosis::{Cause, Remedy};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "reload-storm",
    parties: "an intermediary or the server's side: whatever was reloaded",
    summary: "a proxy or server was reloaded, and all its connections ended",
    shown_by: "at least 5 connections, and half of those open to one address, end within the \
        same second",
    remedy: Remedy {
        change: "Reload less often, give workers longer to finish, and have clients reconnect \
        after a while that is drawn at random.",
        snippets: &[NGINX_WORKER_SHUTDOWN],
        confirm: CONFIRM_CHECK,
    },
    settle: "The log of the proxy and of the server at that second says which of them was \
        reloaded.",
    suspect: needs_many,
};
