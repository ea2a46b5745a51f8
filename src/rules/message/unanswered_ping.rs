//! Pings that nobody answers.

use crate::rules::Severity;
use crate::rules::judge::{Judge, PingFacts, Telling};
use crate::rules::{Rule, Table};
use crate::time::{Timestamp, seconds};

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "unanswered-ping",
    table: Table::Messages,
    severity: Severity::Warning,
    reference: "RFC 6455 section 5.5.2",
    summary: "no Pong answers a Ping, or a later one, within 30 s after TCP acknowledged it",
    meaning: "The machine of that side received the Ping: TCP acknowledged it. The WebSocket \
        above TCP did not answer for half a minute, although it was neither leaving nor in the \
        middle of a frame.",
    harm: "A side that sends Pings to see whether the other one lives takes it for dead and ends \
        the connection, often with Close 1011 or without any Close.",
    says: &[
        "Python websockets: sent 1011 (internal error) keepalive ping timeout; no close frame \
         received",
    ],
    causes: &[
        "a process that does not read: a blocked event loop, a debugger, a machine put to sleep",
        "a library that answers Pings only while the application reads from the WebSocket",
        "an intermediary that takes Pings and passes neither them nor the Pongs on",
    ],
    fix: "See what that side did at the time: let nothing block its event loop, and keep reading \
        from the WebSocket. If it did answer, capture nearer to it: something between took the \
        Pong away. Until then give the Pings a longer timeout.",
    judge: Judge::Ping { fires, tell },
};

fn fires(rule: &Rule, facts: &PingFacts) -> Option<Severity> {
    let acknowledged = facts.acknowledged?;
    let is_too_late = |time: Timestamp| time.since(acknowledged) > PingFacts::PATIENCE;
    let was_answered = facts
        .answered
        .is_some_and(|answered| !is_too_late(answered));
    let was_busy = facts.busy.is_some_and(|(begin, _)| !is_too_late(begin));
    (is_too_late(facts.watched_until) && !was_answered && !was_busy).then_some(rule.severity)
}

fn tell(facts: &PingFacts) -> Telling {
    let (sender, peer) = (facts.sender, facts.sender.peer());
    let ping = facts.ping.packet.seen_from(facts.due.packet);
    let frame = facts.ping.frame.unwrap_or_default();
    let acknowledged = facts.acknowledged.unwrap_or(facts.ping.time);
    let outcome = match facts.answered {
        Some(answered) => format!(
            "answered {} after TCP had acknowledged it",
            seconds(answered.since(acknowledged))
        ),
        None => format!(
            "never answered: TCP acknowledged it, and no Pong came in the {} that followed",
            seconds(facts.watched_until.since(acknowledged))
        ),
    };
    facts.tell(format!(
        "the {sender} left a Ping unanswered for more than {} s: frame {frame} of the {peer} in \
         {ping} was {outcome}",
        PingFacts::PATIENCE.as_secs()
    ))
}
