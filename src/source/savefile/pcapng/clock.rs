//! The clock of one pcapng interface: from its ticks to nanoseconds since 1970. It knows the
//! options `if_tsresol` and `if_tsoffset`, and that any 64 bits can stand in a file.

use crate::source::Resolution;
use crate::time::Timestamp;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// How an interface counts time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    tick: Tick,
    digits: u8,
    /// Nanoseconds to add to every time.
    offset: i128,
}

/// The length of a tick.
#[derive(Clone, Copy, Debug)]
enum Tick {
    /// This many nanoseconds.
    Nanos(u32),
    /// One of so many parts of a nanosecond.
    PartOfNano(u128),
    /// Two to minus this many seconds; below 128.
    BinaryFraction(u32),
}

impl Clock {
    /// The clock of an interface. `offset` is the value of `if_tsoffset`, in seconds.
    pub(super) const fn new(Resolution(resolution): Resolution, offset: i64) -> Self {
        let exponent = resolution & 0x7f;
        let (tick, digits) = if resolution & 0x80 != 0 {
            let digits = if exponent == 0 {
                0
            } else {
                Timestamp::MAX_DIGITS
            };
            (Tick::BinaryFraction(exponent as u32), digits)
        } else if exponent <= Timestamp::MAX_DIGITS {
            let power = 10_u32.pow((Timestamp::MAX_DIGITS - exponent) as u32);
            (Tick::Nanos(power), exponent)
        } else {
            let power = (exponent - Timestamp::MAX_DIGITS) as u32;
            // Where the power is beyond 128 bits, 64 bits of ticks are less than a nanosecond.
            let parts = match 10_u128.checked_pow(power) {
                Some(parts) => parts,
                None => u128::MAX,
            };
            (Tick::PartOfNano(parts), Timestamp::MAX_DIGITS)
        };
        Self {
            tick,
            digits,
            offset: (offset as i128).saturating_mul(NANOS_PER_SECOND as i128),
        }
    }

    /// The moment of this tick. What lies outside of the years 1677 to 2262 becomes the moment
    /// nearest to it.
    pub(super) fn time(self, ticks: u64) -> Timestamp {
        let ticks = u128::from(ticks);
        // 64 bits of ticks times 30 bits of nanoseconds stay below 2^94.
        let nanos = match self.tick {
            Tick::Nanos(nanos) => ticks * u128::from(nanos),
            Tick::PartOfNano(parts) => ticks / parts,
            Tick::BinaryFraction(exponent) => (ticks * NANOS_PER_SECOND) >> exponent,
        };
        let moment = i128::try_from(nanos)
            .unwrap_or(i128::MAX)
            .saturating_add(self.offset);
        let nearest = if moment < 0 { i64::MIN } else { i64::MAX };
        Timestamp::from_nanos(i64::try_from(moment).unwrap_or(nearest), self.digits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Resolution};

    fn shown(resolution: u8, offset: i64, ticks: u64) -> String {
        Clock::new(Resolution(resolution), offset)
            .time(ticks)
            .to_string()
    }

    #[test]
    fn decimal_ticks_keep_their_digits() {
        assert_eq!(shown(0, 0, 1_000_000_000), "2001-09-09T01:46:40Z");
        assert_eq!(shown(3, 0, 1_000_000_000_001), "2001-09-09T01:46:40.001Z");
        assert_eq!(
            shown(6, 0, 1_000_000_000_000_001),
            "2001-09-09T01:46:40.000001Z"
        );
        assert_eq!(
            shown(9, 0, 1_000_000_000_000_000_001),
            "2001-09-09T01:46:40.000000001Z"
        );
    }

    #[test]
    fn ticks_below_a_nanosecond_are_cut() {
        assert_eq!(shown(12, 0, 1_999), "1970-01-01T00:00:00.000000001Z");
        assert_eq!(shown(127, 0, u64::MAX), "1970-01-01T00:00:00.000000000Z");
    }

    #[test]
    fn binary_ticks_are_scaled_by_a_shift() {
        assert_eq!(shown(0x80, 0, 5), "1970-01-01T00:00:05Z");
        assert_eq!(shown(0x81, 0, 3), "1970-01-01T00:00:01.500000000Z");
        assert_eq!(
            shown(0x80 | 20, 0, 1 << 20),
            "1970-01-01T00:00:01.000000000Z"
        );
        assert_eq!(shown(0xff, 0, u64::MAX), "1970-01-01T00:00:00.000000000Z");
    }

    #[test]
    fn offset_is_in_seconds_and_may_be_negative() {
        assert_eq!(shown(6, 3600, 1), "1970-01-01T01:00:00.000001Z");
        assert_eq!(shown(6, -1, 1), "1969-12-31T23:59:59.000001Z");
    }

    #[test]
    fn times_beyond_64_bits_become_the_nearest() {
        assert_eq!(
            Clock::new(Resolution(0), 0).time(u64::MAX).nanos(),
            i64::MAX
        );
        assert_eq!(
            Clock::new(Resolution(0), i64::MAX).time(u64::MAX).nanos(),
            i64::MAX
        );
        assert_eq!(
            Clock::new(Resolution(6), i64::MIN).time(u64::MAX).nanos(),
            i64::MIN
        );
    }
}
