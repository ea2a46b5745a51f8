//! Upgrades that were refused.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::stream::response_text::describe_response;
use crate::rules::{Rule, Table};
use crate::side::Side;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "handshake-rejected",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.1",
    summary: "the upgrade was answered with another status than 101; info if the client satisfied \
        a 3xx, 401 or 407 on the same connection, warning for a refused CONNECT",
    meaning: "The request for a WebSocket got an ordinary HTTP answer. Its Server and Via fields, \
        and its body, tell who spoke.",
    harm: "No WebSocket comes to be: \"unexpected response code\", \"bad handshake\".",
    says: &[],
    causes: &[
        "an intermediary that does not pass the upgrade on (nginx without proxy_http_version \
            1.1 and the Upgrade and Connection fields)",
        "a wrong path, origin or token",
        "a server that is down (502, 503, 504)",
    ],
    fix: "See who answers by the Server field. Through a proxy, capture on its other side: if \
        the request does not arrive there, the proxy refuses by itself.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let status = facts.handshake.status()?;
    let is_tunnel = facts.handshake.is_connect() && (200..300).contains(&status);
    if facts.sender != Side::Server || status == 101 || is_tunnel {
        return None;
    }
    let asks_for_more = matches!(status, 300..=399 | 401 | 407);
    Some(if asks_for_more && facts.accepted_later {
        Severity::Info
    } else if facts.handshake.is_connect() {
        Severity::Warning
    } else {
        rule.severity
    })
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let what = if facts.handshake.is_connect() {
        "CONNECT"
    } else {
        "the upgrade request"
    };
    let answer = facts
        .handshake
        .response()
        .map_or_else(String::new, |response| {
            describe_response(&response.head, &[])
        });
    facts.tell(format!("{what} was answered with {answer}"))
}
