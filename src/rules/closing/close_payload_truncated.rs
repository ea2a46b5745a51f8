//! Close frames with half a code.

use crate::rules::Severity;
use crate::rules::judge::{CloseFacts, Judge, Telling};
use crate::rules::{Rule, Table};

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "close-payload-truncated",
    table: Table::Closing,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.5.1",
    summary: "a Close with a payload of exactly one byte",
    meaning: "A Close is empty or begins with a status code of two bytes. One byte is half a \
        code.",
    harm: "The receiver must fail the connection, with 1002, and nobody learns which code was \
        meant.",
    says: &[
        "Chrome: Received a broken close frame containing an invalid size body.",
        "Chrome, newer: Received a broken close frame with an invalid size of 1 byte.",
        "Node ws: Invalid WebSocket frame: invalid payload length 1",
        "Python websockets: close frame too short",
        "wsproto: CLOSE with 1 byte payload",
        "tungstenite: Invalid close sequence",
    ],
    causes: &[
        "a sender that writes the code in one byte",
        "an intermediary that cuts payloads",
    ],
    fix: "Send the status code as two bytes, the high one first (1000 is 03 e8), or no payload at \
        all.",
    judge: Judge::Close { fires, tell },
};

fn fires(rule: &Rule, facts: &CloseFacts<'_>) -> Option<Severity> {
    (facts.seen.header.payload_length() == Some(1)).then_some(rule.severity)
}

fn tell(facts: &CloseFacts<'_>) -> Telling {
    let (telling, payload) = facts.tell("a Close with one byte of payload; a status code has two");
    telling
        .offending(1..2, "length 1")
        .context(payload..payload + 1, "half a code, unmasked")
}
