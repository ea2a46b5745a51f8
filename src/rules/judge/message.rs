//! A message with something wrong in it.

use crate::side::Side;
use crate::websocket::assembly::{Compression, FaultSeen, SHOWN};
use crate::websocket::event::FrameSeen;
use crate::websocket::header::Opcode;

use super::{SHOWN_PAYLOAD, Telling};

/// A message with something wrong in it.
#[derive(Clone, Copy, Debug)]
pub struct MessageFacts<'a> {
    /// Who sent it.
    pub sender: Side,
    /// What is wrong, and where.
    pub seen: &'a FaultSeen,
}

impl MessageFacts<'_> {
    /// Whether the payload is what its sender meant, for all that is known: no agreed extension
    /// and no other violation in its frames may have changed it.
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        !self.seen.is_foreign && !self.seen.is_doubtful
    }

    /// Whether it is compressed as the 101 in this capture agrees.
    #[must_use]
    pub const fn is_compressed_as_agreed(&self) -> bool {
        matches!(self.seen.compression, Compression::Agreed)
    }

    /// The message in words: `text message`, `binary message of 3 frames`.
    #[must_use]
    pub fn message_name(&self) -> &'static str {
        match self.seen.first.header.opcode() {
            Opcode::Text => "text message",
            _ => "binary message",
        }
    }

    /// A finding at one of the message's frames: its header, and behind it the bytes that show
    /// the fault, which begin at the second value.
    #[must_use]
    pub fn tell(&self, frame: &FrameSeen, message: impl Into<String>) -> (Telling, usize) {
        let mut bytes = frame.header.to_bytes();
        let begin = bytes.len();
        bytes.extend_from_slice(self.seen.shown());
        (Telling::new(frame.place, message).showing(bytes), begin)
    }
}

const _: () = assert!(SHOWN <= SHOWN_PAYLOAD);
