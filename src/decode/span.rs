//! The bytes that are still to be read of a packet. It knows lengths and nothing of what the bytes
//! mean.

use super::Skipped;
use crate::packet::RawPacket;

/// The longest packet on the wire, in bytes, whatever length a capture states: what a network
/// card is handed to cut up is at most half of it. TCP reckons with what is missing of a packet,
/// and a number of 32 bits would be half of its sequence space or all of it.
const LONGEST_PACKET: usize = 1 << 20;

/// The bytes from one header on: those that the capture holds, and how many there were.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span<'p> {
    bytes: &'p [u8],
    /// Bytes on the wire, never fewer than `bytes`. It comes from lengths in the capture and in
    /// headers: a number to report, not to allocate.
    wire: usize,
}

impl<'p> Span<'p> {
    /// The whole packet.
    pub(super) fn of(packet: &RawPacket<'p>) -> Self {
        let wire = usize::try_from(packet.wire_length).unwrap_or(usize::MAX);
        Self {
            bytes: packet.bytes,
            wire: wire.min(LONGEST_PACKET).max(packet.bytes.len()),
        }
    }

    /// The first `bytes` of a datagram that had `wire` of them.
    pub(super) fn of_datagram(bytes: &'p [u8], wire: usize) -> Self {
        let wire = wire.max(bytes.len());
        Self { bytes, wire }
    }

    /// The bytes that the capture holds.
    pub(super) const fn bytes(&self) -> &'p [u8] {
        self.bytes
    }

    /// How many bytes there were on the wire; never fewer than the capture holds.
    pub(super) const fn wire(&self) -> usize {
        self.wire
    }

    /// Why a header of `length` bytes cannot be read from here: the capture cut the packet, or
    /// the packet itself is too short for it.
    pub(super) const fn shortage(&self, length: usize) -> Skipped {
        if length <= self.wire {
            Skipped::HeadersCut
        } else {
            Skipped::Malformed
        }
    }

    /// Consumes a header of `length` bytes and gives it.
    pub(super) fn take(&mut self, length: usize) -> Result<&'p [u8], Skipped> {
        let (header, rest) = self
            .bytes
            .split_at_checked(length)
            .ok_or(self.shortage(length))?;
        self.bytes = rest;
        // The span never has fewer bytes on the wire than it holds, and it held `length`.
        self.wire = self.wire.saturating_sub(length);
        Ok(header)
    }

    /// Consumes a header of `N` bytes and gives it.
    pub(super) fn take_array<const N: usize>(&mut self) -> Result<&'p [u8; N], Skipped> {
        let (header, rest) = self.bytes.split_first_chunk().ok_or(self.shortage(N))?;
        self.bytes = rest;
        self.wire = self.wire.saturating_sub(N);
        Ok(header)
    }

    /// Consumes what is left of a header that states its own `length`, of which so many bytes were
    /// taken.
    pub(super) fn take_rest(&mut self, length: u32, taken: usize) -> Result<&'p [u8], Skipped> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        self.take(length.checked_sub(taken).ok_or(Skipped::Malformed)?)
    }

    /// Applies a length that a header states: what lies behind it is padding of the link.
    ///
    /// A statement of more than the link carried is believed only where the capture says that
    /// it holds the whole packet. Tools that cut packets after capturing them leave that trace;
    /// where the capture knows of a cut itself, its number is the better one.
    pub(super) fn limit(&mut self, length: usize) {
        if length <= self.wire || self.wire == self.bytes.len() {
            self.wire = length;
        }
        self.bytes = self.bytes.get(..length).unwrap_or(self.bytes);
    }
}
