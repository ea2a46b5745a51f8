//! Upgrades over the old HTTP.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "upgrade-over-http10",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.1",
    summary: "the request line of an upgrade request says HTTP/1.0",
    meaning: "A WebSocket can be asked for with HTTP/1.1 only: HTTP/1.0 has no upgrade. No client \
        of today asks with HTTP/1.0; a proxy's upstream side does, unless it is told otherwise.",
    harm: "Servers ignore the upgrade, or refuse it with 400, 426 or 505.",
    says: &[],
    causes: &[
        "nginx without proxy_http_version 1.1 (most versions speak HTTP/1.0 to the upstream unless \
            told otherwise)",
        "an old proxy or load balancer that speaks HTTP/1.0 to its servers",
        "a health check or script written by hand",
    ],
    fix: "nginx: proxy_http_version 1.1; together with proxy_set_header Upgrade $http_upgrade; and \
        proxy_set_header Connection \"upgrade\". In other proxies set the upstream's protocol to \
        HTTP/1.1.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let request = facts.own_request()?;
    (request.head.minor_version == 0).then_some(rule.severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let method = facts.own_request().map_or("", |it| &it.head.method);
    facts.tell(format!(
        "the upgrade request ({}) says HTTP/1.0, which has no upgrade: HTTP/1.1 is needed",
        Untrusted(method.as_bytes())
    ))
}
