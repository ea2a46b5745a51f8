//! Intermediaries that show themselves.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "proxy-in-path",
    table: Table::Handshake,
    severity: Severity::Info,
    reference: "RFC 9110 section 7.6.3",
    summary: "a head has fields that only an intermediary writes (Via, X-Forwarded-For, CF-Ray, \
        Server: squid and their like)",
    meaning: "The head passed a proxy, load balancer or CDN before it came here, or will be \
        answered by one. It says so itself; one that says nothing may stand in the path too.",
    harm: "None by itself. What is wrong on this leg may be that machine's doing, and the other \
        leg may look different.",
    says: &[],
    causes: &["a proxy, load balancer, gateway or CDN in the path, on purpose"],
    fix: "Nothing. To find out what it changes, capture on its other side too and compare.",
    judge: Judge::Handshake { fires, tell },
};

/// Fields that are told; the others are counted.
const TOLD: usize = 4;

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    // What a client writes to its proxy is the client's own.
    if facts.handshake.is_connect() && facts.own_refusal().is_none() {
        return None;
    }
    let mut fields = facts.handshake.intermediaries_before(facts.sender);
    fields.next().map(|_| rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let mut fields = facts.handshake.intermediaries_before(facts.sender);
    let mut shown: Vec<String> = fields
        .by_ref()
        .take(TOLD)
        .map(|field| {
            format!(
                "{}: {}",
                Untrusted(field.name.as_bytes()),
                Untrusted(field.value)
            )
        })
        .collect();
    let more = fields.count();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    facts.tell(format!(
        "an intermediary shows itself in the {}'s head: {}",
        facts.sender,
        shown.join(", ")
    ))
}
