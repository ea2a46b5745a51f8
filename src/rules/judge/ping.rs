//! Pings and the Pongs that answer them.

use std::time::Duration;

use crate::place::Place;
use crate::side::Side;
use crate::time::Timestamp;
use crate::websocket::event::FrameSeen;

use super::Telling;

/// A Ping, and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct PingFacts {
    /// The side that owes the Pong.
    pub sender: Side,
    /// Where the Ping stands in the other side's stream.
    pub ping: Place,
    /// Where in the sender's own stream the Pong could stand at the earliest; the packet and the
    /// time are the Ping's.
    pub due: Place,
    /// When TCP acknowledged all of the Ping; `None` where the capture does not show it.
    pub acknowledged: Option<Timestamp>,
    /// When a Pong answered it, or a later one.
    pub answered: Option<Timestamp>,
    /// Up to here everything that the sender sent would have been seen: the capture ends here,
    /// or the sender left, or the connection was reset.
    pub watched_until: Timestamp,
    /// When the sender was in the middle of frames that took long, from and to; no end where the
    /// frame is still unfinished.
    pub busy: Option<(Timestamp, Option<Timestamp>)>,
}

impl PingFacts {
    /// Time that a Pong may take after TCP has acknowledged the Ping.
    pub const PATIENCE: Duration = Duration::from_secs(30);

    /// A finding about the missing Pong.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> Telling {
        Telling::new(self.due, message)
    }
}

/// A Pong whose payload is that of no open Ping.
#[derive(Clone, Copy, Debug)]
pub struct PongFacts<'a> {
    /// Who sent it.
    pub sender: Side,
    /// The Pong.
    pub seen: &'a FrameSeen,
    /// The latest open Ping that its sender had received.
    pub ping: Place,
    /// How many open Pings its sender had received.
    pub open: usize,
}
