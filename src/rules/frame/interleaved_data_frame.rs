//! Messages inside messages.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::message::MessageState;
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "interleaved-data-frame",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.4",
    summary: "a text or binary frame while a fragmented message is open",
    meaning: "The fragments of one message must not be interleaved with another message. Only \
        control frames may stand between them.",
    harm: "The receiver must fail the connection, with 1002: it cannot tell which message a \
        fragment belongs to.",
    says: &[
        "Chrome: Received start of new message but previous message is unfinished.",
        "Node ws: Invalid WebSocket frame: invalid opcode 2",
        "tungstenite: While waiting for more fragments received: …",
        "gorilla/websocket 1.5: data before FIN",
        "Netty: received non-continuation data frame while inside fragmented message",
        "wsproto: expected CONTINUATION, got …",
    ],
    causes: &[
        "two threads or tasks write to one connection",
        "an intermediary dropped the last fragment of the message before",
    ],
    fix: "Let one task own the writing side of the connection and queue messages to it, or hold a \
        lock for a whole message and not for a frame; gorilla/websocket and gobwas/ws allow one \
        writer at a time. If the sender is right, capture on the other side of the intermediary \
        and compare.",
    judge: Judge::Frame {
        on: Notable::INTERLEAVED,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    let open = match facts.seen.message {
        MessageState::Open {
            opcode,
            first_frame,
        } => format!(
            "the {} message begun in frame {first_frame} is open",
            opcode.as_str()
        ),
        MessageState::Idle | MessageState::Unknown => "a message is open".to_owned(),
    };
    facts.tell_of_first_byte(format!("a {} while {open}", facts.frame_name()))
}
