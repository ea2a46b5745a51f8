//! Pongs that answer no Ping.

use crate::rules::Severity;
use crate::rules::judge::{Judge, PongFacts, Telling};
use crate::rules::{Rule, Table};

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "pong-mismatch",
    table: Table::Messages,
    severity: Severity::Info,
    reference: "RFC 6455 section 5.5.3",
    summary: "a Pong whose payload is that of no open Ping, while a Ping is open",
    meaning: "A Pong that answers a Ping carries the Ping's payload. This one carries another, \
        and its sender had received a Ping that it had not answered.",
    harm: "A library that compares payloads does not count it as an answer, takes the connection \
        for dead and ends it; one that does not compare them is not harmed. A Pong that was sent \
        unasked, as a sign of life, may look like this and is legal.",
    says: &[],
    causes: &[
        "a library or an application that answers every Ping with an empty or a fixed payload",
        "a sign of life, sent as a Pong unasked, that met a Ping on its way",
        "an intermediary that answers Pings itself",
    ],
    fix: "Nothing, unless the connection ends for want of a Pong: then have the Pong carry exactly \
        the payload of the Ping that it answers (most libraries do, if the application leaves \
        Pings to them).",
    judge: Judge::Pong { fires, tell },
};

#[expect(
    clippy::unnecessary_wraps,
    reason = "every rule's check may decide not to fire"
)]
const fn fires(rule: &Rule, _: &PongFacts<'_>) -> Option<Severity> {
    Some(rule.severity)
}

fn tell(facts: &PongFacts<'_>) -> Telling {
    let header = &facts.seen.header;
    let length = header.payload_length().unwrap_or_default();
    let peer = facts.sender.peer();
    let ping = facts.ping.packet.seen_from(facts.seen.place.packet);
    let open = match facts.open {
        1 => format!("the open Ping of the {peer} in {ping}"),
        more => format!("any of {more} open Pings of the {peer}, the latest in {ping}"),
    };
    Telling::new(
        facts.seen.place,
        format!("this Pong's payload of {length} bytes is not that of {open}"),
    )
    .showing(header.to_bytes())
}
