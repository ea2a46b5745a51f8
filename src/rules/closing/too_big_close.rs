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
    meaning: "The side that closes has a limit, and a message was above it. The other side's log \
        quotes the reason as if the limit were its own.",
    harm: "The connection is over as soon as such a message is sent.",
    says: &[
        "Netty, Spring Cloud Gateway: Max frame length of 65536 has been exceeded.",
        "coder/websocket: failed to read: read limited at 32769 bytes",
        "Node ws: Max payload size exceeded",
        "WebSocket-Node: Frame size of … exceeds maximum accepted frame size",
        "Chrome: Message size is too large.",
        "tungstenite: Message too long: … > …",
        "fastwebsockets: Frame too large",
        "Bun, uWebSockets: Received too big message, or other inflation error",
    ],
    causes: &[
        "the receiver's default limit: 64 KiB in Netty and gateways built on it, 1 MiB in Python \
            websockets, 32 KiB in coder/websocket, 16 KiB in uWebSockets (which may also drop the \
            connection without a Close: abnormal-closure)",
    ],
    fix: "Raise the limit at the side that closed (Node ws: maxPayload; Python websockets: \
        max_size; coder/websocket: SetReadLimit; uWebSockets: maxPayloadLength; Netty: \
        maxFramePayloadLength), or send smaller messages; fragmenting helps only where the limit \
        is on frames.",
    judge: complaint::judge::<1009>(),
};
