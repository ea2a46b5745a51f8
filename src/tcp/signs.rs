//! What the segments of one direction show of whether their sender is the capturing machine. It
//! knows the signs, and draws no conclusion.

use crate::decode::{Checksum, Segment, TcpFlags};
use crate::packet::Direction;

/// Payload bytes that a segment has at most on Ethernet: 1,500 without the shortest headers of
/// IP and TCP.
const ETHERNET: usize = 1460;

/// Large segments whose checksums are looked at: what a card is to fill in, it is to fill in of
/// all.
const LOOKED_AT: u8 = 4;

/// What the segments of one direction show of whether their sender is the capturing machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signs {
    /// The capture says of some that the capturing machine sent them.
    pub outbound: bool,
    /// It says of some that the capturing machine received them.
    pub inbound: bool,
    /// It says nothing of some.
    pub unsaid: bool,
    /// The checksum of its SYN.
    pub syn: Option<Checksum>,
    /// Segments larger than any Ethernet carries that were looked at.
    large: u8,
    /// Those of them whose checksums were still to be filled in.
    unfilled: u8,
}

impl Signs {
    /// Takes a segment of this direction.
    pub(super) fn note(&mut self, segment: &Segment<'_>) {
        match segment.direction {
            Some(Direction::Outbound) => self.outbound = true,
            Some(Direction::Inbound) => self.inbound = true,
            None => self.unsaid = true,
        }
        if segment.flags.contains(TcpFlags::SYN) && segment.payload.is_empty() {
            self.syn = Some(segment.checksum());
        }
        if segment.payload.len() > ETHERNET && segment.missing == 0 && self.large < LOOKED_AT {
            self.large += 1;
            self.unfilled += u8::from(segment.checksum() == Checksum::Unknown);
        }
    }

    /// Whether all were sent by the capturing machine, as the capture says.
    #[must_use]
    pub const fn is_outbound(&self) -> bool {
        self.outbound && !self.inbound && !self.unsaid
    }

    /// Whether all were received by it.
    #[must_use]
    pub const fn is_inbound(&self) -> bool {
        self.inbound && !self.outbound && !self.unsaid
    }

    /// Whether its segments were still to be cut by a network card, and their checksums to be
    /// filled in.
    #[must_use]
    pub const fn is_before_the_card(&self) -> bool {
        self.large > 0 && self.unfilled == self.large
    }

    /// Whether its SYN came over a wire: its checksum is right.
    #[must_use]
    pub fn is_from_a_wire(&self) -> bool {
        self.syn == Some(Checksum::Valid)
    }
}
