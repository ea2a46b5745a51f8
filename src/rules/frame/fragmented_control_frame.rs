//! Control frames in pieces.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "fragmented-control-frame",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.5",
    summary: "a Close, Ping or Pong with FIN=0",
    meaning: "Close, Ping and Pong are control frames. They are never fragmented: each has FIN=1.",
    harm: "The receiver must fail the connection, with 1002.",
    says: &[
        "Node ws: Invalid WebSocket frame: FIN must be set",
        "Chrome: Invalid frame header",
        "Safari before NSURLSession: Received fragmented control frame: opcode = 8",
        "Python websockets: fragmented control frame",
        "wsproto: Invalid attempt to fragment control frame",
        "tungstenite: Fragmented control frame",
        "fastwebsockets: Control frame must not be fragmented",
        "gorilla/websocket 1.5: FIN not set on control",
        "Netty: fragmented control frame",
    ],
    causes: &[
        "bytes that are no frames: an HTTP response begins with 0x48, which reads as a Close with \
            FIN=0",
        "a sender that fragments everything it sends",
    ],
    fix: "Send control frames whole, with FIN=1; they hold at most 125 bytes. Where this frame is \
        not meant as one, look at its bytes: something else stands in the stream.",
    judge: Judge::Frame {
        on: Notable::FRAGMENTED_CONTROL,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    facts.tell_of_first_byte(format!(
        "a {} with FIN=0; control frames must not be fragmented",
        facts.frame_name()
    ))
}
