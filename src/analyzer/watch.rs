//! What somebody who follows conversations gets to see: frames, messages, and what stands
//! between them, as values, in the order in which they were read. Nothing is collected where
//! nobody watches.

mod log;
mod moments;

use std::sync::Arc;

use crate::decode::Endpoint;
use crate::packet::PacketId;
use crate::place::Place;
use crate::side::Side;
use crate::tcp::{Arrival, Gap};
use crate::time::Timestamp;
use crate::websocket::assembly::MessageSeen;
use crate::websocket::event::FrameSeen;
use crate::websocket::foreign::Foreign;

pub(super) use log::Log;

/// What is to be collected.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sight {
    /// Bytes of each frame's payload, from its first one.
    pub frame_bytes: usize,
    /// Messages, and so many bytes of each.
    pub message_bytes: Option<usize>,
}

/// Something that was read on a WebSocket connection.
#[derive(Clone, Debug)]
pub struct Seen {
    /// On which connection.
    pub connection: Watched,
    /// What its latest upgrade asked for; `None` where no request of one was read.
    pub asked: Option<Arc<Asked>>,
    /// What.
    pub moment: Moment,
}

/// Names a connection while it is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The end that asked for it.
    pub client: Endpoint,
    /// The end that was asked.
    pub server: Endpoint,
    /// Its first packet; no other connection has it.
    pub first_packet: PacketId,
}

/// What an upgrade asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The Host field of the request.
    pub host: Option<String>,
    /// Its target, without a query string.
    pub target: String,
}

/// What was read.
#[derive(Clone, Debug)]
pub enum Moment {
    /// An upgrade was answered.
    Handshake {
        /// Where the answer stands.
        place: Place,
        /// Its status.
        status: u16,
        /// What was asked for, where the request is in the capture.
        asked: Option<Arc<Asked>>,
    },
    /// Frames begin, and no handshake was read before them.
    Joined {
        /// Whose.
        sender: Side,
        /// Where they begin.
        place: Place,
    },
    /// A frame that ended, or will not be gone on with.
    Frame(Box<WatchedFrame>),
    /// A message that ended, or will not be gone on with.
    Message(Box<MessageSeen>),
    /// Bytes that the capture lacks.
    Gap {
        /// Whose.
        sender: Side,
        /// Which.
        gap: Gap,
        /// Frames may be among them.
        lost_place: bool,
    },
    /// Bytes that are no frames.
    Foreign {
        /// Who sent them.
        sender: Side,
        /// Where they begin.
        place: Place,
        /// What they are; `None` for a header that cannot be one.
        kind: Option<Foreign>,
        /// The rules that they break.
        rules: Vec<&'static str>,
    },
    /// Frames go on here.
    Found {
        /// Whose.
        sender: Side,
        /// Where.
        place: Place,
    },
    /// A side ended its TCP stream.
    End {
        /// Who.
        sender: Side,
        /// The packet with the flag.
        arrival: Arrival,
        /// By RST; by FIN otherwise.
        by_reset: bool,
    },
}

/// A frame with what its payload holds, as far as that is wanted.
#[derive(Clone, Debug)]
pub struct WatchedFrame {
    /// Who sent it.
    pub sender: Side,
    /// Its header and place.
    pub seen: FrameSeen,
    /// Every byte of it was captured.
    pub whole: bool,
    /// It belongs to a message that is marked as compressed.
    pub compressed: bool,
    /// The first bytes of its payload, unmasked.
    pub payload: Vec<u8>,
    /// Code and reason of a Close.
    pub close: Option<(Option<u16>, Vec<u8>)>,
    /// The rules that it breaks, as far as they are told by the frame alone.
    pub rules: Vec<&'static str>,
}

impl Moment {
    /// Whose it is; `None` where it is about both sides.
    #[must_use]
    pub fn sender(&self) -> Option<Side> {
        match self {
            Self::Handshake { .. } | Self::Joined { .. } => None,
            Self::Frame(frame) => Some(frame.sender),
            Self::Message(message) => Some(message.sender),
            Self::Gap { sender, .. }
            | Self::Foreign { sender, .. }
            | Self::Found { sender, .. }
            | Self::End { sender, .. } => Some(*sender),
        }
    }

    /// The packet that brought its first byte, and that packet's time.
    #[must_use]
    pub fn packet(&self) -> (PacketId, Timestamp) {
        match self {
            Self::Handshake { place, .. }
            | Self::Joined { place, .. }
            | Self::Foreign { place, .. }
            | Self::Found { place, .. } => (place.packet, place.time),
            Self::Frame(frame) => (frame.seen.place.packet, frame.seen.place.time),
            Self::Message(message) => (message.first.packet, message.first.time),
            Self::Gap { gap, .. } => (gap.arrival.packet, gap.arrival.time),
            Self::End { arrival, .. } => (arrival.packet, arrival.time),
        }
    }
}
