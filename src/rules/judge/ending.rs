//! A side at the end of its connection.

use std::time::Duration;

use crate::place::Place;
use crate::rules::{Cause, Finding, Severity, Table};
use crate::side::Side;
use crate::time::Timestamp;
use crate::websocket::close::ClosePayload;
use crate::websocket::event::FrameSeen;
use crate::websocket::handshake::Handshake;
use crate::websocket::message::MessageState;

use super::{Activity, Judge, NOWHERE, SHOWN_PAYLOAD, Telling};

/// How and when a side ended TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpEnding {
    /// The packet, and its time.
    pub place: Place,
    /// With RST; else with FIN.
    pub by_reset: bool,
}

/// What is known of a side when the connection is over.
#[derive(Clone, Debug)]
pub struct SideEnding {
    /// Its first Close frame.
    pub close: Option<(FrameSeen, ClosePayload)>,
    /// How it ended TCP.
    pub tcp: Option<TcpEnding>,
    /// Every byte up to that end was captured and read: what was not seen was not sent.
    pub whole: bool,
    /// The message that it left open, and where its first frame stands.
    pub message: MessageState,
    /// The first frame of that message.
    pub message_begin: Option<FrameSeen>,
    /// Its first frame.
    pub first_frame: Option<Place>,
    /// Its latest frame.
    pub last_frame: Option<Place>,
    /// When its bytes came.
    pub activity: Activity,
    /// Its stream ended in the middle of a frame.
    pub is_inside_frame: bool,
    /// Its latest Ping.
    pub last_ping: Option<Place>,
    /// Its latest Pong.
    pub last_pong: Option<Place>,
    /// Its latest data frame.
    pub last_data: Option<FrameSeen>,
    /// Sequence number up to which its stream was read.
    pub read_to: u32,
    /// Bytes of its stream that the capture lacks, or that could not be read as frames.
    pub unseen: bool,
    /// Messages of it could not be read, nobody being at fault: compressed ones whose context is
    /// not known, or all where an extension that is not known was agreed.
    pub unread_messages: bool,
    /// It may have left, by Close, FIN or RST, in bytes that were not seen.
    pub may_have_left: bool,
}

impl SideEnding {
    /// Where it showed that it is leaving: by Close, FIN or RST.
    pub fn leavings(&self) -> impl Iterator<Item = Place> {
        let close = self.close.as_ref().map(|(seen, _)| seen.place);
        let tcp = self.tcp.map(|tcp| tcp.place);
        close.into_iter().chain(tcp)
    }

    /// Whether it showed that it is leaving.
    #[must_use]
    pub const fn has_left(&self) -> bool {
        self.close.is_some() || self.tcp.is_some()
    }
}

/// One side at the end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct EndingFacts<'a> {
    /// The side that is judged.
    pub sender: Side,
    /// What is known of it.
    pub own: &'a SideEnding,
    /// What is known of the other one.
    pub peer: &'a SideEnding,
    /// The opening handshake, as far as the capture holds it.
    pub handshake: Option<&'a Handshake>,
    /// What was found on the connection so far.
    pub findings: &'a [Finding],
}

