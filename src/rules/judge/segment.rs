//! Segments that do not go together with the others of their direction.

use crate::packet::PacketId;
use crate::place::Place;
use crate::rules::{Cause, Finding, Severity};
use crate::side::Side;
use crate::tcp::Anomaly;

use super::Telling;

/// Something about the segments of a connection that does not go together.
#[derive(Clone, Copy, Debug)]
pub struct SegmentFacts<'a> {
    /// Whose segments they are, or who is silent.
    pub sender: Side,
    /// What it is.
    pub anomaly: &'a Anomaly,
    /// How many bytes the silent side had sent.
    pub offset: u64,
    /// What was found on the connection so far.
    pub findings: &'a [Finding],
}

impl SegmentFacts<'_> {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.anomaly {
            Anomaly::Conflict(conflict) => conflict.place,
            Anomaly::Foreign(foreign) => foreign.place,
            Anomaly::InjectedReset(reset) => reset.place,
            Anomaly::Unanswered(unanswered) => Place {
                stream_offset: self.offset,
                ..unanswered.place
            },
        }
    }

    /// A finding there.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> Telling {
        Telling::new(self.place(), message)
    }

    /// The first finding, more than worth knowing, of one of these rules about the sender's segment in this packet: what
    /// was seen in the segment tells more than the marks on it.
    #[must_use]
    pub fn found_in(&self, packet: PacketId, rules: &[&str]) -> Option<Cause> {
        self.findings
            .iter()
            .filter(|finding| finding.sender == Some(self.sender))
            .filter(|finding| finding.place.packet == packet && finding.severity > Severity::Info)
            .find(|finding| rules.contains(&finding.rule.name))
            .map(Finding::as_cause)
    }
}
