//! Continuations of nothing.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "orphan-continuation",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.4",
    summary: "a continuation frame with no message open",
    meaning: "A continuation goes on with a fragmented message. Here no text or binary frame with \
        FIN=0 came before it: none was sent, or the message had ended.",
    harm: "The receiver has nothing to append it to and must fail the connection, with 1002. If a \
        receiver's log complains so and this finding is not there, update the receiver: some \
        forget the open message at a Ping between its fragments.",
    says: &[
        "Chrome: Received unexpected continuation frame.",
        "Node ws: Invalid WebSocket frame: invalid opcode 0",
        "tungstenite: Continue frame but nothing to continue",
        "gorilla/websocket 1.5: continuation after FIN",
        "Netty: received continuation data frame outside fragmented message",
        ".NET: The WebSocket received a continuation frame from a previously final message.",
        "wsproto: unexpected CONTINUATION",
        "fastwebsockets: Invalid continuation frame",
        "Starscream: continue frame before a binary or text frame",
    ],
    causes: &[
        "an intermediary dropped the first fragment of the message",
        "the sender writes the first frame with FIN=1 and goes on nevertheless",
        "two writers share one connection",
    ],
    fix: "Where every byte was captured this is no network loss: something above TCP dropped \
        or wrote a frame. Capture on the other side of the intermediary and compare; in the \
        sender, let one writer own the connection.",
    judge: Judge::Frame {
        on: Notable::ORPHAN_CONTINUATION,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    facts
        .tell_of_first_byte("a continuation frame, and no message is open")
        .because_of(facts.fragmented_control)
}
