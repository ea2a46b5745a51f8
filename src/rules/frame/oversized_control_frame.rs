//! Control frames that are too long.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "oversized-control-frame",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.5",
    summary: "a Close, Ping or Pong with more than 125 bytes of payload",
    meaning: "Control frames hold at most 125 bytes of payload.",
    harm: "The receiver must fail the connection: \"control frame too long\".",
    says: &[],
    causes: &[
        "a Close reason that was not cut to 123 bytes of UTF-8",
        "an application that sends data in Pings",
    ],
    fix: "Cut Close reasons to 123 bytes at a character's end; send data in data frames.",
    judge: Judge::Frame {
        on: Notable::OVERSIZED_CONTROL,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    let header = &facts.seen.header;
    let length = header.payload_length().unwrap_or_default();
    let end = header.extended_length_range().end;
    facts
        .tell(format!(
            "a {} with {length} bytes of payload; at most 125 are allowed",
            facts.frame_name()
        ))
        .context(0..1, facts.first_byte())
        .offending(1..end, format!("length {length}"))
}
