//! Moments as people write them. Captures have no time zone of their own, and reports print UTC:
//! so a moment without a zone is UTC.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use crate::time::Timestamp;

const NANOS_A_DAY: i64 = 86_400_000_000_000;

/// A moment of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At this moment.
    At(Timestamp),
    /// So many nanoseconds after midnight (UTC) of the day of the first packet.
    TimeOfDay(i64),
    /// So many nanoseconds after the first packet.
    After(i64),
}

impl When {
    /// The moment, where this is the time of the first packet of all captures.
    #[must_use]
    pub fn resolve(self, first: Timestamp) -> Timestamp {
        let (start, nanos) = match self {
            Self::At(moment) => return moment,
            Self::TimeOfDay(nanos) => {
                let into_the_day = first.nanos().rem_euclid(NANOS_A_DAY);
                (first.nanos().saturating_sub(into_the_day), nanos)
            }
            Self::After(nanos) => (first.nanos(), nanos),
        };
        precise(start.saturating_add(nanos))
    }
}

/// A moment with no more digits than it needs.
fn precise(nanos: i64) -> Timestamp {
    let digits = [(0, 1_000_000_000), (3, 1_000_000), (6, 1000)];
    let enough = digits.into_iter().find(|(_, unit)| nanos % unit == 0);
    Timestamp::from_nanos(nanos, enough.map_or(9, |(digits, _)| digits))
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(span) = text.strip_prefix('+') {
            let span = span.parse::<SignedDuration>().ok();
            let nanos = span.and_then(|span| i64::try_from(span.as_nanos()).ok());
            let nanos = nanos.filter(|nanos| *nanos >= 0);
            return nanos.map(Self::After).ok_or_else(|| {
                "a time since the first packet is as +90s or +1h5m30.5s".to_owned()
            });
        }
        // A date alone may mean its begin or its end, a number alone anything.
        let moment = text.contains(':').then(|| at(text)).flatten();
        moment.ok_or_else(|| {
            "it is a moment as 2026-03-01T10:00:05Z, in UTC as \"2026-03-01 10:00:05.25\" or (on \
             the day of the first packet) 10:00, or a time since the first packet as +5m30s"
                .to_owned()
        })
    }
}

/// A moment with or without its date, its zone.
fn at(text: &str) -> Option<When> {
    // More than it asks for is read over: a time's date and zone, the zone's name of a date.
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b":.".contains(&byte))
    {
        let time: Time = text.parse().ok()?;
        let nanos = time.duration_since(Time::midnight()).as_nanos();
        return Some(When::TimeOfDay(i64::try_from(nanos).ok()?));
    }
    let utc = || {
        let date_and_time: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(date_and_time).ok()
    };
    let moment = match text.parse::<jiff::Timestamp>() {
        Ok(moment) => moment,
        Err(_fault) if text.contains('[') => return None,
        Err(_fault) => utc()?,
    };
    let nanos = i64::try_from(moment.as_nanosecond()).ok()?;
    Some(When::At(precise(nanos)))
}

/// As it may be written again.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::At(moment) => moment.fmt(f),
            Self::TimeOfDay(nanos) => {
                let time = Time::midnight().wrapping_add(SignedDuration::from_nanos(nanos));
                time.fmt(f)
            }
            Self::After(nanos) => write!(f, "+{:#}", SignedDuration::from_nanos(nanos)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The moment in a capture that begins at 2026-03-01T09:30:00.000001Z.
    fn resolved(text: &str) -> String {
        let first = Timestamp::from_nanos(1_772_357_400_000_001_000, 6);
        let when: When = text.parse().unwrap();
        let again: When = when.to_string().parse().unwrap();
        assert_eq!(again, when, "{when}");
        when.resolve(first).to_string()
    }

    #[test]
    fn a_moment_is_written_in_many_ways() {
        for (text, moment) in [
            ("2026-03-01T10:00:05Z", "2026-03-01T10:00:05Z"),
            ("2026-03-01T11:00:05.25+01:00", "2026-03-01T10:00:05.250Z"),
            ("2026-03-01 10:00:05.25", "2026-03-01T10:00:05.250Z"),
            ("2026-03-01 10:00", "2026-03-01T10:00:00Z"),
            (
                "2026-02-28 23:59:59.123456789",
                "2026-02-28T23:59:59.123456789Z",
            ),
            ("10:00", "2026-03-01T10:00:00Z"),
            ("00:00", "2026-03-01T00:00:00Z"),
            ("23:59:59.5", "2026-03-01T23:59:59.500Z"),
            ("+0s", "2026-03-01T09:30:00.000001Z"),
            ("+5m30s", "2026-03-01T09:35:30.000001Z"),
            ("+1h0.25s", "2026-03-01T10:30:00.250001Z"),
        ] {
            assert_eq!(resolved(text), moment, "{text}");
        }
    }

    #[test]
    fn a_day_before_1970_has_a_begin() {
        let first = Timestamp::from_nanos(-1, 9);
        let midnight: When = "00:00".parse().unwrap();
        assert_eq!(midnight.resolve(first).nanos(), -NANOS_A_DAY);
        let far = When::After(i64::MAX).resolve(Timestamp::from_nanos(i64::MAX, 9));
        assert_eq!(far.nanos(), i64::MAX);
    }

    #[test]
    fn what_is_no_moment_says_what_would_be_one() {
        for (text, expected) in [
            ("", "2026-03-01T10:00:05Z"),
            ("yesterday", "2026-03-01T10:00:05Z"),
            ("2026-03-01", "2026-03-01T10:00:05Z"),
            ("10", "2026-03-01T10:00:05Z"),
            ("25:00", "2026-03-01T10:00:05Z"),
            ("10:00Z", "2026-03-01T10:00:05Z"),
            ("10:00+01:00", "2026-03-01T10:00:05Z"),
            ("2026-03-01 10:00[Europe/Berlin]", "2026-03-01T10:00:05Z"),
            ("9999-01-01 00:00:00", "2026-03-01T10:00:05Z"),
            ("+", "+90s"),
            ("+5", "+90s"),
            ("+-5s", "+90s"),
            ("+5s ago", "+90s"),
        ] {
            let refused = text.parse::<When>().unwrap_err();
            assert!(refused.contains(expected), "{text}: {refused}");
        }
    }
}
