//! One side of an opening handshake.

use crate::http::{Located, RequestHead, ResponseHead};
use crate::place::Place;
use crate::rules::{Cause, Finding};
use crate::side::Side;
use crate::websocket::handshake::Handshake;

use super::{NOWHERE, Telling};

/// A request that had no answer when its connection ended, all that the server sent having been
/// captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Who ended the connection first.
    pub left: Side,
    /// Where.
    pub place: Place,
    /// With RST; else with FIN.
    pub by_reset: bool,
    /// Bytes of a head that was not whole by then.
    pub begun: usize,
    /// Where something stands that is no answer, and its first byte.
    pub instead: Option<(Place, u8)>,
}

/// What became of a connection on which an attempt was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequel {
    /// A later attempt got what this one asked for.
    Satisfied,
    /// It ended, and no attempt got it.
    Over,
    /// The capture does not hold it to its end: a later attempt may have got it.
    Unseen,
}

/// One side of an opening handshake.
#[derive(Clone, Copy, Debug)]
pub struct HandshakeFacts<'a> {
    /// The side whose head is judged.
    pub sender: Side,
    /// The handshake.
    pub handshake: &'a Handshake,
    /// What became of the connection, where this attempt was refused.
    pub sequel: Sequel,
    /// How the connection ended without an answer, if it did.
    pub unanswered: Option<Unanswered>,
    /// What was found on the connection so far: all about the client's head where the server's
    /// is judged.
    pub findings: &'a [Finding],
}

impl<'a> HandshakeFacts<'a> {
    /// The request of a WebSocket, where the client's head is judged.
    #[must_use]
    pub fn own_request(&self) -> Option<&'a Located<RequestHead>> {
        let judged = self.sender == Side::Client && !self.handshake.is_connect();
        self.handshake.request().filter(|_| judged)
    }

    /// The 101, where the server's head is judged.
    #[must_use]
    pub fn own_switch(&self) -> Option<&'a Located<ResponseHead>> {
        let judged = self.sender == Side::Server && self.handshake.is_accepted();
        self.handshake.response().filter(|_| judged)
    }

    /// The answer that refuses, where the server's head is judged.
    #[must_use]
    pub fn own_refusal(&self) -> Option<&'a Located<ResponseHead>> {
        let response = self.handshake.response()?;
        let status = response.head.status;
        let is_tunnel = self.handshake.is_connect() && (200..300).contains(&status);
        let refuses = self.sender == Side::Server && status != 101 && !is_tunnel;
        refuses.then_some(response)
    }

    /// The finding of a rule about the request of this attempt.
    #[must_use]
    pub fn about_request(&self, rule: &str) -> Option<Cause> {
        let request = self.handshake.request()?;
        self.findings
            .iter()
            .find(|finding| {
                finding.rule.name == rule
                    && finding.sender == Some(Side::Client)
                    && finding.last_packet == request.place.packet
            })
            .map(Finding::as_cause)
    }

    /// A finding at the sender's head.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> Telling {
        let place = match self.sender {
            Side::Client => self.handshake.request().map(|head| head.place),
            Side::Server => self.handshake.response().map(|head| head.place),
        };
        Telling::new(place.unwrap_or(NOWHERE), message)
    }
}
