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
    says: &[],
    causes: &[
        "an exception in the application",
        "a keep-alive that got no Pong in time (\"keepalive ping timeout\")",
    ],
    fix: "See the log of the side that closed. If the reason speaks of a ping timeout, see \
        whether the Pong is in this capture.",
    judge: complaint::judge::<1011>(),
};
