//! What passed on a connection, recorded so that it can be held against another leg of it: digests
//! of unmasked frames and of messages, and the heads. No payload is kept beyond its first bytes.

mod bystander;

use std::hash::Hasher as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use twox_hash::XxHash64;

use crate::decode::{Segment, TcpFlags};
use crate::limits::Limits;
use crate::packet::PacketId;
use crate::place::Place;
use crate::side::{Side, Sides};
use crate::tcp::{Arrival, Flow, Way, Ways};
use crate::time::Timestamp;
use crate::websocket::assembly::{Legible, MessageSeen};
use crate::websocket::event::{FrameEvent, FrameSeen, Oddity};
use crate::websocket::foreign::Foreign;
use crate::websocket::handshake::Handshake;
use crate::websocket::mask::unmask;

pub use bystander::{Attempted, Bystander, Carries};

/// First bytes of a payload that are kept, to show where two of them differ.
pub const KEPT: usize = 32;

/// First bytes that are kept of what stands where a frame was due: enough for the first fields of a
/// head.
const FOREIGN_KEPT: usize = 256;

/// What was recorded of a WebSocket connection beside what the report says of it.
#[derive(Debug)]
pub struct Recorded {
    /// Its first packet: no other connection has it.
    pub first_packet: PacketId,
    /// Its opening handshake, or the latest that was refused.
    pub handshake: Option<Handshake>,
    /// What passed on it.
    pub tape: Tape,
    /// A side ended its stream, or went on, in bytes that the capture lacks.
    pub has_unseen_end: Sides<bool>,
    /// A side's FIN was captured, and not all that it had sent before.
    pub has_hole_before_end: Sides<bool>,
    /// The time of each side's latest packet that is no RST: whoever resets a connection sends no
    /// other.
    pub went_on_until: Sides<Option<Timestamp>>,
}

impl Recorded {
    pub(super) fn new(
        flow: &Flow,
        client: Way,
        handshake: Option<Handshake>,
        mut tape: Tape,
    ) -> Self {
        tape.finish();
        let went_on_until = Sides {
            client: *tape.went_on_until.of(client),
            server: *tape.went_on_until.of(client.back()),
        };
        let (_, first_packet) = flow.first_packet();
        Self {
            first_packet,
            handshake,
            tape,
            has_hole_before_end: Sides {
                client: flow.direction(client).has_hole_before_end(),
                server: flow.direction(client.back()).has_hole_before_end(),
            },
            has_unseen_end: Sides {
                client: flow.direction(client).has_unseen_end(),
                server: flow.direction(client.back()).has_unseen_end(),
            },
            went_on_until,
        }
    }
}

/// How much room there is for the tapes of all connections.
#[derive(Debug)]
pub(super) struct Recorder {
    left: Arc<AtomicUsize>,
}

impl Recorder {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            left: Arc::new(AtomicUsize::new(limits.taped_bytes_total)),
        }
    }

    /// A tape with nothing on it.
    pub(super) fn tape(&self) -> Tape {
        Tape {
            left: Arc::clone(&self.left),
            ..Tape::default()
        }
    }
}

/// What passed on a connection, by sender.
#[derive(Debug, Default)]
pub struct Tape {
    sides: Sides<SideTape>,
    /// Bytes that are left for all tapes.
    left: Arc<AtomicUsize>,
    bound: Option<&'static str>,
    went_on_until: Ways<Option<Timestamp>>,
}

/// What one side sent.
#[derive(Debug, Default)]
pub struct SideTape {
    /// Its frames, in order.
    pub frames: Vec<TapedFrame>,
    /// Its messages, as they were put together, in the order of their ends.
    pub messages: Vec<TapedMessage>,
    /// What stood where a frame was due, in order.
    pub foreign: Vec<TapedForeign>,
    /// From where on what is here is not all that was sent.
    pub barrier: Option<Barrier>,
    is_cut: bool,
    open: Option<Box<Open>>,
    /// Of the payloads of the message that is open, as they were sent.
    joined: Option<Box<XxHash64>>,
    arrival: Option<Arrival>,
}

/// The frame that is going on.
#[derive(Debug)]
struct Open {
    frame: TapedFrame,
    digest: XxHash64,
}

