//! Asks the rules and keeps what they find. Repeated findings of a rule about one sender are one
//! finding, its first occurrence told in full.

use crate::packet::PacketId;
use crate::place::Place;
use crate::rules::{Cause, Finding, Severity};
use crate::side::{Side, Sides};
use crate::tcp::Anomaly;
use crate::websocket::handshake::Handshake;

use super::judge::{
    CloseFacts, EndingFacts, FrameFacts, HandshakeFacts, Judge, MessageFacts, PingFacts, PongFacts,
    SegmentFacts, Sequel, SideEnding, StreamFacts, Telling, Unanswered,
};
use super::{ALL, Rule};

/// What was found on one connection.
#[derive(Debug, Default)]
pub struct Ledger {
    findings: Vec<Finding>,
    /// The rules that fired since somebody asked, by sender; kept where somebody does.
    recent: Option<Sides<Vec<&'static str>>>,
}

impl Ledger {
    /// Keeps from now on which rules fired, for [`Self::take_recent`].
    pub fn watch(&mut self) {
        self.recent.get_or_insert_default();
    }

    /// The rules that a sender's bytes broke since this was asked last.
    pub fn take_recent(&mut self, sender: Side) -> Vec<&'static str> {
        let recent = self.recent.as_mut();
        recent.map_or_else(Vec::new, |recent| std::mem::take(recent.of_mut(sender)))
    }

    /// What was found so far, in the order of judging.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What was found, by time and place, then in the catalogue's order.
    #[must_use]
    pub fn into_findings(self) -> Vec<Finding> {
        let mut findings = self.findings;
        let rank = |rule: &Rule| ALL.iter().position(|other| other.name == rule.name);
        findings.sort_by_key(|finding| {
            let place = finding.place;
            (
                place.time,
                place.packet,
                finding.sender,
                place.stream_offset,
                rank(finding.rule),
            )
        });
        findings
    }

    /// The first finding of a rule about a sender's bytes.
    #[must_use]
    pub fn cause(&self, rule: &str, sender: Side) -> Option<Cause> {
        self.findings
            .iter()
            .find(|finding| finding.rule.name == rule && finding.sender == Some(sender))
            .map(Finding::as_cause)
    }

    /// Judges a frame with something notable about it.
    pub fn judge_frame(&mut self, facts: &FrameFacts<'_>) {
        for rule in ALL {
            if let Judge::Frame { on, fires, tell } = &rule.judge
                && facts.seen.notable.intersects(*on)
                && let Some(severity) = fires(rule, facts)
            {
                let packet = facts.seen.place.packet;
                self.note(rule, severity, facts.sender, packet, || tell(facts));
            }
        }
    }

    /// Judges a message with something wrong in it.
    pub fn judge_message(&mut self, facts: &MessageFacts<'_>) {
        for rule in ALL {
            if let Judge::Message { fires, tell } = &rule.judge
                && let Some(severity) = fires(rule, facts)
            {
                let telling = tell(facts);
                let packet = telling.place.packet;
                self.note(rule, severity, facts.sender, packet, || telling);
            }
        }
    }

    /// Adds words to what was found first about a sender, if that was found at this place.
    pub fn add(&mut self, rule: &str, sender: Side, place: &Place, words: &str) {
        let found = self.findings.iter_mut().find(|finding| {
            finding.rule.name == rule && finding.sender == Some(sender) && finding.place == *place
        });
        if let Some(finding) = found {
            finding.message.push_str(words);
        }
    }

    /// Judges a Close frame with its payload.
    pub fn judge_close(&mut self, facts: &CloseFacts<'_>) {
        for rule in ALL {
            if let Judge::Close { fires, tell } = &rule.judge
                && let Some(severity) = fires(rule, facts)
            {
                let packet = facts.seen.place.packet;
                self.note(rule, severity, facts.sender, packet, || tell(facts));
            }
        }
    }

    /// Judges a Ping that was not answered at once.
    pub fn judge_ping(&mut self, facts: &PingFacts) {
        for rule in ALL {
            if let Judge::Ping { fires, tell } = &rule.judge
                && let Some(severity) = fires(rule, facts)
            {
                let packet = facts.ping.packet;
                self.note(rule, severity, facts.sender, packet, || tell(facts));
            }
        }
    }

    /// Judges a Pong that answers no Ping although one is open.
    pub fn judge_pong(&mut self, facts: &PongFacts<'_>) {
        for rule in ALL {
            if let Judge::Pong { fires, tell } = &rule.judge
                && let Some(severity) = fires(rule, facts)
            {
                let packet = facts.seen.place.packet;
                self.note(rule, severity, facts.sender, packet, || tell(facts));
            }
        }
    }

    /// Judges an opening handshake: the client's head first, so that what is wrong with it may
    /// explain the server's.
    pub fn judge_handshake(
        &mut self,
        handshake: &Handshake,
        sequel: Sequel,
        unanswered: Option<Unanswered>,
    ) {
        for sender in Side::BOTH {
            for rule in ALL {
                let Judge::Handshake { fires, tell } = &rule.judge else {
                    continue;
                };
                let facts = HandshakeFacts {
                    sender,
                    handshake,
                    sequel,
                    unanswered,
                    findings: &self.findings,
                };
                if let Some(severity) = fires(rule, &facts) {
                    let telling = tell(&facts);
                    let packet = telling.place.packet;
                    self.forget_milder(rule, severity, sender);
                    self.note(rule, severity, sender, packet, || telling);
                }
            }
        }
    }

    /// A demand for credentials that the client met is no place to tell of the refusal behind
    /// it: of several attempts the first that failed in earnest is told.
    fn forget_milder(&mut self, rule: &Rule, severity: Severity, sender: Side) {
        self.findings.retain(|finding| {
            let is_it = finding.rule.name == rule.name && finding.sender == Some(sender);
            !is_it || finding.severity >= severity
        });
    }

    /// Judges bytes that are no frames.
    pub fn judge_stream(&mut self, facts: &StreamFacts<'_>) {
        for rule in ALL {
            if let Judge::Stream { fires, tell } = &rule.judge
                && let Some(severity) = fires(rule, facts)
            {
                let telling = tell(facts);
                let packet = telling.place.packet;
                self.note(rule, severity, facts.sender, packet, || telling);
            }
        }
    }

    /// Judges segments that do not go together with the others of their direction; `offset` is
    /// how many bytes the sender had sent.
    pub fn judge_segment(&mut self, sender: Side, anomaly: &Anomaly, offset: u64) {
        for rule in ALL {
            let facts = SegmentFacts {
                sender,
                anomaly,
                offset,
                findings: &self.findings,
            };
            if let Judge::Segment { fires, tell } = &rule.judge
                && let Some(severity) = fires(rule, &facts)
            {
                let telling = tell(&facts);
                let packet = telling.place.packet;
                self.note(rule, severity, sender, packet, || telling);
            }
        }
    }

    /// Judges both sides at the end of their connection: rule by rule, so that a rule sees what
    /// those before it found about either side.
    pub fn judge_ending(&mut self, sides: &Sides<SideEnding>, handshake: Option<&Handshake>) {
        for rule in ALL {
            let Judge::Ending { fires, tell } = &rule.judge else {
                continue;
            };
            for sender in Side::BOTH {
                let facts = EndingFacts {
                    sender,
                    own: sides.of(sender),
                    peer: sides.of(sender.peer()),
                    handshake,
                    findings: &self.findings,
                };
                if let Some(severity) = fires(rule, &facts) {
                    let telling = tell(rule, &facts);
                    let packet = telling.place.packet;
                    self.note(rule, severity, sender, packet, || telling);
                }
            }
        }
    }

    fn note(
        &mut self,
        rule: &'static Rule,
        severity: Severity,
        sender: Side,
        packet: PacketId,
        tell: impl FnOnce() -> Telling,
    ) {
        if let Some(recent) = &mut self.recent {
            let recent = recent.of_mut(sender);
            if !recent.contains(&rule.name) {
                recent.push(rule.name);
            }
        }
        let known = self
            .findings
            .iter_mut()
            .find(|finding| finding.rule.name == rule.name && finding.sender == Some(sender));
        if let Some(finding) = known {
            finding.count += 1;
            finding.severity = finding.severity.max(severity);
            finding.last_packet = packet;
            return;
        }
        let telling = tell();
        self.findings.push(Finding {
            rule,
            severity,
            sender: Some(sender),
            place: telling.place,
            message: telling.message,
            excerpt: telling.excerpt,
            because_of: telling.because_of,
            count: 1,
            last_packet: packet,
        });
    }
}
