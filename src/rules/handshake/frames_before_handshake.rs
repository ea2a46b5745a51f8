//! Frames that a client sent before it knew that it may.

use crate::place::Place;
use crate::rules::Severity;
use crate::rules::judge::{EndingFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::side::Side;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "frames-before-handshake",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.1",
    summary: "the client sent frames before it had received any of the 101",
    meaning: "A client may send frames once the server has agreed. By its acknowledgement number \
        this client had received no byte of the 101 when it sent its first frame.",
    harm: "Servers and proxies throw away what comes behind a request that they have not answered, \
        or read it as the next request: the first message never arrives, or the connection is \
        refused with 400.",
    says: &["tungstenite: Junk after client request"],
    causes: &[
        "a client that does not wait for the open event, or writes to the socket itself",
        "an intermediary that sends the request anew and behind it what it had already read",
    ],
    fix: "Let the client wait for the 101 before it sends its first message.",
    judge: Judge::Ending { fires, tell },
};

fn fires(rule: &Rule, facts: &EndingFacts<'_>) -> Option<Severity> {
    early_frame(facts).map(|_| rule.severity)
}

/// The client's first frame, where it stands right behind the request and its packet
/// acknowledges nothing of the 101.
fn early_frame(facts: &EndingFacts<'_>) -> Option<Place> {
    let handshake = facts.handshake?;
    let answer = handshake.response().filter(|_| handshake.is_accepted())?;
    handshake.request()?;
    let frame = facts.own.first_frame?;
    let received = frame.acknowledgement?.wrapping_sub(answer.place.sequence);
    let is_early = facts.sender == Side::Client
        && handshake.request_end() == Some(frame.sequence)
        && received.cast_signed() <= 0;
    is_early.then_some(frame)
}

fn tell(_: &Rule, facts: &EndingFacts<'_>) -> Telling {
    let message = "the client's first frame was sent before it had received any of the 101";
    match early_frame(facts) {
        Some(place) => Telling::new(place, message),
        None => facts.tell(message),
    }
}
