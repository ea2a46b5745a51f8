//! One direction of a TCP connection: segments in, bytes in their order out. It knows which
//! packet brought each byte and which bytes the capture lacks; what they mean is not its business.
//!
//! A byte that arrives in its turn is lent from its packet; one that comes early is copied once
//! and waits. Nothing waits for ever: a hole is given up when the peer has acknowledged past it
//! and nothing came in the time that captures need to put packets in order, when a bound on what
//! waits is met, or when the connection is over.

use std::time::Duration;

use crate::decode::{Segment, TcpFlags};
use crate::limits::Limits;
use crate::packet::PacketId;
use crate::time::Timestamp;

use super::reorder::Reorder;
use super::sequence::{FIRST, Unwrapper};

/// Bytes of a direction, in order, all from one packet.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'s> {
    /// The stream's bytes before it, from the first byte after the SYN, or from the first
    /// captured byte where the SYN was not captured.
    pub offset: u64,
    /// The bytes: never empty.
    pub bytes: &'s [u8],
    /// The packet that brought them, the first copy of it.
    pub packet: PacketId,
    /// When it was captured.
    pub time: Timestamp,
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
    /// The packet that shows it: the one that was cut, or the first one behind the gap, or else
    /// the last one of the connection.
    pub packet: PacketId,
    /// When that packet was captured.
    pub time: Timestamp,
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
    pub packet: PacketId,
    /// When it was captured.
    pub time: Timestamp,
    /// The position of the flag in the stream.
    position: u64,
}

/// A hole that was noticed, and when.
#[derive(Clone, Copy, Debug)]
struct Hole {
    position: u64,
    packets: u64,
    time: Timestamp,
}

/// One direction of a TCP connection.
#[derive(Debug, Default)]
pub struct Direction {
    numbers: Option<Unwrapper>,
    /// Position of the stream's byte 0, once that is settled.
    origin: Option<u64>,
    from_start: bool,
    /// Position of the next byte to hand on.
    next: u64,
    /// The highest position that the peer acknowledged.
    acknowledged: u64,
    fin: Option<End>,
    rst: Option<End>,
    waiting: Reorder,
    hole: Option<Hole>,
    bytes: u64,
    missing: u64,
    gaps: u64,
}

/// What the directions of a connection share while one packet is handled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Packets of the connection so far.
    pub(super) packets: u64,
    /// The latest packet.
    pub(super) packet: PacketId,
    /// The latest time.
    pub(super) time: Timestamp,
}

impl Direction {
    /// Whether any packet of it was captured.
    #[must_use]
    pub const fn is_captured(&self) -> bool {
        self.numbers.is_some()
    }

    /// Whether its SYN was captured, so that stream offsets count from the true first byte.
    #[must_use]
    pub const fn is_from_start(&self) -> bool {
        self.from_start
    }

