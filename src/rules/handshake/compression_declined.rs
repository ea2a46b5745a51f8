//! Compression that was not agreed.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::websocket::extensions::is_deflate;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "compression-declined",
    table: Table::Handshake,
    severity: Severity::Info,
    reference: "RFC 7692 section 7",
    summary: "the request offers permessage-deflate and the 101 does not accept it",
    meaning: "A server need not accept the offer. If the server is known to compress, something \
        between it and this capture removed the offer or the answer.",
    harm: "None: messages travel uncompressed. If frames with RSV1 follow all the same, the server \
        believes that compression is on: rsv-without-extension tells.",
    says: &[],
    causes: &[
        "a server that has compression off, which is the default of many",
        "an intermediary that removes Sec-WebSocket-Extensions from the request, which is sound",
        "an intermediary that removes it from the 101 only, which is not",
    ],
    fix: "Nothing, unless compression is wanted: then turn it on at the server, and let \
        intermediaries pass Sec-WebSocket-Extensions both ways.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    const FIELD: &str = "Sec-WebSocket-Extensions";
    facts.own_switch()?;
    let has_deflate = |elements: Vec<&[u8]>| elements.iter().any(|it| is_deflate(it));
    let is_offered = has_deflate(facts.handshake.offered(FIELD));
    let is_agreed = has_deflate(facts.handshake.answered(FIELD)?);
    (is_offered && !is_agreed).then_some(rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    facts.tell("the request offers permessage-deflate and the 101 does not accept it")
}
