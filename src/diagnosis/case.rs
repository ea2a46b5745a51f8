//! What one capture shows of a broken connection, for causes to look at.

use crate::place::Place;
use crate::report::model::{Captured, Outcome, Party};
use crate::rules::Finding;
use crate::rules::judge::{EndingFacts, SideEnding};
use crate::side::{Side, Sides};
use crate::websocket::assembly::CompressionUsed;
use crate::websocket::close::ClosePayload;
use crate::websocket::event::FrameSeen;
use crate::websocket::handshake::Handshake;

use super::evidence::Intrusion;
use super::vantage::Vantage;

/// What one capture shows of a broken connection.
#[derive(Debug)]
pub struct Case<'a> {
    /// What the rules found, in the order of the capture.
    pub findings: &'a [Finding],
    /// The opening handshake, as far as the capture holds it.
    pub handshake: Option<&'a Handshake>,
    /// How that went.
    pub outcome: Outcome,
    /// Both sides at the end, where a WebSocket was open.
    pub endings: Option<&'a Sides<SideEnding>>,
    /// Whether messages with RSV1 that nothing agreed allows are compressed, by sender.
    pub compression: Sides<CompressionUsed>,
    /// What stood where a frame was due, by whose stream it stood in.
    pub intrusions: Sides<Option<&'a Intrusion>>,
    /// Where the capture was taken.
    pub vantage: Vantage,
    /// What of each direction the capture holds.
    pub captured: &'a Sides<Captured>,
}

impl<'a> Case<'a> {
    /// The finding of a rule, by whoever sent it.
    #[must_use]
    pub fn found(&self, rule: &str) -> Option<&'a Finding> {
        self.findings
            .iter()
            .find(|finding| finding.rule.name == rule)
    }

    /// The finding of a rule about one sender.
    #[must_use]
    pub fn found_by(&self, rule: &str, sender: Side) -> Option<&'a Finding> {
        self.findings
            .iter()
            .find(|finding| finding.rule.name == rule && finding.sender == Some(sender))
    }

    /// Who stands on a side: the endpoint itself where this was captured on its machine, else
    /// whoever is on that side of the capture.
    #[must_use]
    pub fn party(&self, side: Side) -> Party {
        match (side, self.vantage.is_at(side)) {
            (Side::Client, true) => Party::Client,
            (Side::Server, true) => Party::Server,
            (Side::Client, false) => Party::ClientSide,
            (Side::Server, false) => Party::ServerSide,
        }
    }

    /// The first Close of a side.
    #[must_use]
    pub fn close(&self, side: Side) -> Option<&'a (FrameSeen, ClosePayload)> {
        self.endings?.of(side).close.as_ref()
    }

    /// The end of the connection as one side has it.
    #[must_use]
    pub fn ending(&self, sender: Side) -> Option<EndingFacts<'a>> {
        let endings = self.endings?;
        Some(EndingFacts {
            sender,
            own: endings.of(sender),
            peer: endings.of(sender.peer()),
            handshake: self.handshake,
            findings: self.findings,
        })
    }

    /// Whether every byte that a side sent before `place` was captured and read.
    #[must_use]
    pub fn is_whole(&self, side: Side) -> bool {
        let captured = self.captured.of(side);
        captured.from_start && captured.missing_bytes == 0 && captured.unread_bytes == 0
    }

    /// The place of the first finding that nothing else explains.
    #[must_use]
    pub fn first_root(&self) -> Option<Place> {
        self.findings
            .iter()
            .filter(|finding| finding.because_of.is_none() && finding.rule.breaks(finding.severity))
            .map(|finding| finding.place)
            .next()
    }
}
