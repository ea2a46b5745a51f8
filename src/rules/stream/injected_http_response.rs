//! HTTP answers among frames.

use crate::http::{Parsed, parse_response};
use crate::rules::Severity;
use crate::rules::judge::{Judge, StreamFacts, Telling};
use crate::rules::stream::response_text::describe_response;
use crate::rules::{Rule, Table};
use crate::untrusted::Untrusted;
use crate::websocket::event::Oddity;
use crate::websocket::foreign::Foreign;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "injected-http-response",
    table: Table::Stream,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.2",
    summary: "the bytes of an HTTP response stand where a frame was due, or cut into one",
    meaning: "After the 101 only frames may follow. Something wrote an HTTP response into the \
        upgraded connection; its status, Server and title tell what.",
    harm: "The receiver reads \"HTTP\" as a frame header (H is 0x48: RSV1, FIN=0, opcode 8) and \
        fails with whatever it checks first: Node ws complains of FIN where permessage-deflate was \
        agreed and of RSV1 where it was not.",
    says: &[
        "Node ws: Invalid WebSocket frame: RSV1 must be clear",
        "Node ws: Invalid WebSocket frame: FIN must be set",
        "Chrome: Invalid frame header",
        "gorilla/websocket 1.5: RSV1 set, FIN not set on control",
    ],
    causes: &[
        "a proxy or filter that blocks with a page of its own (403, 407, 451)",
        "a Node HTTP server's own timer that was never detached (408 after 30 to 90 s)",
        "two WebSocket servers on one HTTP server: the one that does not know the path writes a \
            400 into the connection of the other",
        "a gateway that lost its server (502, 503, 504)",
    ],
    fix: "Find the product by the Server field and the page. Let it pass the connection as a \
        tunnel, or go around it. In Node: one upgrade listener per server, which routes by path \
        (Node ws: noServer: true); in a proxy written with Node, set server.requestTimeout and \
        server.headersTimeout to 0 or detach the parser on upgrade.",
    judge: Judge::Stream { fires, tell },
};

fn fires(rule: &Rule, facts: &StreamFacts<'_>) -> Option<Severity> {
    let fires = matches!(
        facts.oddity,
        Oddity::Foreign {
            kind: Foreign::HttpResponse,
            ..
        }
    );
    fires.then_some(rule.severity)
}

fn tell(facts: &StreamFacts<'_>) -> Telling {
    let Some(foreign) = facts.foreign() else {
        return facts.tell("an HTTP response");
    };
    let what = match parse_response(foreign.bytes) {
        Parsed::Whole(head, length) => {
            let body = foreign.bytes.get(length..).unwrap_or_default();
            describe_response(&head, body)
        }
        Parsed::Partial | Parsed::Malformed => {
            let line = foreign
                .bytes
                .split(|byte| matches!(byte, b'\r' | b'\n'))
                .next();
            format!("\"{}\"", Untrusted(line.unwrap_or_default()))
        }
    };
    let whereabouts = if foreign.inside_frame {
        "cuts into a frame"
    } else {
        "stands where a frame was due"
    };
    facts
        .tell(format!(
            "an HTTP response {whereabouts}: {what}{}",
            facts.unjudged()
        ))
        .showing_foreign(&foreign, "an HTTP status line")
}
