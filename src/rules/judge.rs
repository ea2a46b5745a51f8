//! What a rule looks at, and how it answers: whether it fires, and only then in which words.

use std::time::Duration;

use crate::packet::PacketId;
use crate::place::Place;
use crate::rules::{Cause, Excerpt, Finding, Label, Severity};
use crate::side::Side;
use crate::time::Timestamp;
use crate::websocket::close::ClosePayload;
use crate::websocket::event::{FrameSeen, Oddity};
use crate::websocket::foreign::Foreign;
use crate::websocket::handshake::Handshake;
use crate::websocket::header::Opcode;
use crate::websocket::message::MessageState;
use crate::websocket::notable::Notable;

use super::{Rule, Table};

/// What a rule looks at, and its check.
///
/// `fires` tells whether the rule is broken, and how seriously; `tell` is asked only for the
/// first time a sender breaks the rule on a connection.
#[derive(Debug)]
pub enum Judge {
    /// A frame's header, as soon as it has come; asked only for frames with something of `on`.
    Frame {
        /// What makes the rule worth asking.
        on: Notable,
        /// Whether it fires.
        fires: fn(&Rule, &FrameFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&FrameFacts<'_>) -> Telling,
    },
    /// A Close frame with its payload.
    Close {
        /// Whether it fires.
        fires: fn(&Rule, &CloseFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&CloseFacts<'_>) -> Telling,
    },
    /// An opening handshake, once per side.
    Handshake {
        /// Whether it fires.
        fires: fn(&Rule, &HandshakeFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&HandshakeFacts<'_>) -> Telling,
    },
    /// Bytes that are no frames.
    Stream {
        /// Whether it fires.
        fires: fn(&Rule, &StreamFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&StreamFacts<'_>) -> Telling,
    },
    /// The end of a connection, once per side.
    Ending {
        /// Whether it fires.
        fires: fn(&Rule, &EndingFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&Rule, &EndingFacts<'_>) -> Telling,
    },
}

/// A finding in words.
#[derive(Debug)]
pub struct Telling {
    /// Where it stands.
    pub place: Place,
    /// What was seen and what is allowed.
    pub message: String,
    /// The bytes that show it.
    pub excerpt: Excerpt,
    /// The finding that explains it.
    pub because_of: Option<Cause>,
}

impl Telling {
    /// A finding without bytes to show.
    #[must_use]
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self {
            place,
            message: message.into(),
            excerpt: Excerpt::default(),
            because_of: None,
        }
    }

    /// Bytes to show.
    #[must_use]
    pub fn showing(mut self, bytes: Vec<u8>) -> Self {
        self.excerpt.bytes = bytes;
        self
    }

    /// The bytes that break the rule.
    #[must_use]
    pub fn offending(self, range: std::ops::Range<usize>, text: impl Into<String>) -> Self {
        self.label(range, text.into(), true)
    }

    /// Bytes worth explaining.
    #[must_use]
    pub fn context(self, range: std::ops::Range<usize>, text: impl Into<String>) -> Self {
        self.label(range, text.into(), false)
    }

    /// The finding that explains it.
    #[must_use]
    pub const fn because_of(mut self, cause: Option<Cause>) -> Self {
        self.because_of = cause;
        self
    }

    /// The beginning of something foreign.
    #[must_use]
    pub fn showing_foreign(self, foreign: &ForeignBytes<'_>, label: &str) -> Self {
        let bytes: Vec<u8> = foreign.bytes.iter().take(SHOWN_PAYLOAD).copied().collect();
        let end = bytes.len();
        self.showing(bytes).offending(0..end, label)
    }

    fn label(mut self, range: std::ops::Range<usize>, text: String, offending: bool) -> Self {
        let range = range.start..range.end.min(self.excerpt.bytes.len());
        if !range.is_empty() {
            self.excerpt.labels.push(Label {
                range,
                text,
                offending,
            });
        }
        self
    }
}

/// A frame's header and what was known when it came.
#[derive(Clone, Copy, Debug)]
pub struct FrameFacts<'a> {
    /// Who sent it.
    pub sender: Side,
    /// The frame.
    pub seen: &'a FrameSeen,
    /// The sides were told apart by the masks alone.
    pub roles_from_masks: bool,
    /// permessage-deflate was agreed.
    pub has_deflate: bool,
    /// The finding about a fragmented control frame of the same sender, if there is one: what
    /// goes on with it has no message to go on with.
    pub fragmented_control: Option<Cause>,
}

impl FrameFacts<'_> {
    /// A finding at this frame, its header shown.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> Telling {
        Telling::new(self.seen.place, message).showing(self.seen.header.to_bytes())
    }

    /// The header's first byte in words: `FIN, RSV1, opcode 0x1 (text)`.
    #[must_use]
    pub fn first_byte(&self) -> String {
        let header = &self.seen.header;
        let mut words = String::new();
        words.push_str(if header.fin() { "FIN" } else { "no FIN" });
        for (bit, name) in [(4, ", RSV1"), (2, ", RSV2"), (1, ", RSV3")] {
            if header.rsv() & bit != 0 {
                words.push_str(name);
            }
        }
        let code = header.to_bytes().first().map_or(0, |byte| byte & 0xf);
        let name = header.opcode().as_str();
        format!("{words}, opcode {code:#x} ({name})")
    }

    /// The header's mask and length in words: `MASK=0, length 7`.
    #[must_use]
    pub fn second_byte(&self) -> String {
        let header = &self.seen.header;
        let mask = u8::from(header.masked());
        match header.payload_length() {
            Some(length) => format!("MASK={mask}, length {length}"),
            None => format!("MASK={mask}, length cut off"),
        }
    }

    /// The frame in words: `text frame`, `frame with reserved opcode 0xb`.
    #[must_use]
    pub fn frame_name(&self) -> String {
        match self.seen.header.opcode() {
            Opcode::Reserved(code) => format!("frame with reserved opcode {code:#x}"),
            opcode => format!("{} frame", opcode.as_str()),
        }
    }
}

/// A Close frame with its payload.
#[derive(Clone, Copy, Debug)]
pub struct CloseFacts<'a> {
    /// Who sent it.
    pub sender: Side,
    /// The frame.
    pub seen: &'a FrameSeen,
    /// Its payload.
    pub payload: &'a ClosePayload,
}

