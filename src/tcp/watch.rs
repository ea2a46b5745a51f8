//! What the segments of one direction show beside its bytes: whose they are, which are sent again,
//! and which contradict each other. Nearly all of it is empty nearly always.

use std::time::Duration;

use crate::decode::{Segment, TcpFlags};
use crate::place::Place;
use crate::time::Timestamp;

use super::conflict::Conflict;
use super::event::Arrival;
use super::hand::{Foreign, Hands};
use super::recent::Latest;
use super::resets::{InjectedReset, Later, OutOfWindow, Reset};
use super::retries::{Repeated, Retries, Unanswered};

/// RSTs, and conflicts, that are kept of one direction.
const KEPT: usize = 16;

/// Something about the segments of a direction that does not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// Two versions of the same bytes.
    Conflict(Conflict),
    /// A segment from another machine.
    Foreign(Foreign),
    /// A RST that its sender did not send.
    InjectedReset(InjectedReset),
    /// A segment that this side sent again until the end, and the other never answered.
    Unanswered(Unanswered),
}

/// Where a segment stands in what is known of its direction before it is taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// The position of the stream's byte 0.
    pub(super) origin: u64,
    pub(super) position: u64,
    pub(super) end: u64,
    /// The position of the next byte to hand on.
    pub(super) next: u64,
    /// The same FIN was captured before.
    pub(super) repeats_fin: bool,
}

impl Standing {
    /// The place of the segment that stands here.
    pub(super) fn place(&self, segment: &Segment<'_>) -> Place {
        Self::place_at(segment, self.position.saturating_sub(self.origin))
    }

    /// The place of a segment, so many bytes of the stream being before it.
    pub(super) fn place_at(segment: &Segment<'_>, stream_offset: u64) -> Place {
        let arrival = Arrival::of(segment);
        Place {
            packet: arrival.packet,
            time: arrival.time,
            stream_offset,
            sequence: segment.sequence,
            acknowledgement: arrival.acknowledgement,
            frame: None,
        }
    }

    /// Whether it is a keep-alive probe: at most one byte, of no meaning, before the next
    /// (RFC 9293 section 3.8.4).
    pub(super) fn is_probe(&self, segment: &Segment<'_>) -> bool {
        self.position + 1 == self.next
            && segment.payload.len() <= 1
            && !segment
                .flags
                .intersects(TcpFlags::SYN | TcpFlags::FIN | TcpFlags::RST)
    }

    /// What it repeats, if it does.
    fn repeated(&self, segment: &Segment<'_>) -> Option<Repeated> {
        let flags = segment.flags;
        if flags.intersects(TcpFlags::SYN | TcpFlags::RST) {
            None
        } else if self.is_probe(segment) {
            Some(Repeated::Probe)
        } else if !segment.payload.is_empty() {
            (self.end <= self.next).then_some(Repeated::Data(segment.payload.len()))
        } else {
            self.repeats_fin.then_some(Repeated::Fin)
        }
    }
}

/// What the segments of one direction show.
#[derive(Debug, Default)]
pub(super) struct Watch {
    hands: Hands,
    /// Its latest entry among the bytes handed on last.
    pub(super) latest: Latest,
    /// The largest window that it offered, as in the header.
    window: u16,
    /// By how many bits its windows are shifted; `None` where the capture does not tell.
    scale: Option<u8>,
    /// When it last sent something new.
    sent: Option<Timestamp>,
    retries: Option<Box<Retries>>,
    rare: Option<Box<Rare>>,
}

/// What hardly any direction has.
#[derive(Debug, Default)]
struct Rare {
    resets: Vec<Reset>,
    conflicts: Vec<Conflict>,
}

impl Watch {
    /// Takes a segment of this direction.
    pub(super) fn note(&mut self, segment: &Segment<'_>, standing: Option<&Standing>) {
        let is_probe = standing.is_some_and(|standing| standing.is_probe(segment));
        self.hands.note(segment, is_probe, || match standing {
            Some(standing) => standing.place(segment),
            None => Standing::place_at(segment, 0),
        });
        if segment.flags.contains(TcpFlags::SYN) {
            let options = segment.options();
            let scale = options.map(|options| options.window_scale.unwrap_or(0));
            self.scale = self.scale.max(scale);
        } else {
            self.window = self.window.max(segment.window);
        }
        let Some(standing) = standing else { return };
        match standing.repeated(segment) {
            Some(repeated) => Retries::note(
                &mut self.retries,
                standing.position,
                repeated,
                self.sent,
                standing.place(segment),
            ),
            None if standing.end > standing.next => self.sent = Some(segment.time),
            None => {}
        }
    }

