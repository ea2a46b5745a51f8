//! One direction of a TCP connection: segments in, bytes in their order out. It knows which
//! packet brought each byte and which bytes the capture lacks; what they mean is not its business.
//!
//! A byte that arrives in its turn is lent from its packet; one that comes early is copied once
//! and waits. Nothing waits for ever: a hole is given up when the peer has acknowledged past it
//! and nothing came in the time that captures need to put packets in order, when a bound on what
//! waits is met, or when the connection is over.

use std::time::Duration;

use crate::decode::{Checksum, Segment, TcpFlags};
use crate::limits::Limits;
use crate::packet::PacketId;
use crate::place::Place;
use crate::time::Timestamp;

use super::conflict::Version;
use super::doubt::{Doubt, Doubtful};
use super::event::{Arrival, Chunk, End, Gap, GapCause, StreamEvent};
use super::reorder::Reorder;
use super::resets::OutOfWindow;
use super::sequence::{FIRST, Unwrapper};
use super::watch::{Standing, out_of_window};

/// A hole that was noticed, and when.
#[derive(Clone, Copy, Debug)]
struct Hole {
    position: u64,
    packets: u64,
    time: Timestamp,
}

/// Bytes that may be in flight ahead of all that was captured and acknowledged.
const FAR: u64 = 1 << 20;

/// One direction of a TCP connection.
#[derive(Debug, Default)]
pub struct Direction {
    is_captured: bool,
    numbers: Option<Unwrapper>,
    /// Position of the stream's byte 0, once that is settled.
    origin: Option<u64>,
    from_start: bool,
    /// Position of the next byte to hand on.
    next: u64,
    /// The highest position that the peer acknowledged.
    acknowledged: u64,
    fin: Option<End>,
    rst: Option<Box<End>>,
    /// The RST had the number of the byte that was due when it was captured.
    rst_in_order: bool,
    /// The peer knew no connection any more behind the RST, having received all before it.
    rst_took_effect: bool,
    waiting: Reorder,
    doubt: Doubt,
    hole: Option<Box<Hole>>,
    /// The last packet that brought bytes.
    latest: Option<Arrival>,
    /// The highest position that a RST of the peer acknowledged.
    acknowledged_by_reset: u64,
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
    pub(super) arrival: Arrival,
}

