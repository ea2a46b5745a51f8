//! Extensions that are not known here.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;
use crate::websocket::extensions::is_deflate;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "unknown-extension",
    table: Table::Handshake,
    severity: Severity::Info,
    reference: "RFC 6455 section 9",
    summary: "the 101 agrees to another extension than permessage-deflate",
    meaning: "An extension may give the reserved bits, opcodes and payloads any meaning. What it \
        means is not known here, so rsv-without-extension, rsv1-on-wrong-frame, reserved-opcode, \
        invalid-utf8 and bad-deflate stay silent on this connection.",
    harm: "None as long as both ends know it. An intermediary that does not may break it.",
    says: &[],
    causes: &[
        "x-webkit-deflate-frame or deflate-frame, from before permessage-deflate",
        "an extension of one product's own",
    ],
    fix: "Nothing, if both ends are meant to use it; else turn it off at one of them.",
    judge: Judge::Handshake { fires, tell },
};

/// Those that are named in a message.
const TOLD: usize = 3;

fn unknown<'a>(facts: &HandshakeFacts<'a>) -> Vec<&'a [u8]> {
    let answers = facts.handshake.answered("Sec-WebSocket-Extensions");
    let mut unknown = answers.unwrap_or_default();
    unknown.retain(|element| !is_deflate(element));
    unknown
}

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    facts.own_switch()?;
    (!unknown(facts).is_empty()).then_some(rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let unknown = unknown(facts);
    let named: Vec<String> = unknown
        .iter()
        .take(TOLD)
        .map(|element| format!("\"{}\"", Untrusted(element)))
        .collect();
    let more = match unknown.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    facts.tell(format!(
        "the 101 agrees to {}{more}, which is not known here: rules about reserved bits, opcodes \
            and payloads stay silent",
        named.join(", ")
    ))
}
