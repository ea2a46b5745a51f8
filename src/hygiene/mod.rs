//! What is the matter with a capture itself, whatever it holds: packets that it lacks, cut or has
//! twice, a clock that ran backwards. It knows packets and segments one by one, and no connection.
//!
//! None of it is anybody's fault who speaks in the capture, but each of it bears on how far the
//! findings can be trusted, and on how to capture better next time.

mod clock;
mod copies;
mod note;
mod sizes;

pub use note::{Note, Trouble};

use crate::decode::{Segment, Skipped};
use crate::packet::{PacketId, RawPacket};

use clock::Clock;
use copies::Copies;
use sizes::{Cut, Oversized};

/// Watches the packets of a capture for what is the matter with it.
#[derive(Debug, Default)]
pub struct Hygiene {
    inputs: Vec<Watched>,
    copies: Copies,
}

/// What is watched of one input.
#[derive(Debug, Default)]
struct Watched {
    clock: Clock,
    cut: Cut,
    oversized: Oversized,
    doubled: Doubled,
}

/// Copies that say something about how the capture was made: fewer, or fewer than one in so many
/// segments, may be what a host sent twice without need.
const COPIES: u64 = 3;
const OF_SEGMENTS: u64 = 100;

/// Packets that were captured before already.
#[derive(Clone, Copy, Debug, Default)]
struct Doubled {
    packets: u64,
    segments: u64,
    first: Option<PacketId>,
}

impl Hygiene {
    /// Notes a packet, whatever it holds.
    pub fn note(&mut self, packet: &RawPacket<'_>) {
        if let Some(watched) = self.of(packet.id) {
            watched.clock.note(packet);
            watched.cut.note(packet);
        }
    }

    /// Notes the segment of a packet that was noted.
    pub fn note_segment(&mut self, segment: &Segment<'_>) {
        let is_copy = self.copies.note(segment);
        let Some(watched) = self.of(segment.packet) else {
            return;
        };
        watched.cut.note_segment(segment);
        watched.oversized.note(segment);
        watched.doubled.segments += 1;
        if is_copy {
            watched.doubled.packets += 1;
            watched.doubled.first.get_or_insert(segment.packet);
        }
    }

    /// Notes why a packet that was noted gave no segment.
    pub fn note_skipped(&mut self, packet: &RawPacket<'_>, reason: Skipped) {
        if let Some(watched) = self.of(packet.id) {
            watched.cut.note_skipped(packet, reason);
        }
    }

    /// What was seen, input by input.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        let of_input = |(input, watched): (u32, &Watched)| {
            [
                watched.cut.trouble(),
                watched.doubled.trouble(),
                watched.clock.trouble(),
                watched.oversized.trouble(),
            ]
            .into_iter()
            .flatten()
            .map(move |(trouble, first)| Note {
                trouble,
                input: Some(input),
                packet: first,
            })
        };
        (0..).zip(&self.inputs).flat_map(of_input).collect()
    }

    fn of(&mut self, packet: PacketId) -> Option<&mut Watched> {
        let index = usize::try_from(packet.input).ok()?;
        if index >= self.inputs.len() {
            self.inputs.resize_with(index + 1, Watched::default);
        }
        self.inputs.get_mut(index)
    }
}

impl Doubled {
    fn trouble(self) -> Option<(Trouble, Option<u64>)> {
        let packets = self.packets;
        let are_many = packets >= COPIES && packets >= self.segments / OF_SEGMENTS;
        are_many.then_some((
            Trouble::Doubled { packets },
            self.first.map(|packet| packet.number),
        ))
    }
}

#[cfg(test)]
mod tests;
