//! Masking keys that are none.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "weak-masking-key",
    table: Table::Frames,
    severity: Severity::Info,
    reference: "RFC 6455 section 5.3",
    summary: "the client's masking key is all zero, or the same on three frames running",
    meaning: "A client masks each frame with four bytes that nobody can guess, so that a web page \
        cannot choose which bytes travel and trick a proxy with them.",
    harm: "It breaks none by itself. It lets a hostile page write bytes of its choice on the wire, \
        which is what masking is there to prevent.",
    says: &[],
    causes: &["a client that saves the work of masking", "a test tool"],
    fix: "Nothing, in a test tool. In a client, take every frame's key from a strong source of \
        randomness.",
    judge: Judge::Frame {
        on: Notable::WEAK_KEY,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    let header = &facts.seen.header;
    let what = if header.masking_key() == Some([0; 4]) {
        "the masking key is all zero"
    } else {
        "the same masking key on three frames running"
    };
    facts
        .tell(what)
        .offending(header.masking_key_range(), "masking key")
}
