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

/// A RST, and what its sender did then.
#[derive(Debug)]
pub(super) struct Reset {
    pub(super) place: Place,
    pub(super) ttl: u8,
    pub(super) out_of_window: Option<OutOfWindow>,
    pub(super) goes_on: Option<GoesOn>,
}

impl Reset {
    /// Takes a later segment of the same sender, which brought it so far.
    pub(super) fn note(
        &mut self,
        (time, packet): (Timestamp, PacketId),
        (before, after): (Progress, Progress),
        round_trip: Option<Duration>,
    ) {
        let later = time.since(self.place.time);
        let in_flight = round_trip.map_or(UNKNOWN_ROUND_TRIP, |time| time.max(OVERTAKING));
        let with_data = after.sent > before.sent;
        let is_new = with_data || after.acknowledged > before.acknowledged;
        if self.goes_on.is_none() && is_new && later > in_flight {
            self.goes_on = Some(GoesOn {
                packet,
                later,
                with_data,
            });
        }
    }
}