/// A frame that was recorded.
#[derive(Clone, Debug)]
pub struct TapedFrame {
    /// Its header and place.
    pub seen: FrameSeen,
    /// Every byte of it was captured.
    pub whole: bool,
    /// Bytes of its payload that came.
    pub length: u64,
    /// Digest of its payload, unmasked.
    pub digest: u64,
    /// Digest of what its message had in it up to its end, unmasked and not inflated.
    pub joined: u64,
    /// The first bytes of its payload, unmasked.
    pub beginning: Vec<u8>,
    /// The time of the packet with its last byte.
    pub ended: Timestamp,
}

/// A message that was recorded.
#[derive(Clone, Debug)]
pub struct TapedMessage {
    /// The number of its first frame.
    pub first_frame: Option<u64>,
    /// Bytes of it, inflated.
    pub length: u64,
    /// Digest of it, inflated; `None` where it could not be read.
    pub digest: Option<u64>,
    /// Its first bytes, inflated.
    pub beginning: Vec<u8>,
}

/// Bytes that are no frames.
#[derive(Clone, Debug)]
pub struct TapedForeign {
    /// Where they begin.
    pub place: Place,
    /// Frames before them.
    pub frames: usize,
    /// What they are; `None` for a header that cannot be one.
    pub kind: Option<Foreign>,
    /// Their first bytes.
    pub beginning: Vec<u8>,
    /// They cut into a frame.
    pub inside_frame: bool,
}

/// From where on a recording lacks what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Barrier {
    /// Whole frames before it.
    pub frames: usize,
    /// Where it is.
    pub place: Option<Place>,
    /// Why.
    pub why: Why,
}

/// Why a recording lacks what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The capture lacks bytes.
    Gap,
    /// The beginning was not captured, or a header's place is not known.
    Unplaced,
    /// Bytes are no frames: this is no fault of the capture.
    Foreign,
    /// A bound was met.
    NoRoom,
}

impl Why {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gap => "the capture lacks bytes",
            Self::Unplaced => "it is not known where frames begin",
            Self::Foreign => "bytes are no frames",
            Self::NoRoom => "there was no room to record more",
        }
    }
}

impl Tape {
    /// What a side sent.
    #[must_use]
    pub const fn of(&self, side: Side) -> &SideTape {
        self.sides.of(side)
    }

    /// The name of the bound that was met: more was sent than is recorded.
    #[must_use]
    pub const fn bound(&self) -> Option<&'static str> {
        self.bound
    }

    /// Nothing more will come.
    fn finish(&mut self) {
        for side in Side::BOTH {
            self.sides.of_mut(side).end(false);
        }
    }

    /// A segment came.
    pub(super) fn hear(&mut self, way: Way, segment: &Segment<'_>) {
        if !segment.flags.contains(TcpFlags::RST) {
            let until = self.went_on_until.of_mut(way);
            *until = (*until).max(Some(segment.time));
        }
    }

    /// The packet that brings what comes next.
    pub(super) const fn arrive(&mut self, side: Side, arrival: Arrival) {
        self.sides.of_mut(side).arrival = Some(arrival);
    }

    pub(super) fn take(&mut self, side: Side, event: &FrameEvent<'_>, limits: &Limits) {
        if let FrameEvent::Frame(seen) = event
            && !self.has_room(side, limits)
        {
            let side = self.sides.of_mut(side);
            side.end(false);
            side.is_cut = true;
            side.stop(Some(seen.place), Why::NoRoom);
            return;
        }
        let side = self.sides.of_mut(side);
        match event {
            FrameEvent::Frame(seen) => side.begin(*seen),
            FrameEvent::Payload { bytes, at } => side.payload(bytes, *at),
            FrameEvent::End { whole } => side.end(*whole),
            FrameEvent::Oddity(oddity) => side.oddity(oddity),
        }
    }

    /// Whether there is room for one more frame, which then takes it.
    fn has_room(&mut self, side: Side, limits: &Limits) -> bool {
        const FRAME: usize = size_of::<TapedFrame>() + size_of::<TapedMessage>() + 2 * KEPT;
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(FRAME)
            });
        if self.sides.of(side).frames.len() >= limits.taped_frames {
            self.bound = Some("taped_frames");
            return false;
        }
        if taken.is_err() {
            self.bound = Some("taped_bytes_total");
        }
        taken.is_ok()
    }

    /// A message is over.
    pub(super) fn message(&mut self, seen: &MessageSeen) {
        let side = self.sides.of_mut(seen.sender);
        if side.is_cut {
            return;
        }
        let is_read = matches!(seen.legible, Legible::Whole | Legible::Prefix);
        side.messages.push(TapedMessage {
            first_frame: seen.first.frame,
            length: seen.length,
            digest: is_read.then_some(seen.digest),
            beginning: seen.bytes.clone(),
        });
    }
}

