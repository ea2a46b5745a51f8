//! What one side sent, cut into what may be held against the other leg: messages, frames that
//! belong to none, and bytes that are no frames. Each has an identity that does not change where an
//! intermediary fragments or compresses otherwise.

use std::collections::BTreeMap;

use crate::analyzer::tape::{SideTape, TapedForeign, TapedFrame, TapedMessage};
use crate::place::Place;
use crate::report::model::Spot;
use crate::side::Side;
use crate::websocket::header::Opcode;

use super::leg::{Leg, spot};

/// A message, a frame that belongs to none, or what is no frame.
#[derive(Clone, Debug)]
pub(super) struct Unit<'a> {
    /// Two units of the two legs with the same one are the same.
    pub(super) identity: u64,
    /// Its frames; none of what is no frame.
    pub(super) frames: Vec<&'a TapedFrame>,
    /// The message as it was put together, where it could be read.
    pub(super) message: Option<&'a TapedMessage>,
    /// What is no frame.
    pub(super) foreign: Option<&'a TapedForeign>,
}

impl<'a> Unit<'a> {
    pub(super) fn opcode(&self) -> Option<Opcode> {
        self.frames.first().map(|frame| frame.seen.header.opcode())
    }

    /// RSV1 of its first frame.
    pub(super) fn is_compressed(&self) -> bool {
        let first = self.frames.first();
        first.is_some_and(|frame| frame.seen.header.rsv1())
    }

    /// Digest of its content, inflated.
    pub(super) fn content(&self) -> Option<u64> {
        self.message?.digest
    }

    /// Digest of its payload as it was sent, unmasked.
    pub(super) fn raw(&self) -> u64 {
        self.frames.last().map_or(0, |frame| frame.joined)
    }

    /// Bytes of payload.
    pub(super) fn raw_length(&self) -> u64 {
        self.frames.iter().map(|frame| frame.length).sum()
    }

    /// Its last frame came, and to its end.
    pub(super) fn is_complete(&self) -> bool {
        self.foreign.is_some()
            || self
                .frames
                .last()
                .is_some_and(|last| last.whole && last.seen.header.fin())
    }

    pub(super) fn place(&self) -> Option<&'a Place> {
        let first = self.frames.first().map(|frame| &frame.seen.place);
        first.or(self.foreign.map(|foreign| &foreign.place))
    }

    pub(super) fn spot(&self) -> Option<Spot> {
        self.place().map(spot)
    }

    /// The packet with its last byte.
    pub(super) fn ended(&self) -> Option<crate::time::Timestamp> {
        self.frames.last().map(|frame| frame.ended)
    }
}

/// What both legs have of one direction, before what their captures lack.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    /// Messages and what is in their place.
    pub(super) units: Vec<Unit<'a>>,
    /// Control frames other than Close.
    pub(super) controls: Vec<&'a TapedFrame>,
}

/// One direction on both legs: near its sender first.
pub(super) fn streams<'a>(near: &Leg<'a>, far: &Leg<'a>, sender: Side) -> [Stream<'a>; 2] {
    let mut legs = [cut(near, sender), cut(far, sender)];
    let known = legs.each_ref().map(|stream| raw_of_read(&stream.units));
    let [near_known, far_known] = known;
    for (stream, others) in legs.iter_mut().zip([far_known, near_known]) {
        for unit in &mut stream.units {
            unit.identity = identity(unit, &others);
        }
    }
    legs
}

/// Cuts what a side sent into units.
fn cut<'a>(leg: &Leg<'a>, sender: Side) -> Stream<'a> {
    let tape: &'a SideTape = leg.tape(sender);
    let frames = leg.frames(sender);
    let messages: BTreeMap<u64, &TapedMessage> = tape
        .messages
        .iter()
        .filter_map(|message| Some((message.first_frame?, message)))
        .collect();
    let mut stream = Stream {
        units: Vec::new(),
        controls: Vec::new(),
    };
    let mut open: Option<usize> = None;
    for frame in frames {
        let opcode = frame.seen.header.opcode();
        match opcode {
            Opcode::Close => continue,
            _ if opcode.is_control() => {
                stream.controls.push(frame);
                continue;
            }
            Opcode::Continuation => {
                let unit = open.and_then(|at| stream.units.get_mut(at));
                if let Some(unit) = unit {
                    unit.frames.push(frame);
                    if frame.seen.header.fin() {
                        open = None;
                    }
                    continue;
                }
            }
            _ => {}
        }
        let number = frame.seen.place.frame;
        let message = number.and_then(|number| messages.get(&number).copied());
        let goes_on = opcode.begins_message() && !frame.seen.header.fin();
        if goes_on {
            open = Some(stream.units.len());
        }
        stream.units.push(Unit {
            identity: 0,
            frames: vec![frame],
            message: message.filter(|_| opcode.begins_message()),
            foreign: None,
        });
    }
    // What is no frame comes where the frames end that can be compared.
    let here = |foreign: &&TapedForeign| foreign.frames == frames.len();
    if let Some(foreign) = tape.foreign.first().filter(here) {
        stream.units.push(Unit {
            identity: 0,
            frames: Vec::new(),
            message: None,
            foreign: Some(foreign),
        });
    }
    stream
}

/// Of messages that could be read: what they are in, by how they were sent.
fn raw_of_read(units: &[Unit<'_>]) -> BTreeMap<(u8, u64), u64> {
    let read = units.iter().filter_map(|unit| {
        let content = unit.content()?;
        Some(((code(unit), unit.raw()), content))
    });
    read.collect()
}

/// What a unit is. A message that could be read is its content; one that could not is, as far as
/// is known, what was sent in the same bytes on the other leg.
fn identity(unit: &Unit<'_>, others: &BTreeMap<(u8, u64), u64>) -> u64 {
    /// Odd, so that nothing is lost.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let digest = if let Some(foreign) = unit.foreign {
        let bytes = foreign.beginning.iter().take(16);
        bytes.fold(0, |sum: u64, byte| {
            sum.wrapping_mul(SPREAD).wrapping_add(u64::from(*byte))
        })
    } else if let Some(content) = unit.content() {
        content
    } else {
        let raw = unit.raw();
        others.get(&(code(unit), raw)).copied().unwrap_or(raw)
    };
    let incomplete = u64::from(!unit.is_complete());
    (digest ^ (u64::from(code(unit)) << 1) ^ incomplete).wrapping_mul(SPREAD)
}

/// A number for the kind of a unit.
fn code(unit: &Unit<'_>) -> u8 {
    match unit.opcode() {
        None => 0xff,
        Some(Opcode::Text) => 1,
        Some(Opcode::Binary) => 2,
        Some(Opcode::Reserved(code)) => code,
        Some(_) => 0,
    }
}
