//! What a rule looks at, and how it answers: whether it fires, and only then in which words.

mod activity;
mod close;
mod ending;
mod frame;
mod handshake;
mod message;
mod ping;
mod segment;
mod stream;
mod telling;

pub use activity::Activity;
pub use close::CloseFacts;
pub use ending::{EndingFacts, SideEnding, TcpEnding};
pub use frame::{FrameFacts, always, unless_masks_tell_sides};
pub use handshake::{HandshakeFacts, Sequel, Unanswered};
pub use message::MessageFacts;
pub use ping::{PingFacts, PongFacts};
pub use segment::SegmentFacts;
pub use stream::{ForeignBytes, Framing, StreamFacts};
pub use telling::{SHOWN_PAYLOAD, Telling};

use crate::packet::PacketId;
use crate::place::Place;
use crate::rules::{Rule, Severity};
use crate::time::Timestamp;
use crate::websocket::notable::Notable;

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
    /// A message with something wrong in it.
    Message {
        /// Whether it fires.
        fires: fn(&Rule, &MessageFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&MessageFacts<'_>) -> Telling,
    },
    /// A Close frame with its payload.
    Close {
        /// Whether it fires.
        fires: fn(&Rule, &CloseFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&CloseFacts<'_>) -> Telling,
    },
    /// A Ping that was not answered at once, when the connection is over.
    Ping {
        /// Whether it fires.
        fires: fn(&Rule, &PingFacts) -> Option<Severity>,
        /// In which words.
        tell: fn(&PingFacts) -> Telling,
    },
    /// A Pong that answers no Ping although one is open.
    Pong {
        /// Whether it fires.
        fires: fn(&Rule, &PongFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&PongFacts<'_>) -> Telling,
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
    /// Segments that do not go together with the others of their direction, when the connection
    /// is over.
    Segment {
        /// Whether it fires.
        fires: fn(&Rule, &SegmentFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&SegmentFacts<'_>) -> Telling,
    },
    /// The end of a connection, once per side.
    Ending {
        /// Whether it fires.
        fires: fn(&Rule, &EndingFacts<'_>) -> Option<Severity>,
        /// In which words.
        tell: fn(&Rule, &EndingFacts<'_>) -> Telling,
    },
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
