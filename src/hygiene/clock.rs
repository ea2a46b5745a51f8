//! The clock that stamped the packets of one input. It knows their times in the order of the file.

use std::time::Duration;

use super::Trouble;
use crate::packet::RawPacket;
use crate::time::Timestamp;

/// What is earlier than the packet before it by less than this was only stored late: the queues of
/// a network card are emptied in turn.
const STEP: Duration = Duration::from_millis(200);

/// Interfaces of one input whose times are watched.
const INTERFACES: usize = 64;

/// The times of one input.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    /// The time of the last packet of each interface: these are emptied in turn as well, with
    /// longer pauses, and may have clocks of their own.
    latest: Vec<Option<Timestamp>>,
    steps: u64,
    longest: Duration,
    first: Option<u64>,
}

impl Clock {
    pub(super) fn note(&mut self, packet: &RawPacket<'_>) {
        // The packet before, and not the latest of all: behind a step time goes on from there.
        let Some(latest) = self.latest_of(packet.reception.interface) else {
            return;
        };
        let before = latest.replace(packet.time);
        let Some(back) = before.map(|before| before.since(packet.time)) else {
            return;
        };
        if back >= STEP {
            self.steps += 1;
            self.longest = self.longest.max(back);
            self.first.get_or_insert(packet.id.number);
        }
    }

    fn latest_of(&mut self, interface: u32) -> Option<&mut Option<Timestamp>> {
        let index = usize::try_from(interface).ok()?;
        if index >= self.latest.len() && index < INTERFACES {
            self.latest.resize(index + 1, None);
        }
        self.latest.get_mut(index)
    }

    pub(super) fn trouble(&self) -> Option<(Trouble, Option<u64>)> {
        let (steps, longest) = (self.steps, self.longest);
        (steps > 0).then_some((Trouble::ClockBackwards { steps, longest }, self.first))
    }
}
