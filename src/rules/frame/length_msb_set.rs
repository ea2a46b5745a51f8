//! Lengths with the top bit.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "length-msb-set",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.2",
    summary: "the top bit of a 64-bit payload length is set",
    meaning: "A 64-bit length has 63 bits for use: the first one must be 0. This header announces \
        more bytes than anybody can send.",
    harm: "Receivers fail the connection, or take the length for negative and lose the framing.",
    says: &[
        "wsproto: 8-byte payload length with non-zero MSB",
        "Node ws: Unsupported WebSocket frame: payload length > 2^53 - 1",
    ],
    causes: &[
        "bytes that are no frames",
        "a length computed with a signed number that went below zero",
    ],
    fix: "Look at the bytes before this frame: most often the header is not one. In the \
        sender, compute lengths in unsigned 64 bits.",
    judge: Judge::Frame {
        on: Notable::LENGTH_MSB,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    let header = &facts.seen.header;
    let length = header.payload_length().unwrap_or_default();
    facts
        .tell(format!(
            "the top bit of the 64-bit length {length:#018x} is set"
        ))
        .context(0..1, facts.first_byte())
        .offending(header.extended_length_range(), "64-bit length, top bit set")
}
