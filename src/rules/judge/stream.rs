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
