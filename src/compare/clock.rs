//! The clocks of two captures, held against each other by what passed between them, and the time
//! that took.

use crate::report::model::{ClockOffset, Latency};
use crate::side::Side;
use crate::time::Timestamp;

/// Something that both captures have: who sent it, and when each had its last byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    pub(super) sender: Side,
    pub(super) near_client: Timestamp,
    pub(super) near_server: Timestamp,
    /// It is a message, and counts for the latency.
    pub(super) is_message: bool,
}

/// The clock near the server, as seen from the one near the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    /// Nanoseconds by which it is ahead.
    offset: i64,
    /// Nanoseconds by which that may be wrong.
    uncertainty: Option<u64>,
    is_known: bool,
}

impl Clock {
    /// One clock for both.
    pub(super) const SAME: Self = Self {
        offset: 0,
        uncertainty: Some(0),
        is_known: true,
    };

    /// As the passages bound it: nothing arrives before it was sent. As NTP has it, the truth is
    /// taken to be in the middle of what is possible.
    pub(super) fn of(passages: &[Passage]) -> Self {
        let difference = |it: &Passage| {
            it.near_server
                .nanos()
                .saturating_sub(it.near_client.nanos())
        };
        let of = |sender| {
            passages
                .iter()
                .filter(move |it| it.sender == sender)
                .map(difference)
        };
        let (highest, lowest) = (of(Side::Client).min(), of(Side::Server).max());
        match (lowest, highest) {
            (Some(low), Some(high)) => Self {
                offset: low.midpoint(high),
                uncertainty: Some(high.abs_diff(low) / 2),
                is_known: true,
            },
            (None, None) => Self::default(),
            (low, high) => Self {
                offset: low.or(high).unwrap_or(0),
                uncertainty: None,
                is_known: true,
            },
        }
    }

    /// Whether everything arrived before it was sent, so that the captures are the other way round:
    /// whatever the clocks, nothing passes in both directions at once in less than no time.
    pub(super) fn is_backwards(passages: &[Passage]) -> bool {
        let of = |sender| {
            let passages = passages.iter().filter(move |it| it.sender == sender);
            passages.map(|it| {
                it.near_server
                    .nanos()
                    .saturating_sub(it.near_client.nanos())
            })
        };
        match (of(Side::Client).max(), of(Side::Server).min()) {
            (Some(highest), Some(lowest)) => highest < lowest,
            _ => false,
        }
    }

    /// A moment of the clock near the server, by the one near the client, in nanoseconds.
    pub(super) const fn near_client(&self, near_server: Timestamp) -> i64 {
        near_server.nanos().saturating_sub(self.offset)
    }

    /// Nanoseconds by which it may be wrong: any number where nothing bounds it from both sides.
    pub(super) fn doubt(&self) -> i64 {
        const UNBOUNDED: i64 = i64::MAX / 4;
        let doubt = self.uncertainty.map(i64::try_from);
        doubt.and_then(Result::ok).unwrap_or(UNBOUNDED)
    }

    /// As the report has it.
    pub(super) fn told(&self) -> Option<ClockOffset> {
        self.is_known.then(|| ClockOffset {
            offset_us: self.offset / 1000,
            uncertainty_us: self.uncertainty.map(|nanos| nanos.div_ceil(1000)),
        })
    }

    /// How long messages took.
    pub(super) fn latency(&self, passages: &[Passage]) -> Option<Latency> {
        let took = |it: &Passage| {
            let near_server = self.near_client(it.near_server);
            let took = match it.sender {
                Side::Client => near_server.saturating_sub(it.near_client.nanos()),
                Side::Server => it.near_client.nanos().saturating_sub(near_server),
            };
            u64::try_from(took).unwrap_or(0) / 1000
        };
        let messages = passages.iter().filter(|it| it.is_message);
        let mut all: Vec<u64> = messages.map(took).collect();
        all.sort_unstable();
        let at = |share: usize| {
            let place = (all.len() * share).div_ceil(100).saturating_sub(1);
            all.get(place).copied()
        };
        Some(Latency {
            median_us: at(50)?,
            p99_us: at(99)?,
            worst_us: *all.last()?,
            messages: all.len() as u64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(sender: Side, near_client: i64, near_server: i64) -> Passage {
        let at = |microseconds: i64| Timestamp::from_nanos(microseconds * 1000, 6);
        Passage {
            sender,
            near_client: at(near_client),
            near_server: at(near_server),
            is_message: true,
        }
    }

    #[test]
    fn messages_in_both_directions_bound_the_offset() {
        // 5 s ahead; 100 µs one way, 300 µs the other, and one message late.
        let passages = [
            passage(Side::Client, 0, 5_000_100),
            passage(Side::Server, 1300, 5_001_000),
            passage(Side::Client, 2000, 5_004_000),
        ];
        let clock = Clock::of(&passages);
        let told = clock.told().unwrap();
        assert_eq!(told.offset_us, 4_999_900);
        assert_eq!(told.uncertainty_us, Some(200));
        let latency = clock.latency(&passages).unwrap();
        assert_eq!((latency.median_us, latency.worst_us), (200, 2100));
        assert_eq!(latency.messages, 3);
    }

    #[test]
    fn one_direction_bounds_nothing() {
        let clock = Clock::of(&[passage(Side::Client, 0, 100)]);
        assert_eq!(clock.told().unwrap().uncertainty_us, None);
        assert_eq!(Clock::of(&[]).told(), None);
        assert_eq!(Clock::of(&[]).latency(&[]), None);
    }

    #[test]
    fn clocks_at_the_ends_of_time_do_no_harm() {
        let at = |nanos| Timestamp::from_nanos(nanos, 9);
        let passages = Side::BOTH.map(|sender| Passage {
            sender,
            near_client: at(i64::MIN),
            near_server: at(i64::MAX),
            is_message: true,
        });
        let clock = Clock::of(&passages);
        assert!(clock.latency(&passages).is_some());
    }
}
