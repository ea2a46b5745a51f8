//! Subprotocols that nobody asked for.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "subprotocol-not-offered",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.1",
    summary: "the 101 names a subprotocol that the request does not offer, or several",
    meaning: "A server picks one of the subprotocols that the client offers in \
        Sec-WebSocket-Protocol, letter by letter, or none.",
    harm: "Clients must fail the connection.",
    says: &[],
    causes: &[
        "a server that names its subprotocol whatever was offered, or in other letters",
        "a server that echoes the client's whole list",
        "an intermediary that removed the offer on this leg",
    ],
    fix: "Make the server pick from the request: exactly one of the names there, as it is written \
        there, or leave the field out.",
    judge: Judge::Handshake { fires, tell },
};

fn named<'a>(facts: &HandshakeFacts<'a>) -> Vec<&'a [u8]> {
    let answers = facts.handshake.answered("Sec-WebSocket-Protocol");
    answers.unwrap_or_default()
}

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    facts.own_switch()?;
    facts.handshake.request()?;
    let is_broken = match named(facts).as_slice() {
        [] => false,
        [one] => !facts
            .handshake
            .offered("Sec-WebSocket-Protocol")
            .contains(one),
        _ => true,
    };
    is_broken.then_some(rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let offers = facts.handshake.offered("Sec-WebSocket-Protocol");
    let offered = if offers.is_empty() {
        "the request offers none".to_owned()
    } else {
        let list = offers.join(&b", "[..]);
        format!("the request offers \"{}\"", Untrusted(&list))
    };
    let named = named(facts);
    let list = named.join(&b", "[..]);
    let what = if named.len() > 1 {
        "several subprotocols"
    } else {
        "the subprotocol"
    };
    facts.tell(format!(
        "the 101 names {what} \"{}\", and {offered}",
        Untrusted(&list)
    ))
}