impl CloseFacts<'_> {
    /// A finding at this frame, its header and the beginning of its payload shown; the payload
    /// begins at the second value.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> (Telling, usize) {
        let mut bytes = self.seen.header.to_bytes();
        let payload = bytes.len();
        bytes.extend(self.payload.bytes().iter().take(SHOWN_PAYLOAD));
        let telling = Telling::new(self.seen.place, message).showing(bytes);
        (telling, payload)
    }
}

/// Payload bytes that a finding may show.
pub const SHOWN_PAYLOAD: usize = 16;

/// One side of an opening handshake.
#[derive(Clone, Copy, Debug)]
pub struct HandshakeFacts<'a> {
    /// The side whose head is judged.
    pub sender: Side,
    /// The handshake.
    pub handshake: &'a Handshake,
    /// A later attempt on the same connection was accepted.
    pub accepted_later: bool,
}

impl HandshakeFacts<'_> {
    /// Where the sender's head stands; `None` if the capture lacks it.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self.sender {
            Side::Client => self.handshake.request().map(|head| head.place),
            Side::Server => self.handshake.response().map(|head| head.place),
        }
    }

    /// A finding at the sender's head.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> Telling {
        Telling::new(self.place().unwrap_or(NOWHERE), message)
    }
}

/// Bytes that are no frames.
#[derive(Clone, Copy, Debug)]
pub struct StreamFacts<'a> {
    /// Whose stream it is.
    pub sender: Side,
    /// What it is.
    pub oddity: &'a Oddity,
    /// The handshake, where the capture holds it.
    pub handshake: Option<&'a Handshake>,
    /// The sender's frame before it.
    pub last_frame: Option<Place>,
}

/// Something foreign, as [`Oddity::Foreign`] has it.
#[derive(Clone, Copy, Debug)]
pub struct ForeignBytes<'a> {
    /// What it is.
    pub kind: Foreign,
    /// Where it begins.
    pub place: Place,
    /// Its bytes, or as many as were needed to tell more of it.
    pub bytes: &'a [u8],
    /// It cuts into a frame.
    pub inside_frame: bool,
}

impl<'a> StreamFacts<'a> {
    /// What is foreign, if that is what it is about.
    #[must_use]
    pub const fn foreign(&self) -> Option<ForeignBytes<'a>> {
        match self.oddity {
            Oddity::Foreign {
                kind,
                place,
                bytes,
                inside_frame,
            } => Some(ForeignBytes {
                kind: *kind,
                place: *place,
                bytes: bytes.as_slice(),
                inside_frame: *inside_frame,
            }),
            _ => None,
        }
    }

    /// A finding at the oddity's place.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> Telling {
        let place = match self.oddity {
            Oddity::Foreign { place, .. }
            | Oddity::FramingLost { place, .. }
            | Oddity::Found { place } => *place,
            Oddity::Gap { gap, frame, .. } => gap.place(*frame),
        };
        Telling::new(place, message)
    }
}

/// How and when a side ended TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpEnding {
    /// The packet, and its time.
    pub place: Place,
    /// With RST; else with FIN.
    pub by_reset: bool,
}