    /// Something came from the other side: what is sent again is not in vain.
    pub(super) fn is_answered(&mut self) {
        if self.retries.is_some() {
            self.retries = None;
        }
    }

    /// Bytes that this side is ready to receive at most, whatever it last said.
    pub(super) fn window(&self) -> u64 {
        /// RFC 7323 section 2.3.
        const LARGEST_SCALE: u8 = 14;
        let scale = self.scale.unwrap_or(LARGEST_SCALE).min(LARGEST_SCALE);
        u64::from(self.window) << scale
    }

    /// The TTL that this direction's segments have as a rule.
    pub(super) const fn usual_ttl(&self) -> Option<u8> {
        self.hands.usual_ttl()
    }

    /// Notes a RST of this direction.
    pub(super) fn note_reset(&mut self, reset: Reset) {
        let resets = &mut self.rare.get_or_insert_default().resets;
        if resets.len() < KEPT {
            resets.push(reset);
        }
    }

    pub(super) fn has_resets(&self) -> bool {
        self.rare
            .as_ref()
            .is_some_and(|rare| !rare.resets.is_empty())
    }

    /// Notes how far the sender came with a segment behind its RST.
    pub(super) fn goes_on(&mut self, segment: Later, ttl: u8, round_trip: Option<Duration>) {
        // Who forges a RST may forge more.
        if self.hands.is_usual_ttl(ttl) {
            for reset in self.rare.iter_mut().flat_map(|rare| &mut rare.resets) {
                reset.note(segment, round_trip);
            }
        }
    }

    pub(super) fn note_conflict(&mut self, conflict: Conflict) {
        let conflicts = &mut self.rare.get_or_insert_default().conflicts;
        if conflicts.len() < KEPT {
            conflicts.push(conflict);
        }
    }

    /// What does not go together, now that nothing more will come.
    pub(super) fn anomalies(&self) -> Vec<Anomaly> {
        let foreign = self.hands.foreign();
        let mut injected = Vec::new();
        for reset in self.rare.iter().flat_map(|rare| &rare.resets) {
            let Some(goes_on) = reset.goes_on else {
                continue;
            };
            let packet = reset.place.packet;
            let known = foreign.iter().find(|one| one.place.packet == packet);
            let mark = self.hands.ttl_mark(reset.ttl);
            if mark.is_some() || reset.out_of_window.is_some() {
                injected.push(InjectedReset {
                    place: reset.place,
                    marks: known.map_or_else(
                        || mark.into_iter().collect(),
                        |foreign| foreign.marks.clone(),
                    ),
                    others: self.hands.usual_count(),
                    out_of_window: reset.out_of_window,
                    goes_on,
                });
            }
        }
        let is_injected = |one: &Foreign| {
            injected
                .iter()
                .any(|reset| reset.place.packet == one.place.packet)
        };
        let foreign: Vec<Foreign> = foreign
            .into_iter()
            .filter(|one| !is_injected(one))
            .collect();
        let conflicts = self.rare.iter().flat_map(|rare| &rare.conflicts);
        let conflicts = conflicts.cloned().map(Anomaly::Conflict);
        conflicts
            .chain(foreign.into_iter().map(Anomaly::Foreign))
            .chain(injected.into_iter().map(Anomaly::InjectedReset))
            .collect()
    }

    /// What was sent again until the end.
    pub(super) fn unanswered(&self) -> Option<Unanswered> {
        self.retries.as_deref().map(Retries::unanswered)
    }
}

/// How far a RST at this position is from what its receiver takes, who acknowledged all before
/// `acknowledged` and never offered more than `window` bytes.
pub(super) fn out_of_window(position: u64, acknowledged: u64, window: u64) -> Option<OutOfWindow> {
    let end = acknowledged.saturating_add(window);
    if position < acknowledged {
        Some(OutOfWindow::Before(acknowledged - position))
    } else {
        (position > end).then(|| OutOfWindow::Behind(position - end))
    }
}
