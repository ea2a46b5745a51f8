//! What happened on a connection, in the order in which it happened, from what the report knows.

use super::document::{Document, Level};
use super::escape::Inline;
use crate::report::model::{Connection, Finding, Outcome, TcpEnd};
use crate::report::names::Names;
use crate::report::words::connection::{answer, asked_for, close_by, preamble};
use crate::report::words::finding::Scale;
use crate::report::words::{NO_BREAK, bounded, packet, since, with_names};
use crate::rules::Severity;
use crate::side::Side;
use crate::time::Timestamp;

/// Rows; a connection has few kinds of findings, and each is told once.
const ROWS: usize = 40;

/// Something that happened.
struct Event {
    packet: u64,
    input: u32,
    /// Where it is known.
    time: Option<Timestamp>,
    from: Option<Side>,
    what: String,
}

/// A table of what happened.
pub(super) fn write(
    document: &mut Document,
    scale: Scale<'_>,
    connection: &Connection,
    level: Level,
) {
    let events = events(connection, scale.names);
    let more = events.len().saturating_sub(ROWS);
    document.heading(level, &Inline::text("Time line"));
    let rows = events.iter().take(ROWS).map(|event| {
        let time = event.time.map(|time| since(scale.zero, time));
        let packet = packet(event.packet, event.input, scale.names);
        let number = packet.strip_prefix("packet").unwrap_or(&packet);
        [
            Inline::text(time.as_deref().unwrap_or("")),
            Inline::text(number.trim_start_matches(NO_BREAK)),
            Inline::text(event.from.map_or("", Side::as_str)),
            Inline::text(&event.what),
        ]
    });
    document.table(["Time", "Packet", "From", "What"], rows);
    if more > 0 {
        document.paragraph(&Inline::text(&format!("And {more} more.")));
    }
}

fn events(connection: &Connection, names: &Names) -> Vec<Event> {
    let mut events = vec![Event {
        packet: connection.first_packet,
        input: connection.input,
        time: Some(connection.start),
        from: None,
        what: "the first packet that was captured of it".to_owned(),
    }];
    events.extend(response(connection));
    events.extend(closes(connection));
    events.extend(ends(connection));
    let findings = connection.findings.iter();
    let findings = findings.filter(|it| is_told(it, connection));
    events.extend(findings.map(|it| finding(it, names)));
    events.sort_by_key(|it| (it.time, it.input, it.packet));
    if let Some(last) = last(connection, &events) {
        events.push(last);
    }
    for event in untimed(connection) {
        let is_later = |it: &Event| it.input == event.input && it.packet > event.packet;
        let at = events.iter().position(is_later).unwrap_or(events.len());
        events.insert(at, event);
    }
    events
}

/// What the report knows the packet of, and not the time.
fn untimed(connection: &Connection) -> Vec<Event> {
    let handshake = &connection.handshake;
    let event = |packet, input, what| Event {
        packet,
        input,
        time: None,
        from: Some(Side::Client),
        what,
    };
    let preambles = connection.preambles.iter();
    let mut events: Vec<_> = preambles
        .map(|it| event(it.packet, it.input, preamble(it)))
        .collect();
    if let Some((packet, input)) = handshake.request_packet.zip(handshake.request_input) {
        let what = match asked_for(handshake).as_str() {
            "" => "asks for a WebSocket".to_owned(),
            asked_for => format!("asks for a WebSocket: {asked_for}"),
        };
        events.push(event(packet, input, what));
    }
    events
}

fn response(connection: &Connection) -> Option<Event> {
    let handshake = &connection.handshake;
    let what = match handshake.outcome {
        Outcome::Accepted => format!("answers {}", answer(handshake)),
        Outcome::Rejected => format!("the upgrade is {}", answer(handshake)),
        Outcome::Unanswered | Outcome::Unseen => return None,
    };
    Some(Event {
        packet: handshake.response_packet?,
        input: handshake.response_input?,
        time: handshake.response_time,
        from: Some(Side::Server),
        what,
    })
}

fn closes(connection: &Connection) -> impl Iterator<Item = Event> {
    Side::BOTH.into_iter().filter_map(|side| {
        let close = connection.close.of(side)?;
        let told = close_by(side, close);
        // Who sent it stands beside it.
        let what = told.strip_prefix(side.as_str()).unwrap_or(&told);
        Some(Event {
            packet: close.packet,
            input: close.input,
            time: Some(close.time),
            from: Some(side),
            what: what.trim_start().to_owned(),
        })
    })
}

fn ends(connection: &Connection) -> impl Iterator<Item = Event> {
    Side::BOTH.into_iter().filter_map(|side| {
        let place = connection.close.tcp_at.of(side).as_ref()?;
        let what = match connection.close.tcp.of(side).as_ref()? {
            TcpEnd::Fin => "ends TCP with FIN",
            TcpEnd::Rst => "ends TCP with RST",
        };
        Some(Event {
            packet: place.packet,
            input: place.input,
            time: Some(place.time),
            from: Some(side),
            what: what.to_owned(),
        })
    })
}

/// Whether it says more than its Close, which has a row of its own.
fn is_told(finding: &Finding, connection: &Connection) -> bool {
    let close = finding.sender.and_then(|side| connection.close.of(side));
    let is_the_close =
        close.is_some_and(|it| (it.packet, it.input) == (finding.packet, finding.input));
    !(is_the_close && finding.rule.ends_with("-close"))
}

fn finding(finding: &Finding, names: &Names) -> Event {
    let message = bounded(&with_names(&finding.message, names));
    let what = match finding.severity {
        Severity::Info => message,
        serious => format!("{}: {message}", serious.as_str()),
    };
    Event {
        packet: finding.packet,
        input: finding.input,
        time: Some(finding.time),
        from: finding.sender,
        what,
    }
}

/// The last packet, if nothing else is told of it.
fn last(connection: &Connection, events: &[Event]) -> Option<Event> {
    let (packet, input) = (connection.last_packet, connection.last_input);
    let is_told = |it: &Event| (it.packet, it.input) == (packet, input);
    (!events.iter().any(is_told)).then(|| Event {
        packet,
        input,
        time: Some(connection.end),
        from: None,
        what: "the last packet that was captured of it".to_owned(),
    })
}
