//! Control frames that are too long.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "oversized-control-frame",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.5",
    summary: "a Close, Ping or Pong with more than 125 bytes of payload",
    meaning: "Close, Ping and Pong are control frames. They hold at most 125 bytes of payload; a \
        Close thus has room for a reason of 123 bytes behind its code.",
    harm: "The receiver must fail the connection, with 1002; the code and reason that were meant \
        are lost.",
    says: &[
        "Node ws: Invalid WebSocket frame: invalid payload length 126",
        "Chrome: Invalid frame header",
        "Safari before NSURLSession: Received control frame having too long payload: 200 bytes",
        "Python websockets: control frame too long",
        "wsproto: Control frame with payload len > 125",
        "tungstenite: Control frame too big (payload must be 125 bytes or less)",
        "fastwebsockets: Ping frame too large",
        "gorilla/websocket 1.5: len > 125 for control",
        "gorilla/websocket before 1.5: control frame length > 125",
    ],
    causes: &[
        "a Close reason that was not cut to 123 bytes of UTF-8",
        "an application that sends data in Pings",
    ],
    fix: "Cut Close reasons to 123 bytes at a character's end; send data in data frames.",
    judge: Judge::Frame {
        on: Notable::OVERSIZED_CONTROL,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    let header = &facts.seen.header;
    let length = header.payload_length().unwrap_or_default();
    let end = header.extended_length_range().end;
    facts
        .tell(format!(
            "a {} with {length} bytes of payload; at most 125 are allowed",
            facts.frame_name()
        ))
        .context(0..1, facts.first_byte())
        .offending(1..end, format!("length {length}"))
}
