//! The message that shared a segment with the 101 was lost.

use crate::diagnosis::cause::needs_both_legs;
use crate::diagnosis::snippets::{CONFIRM_COMPARE, CONNECT_TUNNEL, OWN_PORT};
use crate::diagnosis::{Cause, Remedy};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "first-message-lost",
    parties: "an intermediary",
    summary: "the message that was sent together with the handshake never arrived",
    shown_by: "two captures: the message that shares a segment with the 101, or follows the \
        request at once, is missing on the other leg",
    remedy: Remedy {
        change: "The proxy, or the client, throws away what it read behind the head of the \
        handshake: it must hand those bytes on (the upgrade \"head\" buffer of Node). \
        Until it does, send the first message only after the other side has spoken.",
        snippets: &[CONNECT_TUNNEL, OWN_PORT],
        confirm: CONFIRM_COMPARE,
    },
    settle: "Capture on the other side of the proxy at the same time and run `wsblame compare \
        NEAR_CLIENT NEAR_SERVER`.",
    suspect: needs_both_legs,
};
