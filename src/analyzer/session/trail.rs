//! What one side sent, event by event, as far as a reader wants to see it: the first and the latest
//! ones.

use std::collections::VecDeque;

use crate::place::Place;
use crate::report::model::EventKind;
use crate::websocket::event::{FrameSeen, Oddity};
use crate::websocket::header::Opcode;

/// Events at the beginning that are kept: the first messages tell what kind of talk it is.
const FIRST: usize = 12;

/// Events before the end that are kept.
const LATEST: usize = 28;

/// Something that a side sent.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyzer) struct Step {
    pub(in crate::analyzer) place: Place,
    pub(in crate::analyzer) kind: EventKind,
    pub(in crate::analyzer) fin: bool,
    /// RSV1, RSV2, RSV3, from the top.
    pub(in crate::analyzer) rsv: u8,
    /// Bytes: of a frame its payload's, as its header has them; of a gap those that are missing.
    pub(in crate::analyzer) length: Option<u64>,
}

/// What one side sent.
#[derive(Debug, Default)]
pub(in crate::analyzer) struct Trail {
    first: Vec<Step>,
    latest: VecDeque<Step>,
    left_out: u64,
}

impl Trail {
    /// Notes a frame.
    pub(super) fn frame(&mut self, seen: &FrameSeen) {
        let header = &seen.header;
        self.push(Step {
            place: seen.place,
            kind: match header.opcode() {
                Opcode::Continuation => EventKind::Continuation,
                Opcode::Text => EventKind::Text,
                Opcode::Binary => EventKind::Binary,
                Opcode::Close => EventKind::Close,
                Opcode::Ping => EventKind::Ping,
                Opcode::Pong => EventKind::Pong,
                Opcode::Reserved(_) => EventKind::Reserved,
            },
            fin: header.fin(),
            rsv: header.rsv(),
            length: header.payload_length(),
        });
    }

    /// Notes bytes that are no frames, or missing.
    pub(super) fn oddity(&mut self, oddity: &Oddity) {
        let (kind, length) = match oddity {
            Oddity::Gap { gap, .. } => (EventKind::Gap, Some(gap.length)),
            Oddity::Foreign { .. } | Oddity::FramingLost { .. } => (EventKind::Foreign, None),
            Oddity::Found { .. } => return,
        };
        self.push(Step {
            place: oddity.place(),
            kind,
            fin: false,
            rsv: 0,
            length,
        });
    }

    fn push(&mut self, step: Step) {
        if self.first.len() < FIRST {
            self.first.push(step);
            return;
        }
        if self.latest.len() >= LATEST {
            self.latest.pop_front();
            self.left_out += 1;
        }
        self.latest.push_back(step);
    }

    /// The events that were kept, in their order.
    pub(in crate::analyzer) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.first.iter().chain(&self.latest)
    }

    /// How many there were between the first and the latest ones.
    pub(in crate::analyzer) const fn left_out(&self) -> u64 {
        self.left_out
    }
}
