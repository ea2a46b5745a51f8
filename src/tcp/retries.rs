//! What one side sends again and again while the other is silent.

use std::time::Duration;

use crate::packet::PacketId;
use crate::place::Place;
use crate::time::Timestamp;

/// Copies closer to each other than this are one sending, captured twice: no host sends a segment
/// again so soon when nothing answers.
const SAME_SENDING: Duration = Duration::from_millis(50);

/// What is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// A segment with this many bytes.
    Data(usize),
    /// A FIN without data.
    Fin,
    /// A keep-alive probe.
    Probe,
}

/// A segment that was sent again until the end, and never answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// Where its sender first sent it again.
    pub place: Place,
    /// What it is.
    pub repeated: Repeated,
    /// How many times it was sent again.
    pub count: u32,
    /// From the first of these times to the last.
    pub time: Duration,
    /// The packet of the last time.
    pub last_packet: PacketId,
}

/// A segment that is sent again, nothing having come from the other side since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retries {
    position: u64,
    place: Place,
    repeated: Repeated,
    count: u32,
    last: (Timestamp, PacketId),
}

impl Retries {
    /// Takes a segment that was sent before; `sent` is when its sender last sent something new.
    pub(super) fn note(
        retries: &mut Option<Box<Self>>,
        position: u64,
        repeated: Repeated,
        sent: Option<Timestamp>,
        place: Place,
    ) {
        let seen = (place.time, place.packet);
        match retries {
            Some(known) if known.position == position => {
                if place.time.since(known.last.0) >= SAME_SENDING {
                    known.count = known.count.saturating_add(1);
                    known.last = seen;
                }
            }
            // Behind the first that is not acknowledged, others may be sent again.
            Some(known) if known.position < position => {}
            _ if sent.is_some_and(|sent| place.time.since(sent) < SAME_SENDING) => {}
            _ => {
                *retries = Some(Box::new(Self {
                    position,
                    place,
                    repeated,
                    count: 1,
                    last: seen,
                }));
            }
        }
    }

    /// As it is when nothing more will come.
    pub(super) fn unanswered(&self) -> Unanswered {
        let (time, last_packet) = self.last;
        Unanswered {
            place: self.place,
            repeated: self.repeated,
            count: self.count,
            time: time.since(self.place.time),
            last_packet,
        }
    }
}
