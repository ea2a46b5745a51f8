//! RSTs that their sender knows nothing of: it goes on.

use std::time::Duration;

use crate::packet::PacketId;
use crate::place::Place;
use crate::time::Timestamp;

use super::hand::Mark;

/// Packets may overtake each other by so much, however short the way is.
const OVERTAKING: Duration = Duration::from_millis(5);

/// What is in flight where nothing told how long the way is.
const UNKNOWN_ROUND_TRIP: Duration = Duration::from_secs(1);

/// How far a RST is from what its receiver takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfWindow {
    /// So many bytes before what the receiver had acknowledged.
    Before(u64),
    /// So many bytes behind the end of the receiver's window.
    Behind(u64),
}

/// How a sender went on behind its RST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoesOn {
    /// The packet that shows it.
    pub packet: PacketId,
    /// How long behind the RST.
    pub later: Duration,
    /// With new data; else with an acknowledgement of more than before.
    pub with_data: bool,
}

/// A RST that its sender did not send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InjectedReset {
    /// Where it stands.
    pub place: Place,
    /// The marks by which it breaks with the others of that sender.
    pub marks: Vec<Mark>,
    /// How many others of that sender there are.
    pub others: u32,
    /// How far out of the receiver's window it is, if it is.
    pub out_of_window: Option<OutOfWindow>,
    /// How the sender went on.
    pub goes_on: GoesOn,
}

/// How far a side has come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// The position behind all that it sent.
    pub(super) sent: u64,
    /// The position up to which it acknowledged the other side's stream.
    pub(super) acknowledged: u64,
}

/// A later segment of a sender's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Later {
    pub(super) time: Timestamp,
    pub(super) packet: PacketId,
    /// The position behind its payload, if it has one.
    pub(super) payload_end: Option<u64>,
    /// How far its sender had come before it.
    pub(super) before: Progress,
    /// How far it has come with it.
    pub(super) after: Progress,
}

/// A RST, and what its sender did then.
#[derive(Debug)]
pub(super) struct Reset {
    pub(super) place: Place,
    /// Where it stands in its stream.
    pub(super) position: u64,
    /// The position behind all that the other side had sent.
    pub(super) peer_sent: u64,
    pub(super) ttl: u8,
    pub(super) out_of_window: Option<OutOfWindow>,
    pub(super) goes_on: Option<GoesOn>,
}

impl Reset {
    /// Takes a later segment of the same sender.
    ///
    /// What the capture lacks may have been sent before the RST: new is only what stands behind
    /// it, and an acknowledgement alone of what the other side sent after it.
    pub(super) fn note(&mut self, segment: Later, round_trip: Option<Duration>) {
        let Later { before, after, .. } = segment;
        let later = segment.time.since(self.place.time);
        let in_flight = round_trip.map_or(UNKNOWN_ROUND_TRIP, |time| time.max(OVERTAKING));
        // Where a RST that is out of the window stands says nothing.
        let known = match self.out_of_window {
            None => before.sent.max(self.position),
            Some(_) => before.sent,
        };
        let with_data = segment.payload_end.is_some_and(|end| end > known);
        let acknowledges = segment.payload_end.is_none()
            && after.acknowledged > before.acknowledged.max(self.peer_sent);
        if self.goes_on.is_none() && (with_data || acknowledges) && later > in_flight {
            self.goes_on = Some(GoesOn {
                packet: segment.packet,
                later,
                with_data,
            });
        }
    }
}
