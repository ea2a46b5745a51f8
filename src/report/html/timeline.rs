//! The time line of a connection: slots of the same width, one for each event, so that a reset a
//! millisecond behind a frame can be told from it; long silences are written, not drawn.
//!
//! Slots stand in strips that are as wide as a telephone; a wider page puts them side by side.

mod event;

use std::time::Duration;

use serde::Serialize;

use self::event::{brief, distance, drawn, height, what};
use super::findings;
use crate::report::model::{Connection, Event, Finding};
use crate::report::words::{lasting, untrusted};
use crate::rules::Severity;
use crate::side::Side;
use crate::time::Timestamp;

/// Slots of a strip, and how wide they are.
const SLOTS: usize = 6;
const SLOT: u64 = 48;

/// Where the first slot begins, behind the names of the lanes.
const BEGIN: u64 = 44;

/// Events that are drawn: as many as the analysis keeps.
const EVENTS: usize = 90;

/// What is longer has a slot of its own.
const SILENCE: Duration = Duration::from_millis(900);

/// A time line.
#[derive(Serialize)]
pub(super) struct Timeline {
    strips: Vec<Strip>,
    rows: Vec<Row>,
    left_out: u64,
    from_answer: bool,
}

/// Some slots.
#[derive(Serialize)]
struct Strip {
    width: u64,
    says: String,
    slots: Vec<Slot>,
}

/// A place on a strip.
#[derive(Clone, Serialize)]
struct Slot {
    /// Its middle.
    x: u64,
    /// `event`, `silence` or `unlisted`.
    kind: &'static str,
    /// The class of its shape.
    class: &'static str,
    /// `block`, `circle`, `diamond`, `line` or `head`.
    shape: &'static str,
    letter: &'static str,
    from_client: bool,
    /// How high it is drawn.
    height: u64,
    time: String,
    packet: u64,
    /// The number of the finding that it shows.
    finding: Option<usize>,
    /// It follows from that finding.
    follows: bool,
    title: String,
}

/// An event in words.
#[derive(Serialize)]
struct Row {
    time: String,
    packet: u64,
    sender: &'static str,
    what: String,
    finding: Option<usize>,
}

/// The time line of a connection; none where nothing passed.
pub(super) fn view(connection: &Connection) -> Option<Timeline> {
    let timeline = connection.timeline.as_ref()?;
    let zero = connection.handshake.response_time;
    let from_answer = zero.is_some();
    let zero = zero.unwrap_or(connection.start);
    let events = kept(&timeline.events);
    let first = events.first()?;
    let marks = Marks::of(connection);

    let (mut slots, mut rows) = (Vec::new(), Vec::new());
    let mut before = first.time;
    let mut latest = [None::<u64>, None];
    for event in &events {
        let gone = event.time.since(before);
        if gone >= SILENCE {
            slots.push(silence(gone));
        }
        before = before.max(event.time);
        let of_sender = match event.sender {
            Side::Client => &mut latest[0],
            Side::Server => &mut latest[1],
        };
        if let Some(unlisted) = unlisted(of_sender, event) {
            slots.push(unlisted);
        }
        let slot = slot(connection, event, zero, &marks);
        rows.push(row(&slot, event));
        slots.push(slot);
    }
    let gone = connection.end.since(before);
    if gone >= SILENCE {
        slots.push(silence(gone));
    }
    let left_out = timeline.events.len().saturating_sub(events.len()) as u64;
    Some(Timeline {
        strips: strips(slots),
        rows,
        left_out: timeline.left_out.saturating_add(left_out),
        from_answer,
    })
}

/// The first and the last events.
fn kept(events: &[Event]) -> Vec<&Event> {
    let last = events.len().saturating_sub(EVENTS * 2 / 3);
    let numbered = events.iter().enumerate();
    let kept = numbered.filter(|(at, _)| *at < EVENTS / 3 || *at >= last);
    kept.map(|(_, event)| event).collect()
}

