//! What happens in one direction of a connection, and the packet that brought it.

use crate::decode::{Segment, TcpFlags};
use crate::packet::PacketId;
use crate::place::Place;
use crate::time::Timestamp;

/// The packet that brought something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The packet, the first copy of it.
    pub packet: PacketId,
    /// When it was captured.
    pub time: Timestamp,
    /// Its acknowledgement number.
    pub acknowledgement: Option<u32>,
}

impl Arrival {
    /// Whether this packet was captured before another one: in one input as that has them
    /// stored, and by their times where they are of two, which nothing else puts in an order.
    #[must_use]
    pub fn is_before(&self, other: &Self) -> bool {
        let (own, others) = (self.packet, other.packet);
        if own.input == others.input {
            own.number < others.number
        } else {
            (self.time, own) < (other.time, others)
        }
    }

    pub(super) fn of(segment: &Segment<'_>) -> Self {
        Self {
            packet: segment.packet,
            time: segment.time,
            acknowledgement: segment
                .flags
                .contains(TcpFlags::ACK)
                .then_some(segment.acknowledgement),
        }
    }
}

/// Bytes of a direction, in order, all from one packet.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'s> {
    /// The stream's bytes before it, from the first byte after the SYN, or from the first
    /// captured byte where the SYN was not captured.
    pub offset: u64,
    /// Sequence number of the first byte.
    pub sequence: u32,
    /// The bytes.
    pub bytes: &'s [u8],
    /// The packet that brought them.
    pub arrival: Arrival,
}

impl<'s> Chunk<'s> {
    /// What is behind its first `count` bytes.
    #[must_use]
    pub fn behind(&self, count: usize) -> Self {
        // Only the low 32 bits matter to a number that wraps at 32 bits.
        #[expect(clippy::cast_possible_truncation)]
        let wrapped = count as u32;
        Self {
            offset: self.offset + count as u64,
            sequence: self.sequence.wrapping_add(wrapped),
            bytes: self.bytes.get(count..).unwrap_or_default(),
            arrival: self.arrival,
        }
    }

    /// Its first `count` bytes.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        Self {
            bytes: self.bytes.get(..count).unwrap_or(self.bytes),
            ..*self
        }
    }

    /// Where its first byte stands, which belongs to this frame.
    #[must_use]
    pub const fn place(&self, frame: Option<u64>) -> Place {
        Place {
            packet: self.arrival.packet,
            time: self.arrival.time,
            stream_offset: self.offset,
            sequence: self.sequence,
            acknowledgement: self.arrival.acknowledgement,
            frame,
        }
    }

    /// The bytes that stand at a place.
    #[must_use]
    pub const fn at(place: Place, bytes: &'s [u8]) -> Self {
        Self {
            offset: place.stream_offset,
            sequence: place.sequence,
            bytes,
            arrival: Arrival {
                packet: place.packet,
                time: place.time,
                acknowledgement: place.acknowledgement,
            },
        }
    }
}

/// Bytes of a direction that the capture lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The stream's bytes before it.
    pub offset: u64,
    /// How many bytes are missing; 0 where that cannot be known ([`GapCause::Start`]).
    pub length: u64,
    /// Why.
    pub cause: GapCause,
    /// Sequence number of the first missing byte; of the first byte behind it where the length
    /// cannot be known.
    pub sequence: u32,
    /// The packet that shows it: the one that was cut, or the first one behind the gap, or else
    /// the last one of the connection.
    pub arrival: Arrival,
}

impl Gap {
    /// Where it stands.
    #[must_use]
    pub const fn place(&self, frame: Option<u64>) -> Place {
        Place {
            packet: self.arrival.packet,
            time: self.arrival.time,
            stream_offset: self.offset,
            sequence: self.sequence,
            acknowledgement: self.arrival.acknowledgement,
            frame,
        }
    }

    /// What is left of it behind its first `count` bytes.
    #[must_use]
    pub const fn behind(&self, count: u32) -> Self {
        Self {
            offset: self.offset + count as u64,
            length: self.length.saturating_sub(count as u64),
            sequence: self.sequence.wrapping_add(count),
            ..*self
        }
    }
}

/// Why bytes are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// The capture does not hold the start of the stream.
    Start,
    /// The capture does not hold the packets: acknowledged by the peer, or followed by later
    /// bytes, but never seen.
    Lost,
    /// The capture kept only the first bytes of the packet.
    Cut,
}

/// What happens in one direction of a connection.
#[derive(Clone, Copy, Debug)]
pub enum StreamEvent<'s> {
    /// The next bytes.
    Data(Chunk<'s>),
    /// Missing bytes.
    Gap(Gap),
}

/// Where a side ended its stream, by FIN or by RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The packet with the flag, the first one.
    pub arrival: Arrival,
    /// The sequence number of the flag.
    pub sequence: u32,
    /// The position of the flag in the stream.
    pub(super) position: u64,
}

impl End {
    /// Where it stands, its sender having sent `offset` bytes.
    #[must_use]
    pub(super) const fn place(&self, offset: u64) -> Place {
        Place {
            packet: self.arrival.packet,
            time: self.arrival.time,
            stream_offset: offset,
            sequence: self.sequence,
            acknowledgement: self.arrival.acknowledgement,
            frame: None,
        }
    }
}
