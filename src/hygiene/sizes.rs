//! How long packets are: cut by the capture, or longer than any wire carries. It knows lengths.

use super::Trouble;
use crate::decode::{Segment, Skipped, TcpFlags};
use crate::packet::RawPacket;

/// What the capture cut off the packets of one input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cut {
    packets: u64,
    cut: u64,
    first: Option<u64>,
    /// Those of them that were cut before the end of their headers.
    headers: u64,
    /// Bytes of the longest packet that was cut, as far as it was kept.
    kept: usize,
    /// Payload bytes of all segments, on the wire.
    payload: u64,
    /// Those of them that were cut off.
    missing: u64,
}

impl Cut {
    pub(super) fn note(&mut self, packet: &RawPacket<'_>) {
        self.packets += 1;
        if is_cut(packet) {
            self.cut += 1;
            self.kept = self.kept.max(packet.bytes.len());
            self.first.get_or_insert(packet.id.number);
        }
    }

    pub(super) fn note_skipped(&mut self, packet: &RawPacket<'_>, reason: Skipped) {
        self.headers += u64::from(reason == Skipped::HeadersCut && is_cut(packet));
    }

    pub(super) fn note_segment(&mut self, segment: &Segment<'_>) {
        let missing = u64::from(segment.missing);
        self.missing = self.missing.saturating_add(missing);
        self.payload = self
            .payload
            .saturating_add(missing + segment.payload.len() as u64);
    }

    pub(super) fn trouble(&self) -> Option<(Trouble, Option<u64>)> {
        let trouble = Trouble::Snaplen {
            kept: self.kept as u64,
            packets: self.cut,
            of_packets: self.packets,
            headers: self.headers,
            missing: self.missing,
            of_bytes: self.payload,
        };
        (self.cut > 0).then_some((trouble, self.first))
    }
}

fn is_cut(packet: &RawPacket<'_>) -> bool {
    packet.bytes.len() < usize::try_from(packet.wire_length).unwrap_or(0)
}

/// Payload bytes that a segment has at most on Ethernet: 1,500 without the shortest headers of
/// IP and TCP.
const ETHERNET: usize = 1460;

/// The same with jumbo frames, of 9,000 bytes or a little more.
const JUMBO: usize = 9216;

/// Segments that no wire carries, of one input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Oversized {
    segments: u64,
    largest: usize,
    first: Option<u64>,
}

impl Oversized {
    pub(super) fn note(&mut self, segment: &Segment<'_>) {
        let missing = usize::try_from(segment.missing).unwrap_or(usize::MAX);
        let length = segment.payload.len().saturating_add(missing);
        if length <= ETHERNET || segment.flags.contains(TcpFlags::RST) {
            return;
        }
        // What came in fragments is larger than its packets.
        if segment.came_in_fragments {
            return;
        }
        // Loopback has no wire, and packets of up to 64 KiB.
        if segment.source.address.is_loopback()
            || segment.source.address == segment.destination.address
        {
            return;
        }
        self.segments += 1;
        self.first.get_or_insert(segment.packet.number);
        self.largest = self.largest.max(length);
    }

    pub(super) fn trouble(&self) -> Option<(Trouble, Option<u64>)> {
        // Below that they may be what a jumbo frame carried.
        (self.largest > JUMBO).then_some((
            Trouble::Offload {
                packets: self.segments,
                largest: self.largest as u64,
            },
            self.first,
        ))
    }
}
