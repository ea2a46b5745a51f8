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
    /// Number of the frame within its connection and sender, from 1.
    pub frame: Option<u64>,
}