/// What is known of a side when the connection is over.
#[derive(Clone, Debug)]
pub struct SideEnding {
    /// Its first Close frame.
    pub close: Option<(FrameSeen, ClosePayload)>,
    /// How it ended TCP.
    pub tcp: Option<TcpEnding>,
    /// Every byte up to that end was captured and read: what was not seen was not sent.
    pub whole: bool,
    /// The message that it left open, and where its first frame stands.
    pub message: MessageState,
    /// The first frame of that message.
    pub message_begin: Option<FrameSeen>,
    /// Its latest frame.
    pub last_frame: Option<Place>,
    /// Its latest data frame.
    pub last_data: Option<FrameSeen>,
    /// Bytes of its stream that the capture lacks, or that could not be read as frames.
    pub unseen: bool,
    /// It may have left, by Close, FIN or RST, in bytes that were not seen.
    pub may_have_left: bool,
}

impl SideEnding {
    /// Where it showed that it is leaving: by Close, FIN or RST.
    pub fn leavings(&self) -> impl Iterator<Item = Place> {
        let close = self.close.as_ref().map(|(seen, _)| seen.place);
        let tcp = self.tcp.map(|tcp| tcp.place);
        close.into_iter().chain(tcp)
    }

    /// Whether it showed that it is leaving.
    #[must_use]
    pub const fn has_left(&self) -> bool {
        self.close.is_some() || self.tcp.is_some()
    }
}

/// One side at the end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct EndingFacts<'a> {
    /// The side that is judged.
    pub sender: Side,
    /// What is known of it.
    pub own: &'a SideEnding,
    /// What is known of the other one.
    pub peer: &'a SideEnding,
    /// The opening handshake, as far as the capture holds it.
    pub handshake: Option<&'a Handshake>,
    /// What was found on the connection so far.
    pub findings: &'a [Finding],
}

impl EndingFacts<'_> {
    /// A finding where the side left, or where its last frame stands.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> Telling {
        let close = self.own.close.as_ref().map(|(seen, _)| seen.place);
        let tcp = self.own.tcp.map(|tcp| tcp.place);
        let place = tcp.or(close).or(self.own.last_frame);
        Telling::new(place.unwrap_or(NOWHERE), message)
    }

    /// A finding at a Close frame, its header and code shown.
    #[must_use]
    pub fn at(
        &self,
        seen: &FrameSeen,
        payload: &ClosePayload,
        message: impl Into<String>,
    ) -> Telling {
        let mut bytes = seen.header.to_bytes();
        let begin = bytes.len();
        bytes.extend(payload.bytes().iter().take(SHOWN_PAYLOAD));
        let code = payload.code().unwrap_or_default();
        Telling::new(seen.place, message)
            .showing(bytes)
            .context(begin..begin + 2, format!("code {code}, unmasked"))
    }

    /// The finding about how the other side left, which this side knew when it left at `own`.
    #[must_use]
    pub fn peers_leaving_finding(&self, own: &Place) -> Option<Cause> {
        let peer = Some(self.sender.peer());
        self.findings
            .iter()
            .filter(|finding| finding.sender == peer && finding.rule.table == Table::Closing)
            .filter(|finding| matches!(finding.rule.judge, Judge::Ending { .. }))
            .find(|finding| own.is_aware_of(&finding.place))
            .map(Finding::as_cause)
    }

    /// How long neither side had sent a frame when this happened; `None` where none had.
    #[must_use]
    pub fn silence_before(&self, place: &Place) -> Option<Duration> {
        let frames = [self.own.last_frame, self.peer.last_frame];
        let last = frames.into_iter().flatten();
        let last = last.max_by_key(|place| (place.time, place.packet))?;
        Some(place.time.since(last.time))
    }

    /// The first error in the peer's bytes that this side knew of when it sent what stands at
    /// `own`, of a rule that `explains` accepts.
    #[must_use]
    pub fn peers_error(
        &self,
        own: &Place,
        explains: impl Fn(&Finding) -> bool,
    ) -> Option<&Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.sender == Some(self.sender.peer()))
            .filter(|finding| finding.severity == Severity::Error)
            .filter(|finding| own.is_aware_of(&finding.place) && explains(finding))
            .min_by_key(|finding| finding.place.stream_offset)
    }
}

/// For findings that are told only where their place is known.
const NOWHERE: Place = Place {
    packet: PacketId {
        input: 0,
        number: 0,
    },
    time: Timestamp::from_nanos(0, 0),
    stream_offset: 0,
    sequence: 0,
    acknowledgement: None,
    frame: None,
};

/// Fires whenever it is asked: what makes the rule worth asking is the violation itself.
pub const fn always(rule: &Rule, _: &FrameFacts<'_>) -> Option<Severity> {
    Some(rule.severity)
}

/// Fires as declared, but only as an info where the sides were told apart by their masks: then
/// the mask cannot accuse one of them.
pub const fn unless_masks_tell_sides(rule: &Rule, facts: &FrameFacts<'_>) -> Option<Severity> {
    Some(if facts.roles_from_masks {
        Severity::Info
    } else {
        rule.severity
    })
}
