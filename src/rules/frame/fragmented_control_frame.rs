//! Control frames in pieces.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "fragmented-control-frame",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.5",
    summary: "a Close, Ping or Pong with FIN=0",
    meaning: "Control frames must not be fragmented.",
    harm: "The receiver must fail the connection: \"FIN must be set\", \"fragmented control \
        frame\".",
    says: &[],
    causes: &[
        "bytes that are no frames: an HTTP response begins with 48, which reads as a Close \
            with FIN=0",
        "a sender that fragments everything it sends",
    ],
    fix: "Send control frames whole; they hold at most 125 bytes.",
    judge: Judge::Frame {
        on: Notable::FRAGMENTED_CONTROL,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    facts
        .tell(format!(
            "a {} with FIN=0; control frames must not be fragmented",
            facts.frame_name()
        ))
        .offending(0..1, facts.first_byte())
        .context(1..2, facts.second_byte())
}
