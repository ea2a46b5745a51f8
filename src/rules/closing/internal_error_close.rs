//! Failures at the side that closes.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "internal-error-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 7.4.1",
    summary: "a side closed with 1011, internal error",
    meaning: "The side that closes met a condition it did not expect.",
    harm: "The connection is over.",
    says: &[
        "Python websockets: sent 1011 (internal error) keepalive ping timeout; no close frame \
            received",
    ],
    causes: &[
        "an exception in the application",
        "a keep-alive that got no Pong in time (\"keepalive ping timeout\")",
        "an event loop that blocked so long that the Pong was not read",
    ],
    fix: "See the log of the side that closed. If the reason speaks of a ping timeout, see whether \
        the Pong is in this capture: if it is, that side did not read it in time (do no blocking \
        work in its event loop, or raise Python websockets' ping_timeout); if not, look at the \
        peer and the path.",
    judge: complaint::judge::<1011>(),
};
