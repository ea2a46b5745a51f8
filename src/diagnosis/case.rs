//! What one capture shows of a broken connection, for causes to look at.

use crate::decode::Endpoint;
use crate::packet::PacketId;
use crate::place::Place;
use crate::preamble::Preamble;
use crate::report::model::{Captured, Outcome, Party};
use crate::rules::judge::{EndingFacts, SideEnding};
use crate::rules::{self, Finding, Severity, Table};
use crate::side::{Side, Sides};
use crate::untrusted::Untrusted;
use crate::websocket::assembly::CompressionUsed;
use crate::websocket::close::ClosePayload;
use crate::websocket::event::FrameSeen;
use crate::websocket::extensions::is_deflate;
use crate::websocket::handshake::Handshake;

use super::intrusion::Intrusion;
use super::signs;
use super::vantage::Vantage;

/// What one capture shows of a broken connection.
#[derive(Debug)]
pub struct Case<'a> {
    /// Its first packet.
    pub first_packet: PacketId,
    /// The server's end of the TCP connection.
    pub server: Endpoint,
    /// The TTL or hop limit that the segments of each side have as a rule.
    pub ttl: Sides<Option<u8>>,
    /// What the rules found, in the order of the capture.
    pub findings: &'a [Finding],
    /// What stood before HTTP.
    pub preambles: &'a [Preamble],
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
    /// The finding of a rule about one sender.
    #[must_use]
    pub fn found(&self, rule: &str, sender: Side) -> Option<&'a Finding> {
        self.findings
            .iter()
            .find(|finding| finding.rule.name == rule && finding.sender == Some(sender))
    }

    /// The first finding of one of these rules, by either side, that counts as broken and that
    /// nothing else explains which counts as that.
    #[must_use]
    pub fn root_of(&self, rules: &[&str]) -> Option<(&'a Finding, Side)> {
        self.findings
            .iter()
            .filter(|finding| rules.contains(&finding.rule.name) && self.is_root(finding))
            .find_map(|finding| Some((finding, finding.sender?)))
    }

    /// What ended the connection, or else what is wrong with it first: the finding that a cause
    /// must explain to be the cause.
    #[must_use]
    pub fn decisive(&self) -> Option<&'a Finding> {
        let breaks = |finding: &&Finding| finding.rule.breaks(finding.severity);
        let ends = |finding: &&Finding| {
            finding.rule.table == Table::Closing && finding.severity == Severity::Warning
        };
        let end = self.findings.iter().find(ends);
        let first = end.or_else(|| self.findings.iter().find(breaks))?;
        Some(self.behind(first))
    }

    /// Whether a finding counts as broken, and nothing that does explains it.
    fn is_root(&self, finding: &'a Finding) -> bool {
        let breaks = |finding: &Finding| finding.rule.breaks(finding.severity);
        let behind = self.behind(finding);
        breaks(finding) && (std::ptr::eq(behind, finding) || !breaks(behind))
    }

    /// The finding that explains this one and is explained by nothing itself.
    pub(super) fn behind(&self, finding: &'a Finding) -> &'a Finding {
        let mut root = finding;
        // Each step goes to another finding, or the chain is a circle.
        for _ in self.findings {
            let explains =
                |cause: rules::Cause| self.findings.iter().find(|other| other.as_cause() == cause);
            match root.because_of.and_then(explains) {
                Some(behind) if behind.severity > Severity::Info => root = behind,
                _ => break,
            }
        }
        root
    }

    /// Whether this was captured on the machine of an endpoint: that of a side, and nothing shows
    /// that a proxy stands there.
    #[must_use]
    pub fn is_at(&self, side: Side) -> bool {
        self.vantage.is_at(side) && signs::on(self, side).is_none()
    }

    /// Whether all that a side had sent when the other one answered at `place`, as that says
    /// itself, was captured.
    #[must_use]
    pub fn saw_what_was_known_at(&self, place: &Place, side: Side) -> bool {
        let Some(endings) = self.endings else {
            return false;
        };
        let read_to = endings.of(side).read_to;
        place.acknowledgement.is_some_and(|known| {
            // A FIN counts as one.
            known.wrapping_sub(read_to).cast_signed() <= 1
        })
    }

    /// Whether both heads of an accepted handshake were captured.
    #[must_use]
    pub fn has_handshake(&self) -> bool {
        self.handshake
            .is_some_and(|it| it.request().is_some() && it.response().is_some())
    }

    /// Who stands on a side: the endpoint itself where this was captured on its machine, else
    /// whoever is on that side of the capture.
    #[must_use]
    pub fn party(&self, side: Side) -> Party {
        match (side, self.is_at(side)) {
            (Side::Client, true) => Party::Client,
            (Side::Server, true) => Party::Server,
            (Side::Client, false) => Party::ClientSide,
            (Side::Server, false) => Party::ServerSide,
        }
    }

    /// Who stands on a side, in words.
    #[must_use]
    pub fn who(&self, side: Side) -> String {
        if self.is_at(side) {
            format!("the {side}")
        } else {
            format!("the {side}, or what is between it and this capture,")
        }
    }

    /// The first Close of a side.
    #[must_use]
    pub fn close(&self, side: Side) -> Option<&'a (FrameSeen, ClosePayload)> {
        self.endings?.of(side).close.as_ref()
    }

    /// The reason in a side's Close, harmless; none where it has none.
    #[must_use]
    pub fn close_reason(&self, side: Side) -> Option<String> {
        let (_, payload) = self.close(side)?;
        let reason = payload.reason();
        (!reason.is_empty()).then(|| Untrusted(reason).to_string())
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

    /// Whether every byte that a side sent was captured and could be read as frames.
    #[must_use]
    pub fn is_whole(&self, side: Side) -> bool {
        let captured = self.captured.of(side);
        captured.from_start && captured.missing_bytes == 0 && captured.unread_bytes == 0
    }

    /// Whether the request in this capture offers permessage-deflate; `None` where there is no
    /// request.
    #[must_use]
    pub fn offers_deflate(&self) -> Option<bool> {
        let handshake = self.handshake?;
        handshake.request()?;
        let offers = handshake.offered("Sec-WebSocket-Extensions");
        Some(offers.into_iter().any(is_deflate))
    }

    /// Whether the 101 in this capture agrees to any extension; `None` where there is no 101.
    #[must_use]
    pub fn agrees_to_extensions(&self) -> Option<bool> {
        let handshake = self.handshake.filter(|handshake| handshake.is_accepted())?;
        let answered = handshake.answered("Sec-WebSocket-Extensions")?;
        Some(!answered.is_empty())
    }

    /// A place in words: `packet 7`, with the input where that is another one than the first
    /// packet's.
    #[must_use]
    pub fn at(&self, place: &Place) -> String {
        place.packet.seen_from(self.first_packet).to_string()
    }

    /// A finding in words, as evidence.
    #[must_use]
    pub fn tell(&self, finding: &Finding) -> String {
        let at = self.at(&finding.place);
        format!("{at}: {} [{}]", finding.message, finding.rule.name)
    }
}
