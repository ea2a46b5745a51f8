//! When a side's bytes came, as far as the silence before an end has to be known.

use crate::time::Timestamp;

/// When a side's bytes came: the latest ones, and the latest pause.
///
/// A side may still send when the other one has ended: what it sent before is then told by the
/// pause between. Packets that carry no bytes of the stream, as acknowledgements and keep-alive
/// probes, are no activity.
#[derive(Clone, Copy, Debug, Default)]
pub struct Activity {
    last: Option<Timestamp>,
    /// The bytes before the latest pause, and those that ended it.
    pause: Option<(Timestamp, Timestamp)>,
}

impl Activity {
    /// Nanoseconds of a pause: shorter than what any timer is set to, and longer than the answers
    /// to an end take.
    const PAUSE: i64 = 4_000_000_000;

    /// Notes that bytes came.
    pub fn note(&mut self, time: Timestamp) {
        if let Some(last) = self.last
            && time.nanos().saturating_sub(last.nanos()) >= Self::PAUSE
        {
            self.pause = Some((last, time));
        }
        self.last = self.last.max(Some(time));
    }

    /// When the latest bytes came.
    #[must_use]
    pub const fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// When the latest bytes came of those that came no later than `end`.
    #[must_use]
    pub fn last_until(&self, end: Timestamp) -> Option<Timestamp> {
        self.latest(|time| time <= end, end)
    }

    /// When the latest bytes came of those that came before `end`.
    #[must_use]
    pub fn last_before(&self, end: Timestamp) -> Option<Timestamp> {
        self.latest(|time| time < end, end)
    }

    /// The latest time that is `early` enough; `end` where that is not known any more.
    fn latest(&self, early: impl Fn(Timestamp) -> bool, end: Timestamp) -> Option<Timestamp> {
        let last = self.last?;
        if early(last) {
            return Some(last);
        }
        match self.pause {
            Some((before, after)) if early(before) && !early(after) => Some(before),
            _ => Some(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_nanos(seconds * 1_000_000_000, 6)
    }

    fn active(seconds: &[i64]) -> Activity {
        let mut activity = Activity::default();
        for second in seconds {
            activity.note(at(*second));
        }
        activity
    }

    #[test]
    fn what_is_sent_after_an_end_breaks_no_silence_before_it() {
        let activity = active(&[0, 2, 3, 64]);
        assert_eq!(activity.last_until(at(63)), Some(at(3)));
        assert_eq!(activity.last_until(at(64)), Some(at(64)));
        assert_eq!(activity.last_before(at(64)), Some(at(3)));
        assert_eq!(activity.last_until(at(70)), Some(at(64)));
    }

    #[test]
    fn where_the_silence_is_not_known_there_is_none() {
        let activity = active(&[0, 2, 64, 65]);
        assert_eq!(activity.last_until(at(64)), Some(at(64)));
        assert_eq!(active(&[0, 1, 2]).last_until(at(1)), Some(at(1)));
        assert_eq!(active(&[]).last_until(at(1)), None);
    }
}
