//! One side of an opening handshake.

use crate::place::Place;
use crate::side::Side;
use crate::websocket::handshake::Handshake;

use super::{NOWHERE, Telling};

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