impl SideTape {
    /// Nothing was sent.
    pub const NOTHING: Self = Self {
        frames: Vec::new(),
        messages: Vec::new(),
        foreign: Vec::new(),
        barrier: None,
        is_cut: false,
        open: None,
        joined: None,
        arrival: None,
    };

    fn stop(&mut self, place: Option<Place>, why: Why) {
        let frames = self.frames.len();
        let barrier = Barrier { frames, place, why };
        self.barrier.get_or_insert(barrier);
    }

    fn begin(&mut self, seen: FrameSeen) {
        self.end(false);
        if seen.header.opcode().begins_message() {
            self.joined = None;
        }
        self.open = Some(Box::new(Open {
            frame: TapedFrame {
                seen,
                whole: false,
                length: 0,
                digest: 0,
                joined: 0,
                beginning: Vec::new(),
                ended: seen.place.time,
            },
            digest: XxHash64::with_seed(0),
        }));
    }

    fn payload(&mut self, bytes: &[u8], at: u64) {
        /// Bytes that are unmasked at a time.
        const PIECE: usize = 2048;
        let Some(open) = &mut self.open else { return };
        let is_data = !open.frame.seen.header.opcode().is_control();
        let mut at = at;
        for piece in bytes.chunks(PIECE) {
            let mut plain = [0; PIECE];
            let plain = plain.get_mut(..piece.len()).unwrap_or_default();
            plain.copy_from_slice(piece);
            if let Some(key) = open.frame.seen.header.masking_key() {
                unmask(plain, key, at);
            }
            // Behind missing bytes nothing is kept: what is kept has no holes.
            if open.frame.length == at {
                let room = KEPT.saturating_sub(open.frame.beginning.len());
                let shown = plain.get(..room.min(plain.len())).unwrap_or_default();
                open.frame.beginning.extend_from_slice(shown);
            }
            open.digest.write(plain);
            if is_data {
                let joined = &mut self.joined;
                joined
                    .get_or_insert_with(|| Box::new(XxHash64::with_seed(0)))
                    .write(plain);
            }
            at += piece.len() as u64;
            open.frame.length += piece.len() as u64;
        }
    }

    fn end(&mut self, whole: bool) {
        let Some(open) = self.open.take() else { return };
        let Open { mut frame, digest } = *open;
        frame.whole = whole;
        frame.digest = digest.finish();
        let nothing = || XxHash64::with_seed(0).finish();
        frame.joined = self.joined.as_ref().map_or_else(nothing, |it| it.finish());
        if let Some(arrival) = self.arrival {
            frame.ended = arrival.time;
        }
        self.frames.push(frame);
    }

    fn oddity(&mut self, oddity: &Oddity) {
        match oddity {
            Oddity::Gap { gap, .. } => {
                // The frame that is cut is behind the barrier.
                self.stop(Some(gap.place(None)), Why::Gap);
                if oddity.loses_place() {
                    self.end(false);
                }
            }
            Oddity::Foreign {
                place,
                kind,
                bytes,
                inside_frame,
            } => {
                self.end(false);
                self.foreign(*place, Some(*kind), bytes, *inside_frame);
            }
            Oddity::FramingLost { place, header, .. } => {
                self.end(false);
                self.foreign(*place, None, &header.to_bytes(), false);
            }
            Oddity::Found { .. } => self.stop(None, Why::Unplaced),
        }
    }

    fn foreign(&mut self, place: Place, kind: Option<Foreign>, bytes: &[u8], inside: bool) {
        /// Of a stream that is no frames at all nobody reads more.
        const MANY: usize = 64;
        self.stop(Some(place), Why::Foreign);
        if self.foreign.len() < MANY {
            let beginning = bytes.get(..bytes.len().min(FOREIGN_KEPT));
            self.foreign.push(TapedForeign {
                place,
                frames: self.frames.len(),
                kind,
                beginning: beginning.unwrap_or_default().to_vec(),
                inside_frame: inside,
            });
        }
    }
}