impl EndingFacts<'_> {
    /// The same end as the other side has it.
    #[must_use]
    pub const fn mirrored(&self) -> Self {
        Self {
            sender: self.sender.peer(),
            own: self.peer,
            peer: self.own,
            ..*self
        }
    }

    /// When the 101 came, if it was captured.
    #[must_use]
    pub fn accepted_at(&self) -> Option<Timestamp> {
        let handshake = self.handshake.filter(|handshake| handshake.is_accepted())?;
        handshake.response().map(|response| response.place.time)
    }

    /// When a side's latest bytes had come when this side left at `end`, or the 101 where it had
    /// sent none since. `inclusive`: also those that came with that.
    #[must_use]
    pub fn last_bytes_before(&self, side: Side, end: &Place, inclusive: bool) -> Option<Timestamp> {
        let ending = if side == self.sender {
            self.own
        } else {
            self.peer
        };
        let last = if inclusive {
            ending.activity.last_until(end.time)
        } else {
            ending.activity.last_before(end.time)
        };
        last.max(self.accepted_at())
    }

    /// A finding where the side left, or where its last frame stands.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> Telling {
        let close = self.own.close.as_ref().map(|(seen, _)| seen.place);
        let tcp = self.own.tcp.map(|tcp| tcp.place);
        let place = tcp.or(close).or(self.own.last_frame);
        Telling::new(place.unwrap_or(NOWHERE), message)
    }

    /// A finding at a Close frame, its header and code shown.
    #[must_use]
    pub fn at(
        &self,
        seen: &FrameSeen,
        payload: &ClosePayload,
        message: impl Into<String>,
    ) -> Telling {
        let mut bytes = seen.header.to_bytes();
        let begin = bytes.len();
        bytes.extend(payload.bytes().iter().take(SHOWN_PAYLOAD));
        let code = payload.code().unwrap_or_default();
        Telling::new(seen.place, message)
            .showing(bytes)
            .context(begin..begin + 2, format!("code {code}, unmasked"))
    }

    /// The finding about how the other side left, which this side knew when it left at `own`.
    #[must_use]
    pub fn peers_leaving_finding(&self, own: &Place) -> Option<Cause> {
        let peer = Some(self.sender.peer());
        self.findings
            .iter()
            .filter(|finding| finding.sender == peer && finding.rule.table == Table::Closing)
            .filter(|finding| matches!(finding.rule.judge, Judge::Ending { .. }))
            .find(|finding| own.is_aware_of(&finding.place))
            .map(Finding::as_cause)
    }

    /// What explains that the side left at `own` by other means than its own: that very RST is
    /// another machine's, or answers one that the other side never sent, or nothing came from
    /// the other side any more.
    #[must_use]
    pub fn reset_by_others(&self, own: &Place) -> Option<Cause> {
        let is_own = |finding: &&Finding| {
            finding.sender == Some(self.sender)
                && finding.place.packet == own.packet
                && matches!(finding.rule.name, "reset-injected" | "foreign-segment")
        };
        let is_peers = |finding: &&Finding| {
            finding.sender == Some(self.sender.peer())
                && matches!(finding.rule.name, "reset-injected" | "peer-vanished")
                && finding.place.time <= own.time
        };
        self.findings
            .iter()
            .find(is_own)
            .or_else(|| self.findings.iter().find(is_peers))
            .map(Finding::as_cause)
    }

    /// Whether the other side was told to be gone, falsely, before this one left at `own`.
    #[must_use]
    pub fn was_reset_by_others(&self, own: &Place) -> bool {
        self.findings.iter().any(|finding| {
            finding.sender == Some(self.sender.peer())
                && finding.rule.name == "reset-injected"
                && finding.place.time <= own.time
        })
    }

    /// What is wrong with the 101 for which a client ended the connection at `own` without having
    /// sent a frame: a client that fails an opening handshake sends no Close.
    #[must_use]
    pub fn refused_answer(&self, own: &Place) -> Option<Cause> {
        if self.sender != Side::Client || self.own.last_frame.is_some() {
            return None;
        }
        self.peers_error(own, |finding| finding.rule.table == Table::Handshake)
            .map(Finding::as_cause)
    }

    /// How long neither side had sent any bytes, since the 101, when this side ended its stream;
    /// `None` where that is not known.
    #[must_use]
    pub fn silence_before(&self, end: &Place) -> Option<Duration> {
        let last = Side::BOTH.map(|side| self.last_bytes_before(side, end, true));
        let last = last.into_iter().flatten().max()?;
        Some(end.time.since(last))
    }

    /// The first error in the peer's bytes that this side knew of when it sent what stands at
    /// `own`, of a rule that `explains` accepts.
    #[must_use]
    pub fn peers_error(
        &self,
        own: &Place,
        explains: impl Fn(&Finding) -> bool,
    ) -> Option<&Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.sender == Some(self.sender.peer()))
            .filter(|finding| finding.severity == Severity::Error)
            .filter(|finding| own.is_aware_of(&finding.place) && explains(finding))
            .min_by_key(|finding| finding.place.stream_offset)
    }
}
