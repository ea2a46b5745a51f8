//! Complaints of size.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "too-big-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 7.4.1",
    summary: "a side closed with 1009, message too big",
    meaning: "The side that closes has a limit, and a message was above it. Client logs quote the \
        text as if it were their own limit.",
    harm: "The connection is over as soon as such a message is sent.",
    says: &[],
    causes: &[
        "the receiver's default limit: 64 KiB in Netty and gateways built on it, 1 MiB in \
            Python websockets, 32 KiB in coder/websocket, 16 KiB in uWebSockets",
    ],
    fix: "Raise the limit at the side that closed, or send smaller messages; fragmenting helps \
        only where the limit is on frames.",
    judge: complaint::judge::<1009>(),
};
