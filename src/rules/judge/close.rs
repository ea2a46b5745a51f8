//! A Close frame with its payload.

use crate::side::Side;
use crate::websocket::close::ClosePayload;
use crate::websocket::event::FrameSeen;

use super::{SHOWN_PAYLOAD, Telling};

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
