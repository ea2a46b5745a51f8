//! Lengths written longer than needed.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "non-minimal-length",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.2",
    summary: "the payload length stands in 16 or 64 bits where a shorter form holds it",
    meaning: "A payload length has one right form, the shortest: 7 bits up to 125, 16 bits up to \
        65535, 64 bits above.",
    harm: "Browsers fail the connection; other receivers take it, so that it breaks for some users \
        only.",
    says: &[
        "Chrome: Invalid frame header",
        "wsproto: Payload length used 2 bytes when 1 would have sufficed",
        "wsproto: Payload length used 8 bytes when 2 would have sufficed",
    ],
    causes: &[
        "a server library that always writes the long form",
        "hand-written framing, often on embedded devices",
    ],
    fix: "Write lengths up to 125 in the 7-bit field and up to 65535 in 16 bits.",
    judge: Judge::Frame {
        on: Notable::NON_MINIMAL_LENGTH,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    let header = &facts.seen.header;
    let length = header.payload_length().unwrap_or_default();
    let range = header.extended_length_range();
    let bits = range.len() * 8;
    let enough = if length <= 125 { 7 } else { 16 };
    facts
        .tell(format!(
            "length {length} in {bits} bits, where {enough} bits hold it"
        ))
        .context(0..1, facts.first_byte())
        .offending(1..range.end, format!("length {length} in {bits} bits"))
}
