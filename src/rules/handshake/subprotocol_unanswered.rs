//! Subprotocols that were not answered.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "subprotocol-unanswered",
    table: Table::Handshake,
    severity: Severity::Info,
    reference: "RFC 6455 section 4.2.2",
    summary: "the request offers subprotocols and the 101 names none",
    meaning: "A server that knows none of the subprotocols may leave the field out. RFC 6455 \
        allows the client to go on without one; the standard for browsers does not.",
    harm: "Chrome fails the connection right after the 101; Node ws does so too. Others go on, and \
        client and server may not agree on what the messages mean.",
    says: &["Chrome: Sent non-empty 'Sec-WebSocket-Protocol' header but no response was received"],
    causes: &[
        "a server that does not look at the field",
        "an intermediary that dropped the field from the 101",
        "a client that offers a subprotocol by accident (the literal null, or a token)",
    ],
    fix: "Let the server name one of those offered, or leave the offer out in the client.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    const FIELD: &str = "Sec-WebSocket-Protocol";
    facts.own_switch()?;
    let is_named = !facts.handshake.answered(FIELD)?.is_empty();
    let is_offered = !facts.handshake.offered(FIELD).is_empty();
    (is_offered && !is_named).then_some(rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let offers = facts.handshake.offered("Sec-WebSocket-Protocol");
    let list = offers.join(&b", "[..]);
    facts.tell(format!(
        "the request offers the subprotocol \"{}\" and the 101 names none: some clients fail then",
        Untrusted(&list)
    ))
}