impl Direction {
    /// Whether any packet of it was captured.
    #[must_use]
    pub const fn is_captured(&self) -> bool {
        self.is_captured
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

    /// Its first RST that ended it. One with a number that its receiver had passed already, or
    /// whose sender goes on with data, ended nothing; but where the receiver answers that data
    /// by a RST, it had believed the one before, whoever sent it.
    #[must_use]
    pub fn rst(&self) -> Option<End> {
        let goes_on = |rst: &End| {
            !self.rst_took_effect
                && self.next > rst.position
                && self
                    .latest
                    .is_some_and(|latest| rst.arrival.is_before(&latest))
        };
        let rst = self.rst.as_deref()?;
        (rst.position >= self.acknowledged && !goes_on(rst)).then_some(*rst)
    }

    /// How it ended first, and whether by RST: of an end that its bytes reached, where there is
    /// one.
    #[must_use]
    pub fn end(&self) -> Option<(End, bool)> {
        let fin = self.fin.map(|end| (end, false));
        let rst = self.rst().map(|end| (end, true));
        fin.into_iter()
            .chain(rst)
            .min_by_key(|(end, _)| (!self.reached(*end), moment(end)))
    }

    /// Whether it ended, or went on, in bytes that the capture lacks: the peer acknowledged
    /// more than was captured.
    #[must_use]
    pub fn has_unseen_end(&self) -> bool {
        let fin = u64::from(self.fin.is_some());
        self.acknowledged.max(self.acknowledged_by_reset) > self.next + fin
    }

    /// Whether its FIN was captured and not all that comes before: the FIN's number says so.
    #[must_use]
    pub fn has_hole_before_end(&self) -> bool {
        self.fin.is_some_and(|fin| !self.reached(fin))
    }

    /// Whether a segment carries data that cannot belong to this stream any more: behind its
    /// FIN, or far from all of it.
    pub(super) fn is_beyond_end(&self, segment: &Segment<'_>) -> bool {
        const FAR: u64 = 1 << 30;
        let (Some(fin), Some(numbers)) = (self.fin, self.numbers) else {
            return false;
        };
        let position = numbers.position(segment.sequence);
        !segment.payload.is_empty() && (position > fin.position || position + FAR < fin.position)
    }

    /// The peer's SYN-ACK acknowledges this direction's SYN: its first byte has this number.
    pub(super) fn begins_at(&mut self, sequence: u32, time: Timestamp) {
        if self.bytes > 0 {
            return;
        }
        // What was sent before belongs to a connection that is gone.
        self.rst.take_if(|rst| rst.arrival.time <= time);
        if self.waiting.pieces() == 0 {
            self.acknowledged = 0;
        }
        if self.origin.is_none() {
            let first = || Unwrapper::starting_at(sequence);
            let numbers = *self.numbers.get_or_insert_with(first);
            self.from_start = true;
            self.settle(numbers.position(sequence));
        }
    }

    /// Where an end of it stands. Bytes that were sent behind it come after it.
    #[must_use]
    pub fn place_of(&self, end: End) -> Place {
        let before = self
            .origin
            .map_or(0, |origin| end.position.saturating_sub(origin));
        end.place(before.min(self.offset()))
    }

    /// Whether every byte before its end was handed on or given up.
    ///
    /// False means that the capture lacks packets just before the FIN or RST.
    #[must_use]
    pub const fn reached(&self, end: End) -> bool {
        self.next >= end.position
    }

    /// Bytes of memory that what waits for earlier bytes takes.
    pub(super) fn waiting_bytes(&self) -> usize {
        self.waiting.cost() + self.doubt.cost()
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

    /// Where a segment stands, before it is taken; `None` where the stream has no beginning yet.
    pub(super) fn standing(&self, segment: &Segment<'_>) -> Option<Standing> {
        let origin = self.origin?;
        let numbers = self.numbers?;
        let syn = segment.flags.contains(TcpFlags::SYN);
        let position = numbers.position(segment.sequence.wrapping_add(u32::from(syn)));
        let end = position + segment.payload.len() as u64 + u64::from(segment.missing);
        let is_fin = segment.flags.contains(TcpFlags::FIN);
        Some(Standing {
            origin,
            position,
            end,
            next: self.next,
            repeats_fin: is_fin && self.fin.is_some_and(|fin| fin.position == end),
        })
    }

    /// The position behind all that was captured.
    pub(super) fn highest(&self) -> u64 {
        self.waiting.end().unwrap_or(0).max(self.next)
    }

    /// The position up to which the peer acknowledged it.
    pub(super) const fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// How far a RST is out of the window of its receiver, who never offered more than `window`
    /// bytes; `None` where it is in it, or where nothing was acknowledged yet.
    pub(super) fn out_of_window(&self, standing: &Standing, window: u64) -> Option<OutOfWindow> {
        (self.acknowledged >= standing.origin)
            .then(|| out_of_window(standing.position, self.acknowledged, window))?
    }

    /// The part of a segment that was handed on before, and the stream's bytes before it.
    pub(super) fn repeated<'p>(
        &self,
        segment: &Segment<'p>,
        standing: &Standing,
    ) -> Option<(u64, &'p [u8])> {
        let origin = standing.origin;
        let from = standing.position.max(origin);
        let skipped = usize::try_from(from - standing.position).ok()?;
        let length = usize::try_from(self.next.checked_sub(from)?).unwrap_or(usize::MAX);
        let bytes = segment.payload.get(skipped..)?;
        let bytes = bytes.get(..length).unwrap_or(bytes);
        (!bytes.is_empty()).then_some((from - origin, bytes))
    }

    /// Whether checksums of this direction are worth computing.
    pub(super) const fn asks_for_checksums(&self) -> bool {
        self.doubt.asks()
    }

    /// Whether segments with a wrong checksum are not believed.
    pub(super) const fn drops_damaged(&self) -> bool {
        self.doubt.is_in_force()
    }

    /// What the checksums were of segments that came earlier and were believed.
    pub(super) const fn checksum_of_believed(&self) -> Checksum {
        self.doubt.of_believed()
    }

    /// Whether data with this checksum is to be believed. What is not, is kept for the case that
    /// the peer takes it, and is not to be taken otherwise.
    pub(super) fn believes(
        &mut self,
        segment: &Segment<'_>,
        standing: &Standing,
        checksum: Checksum,
    ) -> bool {
        let believes = self.doubt.believes(checksum)
            || segment.flags.intersects(TcpFlags::SYN | TcpFlags::RST);
        if !believes && standing.end > self.next {
            let segments = self.doubt.keep(Doubtful {
                position: standing.position,
                bytes: segment.payload.to_vec(),
                arrival: Arrival::of(segment),
                is_fin: segment.flags.contains(TcpFlags::FIN),
            });
            self.take_all(segments);
        }
        believes
    }

    /// Notes the checksum of a segment without data, which is taken whatever that says.
    pub(super) fn note_checksum(&mut self, checksum: Checksum) {
        self.doubt.believes(checksum);
    }

    /// Takes segments that were not believed: they wait for their turn.
    fn take_all(&mut self, segments: Vec<Doubtful>) {
        for segment in segments {
            let (position, end, arrival) = (segment.position, segment.end(), segment.arrival);
            self.waiting.insert(position, &segment.bytes, 0, arrival);
            if let Some(numbers) = self.numbers.filter(|_| segment.is_fin) {
                let ending = End {
                    arrival,
                    sequence: numbers.sequence(position),
                    position: end,
                };
                keep_earlier(&mut self.fin, ending);
            }
        }
    }

    /// Hands on what was not believed and the peer took, if there is any.
    #[inline]
    fn believe_peer(&mut self, sink: &mut dyn FnMut(StreamEvent<'_>)) {
        if !self.doubt.is_empty() {
            self.believe_taken(sink);
        }
    }

    fn believe_taken(&mut self, sink: &mut dyn FnMut(StreamEvent<'_>)) {
        let segments = self.doubt.taken_by_peer(self.next, self.acknowledged);
        self.take_all(segments);
        self.hand_on(sink);
    }

    /// Where a segment differs from what waits for earlier bytes, or is not believed.
    pub(super) fn differs_from_waiting(
        &self,
        segment: &Segment<'_>,
        standing: &Standing,
    ) -> Option<(u64, Version)> {
        if self.waiting.pieces() == 0 && self.doubt.is_empty() {
            return None;
        }
        let (position, payload) = (standing.position, segment.payload);
        let waiting = self.waiting.differing(position, payload);
        let waiting = waiting.map(|(position, mut first)| {
            first.checksum = self.checksum_of_believed();
            (position, first)
        });
        let (position, first) = waiting.or_else(|| self.doubt.differing(position, payload))?;
        Some((position.checked_sub(standing.origin)?, first))
    }

    /// Takes a segment of this direction; returns the name of the bound that was met, if one was.
    pub(super) fn push(
        &mut self,
        segment: &Segment<'_>,
        limits: &Limits,
        sink: &mut dyn FnMut(StreamEvent<'_>),
    ) -> Option<&'static str> {
        self.is_captured = true;
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
        let arrival = Arrival::of(segment);
        // Who has received any byte of the packet has received its FIN.
        let ending = |at| End {
            arrival,
            sequence: numbers.sequence(position),
            position: at,
        };
        if segment.flags.contains(TcpFlags::RST) {
            // A RST may carry text for people (RFC 9293 section 3.5.3); it is no stream data.
            let mut rst = self.rst();
            self.rst_in_order |= position == self.next;
            keep_earlier(&mut rst, ending(position));
            self.rst = rst.map(Box::new);
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
                arrival,
            );
            let bound = if self.waiting.cost() > limits.waiting_bytes {
                "waiting_bytes"
            } else if self.waiting.pieces() > limits.waiting_segments {
                "waiting_segments"
            } else {
                return None;
            };
            self.give_up_one(arrival, sink);
            return Some(bound);
        } else if self.origin.is_none() && position < self.next {
            self.next = position;
        }
        None
    }

    /// Notes only whether a segment ends the stream; lets go of what waits.
    pub(super) fn pass_over(&mut self, segment: &Segment<'_>) {
        self.is_captured = true;
        let end = End {
            arrival: Arrival::of(segment),
            sequence: segment.sequence,
            position: self.next,
        };
        if segment.flags.contains(TcpFlags::RST) {
            let mut rst = self.rst.as_deref().copied();
            keep_earlier(&mut rst, end);
            self.rst = rst.map(Box::new);
        } else if segment.flags.contains(TcpFlags::FIN) {
            keep_earlier(&mut self.fin, end);
        }
        if self.waiting.pieces() > 0 {
            self.waiting = Reorder::default();
        }
    }

    /// Notes that the peer acknowledged all before `sequence`.
    pub(super) fn acknowledge(&mut self, sequence: u32) {
        if let Some(position) = self.plausible(sequence) {
            self.acknowledged = self.acknowledged.max(position);
        }
    }

    /// Notes what the peer had received when it reset the connection. It makes no hole: such a
    /// number may be anybody's.
    pub(super) fn acknowledge_by_reset(&mut self, sequence: u32) {
        if let Some(position) = self.plausible(sequence) {
            self.acknowledged_by_reset = self.acknowledged_by_reset.max(position);
        }
    }

    /// Notes that the peer sent a RST of its own in this packet.
    pub(super) fn note_reset_of_peer(&mut self, arrival: &Arrival) {
        let was_awaited = |rst: &End| {
            let in_order = rst.position == self.acknowledged
                || self.rst_in_order && rst.position > self.acknowledged;
            rst.arrival.is_before(arrival) && in_order
        };
        self.rst_took_effect |= self.rst.as_deref().is_some_and(was_awaited);
    }

    /// The position of an acknowledgement number that may be about this stream.
    fn plausible(&self, sequence: u32) -> Option<u64> {
        /// Few windows are larger, and where one is, its bytes wait until a bound is met.
        const ABSURD: u64 = 16 << 20;
        let position = self.numbers?.position(sequence);
        (position < self.next.saturating_add(ABSURD)).then_some(position)
    }

    /// Gives up a hole that the peer has acknowledged, once packets had the time to come.
    pub(super) fn review(
        &mut self,
        now: Moment,
        limits: &Limits,
        sink: &mut dyn FnMut(StreamEvent<'_>),
    ) {
        self.believe_peer(sink);
        if self.origin.is_some() && self.waiting.first().is_some_and(|first| first <= self.next) {
            // Believed after all.
            self.hand_on(sink);
        }
        // Where nothing was captured behind the hole, the bytes may still come: a number alone
        // makes no hole before the end.
        let Some(until) = self.waiting.first() else {
            self.hole = None;
            return;
        };
        let unsettled = self.origin.is_none();
        if !unsettled && self.acknowledged < until {
            self.hole = None;
            return;
        }
        let position = if unsettled { 0 } else { self.next };
        let hole = match self.hole.as_deref() {
            Some(hole) if hole.position == position => *hole,
            _ => **self.hole.insert(Box::new(Hole {
                position,
                packets: now.packets,
                time: now.arrival.time,
            })),
        };
        let patience = Duration::from_millis(limits.reordering_milliseconds);
        if now.packets - hole.packets >= u64::from(limits.reordering_packets)
            || now.arrival.time.since(hole.time) >= patience
        {
            self.hole = None;
            self.give_up_one(now.arrival, sink);
        }
    }

    /// Gives up all that is missing: nothing more will come.
    pub(super) fn finish(&mut self, now: Moment, sink: &mut dyn FnMut(StreamEvent<'_>)) {
        self.believe_peer(sink);
        if self
            .origin
            .is_some_and(|origin| self.acknowledged <= origin)
        {
            let segments = self.doubt.left_alone(self.next);
            self.take_all(segments);
            self.hand_on(sink);
        }
        while let Some(first) = self.waiting.first() {
            // Behind its end, or far ahead of all that was acknowledged, are strays.
            let is_behind_end = self.fin.is_some_and(|fin| first >= fin.position)
                && self.fin.is_some_and(|fin| self.reached(fin));
            let is_far = first > self.next.max(self.acknowledged) + FAR;
            if self.origin.is_some() && (is_behind_end || is_far) {
                self.waiting = Reorder::default();
                break;
            }
            self.give_up_one(now.arrival, sink);
        }
        // A single byte may be a FIN, which counts as one.
        if self.origin.is_some() && self.acknowledged > self.next + 1 {
            self.give_up_one(now.arrival, sink);
        }
    }

    /// From here on the stream has an origin.
    fn settle(&mut self, position: u64) {
        self.origin = Some(position);
        self.next = position;
    }

    /// Passes the first hole, or settles where a stream without a SYN begins.
    fn give_up_one(&mut self, arrival: Arrival, sink: &mut dyn FnMut(StreamEvent<'_>)) {
        let until = self.waiting.first().unwrap_or(self.acknowledged);
        let arrival = self.waiting.first_arrival().unwrap_or(arrival);
        if self.origin.is_none() {
            self.settle(until);
            sink(StreamEvent::Gap(Gap {
                offset: 0,
                length: 0,
                cause: GapCause::Start,
                sequence: self.sequence(),
                arrival,
            }));
        } else if until > self.next {
            self.lose(until - self.next, GapCause::Lost, arrival, sink);
        }
        self.hand_on(sink);
    }

    /// The sequence number of the next byte that would be handed on.
    #[must_use]
    pub fn sequence(&self) -> u32 {
        self.numbers
            .map_or(0, |numbers| numbers.sequence(self.next))
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
            self.give(bytes, Arrival::of(segment), sink);
        }
        let missing = u64::from(segment.missing).min(end - position.max(self.next));
        self.lose(missing, GapCause::Cut, Arrival::of(segment), sink);
    }

    /// Hands on what waited for the bytes just seen.
    fn hand_on(&mut self, sink: &mut dyn FnMut(StreamEvent<'_>)) {
        while let Some(piece) = self.waiting.take(self.next) {
            self.give(&piece.bytes, piece.arrival, sink);
            self.lose(piece.missing, GapCause::Cut, piece.arrival, sink);
        }
        if let Some(numbers) = &mut self.numbers {
            numbers.advance_to(self.next);
        }
    }

    fn give(&mut self, bytes: &[u8], arrival: Arrival, sink: &mut dyn FnMut(StreamEvent<'_>)) {
        if bytes.is_empty() {
            return;
        }
        let (offset, sequence) = (self.offset(), self.sequence());
        self.next += bytes.len() as u64;
        self.bytes += bytes.len() as u64;
        if self.latest.is_none_or(|latest| latest.is_before(&arrival)) {
            self.latest = Some(arrival);
        }
        sink(StreamEvent::Data(Chunk {
            offset,
            sequence,
            bytes,
            arrival,
        }));
    }

    fn lose(
        &mut self,
        length: u64,
        cause: GapCause,
        arrival: Arrival,
        sink: &mut dyn FnMut(StreamEvent<'_>),
    ) {
        if length == 0 {
            return;
        }
        let (offset, sequence) = (self.offset(), self.sequence());
        self.next += length;
        self.missing += length;
        self.gaps += 1;
        sink(StreamEvent::Gap(Gap {
            offset,
            length,
            cause,
            sequence,
            arrival,
        }));
    }
}

/// Keeps the end that was captured first: packets may be stored out of their order in time.
fn keep_earlier(end: &mut Option<End>, seen: End) {
    match end {
        Some(known) if moment(known) <= moment(&seen) => {}
        _ => *end = Some(seen),
    }
}

const fn moment(end: &End) -> (Timestamp, PacketId) {
    (end.arrival.time, end.arrival.packet)
}
