//! Packets that wait, in their order, until it is known whether they are evidence and what may be
//! shown of them. It knows bounds and order, not reasons.

use std::collections::VecDeque;

use super::redaction::Standing;
use crate::packet::PacketId;
use crate::time::Timestamp;

/// Bytes of packets that wait at once. What is beyond that is decided without what was waited for.
/// It is some seconds of a fast path, and many times what comes out of order.
const MOST_BYTES: usize = 32 << 20;

/// What a packet costs beside its bytes.
const OVERHEAD: usize = size_of::<Held>();

/// A packet that waits.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) packet: PacketId,
    pub(super) time: Timestamp,
    pub(super) interface: u32,
    pub(super) ticks: u64,
    pub(super) wire_length: u32,
    pub(super) flags: u32,
    pub(super) bytes: Vec<u8>,
    pub(super) waits: Waits,
    /// The part of a datagram in it, where it brought a fragment.
    pub(super) piece: Option<Piece>,
}

/// What a packet waits for.
#[derive(Debug)]
pub(super) enum Waits {
    /// Nothing.
    No,
    /// The rest of the datagram with this number.
    Rest(u64),
    /// What its payload is.
    Meaning(Box<Payload>),
    /// What the payload of the datagram with this number is.
    Datagram(u64),
    /// It is not kept.
    Dropped,
}

/// Where the bytes of a fragment are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// In the packet.
    pub(super) at: usize,
    pub(super) length: usize,
    /// In its datagram, if that is no fragment itself.
    pub(super) start: Option<usize>,
}

/// A segment whose payload is to be masked.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    pub(super) standing: Standing,
    /// Where the TCP header begins, in the packet or in the datagram.
    pub(super) header_at: usize,
    /// Where the payload begins there.
    pub(super) at: usize,
    pub(super) length: usize,
    /// The checksum, where it has to be kept right, or wrong.
    pub(super) checksum: Option<u16>,
    /// It contradicts another one.
    pub(super) is_other: bool,
}

/// The packets that wait, the earliest first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    held: VecDeque<Held>,
    /// Packets that were let go.
    gone: u64,
    bytes: usize,
}

impl Queue {
    /// Adds a packet; returns its place, which stays the same.
    pub(super) fn push(&mut self, held: Held) -> u64 {
        self.bytes += held.bytes.len() + OVERHEAD;
        self.held.push_back(held);
        self.gone + self.held.len() as u64 - 1
    }

    /// The packet at a place, unless it was let go.
    pub(super) fn at(&mut self, place: u64) -> Option<&mut Held> {
        let index = usize::try_from(place.checked_sub(self.gone)?).ok()?;
        self.held.get_mut(index)
    }

    /// The earliest packet, and its place.
    pub(super) fn first(&self) -> Option<(u64, &Held)> {
        Some((self.gone, self.held.front()?))
    }

    /// Lets the earliest packet go.
    pub(super) fn pop(&mut self) -> Option<Held> {
        let held = self.held.pop_front()?;
        self.gone += 1;
        self.bytes -= held.bytes.len() + OVERHEAD;
        Some(held)
    }

    /// Whether more waits than may.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes > MOST_BYTES
    }
}
