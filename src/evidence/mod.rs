//! Evidence: a pcapng file with the packets of the broken connections and nothing else, for whoever
//! is to believe a report. It knows which packets those are, how they are written down again, and
//! which of their bytes may stand there; it opens nothing and prints nothing.
//!
//! It is made by reading the captures again when the report is there ([`driver::evidence`]):
//!
//! ```text
//! Report ──▶ Plan ─┐
//! RawPacket ───────┴──▶ Gatherer ──held until it is known what they are──▶ pcapng
//!              analyzer::outline ──▶ redaction ──┘
//! ```
//!
//! Packets stand there byte for byte, with the time, interface, length and flags that their capture
//! gave them. What the report says of one is a comment on it. With redaction the bytes of payloads
//! are others: frame headers, and what the reports show of heads, stay; lengths stay; right
//! checksums stay right, and wrong ones wrong. Bytes of which nobody knows what they are are masked.
//!
//! Nothing grows with the captures: what is held is bounded, and the rest is of the size of the
//! report.
//!
//! [`driver::evidence`]: crate::driver::evidence

mod comments;
mod gatherer;
mod held;
mod interfaces;
mod pcapng;
mod plan;
mod redaction;

pub use gatherer::{Gatherer, Taken};
pub use plan::Plan;

/// What evidence is to be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// Packets around each finding, the handshake and the end that are wanted; `None` for whole
    /// connections.
    pub context: Option<u64>,
    /// Payload is masked.
    pub redact: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Connections that it is about.
    pub connections: u64,
    /// Packets that it holds.
    pub packets: u64,
    /// Packets with fragments that may have belonged to these connections and are not there: the
    /// rest of their datagram came too late, or their payload could not be masked.
    pub left_out: u64,
}
