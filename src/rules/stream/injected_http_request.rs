//! HTTP requests among frames.

use crate::rules::Severity;
use crate::rules::judge::{Judge, StreamFacts, Telling};
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;
use crate::websocket::event::Oddity;
use crate::websocket::foreign::Foreign;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "injected-http-request",
    table: Table::Stream,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.2",
    summary: "the bytes of an HTTP request stand where a frame was due",
    meaning: "After the 101 only frames may follow. Something sent a new HTTP request on the \
        upgraded connection.",
    harm: "The receiver reads \"GET \" as a frame header (G is 0x47: RSV1, opcode 7) and fails the \
        connection, although the WebSocket's own client did nothing wrong.",
    says: &[
        "Node ws: Invalid WebSocket frame: RSV1 must be clear",
        "Node ws: Invalid WebSocket frame: invalid opcode 7",
        "gorilla/websocket 1.5: RSV1 set, bad opcode 7, bad MASK",
        "Java-WebSocket: Unknown opcode 7",
    ],
    causes: &["an intermediary or a client's pool that uses an upgraded connection again"],
    fix: "Take upgraded connections out of the pool of whoever sends the request: a connection \
        that answered 101 belongs to one client until it ends. The request's Host and path tell \
        which client and intermediary it is.",
    judge: Judge::Stream { fires, tell },
};

fn fires(rule: &Rule, facts: &StreamFacts<'_>) -> Option<Severity> {
    let fires = matches!(
        facts.oddity,
        Oddity::Foreign {
            kind: Foreign::HttpRequest,
            ..
        }
    );
    fires.then_some(rule.severity)
}

fn tell(facts: &StreamFacts<'_>) -> Telling {
    let Some(foreign) = facts.foreign() else {
        return facts.tell("an HTTP request");
    };
    // The target may hold what must not be shown: the method is enough.
    let method = foreign.bytes.split(|byte| *byte == b' ').next();
    let method = Untrusted(method.unwrap_or_default());
    facts
        .tell(format!(
            "an HTTP request ({method}) stands where a frame was due{}",
            facts.unjudged()
        ))
        .showing_foreign(&foreign, "an HTTP method")
}
