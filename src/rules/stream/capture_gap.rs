//! Bytes that were not captured.

use crate::rules::Severity;
use crate::rules::judge::{Judge, StreamFacts, Telling};
use crate::rules::{Rule, Table};
use crate::tcp::GapCause;
use crate::websocket::event::Oddity;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "capture-gap",
    table: Table::Stream,
    severity: Severity::Info,
    reference: "RFC 9293 section 3.4",
    summary: "bytes that the capture lacks: cut by a snaplen, dropped, or sent before it began",
    meaning: "The capture does not hold these bytes of the stream. That is no fault of the \
        connection: the peer acknowledged them, or later ones came.",
    harm: "What stands in missing bytes is not judged, and what depends on them is not held \
        against anybody.",
    says: &[],
    causes: &[
        "a snaplen that keeps the first bytes of each packet only",
        "packets that the capturing host dropped",
        "a capture begun when the connection was open already",
    ],
    fix: "Capture again with tcpdump --immediate-mode -s 0 -w FILE, with a filter for the port \
        and a larger buffer (-B 65536) on a busy host, begun before the connection.",
    judge: Judge::Stream { fires, tell },
};

fn fires(rule: &Rule, facts: &StreamFacts<'_>) -> Option<Severity> {
    matches!(facts.oddity, Oddity::Gap { .. }).then_some(rule.severity)
}

fn tell(facts: &StreamFacts<'_>) -> Telling {
    let Oddity::Gap { gap, .. } = facts.oddity else {
        return facts.tell("bytes are missing");
    };
    let length = gap.length;
    let plural = if length == 1 { "byte" } else { "bytes" };
    let what = match gap.cause {
        GapCause::Start => "the start of this stream is not in the capture".to_owned(),
        GapCause::Lost => format!("{length} {plural} of this stream are not in the capture"),
        GapCause::Cut => format!("the capture cut {length} {plural} off this packet (snaplen)"),
    };
    facts.tell(what + &facts.unjudged())
}
