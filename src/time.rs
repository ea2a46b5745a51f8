//! Capture time. It knows the clock of the packets and nothing of this machine's clock.

use std::cmp::Ordering;
use std::fmt;
use std::time::Duration;

/// The moment a packet was captured: nanoseconds since 1970-01-01 00:00 UTC, and how many
/// decimal digits of a second the capture itself kept.
///
/// Two timestamps are equal when they name the same moment, whatever their digits.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp {
    nanos: i64,
    digits: u8,
}

impl Timestamp {
    /// The finest resolution that is kept, in decimal digits of a second.
    pub const MAX_DIGITS: u8 = 9;

    /// A moment `nanos` nanoseconds after 1970 (before it, if negative), known to `digits`
    /// decimal digits of a second; more than [`Self::MAX_DIGITS`] count as that many.
    #[must_use]
    pub const fn from_nanos(nanos: i64, digits: u8) -> Self {
        let digits = if digits > Self::MAX_DIGITS {
            Self::MAX_DIGITS
        } else {
            digits
        };
        Self { nanos, digits }
    }

    /// Nanoseconds since 1970-01-01 00:00 UTC.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.nanos
    }

    /// Decimal digits of a second that the capture kept.
    #[must_use]
    pub const fn digits(self) -> u8 {
        self.digits
    }

    /// The time from `earlier` to this moment; zero where the clock ran backwards.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let nanos = self.nanos.saturating_sub(earlier.nanos);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
    }
}

/// A length of time in seconds, to a millisecond where it is short: `0.042 s`, `60.0 s`.
#[must_use]
pub fn seconds(duration: Duration) -> String {
    let digits = if duration < Duration::from_secs(10) {
        3
    } else {
        1
    };
    format!("{:.digits$} s", duration.as_secs_f64())
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

/// RFC 3339 in UTC, with as many digits as the capture has.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_nanosecond(i128::from(self.nanos))
            .map_err(|_out_of_range| fmt::Error)?;
        let digits = usize::from(self.digits);
        write!(f, "{moment:.digits$}")
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The moment that RFC 3339 names, and as many digits as it is written with.
impl std::str::FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moment: jiff::Timestamp = text.parse()?;
        let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let nanos = i64::try_from(moment.as_nanosecond()).unwrap_or(i64::MAX);
        let digits = u8::try_from(digits).unwrap_or(Self::MAX_DIGITS);
        Ok(Self::from_nanos(nanos, digits))
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = String::deserialize(source)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339 in UTC, with as many digits as the capture has"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_many_digits_as_the_capture_has() {
        let nanos = 1_772_359_200_000_001_000;
        let shown = |digits| Timestamp::from_nanos(nanos, digits).to_string();
        assert_eq!(shown(6), "2026-03-01T10:00:00.000001Z");
        assert_eq!(shown(9), "2026-03-01T10:00:00.000001000Z");
        assert_eq!(shown(0), "2026-03-01T10:00:00Z");
    }

    #[test]
    fn prints_every_moment_a_capture_can_name() {
        for nanos in [i64::MIN, -1, 0, i64::MAX] {
            assert!(Timestamp::from_nanos(nanos, 9).to_string().ends_with('Z'));
        }
    }

    #[test]
    fn a_clock_that_ran_backwards_gives_no_time() {
        let (early, late) = (Timestamp::from_nanos(5, 9), Timestamp::from_nanos(9, 9));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(late.since(early), Duration::from_nanos(4));
    }
}
