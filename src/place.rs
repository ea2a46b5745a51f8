//! Places in a capture.

use crate::packet::PacketId;
use crate::time::Timestamp;

/// Where something stands in the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The packet that brought its first byte, the first copy of it.
    pub packet: PacketId,
    /// When that packet was captured.
    pub time: Timestamp,
    /// Bytes of its sender's TCP payload before it, from the first byte after the SYN (from the
    /// first captured byte where the SYN was not captured).
    pub stream_offset: u64,
    /// Sequence number of its first byte.
    pub sequence: u32,
    /// The acknowledgement number of its packet: how far its sender had received the other
    /// side's stream.
    pub acknowledgement: Option<u32>,
    /// Number of the frame within its connection and sender, from 1.
    pub frame: Option<u64>,
}

impl Place {
    /// Whether whoever sent this had received the first byte of what stands at `peers` in the
    /// other side's stream.
    ///
    /// Acknowledgement numbers tell, whatever order the packets were stored in and whatever
    /// their clocks said; a packet without one knows of what was captured before it, by its time
    /// or, within one input, by its number.
    #[must_use]
    pub fn is_aware_of(&self, peers: &Self) -> bool {
        match self.acknowledgement {
            Some(number) => number.wrapping_sub(peers.sequence).cast_signed() > 0,
            None => {
                let (own, other) = (self.packet, peers.packet);
                peers.time < self.time || (own.input == other.input && other.number < own.number)
            }
        }
    }
}
