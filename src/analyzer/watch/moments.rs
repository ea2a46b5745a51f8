//! What was read and is to be shown, in its order. Of a frame it may not be certain yet what is
//! wrong with it: what was read behind it waits until that is known.

use std::collections::VecDeque;

use crate::side::{Side, Sides};

use super::{Moment, WatchedFrame};

/// Moments that wait behind a frame at most: a side may be silent for long.
const WAITING: usize = 64;

/// What was read and is to be shown.
#[derive(Debug, Default)]
pub(super) struct Moments {
    waiting: VecDeque<Moment>,
    /// Moments that were shown.
    shown: u64,
    /// The number of each side's frame that is not certain yet.
    uncertain: Sides<Option<u64>>,
}

impl Moments {
    pub(super) fn push(&mut self, moment: Moment) {
        self.waiting.push_back(moment);
    }

    /// Takes a side's frame that ended, and in which more may be found.
    pub(super) fn push_uncertain(&mut self, sender: Side, frame: Box<WatchedFrame>) {
        *self.uncertain.of_mut(sender) = Some(self.shown + self.waiting.len() as u64);
        self.waiting.push_back(Moment::Frame(frame));
    }

    /// The side's frame of which it was not certain: it is from here on.
    pub(super) fn settle(&mut self, sender: Side) -> Option<&mut WatchedFrame> {
        let number = self.uncertain.of_mut(sender).take()?;
        let index = usize::try_from(number.checked_sub(self.shown)?).ok()?;
        match self.waiting.get_mut(index)? {
            Moment::Frame(frame) => Some(frame),
            _ => None,
        }
    }

    /// The next one to be shown, if there is one.
    pub(super) fn next(&mut self) -> Option<Moment> {
        let is_first = |number: &Option<u64>| *number == Some(self.shown);
        let Sides { client, server } = &self.uncertain;
        let is_uncertain = is_first(client) || is_first(server);
        if is_uncertain && self.waiting.len() <= WAITING {
            return None;
        }
        let moment = self.waiting.pop_front()?;
        self.shown += 1;
        Some(moment)
    }

    /// Bytes of payload that wait.
    pub(super) fn cost(&self) -> usize {
        let payload = |moment: &Moment| match moment {
            Moment::Frame(frame) => frame.payload.len(),
            Moment::Message(message) => message.bytes.len(),
            _ => 0,
        };
        self.waiting.iter().map(payload).sum()
    }
}
