//! Bytes that are no frames.

use crate::place::Place;
use crate::side::Side;
use crate::websocket::event::Oddity;
use crate::websocket::foreign::Foreign;
use crate::websocket::handshake::Handshake;

use super::Telling;

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
    /// What became of the framing behind it.
    pub framing: Framing,
}

/// What becomes of a sender's framing behind bytes that are no frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// It was never in doubt, or nothing came that could have been a frame.
    Undisturbed,
    /// Frames are recognised again from here on.
    FoundAgain(Place),
    /// No frames were recognised in all that came.
    Lost,
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
        Telling::new(self.oddity.place(), message)
    }

    /// What could not be judged because of it, to stand at the end of a message: from which
    /// packet to which.
    #[must_use]
    pub fn unjudged(&self) -> String {
        let from = self.oddity.place().packet;
        match self.framing {
            Framing::Undisturbed => String::new(),
            Framing::FoundAgain(place) if place.packet == from => {
                "; frames are recognised again later in this packet".to_owned()
            }
            Framing::FoundAgain(place) => format!(
                "; frames are recognised again in {}: of what the {} sent between, \
                nothing could be judged",
                place.packet.seen_from(from),
                self.sender
            ),
            Framing::Lost => format!(
                "; no frames were recognised behind it: nothing that the {} sent from here on \
                could be judged",
                self.sender
            ),
        }
    }
}
