//! Upgrades that nobody answered.

use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::side::Side;
use crate::time::seconds;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "handshake-unanswered",
    table: Table::Handshake,
    severity: Severity::Warning,
    reference: "RFC 6455 section 4.1",
    summary: "the connection ended before any answer to the upgrade request; info if the client \
        left first, unless what came is no HTTP/1 response",
    meaning: "The request for a WebSocket reached this point of the network, and no HTTP answer \
        came back before the TCP connection ended. The finding names the side that ended it.",
    harm: "No WebSocket comes to be, and the client learns nothing of why: \"socket hang up\", \
        \"unexpected EOF\", \"WebSocket is closed before the connection is established\".",
    says: &["Chrome: WebSocket is closed before the connection is established."],
    causes: &[
        "the server's process died, or its HTTP handler closes the socket of an upgrade that it \
            does not know (a Node server without an upgrade listener)",
        "a port that speaks something else than HTTP, such as TLS",
        "a client that gave up: a timeout shorter than the server's, a page left early, an \
            application that closes what it has just opened",
    ],
    fix: "Where the server ended it, look into its log at that time, and check that the port \
        speaks plain HTTP and that something handles upgrades there. Where the client did, compare \
        its timeout with how long it waited, which the finding says.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let unanswered = facts.unanswered?;
    facts.handshake.request()?;
    // Whoever leaves first, what is no answer is the server's.
    let (sender, severity) = match (unanswered.instead, unanswered.left) {
        (None, Side::Client) => (Side::Client, Severity::Info),
        _ => (Side::Server, rule.severity),
    };
    (facts.sender == sender).then_some(severity)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let Some(unanswered) = facts.unanswered else {
        return facts.tell("the upgrade request was not answered");
    };
    if let Some((place, first)) = unanswered.instead {
        let like = match first {
            0x15 => ", as a TLS alert does",
            0x16 => ", as a TLS handshake does",
            b'<' => ", as HTML does",
            0x81 | 0x82 => ", as a frame does",
            _ => "",
        };
        return Telling::new(
            place,
            format!(
                "what the server sent to the upgrade request is no HTTP/1 response: it begins with \
                    {first:#04x}{like}"
            ),
        );
    }
    let flag = if unanswered.by_reset { "RST" } else { "FIN" };
    let left = unanswered.left;
    let mut message = format!("the {left} sent {flag} before any answer to the upgrade request");
    if let Some(request) = facts.handshake.request() {
        let waited = unanswered.place.time.since(request.place.time);
        message.push_str(&format!(", {} after it", seconds(waited)));
    }
    if unanswered.begun > 0 {
        message.push_str(&format!(
            "; {} bytes of an answer had come, and no whole head",
            unanswered.begun
        ));
    }
    Telling::new(unanswered.place, message)
}
