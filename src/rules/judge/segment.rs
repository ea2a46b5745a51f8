//! Segments that do not go together with the others of their direction.

use crate::place::Place;
use crate::rules::{Cause, Finding};
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

    /// The finding of another rule about the same packet.
    #[must_use]
    pub fn found(&self, rule: &str) -> Option<Cause> {
        let packet = self.place().packet;
        self.findings
            .iter()
            .find(|finding| finding.rule.name == rule && finding.place.packet == packet)
            .map(Finding::as_cause)
    }
}
