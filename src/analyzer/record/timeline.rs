//! What passed on a broken connection, as the report tells it: its heads and its events.

use crate::exposure::{Exposure, masked};
use crate::http::Fields;
use crate::place::Place;
use crate::report::model::{Close, Event, EventKind, Head, HeadField, TcpEnd, Timeline};
use crate::side::Side;
use crate::websocket::handshake::Handshake;

use super::super::session::{Session, Step};

/// Fields of a head that are told.
const FIELDS: usize = 64;

/// The head of the request.
pub(super) fn request(handshake: Option<&Handshake>, exposure: Exposure) -> Option<Head> {
    let head = &handshake?.request()?.head;
    let target = exposure.target(&head.target);
    Some(Head {
        line: format!("{} {target} HTTP/1.{}", head.method, head.minor_version),
        fields: fields(&head.fields, exposure),
    })
}

/// The head of the answer.
pub(super) fn response(handshake: Option<&Handshake>, exposure: Exposure) -> Option<Head> {
    let head = &handshake?.response()?.head;
    Some(Head {
        line: format!(
            "HTTP/1.{} {} {}",
            head.minor_version, head.status, head.reason
        )
        .trim_end()
        .to_owned(),
        fields: fields(&head.fields, exposure),
    })
}

fn fields(fields: &Fields, exposure: Exposure) -> Vec<HeadField> {
    let told = fields.iter().take(FIELDS).map(|field| {
        let is_masked = !exposure.shows(field.name);
        HeadField {
            name: field.name.to_owned(),
            value: if is_masked {
                masked(field.value)
            } else {
                String::from_utf8_lossy(field.value).into_owned()
            },
            masked: is_masked,
        }
    });
    told.collect()
}

/// What passed, event by event.
pub(super) fn timeline(
    handshake: Option<&Handshake>,
    session: Option<&Session>,
    close: &Close,
) -> Timeline {
    let mut events = Vec::new();
    if let Some(request) = handshake.and_then(Handshake::request) {
        events.push(head(Side::Client, EventKind::Request, &request.place));
    }
    if let Some(answer) = handshake.and_then(Handshake::response) {
        events.push(head(Side::Server, EventKind::Answer, &answer.place));
    }
    let mut left_out = 0;
    for side in Side::BOTH {
        if let Some(session) = session {
            let trail = &session.tally(side).trail;
            events.extend(trail.steps().map(|step| event(side, step)));
            left_out += trail.left_out();
        }
        if let (Some(end), Some(at)) = (close.tcp.of(side), close.tcp_at.of(side)) {
            events.push(Event {
                time: at.time,
                packet: at.packet,
                input: at.input,
                sender: side,
                kind: match end {
                    TcpEnd::Fin => EventKind::Fin,
                    TcpEnd::Rst => EventKind::Rst,
                },
                frame: None,
                fin: false,
                rsv: 0,
                length: None,
            });
        }
    }
    // Stable, so that what one packet brought keeps its order; its end comes last.
    let ends = |event: &Event| matches!(event.kind, EventKind::Fin | EventKind::Rst);
    events.sort_by_key(|event| (event.time, event.input, event.packet, ends(event)));
    Timeline { events, left_out }
}

fn head(sender: Side, kind: EventKind, place: &Place) -> Event {
    Event {
        time: place.time,
        packet: place.packet.number,
        input: place.packet.input,
        sender,
        kind,
        frame: None,
        fin: false,
        rsv: 0,
        length: None,
    }
}

fn event(sender: Side, step: &Step) -> Event {
    Event {
        time: step.time(),
        packet: step.packet().number,
        input: step.packet().input,
        sender,
        kind: step.kind,
        frame: step.frame(),
        fin: step.fin,
        rsv: step.rsv,
        length: step.length(),
    }
}
