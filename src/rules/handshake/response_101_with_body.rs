//! Bodies where there can be none.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "response-101-with-body",
    table: Table::Handshake,
    severity: Severity::Warning,
    reference: "RFC 9110 section 8.6",
    summary: "the 101 has Content-Length or Transfer-Encoding",
    meaning: "A 101 has no body, and must not have the fields that announce one, \
        Content-Length: 0 included (RFC 9110 section 8.6, RFC 9112 section 6.1).",
    harm: "Clients and proxies that go by the fields take frames for a body, or the answer for an \
        ordinary one: the .NET Framework's client leaves such a connection after 100 s.",
    says: &[
        ".NET: The remote party closed the WebSocket connection without completing the close \
            handshake.",
    ],
    causes: &[
        "a server's or gateway's framework that adds the field to every response",
        "an intermediary that rewrites the 101 as an ordinary answer",
    ],
    fix: "Leave Content-Length and Transfer-Encoding out of the 101, or turn off what adds them \
        (chunking, padding, a response filter) for upgrades.",
    judge: Judge::Handshake { fires, tell },
};

const FIELDS: [&str; 2] = ["Content-Length", "Transfer-Encoding"];

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let fields = &facts.own_switch()?.head.fields;
    let announces = FIELDS.iter().any(|name| fields.first(name).is_some());
    announces.then_some(rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let mut seen = Vec::new();
    if let Some(response) = facts.own_switch() {
        for name in FIELDS {
            if let Some(value) = response.head.fields.first(name) {
                seen.push(format!("{name}: {}", Untrusted(value)));
            }
        }
    }
    facts.tell(format!(
        "the 101 has {}, and a 101 has no body",
        seen.join(" and ")
    ))
}
