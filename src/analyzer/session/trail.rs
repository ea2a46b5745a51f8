//! What one side sent, event by event, as far as a reader wants to see it: the first and the latest
//! ones. It is written for every frame, and read of few connections: what is kept is small, and
//! stays where it is.

use crate::packet::PacketId;
use crate::place::Place;
use crate::report::model::EventKind;
use crate::time::Timestamp;
use crate::websocket::event::{FrameSeen, Oddity};
use crate::websocket::header::Opcode;

/// Events at the beginning that are kept: the first messages tell what kind of talk it is.
const FIRST: usize = 8;

/// Events before the end that are kept.
const LATEST: usize = 24;

/// Something that a side sent.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyzer) struct Step {
    nanos: i64,
    packet: u64,
    input: u32,
    /// 0 of what is no frame.
    frame: u32,
    /// Bytes: of a frame its payload's, as its header has them; of a gap those that are missing.
    length: u64,
    digits: u8,
    pub(in crate::analyzer) kind: EventKind,
    pub(in crate::analyzer) fin: bool,
    /// RSV1, RSV2, RSV3, from the top.
    pub(in crate::analyzer) rsv: u8,
}

impl Step {
    fn new(place: &Place, kind: EventKind, length: Option<u64>) -> Self {
        let frame = place.frame.unwrap_or(0);
        Self {
            nanos: place.time.nanos(),
            packet: place.packet.number,
            input: place.packet.input,
            frame: u32::try_from(frame).unwrap_or(u32::MAX),
            length: length.unwrap_or(u64::MAX),
            digits: place.time.digits(),
            kind,
            fin: false,
            rsv: 0,
        }
    }

    /// The packet with its first byte.
    pub(in crate::analyzer) const fn packet(&self) -> PacketId {
        PacketId {
            input: self.input,
            number: self.packet,
        }
    }

    /// When that was captured.
    pub(in crate::analyzer) const fn time(&self) -> Timestamp {
        Timestamp::from_nanos(self.nanos, self.digits)
    }

    /// Number of the frame; `None` of what is none, and of those behind the first 2^32.
    pub(in crate::analyzer) fn frame(&self) -> Option<u64> {
        let is_known = !matches!(self.frame, 0 | u32::MAX);
        is_known.then(|| u64::from(self.frame))
    }

    /// Its length in bytes, where that is known.
    pub(in crate::analyzer) fn length(&self) -> Option<u64> {
        (self.length != u64::MAX).then_some(self.length)
    }
}

/// What one side sent.
#[derive(Debug, Default)]
pub(in crate::analyzer) struct Trail {
    /// The first ones, and behind them the latest ones, as a ring.
    steps: Vec<Step>,
    /// Events in all.
    count: u64,
}

impl Trail {
    /// Notes a frame.
    #[inline]
    pub(super) fn frame(&mut self, seen: &FrameSeen) {
        let header = &seen.header;
        let kind = match header.opcode() {
            Opcode::Continuation => EventKind::Continuation,
            Opcode::Text => EventKind::Text,
            Opcode::Binary => EventKind::Binary,
            Opcode::Close => EventKind::Close,
            Opcode::Ping => EventKind::Ping,
            Opcode::Pong => EventKind::Pong,
            Opcode::Reserved(_) => EventKind::Reserved,
        };
        self.push(Step {
            fin: header.fin(),
            rsv: header.rsv(),
            ..Step::new(&seen.place, kind, header.payload_length())
        });
    }

    /// Notes bytes that are no frames, or missing.
    pub(super) fn oddity(&mut self, oddity: &Oddity) {
        let (kind, length) = match oddity {
            Oddity::Gap { gap, .. } => (EventKind::Gap, Some(gap.length)),
            Oddity::Foreign { .. } | Oddity::FramingLost { .. } => (EventKind::Foreign, None),
            Oddity::Found { .. } => return,
        };
        self.push(Step::new(&oddity.place(), kind, length));
    }

    #[inline]
    fn push(&mut self, step: Step) {
        match self.steps.get_mut(place(self.count)) {
            Some(kept) => *kept = step,
            None => self.steps.push(step),
        }
        self.count += 1;
    }

    /// The events that were kept, in their order.
    pub(in crate::analyzer) fn steps(&self) -> impl Iterator<Item = &Step> {
        let kept = self.steps.len() as u64;
        let oldest = if self.count > kept {
            place(self.count)
        } else {
            FIRST
        };
        let (first, ring) = self.steps.split_at(self.steps.len().min(FIRST));
        let (newer, older) = ring.split_at(oldest.saturating_sub(FIRST).min(ring.len()));
        first.iter().chain(older).chain(newer)
    }

    /// How many there were between the first and the latest ones.
    pub(in crate::analyzer) const fn left_out(&self) -> u64 {
        self.count - self.steps.len() as u64
    }
}

/// Where the event stands that so many were before.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it is below FIRST + LATEST"
)]
const fn place(before: u64) -> usize {
    let (first, latest) = (FIRST as u64, LATEST as u64);
    (if before < first {
        before
    } else {
        first + (before - first) % latest
    }) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(events: u64) -> Trail {
        let mut trail = Trail::default();
        for number in 1..=events {
            let place = Place {
                packet: PacketId { input: 0, number },
                time: Timestamp::from_nanos(0, 6),
                stream_offset: 0,
                sequence: 0,
                acknowledgement: None,
                frame: Some(number),
            };
            trail.push(Step::new(&place, EventKind::Text, Some(number)));
        }
        trail
    }

    fn numbers(trail: &Trail) -> Vec<u64> {
        trail.steps().filter_map(Step::frame).collect()
    }

    #[test]
    fn the_first_and_the_latest_events_are_kept_in_their_order() {
        let all = (FIRST + LATEST) as u64;
        for count in 0..3 * all {
            let trail = trail(count);
            let left_out = count.saturating_sub(all);
            let first = (1..=count).take(FIRST);
            let latest = (1..=count).skip(FIRST + usize::try_from(left_out).unwrap());
            assert_eq!(numbers(&trail), first.chain(latest).collect::<Vec<_>>());
            assert_eq!(trail.left_out(), left_out);
        }
    }
}