    /// The stream's bytes that were handed on or given up so far.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.origin.map_or(0, |origin| self.next - origin)
    }

    /// Bytes handed on.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes known to be missing.
    #[must_use]
    pub const fn missing_bytes(&self) -> u64 {
        self.missing
    }

    /// Places where bytes are missing, the uncaptured start not among them.
    #[must_use]
    pub const fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Its first FIN.
    #[must_use]
    pub const fn fin(&self) -> Option<End> {
        self.fin
    }

    /// Its first RST.
    #[must_use]
    pub const fn rst(&self) -> Option<End> {
        self.rst
    }

    /// Whether every byte before its end was handed on or given up; `None` where it has no end.
    ///
    /// False means that the capture lacks packets just before the FIN or RST.
    #[must_use]
    pub fn reached(&self, end: End) -> bool {
        self.next >= end.position
    }

    /// Bytes that wait for earlier ones.
    pub(super) const fn waiting_bytes(&self) -> usize {
        self.waiting.bytes()
    }

    /// Whether a SYN with this sequence number opens another connection than this one.
    pub(super) fn is_other_start(&self, sequence: u32) -> bool {
        /// A SYN that was captured after its first data is at most a few packets late.
        const LATE: u64 = 1 << 20;
        let Some(numbers) = self.numbers else {
            return false;
        };
        let start = numbers.position(sequence.wrapping_add(1));
        match self.origin {
            Some(origin) if self.from_start => start != origin,
            Some(origin) => start > origin || origin - start > LATE,
            None => self
                .waiting
                .first()
                .is_some_and(|first| start > first || first - start > LATE),
        }
    }

    /// Whether data or an end was seen.
    pub(super) fn is_used(&self) -> bool {
        self.bytes > 0 || self.waiting.pieces() > 0 || self.fin.is_some() || self.rst.is_some()
    }

    /// Forgets a SYN that no data followed: another one took its place.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }

    /// Takes a segment of this direction; returns the name of the bound that was met, if one was.
    pub(super) fn push(
        &mut self,
        segment: &Segment<'_>,
        limits: &Limits,
        sink: &mut dyn FnMut(StreamEvent<'_>),
    ) -> Option<&'static str> {
        let syn = segment.flags.contains(TcpFlags::SYN);
        let first = segment.sequence.wrapping_add(u32::from(syn));
        let numbers = *self.numbers.get_or_insert_with(|| {
            self.next = FIRST;
            Unwrapper::starting_at(first)
        });
        let position = numbers.position(first);
        if syn && self.origin.is_none() {
            self.from_start = true;
            self.settle(position);
        }
        let end = position + segment.payload.len() as u64 + u64::from(segment.missing);
        let ending = |position| End {
            packet: segment.packet,
            time: segment.time,
            position,
        };
        if segment.flags.contains(TcpFlags::RST) {
            // A RST may carry text for people (RFC 9293 section 3.5.3); it is no stream data.
            keep_earlier(&mut self.rst, ending(position));
            return None;
        }
        if segment.flags.contains(TcpFlags::FIN) {
            keep_earlier(&mut self.fin, ending(end));
        }
        if self.origin.is_some() && position <= self.next {
            self.accept(segment, position, end, sink);
            self.hand_on(sink);
        } else if end > position {
            self.waiting.insert(
                position,
                segment.payload,
                u64::from(segment.missing),
                segment.packet,
                segment.time,
            );
            let bound = if self.waiting.bytes() > limits.waiting_bytes {
                "waiting_bytes"
            } else if self.waiting.pieces() > limits.waiting_segments {
                "waiting_segments"
            } else {
                return None;
            };
            self.give_up_one(segment.packet, segment.time, sink);
            return Some(bound);
        } else if self.origin.is_none() && position < self.next {
            self.next = position;
        }
        None
    }

    /// Notes only whether a segment ends the stream; lets go of what waits.
    pub(super) fn pass_over(&mut self, segment: &Segment<'_>) {
        let end = End {
            packet: segment.packet,
            time: segment.time,
            position: self.next,
        };
        if segment.flags.contains(TcpFlags::RST) {
            keep_earlier(&mut self.rst, end);
        } else if segment.flags.contains(TcpFlags::FIN) {
            keep_earlier(&mut self.fin, end);
        }
        if self.waiting.pieces() > 0 {
            self.waiting = Reorder::default();
        }
    }

    /// Notes that the peer acknowledged all before `sequence`.
    pub(super) fn acknowledge(&mut self, sequence: u32) {
        /// More than any window: such a number is not about this connection.
        const ABSURD: u64 = 1 << 30;
        let Some(numbers) = self.numbers else { return };
        let position = numbers.position(sequence);
        if position > self.acknowledged && position < self.next.saturating_add(ABSURD) {
            self.acknowledged = position;
        }
    }

    /// Gives up a hole that the peer has acknowledged, once packets had the time to come.
    pub(super) fn review(
        &mut self,
        now: Moment,
        limits: &Limits,
        sink: &mut dyn FnMut(StreamEvent<'_>),
    ) {
        let unsettled = self.origin.is_none() && self.waiting.pieces() > 0;
        if !(unsettled || self.acknowledged > self.next || self.waiting.pieces() > 0) {
            self.hole = None;
            return;
        }
        let until = self.waiting.first().unwrap_or(self.acknowledged);
        if !unsettled && (self.acknowledged < until || self.is_mere_fin(until)) {
            self.hole = None;
            return;
        }
        let position = if unsettled { 0 } else { self.next };
        let hole = match self.hole {
            Some(hole) if hole.position == position => hole,
            _ => *self.hole.insert(Hole {
                position,
                packets: now.packets,
                time: now.time,
            }),
        };
        let patience = Duration::from_millis(limits.reordering_milliseconds);
        if now.packets - hole.packets >= u64::from(limits.reordering_packets)
            || now.time.since(hole.time) >= patience
        {
            self.hole = None;
            self.give_up_one(now.packet, now.time, sink);
        }
    }

    /// Gives up all that is missing: nothing more will come.
    pub(super) fn finish(&mut self, now: Moment, sink: &mut dyn FnMut(StreamEvent<'_>)) {
        while self.waiting.pieces() > 0 {
            self.give_up_one(now.packet, now.time, sink);
        }
        if self.origin.is_some() && self.acknowledged > self.next {
            let until = self.acknowledged;
            if !self.is_mere_fin(until) {
                self.give_up_one(now.packet, now.time, sink);
            }
        }
    }

    /// Whether the only byte missing before `until` may be a FIN, which counts as one.
    fn is_mere_fin(&self, until: u64) -> bool {
        until == self.next + 1 && self.waiting.pieces() == 0
    }

    /// From here on the stream has an origin.
    fn settle(&mut self, position: u64) {
        self.origin = Some(position);
        self.next = position;
    }

    /// Passes the first hole, or settles where a stream without a SYN begins.
    fn give_up_one(
        &mut self,
        packet: PacketId,
        time: Timestamp,
        sink: &mut dyn FnMut(StreamEvent<'_>),
    ) {
        let until = self.waiting.first().unwrap_or(self.acknowledged);
        if self.origin.is_none() {
            self.settle(until);
            sink(StreamEvent::Gap(Gap {
                offset: 0,
                length: 0,
                cause: GapCause::Start,
                packet: self.waiting.first_packet().map_or(packet, |(id, _)| id),
                time: self.waiting.first_packet().map_or(time, |(_, time)| time),
            }));
        } else if until > self.next {
            let (packet, time) = self.waiting.first_packet().unwrap_or((packet, time));
            self.lose(until - self.next, GapCause::Lost, packet, time, sink);
        }
        self.hand_on(sink);
    }

    /// Hands on a segment that begins at or before the next byte, without what was seen before.
    fn accept(
        &mut self,
        segment: &Segment<'_>,
        position: u64,
        end: u64,
        sink: &mut dyn FnMut(StreamEvent<'_>),
    ) {
        if end <= self.next {
            return;
        }
        let old = self.next - position;
        if let Some(bytes) = usize::try_from(old)
            .ok()
            .and_then(|old| segment.payload.get(old..))
        {
            self.give(bytes, segment.packet, segment.time, sink);
        }
        let missing = u64::from(segment.missing).min(end - position.max(self.next));
        self.lose(missing, GapCause::Cut, segment.packet, segment.time, sink);
    }

    /// Hands on what waited for the bytes just seen.
    fn hand_on(&mut self, sink: &mut dyn FnMut(StreamEvent<'_>)) {
        while let Some(piece) = self.waiting.take(self.next) {
            self.give(&piece.bytes, piece.packet, piece.time, sink);
            self.lose(piece.missing, GapCause::Cut, piece.packet, piece.time, sink);
        }
        if let Some(numbers) = &mut self.numbers {
            numbers.advance_to(self.next);
        }
    }

    fn give(
        &mut self,
        bytes: &[u8],
        packet: PacketId,
        time: Timestamp,
        sink: &mut dyn FnMut(StreamEvent<'_>),
    ) {
        if bytes.is_empty() {
            return;
        }
        let offset = self.offset();
        self.next += bytes.len() as u64;
        self.bytes += bytes.len() as u64;
        sink(StreamEvent::Data(Chunk {
            offset,
            bytes,
            packet,
            time,
        }));
    }

    fn lose(
        &mut self,
        length: u64,
        cause: GapCause,
        packet: PacketId,
        time: Timestamp,
        sink: &mut dyn FnMut(StreamEvent<'_>),
    ) {
        if length == 0 {
            return;
        }
        let offset = self.offset();
        self.next += length;
        self.missing += length;
        self.gaps += 1;
        sink(StreamEvent::Gap(Gap {
            offset,
            length,
            cause,
            packet,
            time,
        }));
    }
}

/// Keeps the end that was captured first: packets may be stored out of their order in time.
fn keep_earlier(end: &mut Option<End>, seen: End) {
    match end {
        Some(known) if (known.time, known.packet) <= (seen.time, seen.packet) => {}
        _ => *end = Some(seen),
    }
}
