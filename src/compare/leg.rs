//! One leg: a connection as one capture has it, with what was recorded of it.

use crate::analyzer::tape::{Barrier, Recorded, SideTape, TapedFrame, Why};
use crate::packet::PacketId;
use crate::place::Place;
use crate::report::model::{Connection, Finding, Outcome, Spot};
use crate::rules::Severity;
use crate::side::Side;
use crate::time::Timestamp;
use crate::websocket::handshake::Handshake;
use crate::websocket::header::Opcode;

/// A connection as one capture has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg<'a> {
    /// What the report says of it.
    pub(super) connection: &'a Connection,
    recorded: Option<&'a Recorded>,
    /// The time of the latest packet of its capture.
    pub(super) captured_until: Option<Timestamp>,
}

/// Nothing, of which nothing is known.
const UNRECORDED: &SideTape = &SideTape::NOTHING;

impl<'a> Leg<'a> {
    pub(super) const fn new(
        connection: &'a Connection,
        recorded: Option<&'a Recorded>,
        captured_until: Option<Timestamp>,
    ) -> Self {
        Self {
            connection,
            recorded,
            captured_until,
        }
    }

    /// Its opening handshake.
    pub(super) fn handshake(&self) -> Option<&'a Handshake> {
        self.recorded?.handshake.as_ref()
    }

    /// What one side sent.
    pub(super) fn tape(&self, sender: Side) -> &'a SideTape {
        self.recorded.map_or(UNRECORDED, |it| it.tape.of(sender))
    }

    /// The key of its request.
    pub(super) fn key(&self) -> Option<&'a [u8]> {
        let request = self.handshake()?.request()?;
        request.head.fields.first("Sec-WebSocket-Key")
    }

    /// The target of its request, without a query string.
    pub(super) fn path(&self) -> Option<&'a str> {
        let target = &self.handshake()?.request()?.head.target;
        let path = target.split('?').next().unwrap_or_default();
        // A forward proxy gets the whole address.
        Some(match path.split_once("://") {
            Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
            None => path,
        })
    }

    /// The earliest finding about a side's bytes that an endpoint is to blame for.
    pub(super) fn errors(&self, sender: Side) -> impl Iterator<Item = &'a Finding> {
        self.connection.findings.iter().filter(move |finding| {
            finding.severity == Severity::Error
                && finding.sender == Some(sender)
                && finding.because_of.is_none()
        })
    }

    /// From where on it is not known what a side sent, because the capture lacks it.
    pub(super) fn barrier(&self, sender: Side) -> Option<Barrier> {
        let at_once = |why| Barrier {
            frames: 0,
            place: None,
            why,
        };
        let known = self.tape(sender).barrier;
        let captured = self.connection.captured.of(sender);
        let handshake = self.handshake();
        let is_begun = match sender {
            Side::Client => handshake.is_some_and(|it| it.request().is_some()),
            Side::Server => true,
        };
        let is_open = handshake.is_some_and(Handshake::is_accepted);
        if self.connection.handshake.outcome == Outcome::Unseen || (is_open && !is_begun) {
            return Some(at_once(Why::Unplaced));
        }
        match known {
            Some(barrier) => Some(barrier),
            None if captured.missing_bytes > 0 => Some(at_once(Why::Gap)),
            None if captured.unread_bytes > 0 => Some(at_once(Why::Unplaced)),
            None if self
                .recorded
                .is_some_and(|it| *it.has_hole_before_end.of(sender)) =>
            {
                let frames = &self.tape(sender).frames;
                Some(Barrier {
                    frames: frames.len(),
                    place: frames.last().map(|frame| frame.seen.place),
                    why: Why::Gap,
                })
            }
            None => None,
        }
    }

    /// Whether bytes of a side are not in the capture, or could not be read.
    pub(super) fn lacks(&self, sender: Side) -> bool {
        self.barrier(sender)
            .is_some_and(|barrier| barrier.why != Why::Foreign)
    }

    /// Frames of a side that come before what its capture lacks.
    pub(super) fn frames(&self, sender: Side) -> &'a [TapedFrame] {
        let frames = &self.tape(sender).frames;
        let until = self
            .barrier(sender)
            .map_or(frames.len(), |barrier| barrier.frames);
        frames.get(..until.min(frames.len())).unwrap_or_default()
    }

    /// The first Close of a side, where it is before what the capture lacks.
    pub(super) fn close(&self, sender: Side) -> Option<&'a TapedFrame> {
        let is_close = |frame: &&TapedFrame| frame.seen.header.opcode() == Opcode::Close;
        self.frames(sender).iter().find(is_close)
    }

    /// When, and where, a side ended TCP.
    pub(super) fn end(&self, side: Side) -> Option<Spot> {
        let end = self.connection.close.tcp_at.of(side).as_ref()?;
        Some(Spot {
            packet: end.packet,
            input: end.input,
            time: end.time,
            frame: None,
        })
    }

    /// Which side ended TCP first.
    pub(super) fn ended_first(&self) -> Option<Side> {
        match (self.end(Side::Client), self.end(Side::Server)) {
            (None, None) => None,
            (Some(_), None) => Some(Side::Client),
            (None, Some(_)) => Some(Side::Server),
            (Some(client), Some(server)) => Some(if is_before(client, server) {
                Side::Client
            } else {
                Side::Server
            }),
        }
    }

    /// Whether a side ended its stream, or went on, in bytes that the capture lacks, or may have:
    /// of a side that was not captured at all nothing is known.
    pub(super) fn has_unseen_end(&self, side: Side) -> bool {
        let seen = self.end(side).is_some();
        let is_unheard = self.went_on_until(side).is_none();
        !seen
            && self
                .recorded
                .is_some_and(|it| *it.has_unseen_end.of(side) || is_unheard)
    }

    /// When a side sent the latest packet that is no RST.
    pub(super) fn went_on_until(&self, side: Side) -> Option<Timestamp> {
        *self.recorded?.went_on_until.of(side)
    }

    /// Its first packet.
    pub(super) const fn first_packet(&self) -> PacketId {
        PacketId {
            input: self.connection.input,
            number: self.connection.first_packet,
        }
    }
}

/// Whether one place of a leg was captured before another one.
pub(super) fn is_before(one: Spot, other: Spot) -> bool {
    if one.input == other.input {
        one.packet < other.packet
    } else {
        one.time < other.time
    }
}

/// A place, as reports have it.
pub(super) const fn spot(place: &Place) -> Spot {
    Spot {
        packet: place.packet.number,
        input: place.packet.input,
        time: place.time,
        frame: place.frame,
    }
}
