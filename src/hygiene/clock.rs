//! The clock that stamped the packets of one input. It knows their times in the order of the file.

use std::time::Duration;

use super::Trouble;
use crate::packet::RawPacket;
use crate::time::Timestamp;

/// What is earlier than the packet before it by less than this was only stored late: the queues of
/// a network card, and the interfaces of one capture, are emptied in turn.
const STEP: Duration = Duration::from_millis(200);

/// The times of one input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    latest: Option<Timestamp>,
    steps: u64,
    longest: Duration,
    first: Option<u64>,
}

impl Clock {
    pub(super) fn note(&mut self, packet: &RawPacket<'_>) {
        // The packet before, and not the latest of all: behind a step time goes on from there.
        let before = self.latest.replace(packet.time);
        let Some(back) = before.map(|before| before.since(packet.time)) else {
            return;
        };
        if back >= STEP {
            self.steps += 1;
            self.longest = self.longest.max(back);
            self.first.get_or_insert(packet.id.number);
        }
    }

    pub(super) fn trouble(&self) -> Option<(Trouble, Option<u64>)> {
        let (steps, longest) = (self.steps, self.longest);
        (steps > 0).then_some((Trouble::ClockBackwards { steps, longest }, self.first))
    }
}
