//! One event of a time line: its shape, its height, its words and its time.

use std::time::Duration;

use crate::report::model::{Connection, Event, EventKind};
use crate::report::words::bytes;
use crate::time::Timestamp;

/// Class, shape and letters of an event.
pub(super) const fn drawn(kind: EventKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        EventKind::Request => ("head", "block", "REQ"),
        EventKind::Answer => ("head", "block", "ANS"),
        EventKind::Text => ("text", "block", "T"),
        EventKind::Binary => ("binary", "block", "B"),
        EventKind::Continuation => ("more", "block", "C"),
        EventKind::Close => ("close", "diamond", "X"),
        EventKind::Ping => ("ping", "circle", "Pi"),
        EventKind::Pong => ("ping", "circle", "Po"),
        EventKind::Reserved => ("odd", "diamond", "?"),
        EventKind::Foreign => ("odd", "block", "!"),
        EventKind::Gap => ("gap", "block", "gap"),
        EventKind::Fin => ("end", "line", "FIN"),
        EventKind::Rst => ("rst", "line", "RST"),
    }
}

/// How high a block is: a step for each doubling of its bytes, so that 1 byte and 1 MB both fit.
pub(super) fn height(event: &Event) -> u64 {
    const LOWEST: u64 = 16;
    const HIGHEST: u64 = 42;
    let bytes = event.length.unwrap_or(0);
    let doublings = u64::from(bytes.saturating_add(1).ilog2());
    match event.kind {
        EventKind::Request | EventKind::Answer => 24,
        _ => (LOWEST + doublings * 5 / 4).min(HIGHEST),
    }
}

/// An event in words.
pub(super) fn what(connection: &Connection, event: &Event) -> String {
    let handshake = &connection.handshake;
    let mut text = match event.kind {
        EventKind::Request => "request".to_owned(),
        EventKind::Answer => handshake
            .status
            .map_or_else(|| "answer".to_owned(), |status| format!("answer {status}")),
        EventKind::Text => "text".to_owned(),
        EventKind::Binary => "binary".to_owned(),
        EventKind::Continuation => "continuation".to_owned(),
        EventKind::Close => {
            let close = connection.close.of(event.sender);
            let close = close.filter(|it| (it.packet, it.input) == (event.packet, event.input));
            match close.and_then(|it| it.code) {
                Some(code) => format!("Close {code}"),
                None => "Close".to_owned(),
            }
        }
        EventKind::Ping => "Ping".to_owned(),
        EventKind::Pong => "Pong".to_owned(),
        EventKind::Reserved => "reserved opcode".to_owned(),
        EventKind::Foreign => "bytes that are no frame".to_owned(),
        EventKind::Gap => "bytes that were not captured".to_owned(),
        EventKind::Fin => "FIN".to_owned(),
        EventKind::Rst => "RST".to_owned(),
    };
    if let Some(number) = event.frame {
        text = format!("{text}, frame {number}");
        for (bit, name) in [(4, "RSV1"), (2, "RSV2"), (1, "RSV3")] {
            if event.rsv & bit != 0 {
                text = format!("{text}, {name}");
            }
        }
        if !event.fin {
            text.push_str(", not the last of its message");
        }
    }
    if let Some(length) = event.length {
        text = format!("{text}, {}", bytes(length));
    }
    text
}

/// The time from a reference to a moment, short enough for a slot.
pub(super) fn distance(zero: Timestamp, moment: Timestamp) -> String {
    if moment < zero {
        format!("−{}", brief(zero.since(moment)))
    } else {
        format!("+{}", brief(moment.since(zero)))
    }
}

/// A length of time in at most seven characters.
pub(super) fn brief(duration: Duration) -> String {
    let (seconds, micros) = (duration.as_secs(), duration.as_micros());
    match seconds {
        0 if micros < 1000 => format!("{micros} µs"),
        0 if micros < 10_000 => format!("{}.{} ms", micros / 1000, micros / 100 % 10),
        0 => format!("{} ms", micros / 1000),
        1..100 => format!("{seconds}.{} s", duration.subsec_millis() / 100),
        100..6000 => format!("{} min", seconds / 60),
        6000..360_000 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_brief() {
        for (micros, told) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (4771, "4.7 ms"),
            (912_000, "912 ms"),
            (15_020_000, "15.0 s"),
            (901_000_000, "15 min"),
            (36_000_000_000, "10 h"),
            (864_000_000_000, "10 d"),
        ] {
            assert_eq!(brief(Duration::from_micros(micros)), told);
        }
    }
}
