//! Opcodes that nothing defines.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "reserved-opcode",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.2",
    summary: "the opcode is one of 0x3-0x7 or 0xB-0xF, which no agreed extension defines",
    meaning: "The opcode says what a frame is: 0x0 continuation, 0x1 text, 0x2 binary, 0x8 Close, \
        0x9 Ping, 0xA Pong. All others are reserved for later use, and no agreed extension defines \
        this one.",
    harm: "A receiver must fail the connection: it does not know what the frame is. It closes with \
        1002, protocol error.",
    says: &[
        "Node ws: Invalid WebSocket frame: invalid opcode 7",
        "Java-WebSocket: Unknown opcode 7",
        "gorilla/websocket 1.5: bad opcode 7",
        "gorilla/websocket before 1.5: unknown opcode 7",
        "Safari before NSURLSession: Unrecognized frame opcode: 5",
        "Python websockets: invalid opcode",
        "wsproto: Invalid opcode 0x7",
        "tungstenite: Encountered invalid opcode: 7",
        "tungstenite: Unknown data frame type: 7",
        "tungstenite: Unknown control frame type: 13",
    ],
    causes: &[
        "bytes that are no frames: the place where a frame was due holds something else",
        "the frame before it has a wrong length, so that payload is read as a header",
        "a sender that uses an opcode of its own",
    ],
    fix: "Look at the bytes of this frame and at the length of the frame before it: the sender \
        whose length is wrong, or who writes something else into the connection, must \
        change.",
    judge: Judge::Frame {
        on: Notable::RESERVED_OPCODE,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    let code = facts
        .seen
        .header
        .to_bytes()
        .first()
        .map_or(0, |byte| byte & 0xf);
    facts.tell_of_first_byte(format!("opcode {code:#x} is reserved"))
}
