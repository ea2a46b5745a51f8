//! What comes out of one direction's framing.

use crate::place::Place;
use crate::tcp::Gap;

use super::foreign::Foreign;
use super::header::FrameHeader;
use super::message::MessageState;
use super::notable::Notable;

/// A frame whose header has come.
#[derive(Clone, Copy, Debug)]
pub struct FrameSeen {
    /// The header.
    pub header: FrameHeader,
    /// Where its first byte stands; the frame's number is in it.
    pub place: Place,
    /// What is worth a second look about it.
    pub notable: Notable,
    /// The message that was open before it.
    pub message: MessageState,
}

/// Bytes that are no frames.
#[derive(Clone, Debug)]
pub enum Oddity {
    /// The capture lacks bytes. `lost_place` is set where a header may be among them.
    Gap {
        /// What is missing.
        gap: Gap,
        /// The next header's place is not known any more.
        lost_place: bool,
        /// The frame that is cut, or was due.
        frame: Option<u64>,
    },
    /// Something else stands where a frame was due, or cuts into one.
    Foreign {
        /// What it is.
        kind: Foreign,
        /// Where it begins; the number of the frame that was due, or is cut, is in it.
        place: Place,
        /// Its bytes, or as many as are needed to tell more of it.
        bytes: Vec<u8>,
        /// It cuts into a frame.
        inside_frame: bool,
    },
    /// A header that breaks two rules announced a place where no good header stands.
    FramingLost {
        /// Where that header begins; the number of the frame that was due is in it.
        place: Place,
        /// The header.
        header: FrameHeader,
        /// What is wrong with it.
        notable: Notable,
        /// What stands where it announces the next one.
        next: Option<FrameHeader>,
    },
    /// Frames were found again by a search: the first of them may be part of a payload.
    Found {
        /// Where.
        place: Place,
    },
}

impl Oddity {
    /// Where it stands; the number of the frame that is cut, or was due, is in it if that is
    /// known.
    #[must_use]
    pub const fn place(&self) -> Place {
        match self {
            Self::Foreign { place, .. }
            | Self::FramingLost { place, .. }
            | Self::Found { place } => *place,
            Self::Gap { gap, frame, .. } => gap.place(*frame),
        }
    }

    /// The stream offset behind it, as far as its length is known.
    #[must_use]
    pub const fn end_offset(&self) -> u64 {
        match self {
            Self::Foreign { place, .. }
            | Self::FramingLost { place, .. }
            | Self::Found { place } => place.stream_offset,
            Self::Gap { gap, .. } => gap.offset.saturating_add(gap.length),
        }
    }

    /// Whether it is not known behind it where the next header stands.
    #[must_use]
    pub const fn loses_place(&self) -> bool {
        match self {
            Self::Gap { lost_place, .. } => *lost_place,
            Self::Foreign { .. } | Self::FramingLost { .. } => true,
            Self::Found { .. } => false,
        }
    }
}

/// What comes out of one direction.
#[derive(Debug)]
pub enum FrameEvent<'s> {
    /// A frame begins.
    Frame(FrameSeen),
    /// Bytes of its payload, as they stood on the wire.
    Payload {
        /// The bytes.
        bytes: &'s [u8],
        /// Bytes of the payload before them.
        at: u64,
    },
    /// The frame ended.
    End {
        /// No byte of its payload is missing.
        whole: bool,
    },
    /// Bytes that are no frames.
    Oddity(Oddity),
}
