//! TCP connections that are no WebSockets, as far as they tell what became of one.

use crate::analyzer::conversation::Kind;
use crate::decode::Endpoint;
use crate::packet::PacketId;
use crate::tcp::{Flow, Way};
use crate::time::Timestamp;

/// A TCP connection that is no WebSocket, as far as it may be the other leg of one.
#[derive(Clone, Debug)]
pub struct Bystander {
    /// The end that opened it, as far as that is known, and the other one.
    pub client: Endpoint,
    /// The end that was asked.
    pub server: Endpoint,
    /// Its first packet.
    pub first_packet: PacketId,
    /// When that was captured.
    pub start: Timestamp,
    /// When its last packet was captured.
    pub end: Timestamp,
    /// What it carries.
    pub carries: Carries,
    /// What became of the attempt to open it.
    pub opening: Attempted,
    /// Both ends sent something, and all of it was captured, as far as they acknowledge.
    pub is_whole: bool,
}

/// What became of the attempt to open a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempted {
    /// It was not captured, or it was opened.
    Opened,
    /// A SYN was answered with RST.
    Refused,
    /// A SYN was answered with nothing.
    Unanswered,
}

/// What a TCP connection carries that is no WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// TLS: a WebSocket inside of it cannot be seen.
    Tls,
    /// HTTP without an upgrade.
    Http,
    /// HTTP/2 in clear text.
    Http2,
    /// Something else.
    Unknown,
}

impl From<Kind> for Carries {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Tls => Self::Tls,
            Kind::Http => Self::Http,
            Kind::Http2 => Self::Http2,
            Kind::Unknown => Self::Unknown,
        }
    }
}

impl Bystander {
    pub(in crate::analyzer) fn of(flow: &Flow, carries: Carries) -> Self {
        let client = flow.opener().unwrap_or(Way::FromFirst);
        let (start, first_packet) = flow.first_packet();
        let (end, _) = flow.last_packet();
        let asked = flow.direction(client.back());
        let is_whole = |way| {
            let one = flow.direction(way);
            one.is_from_start() && one.missing_bytes() == 0 && !one.has_unseen_end()
        };
        let is_empty = flow.direction(client).bytes() == 0 && asked.bytes() == 0;
        let opening = if flow.opener().is_none() || !is_empty {
            Attempted::Opened
        } else if asked.rst().is_some() {
            Attempted::Refused
        } else if asked.is_captured() {
            Attempted::Opened
        } else {
            Attempted::Unanswered
        };
        Self {
            client: flow.endpoint(client),
            server: flow.endpoint(client.back()),
            first_packet,
            start,
            end,
            carries,
            opening,
            is_whole: !is_empty && Way::BOTH.into_iter().all(is_whole),
        }
    }
}
