//! Versions of the protocol that are not this one.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "unsupported-version",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.1",
    summary: "Sec-WebSocket-Version is absent, or another one than 13",
    meaning: "13 is the version of RFC 6455, and the only one that is in use. The request names \
        another one, or none.",
    harm: "Servers refuse the upgrade, with 426 and the versions that they know if they go by the \
        book, else with 400.",
    says: &[],
    causes: &[
        "a gateway that makes HTTP/1.1 out of HTTP/2 and leaves the field out",
        "a client of before 2011, or one written by hand",
        "a proxy that passes on only the fields that it knows",
    ],
    fix: "Send Sec-WebSocket-Version: 13. Where the client does, find the intermediary that drops \
        or changes it.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let versions = facts
        .own_request()?
        .head
        .fields
        .all("Sec-WebSocket-Version");
    let mut seen = false;
    for version in versions {
        if version != b"13" {
            return Some(rule.severity);
        }
        seen = true;
    }
    (!seen).then_some(rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let request = facts.own_request();
    let versions: Vec<&[u8]> = request
        .map(|request| request.head.fields.all("Sec-WebSocket-Version").collect())
        .unwrap_or_default();
    let mut message = if versions.is_empty() {
        "the upgrade request has no Sec-WebSocket-Version; 13 is due".to_owned()
    } else {
        let value = versions.join(&b", "[..]);
        format!(
            "Sec-WebSocket-Version is \"{}\"; 13 is due",
            Untrusted(&value)
        )
    };
    if let Some(answer) = facts.handshake.response() {
        let known: Vec<&[u8]> = answer.head.fields.all("Sec-WebSocket-Version").collect();
        if answer.head.status == 426 || !known.is_empty() {
            message.push_str(&format!("; the answer was {}", answer.head.status));
        }
        if !known.is_empty() {
            let known = known.join(&b", "[..]);
            message.push_str(&format!(" and names \"{}\"", Untrusted(&known)));
        }
    }
    facts.tell(message)
}
