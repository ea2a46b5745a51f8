//! Keys that are none.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;
use crate::websocket::handshake::is_key;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "bad-key",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.1",
    summary: "Sec-WebSocket-Key is absent, repeated, or not 16 bytes in base64",
    meaning: "The client sends 16 random bytes in base64, 24 characters ending in ==, and the \
        server proves with their hash that it read them.",
    harm: "Servers refuse the upgrade with 400; those that do not compute an answer that the \
        client refuses.",
    says: &[],
    causes: &[
        "a client or script that makes its key by hand, with the wrong length or another alphabet",
        "a proxy that adds a key of its own to the client's, or drops it",
        "a gateway that makes HTTP/1.1 out of HTTP/2, where there is no key, and puts in a dummy",
    ],
    fix: "Send the base64 of exactly 16 random bytes, new for each connection, in one field. \
        Where the client does, compare with what it sent: an intermediary changed it.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let mut keys = facts.own_request()?.head.fields.all("Sec-WebSocket-Key");
    let is_good = keys.next().is_some_and(is_key) && keys.next().is_none();
    (!is_good).then_some(rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let request = facts.own_request();
    let keys: Vec<&[u8]> = request
        .map(|request| request.head.fields.all("Sec-WebSocket-Key").collect())
        .unwrap_or_default();
    facts.tell(match keys.as_slice() {
        [] => "the upgrade request has no Sec-WebSocket-Key".to_owned(),
        [key] => format!(
            "Sec-WebSocket-Key is \"{}\", which is not 16 bytes in base64",
            Untrusted(key)
        ),
        [first, second, ..] => format!(
            "Sec-WebSocket-Key stands {} times in the request: \"{}\", \"{}\"",
            keys.len(),
            Untrusted(first),
            Untrusted(second)
        ),
    })
}