/// Which events findings are about.
struct Marks<'r>(Vec<(usize, bool, &'r Finding)>);

impl<'r> Marks<'r> {
    fn of(connection: &'r Connection) -> Self {
        let mut marks = Vec::new();
        for (at, (finding, following)) in findings::ordered(connection).into_iter().enumerate() {
            marks.push((at + 1, false, finding));
            marks.extend(following.into_iter().map(|it| (at + 1, true, it)));
        }
        marks.retain(|(_, _, it)| it.severity > Severity::Info);
        Self(marks)
    }

    /// The number of the first finding about an event, and whether it only follows from that.
    fn about(&self, event: &Event) -> Option<(usize, bool)> {
        let is_about = |finding: &Finding| {
            if finding.sender.is_some_and(|it| it != event.sender) {
                return false;
            }
            match finding.frame {
                Some(frame) => event.frame == Some(frame),
                None => (finding.input, finding.packet) == (event.input, event.packet),
            }
        };
        let found = self.0.iter().find(|(_, _, it)| is_about(it))?;
        Some((found.0, found.1))
    }
}

fn slot(connection: &Connection, event: &Event, zero: Timestamp, marks: &Marks<'_>) -> Slot {
    let (class, shape, letter) = drawn(event.kind);
    let mark = marks.about(event);
    let what = what(connection, event);
    let time = distance(zero, event.time);
    let sender = event.sender.as_str();
    Slot {
        x: 0,
        kind: "event",
        class,
        shape,
        letter,
        from_client: event.sender == Side::Client,
        height: height(event),
        title: format!("{sender}, {time}: {what}, packet {}", event.packet),
        time,
        packet: event.packet,
        finding: mark.map(|(number, _)| number),
        follows: mark.is_some_and(|(_, follows)| follows),
    }
}

fn row(slot: &Slot, event: &Event) -> Row {
    let what = slot.title.split_once(": ").map_or("", |(_, what)| what);
    let what = what.rsplit_once(", packet").map_or(what, |(what, _)| what);
    Row {
        time: slot.time.clone(),
        packet: event.packet,
        sender: event.sender.as_str(),
        what: untrusted(what),
        finding: slot.finding,
    }
}

/// A slot that is no event.
fn between(kind: &'static str, letter: &'static str, time: String, title: String) -> Slot {
    Slot {
        x: 0,
        kind,
        class: "",
        shape: "",
        letter,
        from_client: false,
        height: 0,
        time,
        packet: 0,
        finding: None,
        follows: false,
        title,
    }
}

fn silence(gone: Duration) -> Slot {
    let length = lasting(gone);
    let title = format!("nothing passed for {length}");
    between("silence", "silence", brief(gone), title)
}

/// What stands in front of an event whose sender's frames before it are not listed.
fn unlisted(latest: &mut Option<u64>, event: &Event) -> Option<Slot> {
    let number = event.frame?;
    let before = latest.replace(number)?;
    let unlisted = number
        .checked_sub(before)?
        .checked_sub(1)
        .filter(|it| *it > 0)?;
    let sender = event.sender;
    let title = format!("{unlisted} frames of the {sender} that are not listed");
    Some(between("unlisted", "more", format!("+{unlisted}"), title))
}

/// Puts slots into strips.
fn strips(slots: Vec<Slot>) -> Vec<Strip> {
    let of = slots.len().div_ceil(SLOTS);
    let strips = slots.chunks(SLOTS).enumerate().map(|(number, slots)| {
        let placed = slots.iter().enumerate().map(|(at, slot)| Slot {
            x: BEGIN + at as u64 * SLOT + SLOT / 2,
            ..slot.clone()
        });
        Strip {
            width: BEGIN + SLOT * slots.len() as u64,
            says: format!("Time line, part {} of {of}", number + 1),
            slots: placed.collect(),
        }
    });
    strips.collect()
}
