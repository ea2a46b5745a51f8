//! Answers that do not fit their key.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "accept-mismatch",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.2.2",
    summary: "Sec-WebSocket-Accept of the 101 is absent, or not the hash of the request's key",
    meaning: "The server proves with Sec-WebSocket-Accept that it read this request: base64 of the \
        SHA-1 of the key and a fixed GUID.",
    harm: "Clients must fail the connection: this may be the answer to somebody else.",
    says: &[
        "Chrome: Error during WebSocket handshake: Incorrect 'Sec-WebSocket-Accept' header value",
        "tungstenite: Key mismatch in \"Sec-WebSocket-Accept\" header",
    ],
    causes: &[
        "an intermediary that made a handshake of its own and passed the other side's answer \
            on",
        "a 101 from a cache",
        "a server that computes the hash wrongly",
    ],
    fix: "Compare Sec-WebSocket-Key on both sides of the intermediary: whoever changes it must \
        compute the answer anew, and no cache may answer an upgrade. In a server of your own: \
        base64(SHA-1(key + \"258EAFA5-E914-47DA-95CA-C5AB0DC85B11\")), the key as it stands in the \
        request.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let handshake = facts.handshake;
    let mut accepts = facts.own_switch()?.head.fields.all("Sec-WebSocket-Accept");
    // Without the key there is nothing to hold an answer against.
    let may_fit =
        |accept: &[u8]| handshake.expected_accept().is_none() || handshake.is_accept(accept);
    let fits = accepts.next().is_some_and(may_fit) && accepts.all(may_fit);
    (!fits).then_some(rule.severity)
}

fn accept<'a>(facts: &HandshakeFacts<'a>) -> Option<&'a [u8]> {
    let fields = &facts.own_switch()?.head.fields;
    fields
        .all("Sec-WebSocket-Accept")
        .find(|accept| !facts.handshake.is_accept(accept))
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let expected = facts.handshake.expected_accept();
    let calls_for = expected.map_or_else(String::new, |expected| {
        format!("; the key calls for {expected}")
    });
    facts.tell(match accept(facts) {
        Some(accept) => format!(
            "Sec-WebSocket-Accept is \"{}\"{calls_for}",
            Untrusted(accept)
        ),
        None => format!("the 101 has no Sec-WebSocket-Accept{calls_for}"),
    })
}
