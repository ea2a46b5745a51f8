//! Other protocols among frames.

use crate::rules::Severity;
use crate::rules::judge::{Judge, StreamFacts, Telling};
use crate::rules::{Rule, Table};
use crate::websocket::event::Oddity;
use crate::websocket::foreign::Foreign;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "not-websocket",
    table: Table::Stream,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.2",
    summary: "after a 101, bytes that are neither frames nor HTTP: TLS, an HTTP/2 preface, a PROXY \
        line, HTML, JSON, text, a chunk size or a line end",
    meaning: "After the 101 only frames may follow. What stands here is named by its first bytes.",
    harm: "The receiver reads the bytes as a frame header and fails with whatever bits they \
        happen to set.",
    says: &[
        "Chrome: One or more reserved bits are on: reserved1 = 0, reserved2 = 1, reserved3 = 1",
        "Chrome: One or more reserved bits are on: reserved1 = 1, reserved2 = 1, reserved3 = 1",
        "Chrome: One or more reserved bits are on: reserved1 = 0, reserved2 = 0, reserved3 = 1",
        "Node ws: Invalid WebSocket frame: RSV2 and RSV3 must be clear",
        "Node ws: Invalid WebSocket frame: invalid opcode 13",
        "Java-WebSocket: unknown opcode 13",
    ],
    causes: &[
        "a server that goes on with an HTTP body, chunks or padding behind the 101",
        "TLS or HTTP/2 spoken to a port that does not expect it",
        "an application that writes to the raw socket",
    ],
    fix: "Find who writes these bytes: nothing but frames may follow the 101. Turn off response \
        bodies, chunked transfer and padding for upgrades in the server; send text through the \
        WebSocket library and not through the socket; speak TLS, HTTP/2 and the PROXY protocol \
        only to ports that expect them.",
    judge: Judge::Stream { fires, tell },
};

fn fires(rule: &Rule, facts: &StreamFacts<'_>) -> Option<Severity> {
    let fires = match facts.oddity {
        Oddity::Foreign { kind, .. } => {
            !matches!(kind, Foreign::HttpResponse | Foreign::HttpRequest)
        }
        _ => false,
    };
    fires.then_some(rule.severity)
}

fn tell(facts: &StreamFacts<'_>) -> Telling {
    let Some(foreign) = facts.foreign() else {
        return facts.tell("bytes that are no frames");
    };
    let kind = foreign.kind;
    facts
        .tell(format!(
            "{kind} stands where a frame was due{}",
            facts.unjudged()
        ))
        .showing_foreign(&foreign, &kind.to_string())
}
