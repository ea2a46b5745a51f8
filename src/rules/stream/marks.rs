//! The marks of another machine, in words.

use crate::tcp::{Kind, Mark};

/// What kind of segment it is.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Data => "data segment",
        Kind::Fin => "FIN",
        Kind::Rst => "RST",
    }
}

/// All marks of a segment, each with what the sender's others ("they") have.
pub(super) fn in_words(marks: &[Mark]) -> String {
    let words: Vec<String> = marks.iter().map(mark).collect();
    words.join(", ")
}

fn mark(mark: &Mark) -> String {
    match mark {
        Mark::Ttl { usual, own } => format!("TTL {own} where they have {usual}"),
        Mark::Link { usual, own } => {
            format!(
                "link address {} where they have {}",
                link(*own),
                link(*usual)
            )
        }
        Mark::Identification { before, own } => {
            format!("IP identification {own:#06x} behind {before:#06x}")
        }
        Mark::Options { usual, own } => format!("TCP options {own} where they have {usual}"),
        Mark::Clock { before, own } => format!("TCP timestamp {own} behind {before}"),
    }
}

fn link(address: [u8; 6]) -> String {
    address.map(|byte| format!("{byte:02x}")).join(":")
}
