//! What a segment keeps of the headers in front of its own IP header.

use super::carrier::{Carrier, Carriers};

/// What is known from the headers that were read so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passed {
    /// The sender's address on the innermost link, where that is one of six bytes.
    pub(super) link_source: Option<[u8; 6]>,
    pub(super) carriers: Carriers,
}

impl Passed {
    /// Notes what carries the rest of the packet over the same link.
    pub(super) fn carried_by(&mut self, carrier: Carrier) {
        self.carriers.push(carrier);
    }
}
