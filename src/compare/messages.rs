//! Messages of one direction, held against each other. What is in the same place on both legs and
//! says the same may be fragmented and compressed otherwise; all else is told.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::analyzer::tape::TapedFrame;
use crate::report::model::DifferenceKind as Kind;
use crate::websocket::header::Opcode;

use super::altered;
use super::bits;
use super::clock::Passage;
use super::difference::{Differences, Way};
use super::tail::Tail;
use super::unit::{Stream, Unit, streams};

/// Messages behind the first difference that are held against each other: what comes later follows
/// from what came before, or is told by nobody any more.
const WINDOW: usize = 1024;

/// One direction of both legs, and what of it is the same.
#[derive(Debug)]
pub(super) struct Aligned<'p, 'a> {
    pub(super) way: Way<'p, 'a>,
    near: Stream<'a>,
    far: Stream<'a>,
    steps: Vec<DiffOp>,
    /// More than was held against each other.
    is_cut: bool,
}

impl<'p, 'a> Aligned<'p, 'a> {
    pub(super) fn of(way: Way<'p, 'a>) -> Self {
        let [near, far] = streams(way.near, way.far, way.sender);
        let identities = |stream: &Stream<'_>| -> Vec<u64> {
            stream.units.iter().map(|unit| unit.identity).collect()
        };
        let (old, new) = (identities(&near), identities(&far));
        let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let mut steps = Vec::new();
        if same > 0 {
            steps.push(DiffOp::Equal {
                old_index: 0,
                new_index: 0,
                len: same,
            });
        }
        let rest = |all: &[u64]| -> Vec<u64> {
            let until = all.len().min(same.saturating_add(WINDOW));
            all.get(same..until).unwrap_or_default().to_vec()
        };
        let is_cut = old.len().max(new.len()) > same.saturating_add(WINDOW);
        let later = capture_diff_slices(Algorithm::Myers, &rest(&old), &rest(&new));
        steps.extend(later.into_iter().map(|step| shifted(step, same)));
        Self {
            way,
            near,
            far,
            steps,
            is_cut,
        }
    }

    /// The pairs that are the same.
    fn same(&self) -> impl Iterator<Item = (&Unit<'a>, &Unit<'a>)> {
        self.steps.iter().flat_map(|step| {
            let is_same = matches!(step, DiffOp::Equal { .. });
            let near = self.near.units.get(step.old_range()).unwrap_or_default();
            let far = self.far.units.get(step.new_range()).unwrap_or_default();
            near.iter().zip(far).filter(move |_| is_same)
        })
    }

    /// Whether messages that are the same are compressed otherwise: what passes on one leg is not
    /// what passes on the other.
    pub(super) fn recompresses(&self) -> bool {
        self.same().any(|(near, far)| {
            let is_any = near.is_compressed() || far.is_compressed();
            is_any && (near.raw() != far.raw() || near.raw_length() != far.raw_length())
        })
    }

    /// When what is the same passed both captures.
    pub(super) fn passages(&self, passages: &mut Vec<Passage>) {
        for (near, far) in self.same() {
            let (Some(sent), Some(arrived)) = (near.ended(), far.ended()) else {
                continue;
            };
            let (near_client, near_server) = match self.way.sender {
                crate::side::Side::Client => (sent, arrived),
                crate::side::Side::Server => (arrived, sent),
            };
            passages.push(Passage {
                sender: self.way.sender,
                near_client,
                near_server,
                is_message: near.is_complete(),
            });
        }
    }

    /// Tells what is not the same.
    pub(super) fn tell(&self, tail: &Tail, differences: &mut Differences) {
        let last_same = self
            .steps
            .iter()
            .rposition(|step| matches!(step, DiffOp::Equal { .. }));
        for (index, step) in self.steps.iter().enumerate() {
            let near = self.near.units.get(step.old_range()).unwrap_or_default();
            let far = self.far.units.get(step.new_range()).unwrap_or_default();
            if matches!(step, DiffOp::Equal { .. }) {
                for (near, far) in near.iter().zip(far) {
                    self.tell_same(near, far, differences);
                }
                continue;
            }
            // Behind the last message that both have, what is missing may still be on its way.
            let is_last = last_same.is_none_or(|last| index > last);
            let block = altered::Block {
                way: &self.way,
                near,
                far,
                tail: is_last.then_some(tail),
                is_cut: self.is_cut,
            };
            block.tell(differences);
        }
        self.tell_controls(differences);
    }

    /// Tells how a message that arrived was sent otherwise.
    fn tell_same(&self, near: &Unit<'a>, far: &Unit<'a>, differences: &mut Differences) {
        if near.foreign.is_some() {
            return;
        }
        let way = &self.way;
        let is_raw_same = near.raw() == far.raw() && near.raw_length() == far.raw_length();
        if let Some(bits) = bits::bits(way, near, far, is_raw_same) {
            let message = format!("{bits} on its way to {}", way.receiver());
            let found = way.found(Kind::FrameAltered, false, near.spot(), far.spot(), message);
            differences.add(found.cause("frames-altered"));
        }
        if !is_raw_same && (near.is_compressed() || far.is_compressed()) {
            let how = match (near.is_compressed(), far.is_compressed()) {
                (true, false) => "messages were sent compressed and arrived uncompressed",
                (false, true) => "messages were sent uncompressed and arrived compressed",
                _ => "messages were compressed anew",
            };
            // Where this leg agreed to none, its bits were told of.
            let found = way.found(
                Kind::Recompressed,
                true,
                near.spot(),
                far.spot(),
                how.to_owned(),
            );
            differences.add(found);
        } else if bounds(near).ne(bounds(far)) {
            let message = "messages arrived in other fragments than they were sent in".to_owned();
            let found = way.found(Kind::Refragmented, true, near.spot(), far.spot(), message);
            differences.add(found);
        }
    }

    /// Tells of Pings and Pongs: a proxy may answer them, and send its own.
    fn tell_controls(&self, differences: &mut Differences) {
        let way = &self.way;
        let identity = |frame: &&TapedFrame| (code(frame.seen.header.opcode()), frame.digest);
        let near: Vec<_> = self.near.controls.iter().map(identity).collect();
        let far: Vec<_> = self.far.controls.iter().map(identity).collect();
        let same = near.iter().zip(&far).take_while(|(a, b)| a == b).count();
        let rest = |all: &[(u8, u64)]| -> Vec<(u8, u64)> {
            let until = all.len().min(same.saturating_add(WINDOW));
            all.get(same..until).unwrap_or_default().to_vec()
        };
        let later = capture_diff_slices(Algorithm::Myers, &rest(&near), &rest(&far));
        for step in later {
            let step = shifted(step, same);
            if matches!(step, DiffOp::Equal { .. }) {
                continue;
            }
            for frame in self.near.controls.get(step.old_range()).unwrap_or_default() {
                let name = frame.seen.header.opcode().as_str();
                let message = format!("{name} frames of the {} were not passed on", way.sender);
                let spot = super::leg::spot(&frame.seen.place);
                differences.add(way.found(Kind::FrameDropped, true, Some(spot), None, message));
            }
            for frame in self.far.controls.get(step.new_range()).unwrap_or_default() {
                let name = frame.seen.header.opcode().as_str();
                let spot = super::leg::spot(&frame.seen.place);
                let rule = bits::rule(way, std::slice::from_ref(frame));
                let found = match rule {
                    Some(rule) if !way.near.lacks(way.sender) => {
                        let message = format!(
                            "a {name} frame that breaks a rule [{rule}] arrived at {}, which the \
                             {} had not sent so",
                            way.receiver(),
                            way.sender
                        );
                        way.found(Kind::FrameInserted, false, None, Some(spot), message)
                            .cause("frame-inserted")
                    }
                    _ => {
                        let message = format!(
                            "{name} frames arrived at {} that the {} had not sent: the proxy's own",
                            way.receiver(),
                            way.sender
                        );
                        way.found(Kind::FrameInserted, true, None, Some(spot), message)
                    }
                };
                differences.add(found);
            }
        }
        for (near, far) in self.near.controls.iter().zip(&self.far.controls).take(same) {
            if let Some(bits) = bits::control_bits(way, near, far) {
                let message = format!("{bits} on its way to {}", way.receiver());
                let (near, far) = (&near.seen.place, &far.seen.place);
                let found = way.found(
                    Kind::FrameAltered,
                    false,
                    Some(super::leg::spot(near)),
                    Some(super::leg::spot(far)),
                    message,
                );
                differences.add(found.cause("frames-altered"));
            }
        }
    }
}

/// The payload lengths of a message's frames.
fn bounds<'u>(unit: &'u Unit<'_>) -> impl Iterator<Item = u64> + 'u {
    unit.frames.iter().map(|frame| frame.length)
}

const fn code(opcode: Opcode) -> u8 {
    match opcode {
        Opcode::Ping => 0x9,
        Opcode::Pong => 0xa,
        Opcode::Reserved(code) => code,
        _ => 0,
    }
}

/// A step further behind.
fn shifted(step: DiffOp, by: usize) -> DiffOp {
    match step {
        DiffOp::Equal {
            old_index,
            new_index,
            len,
        } => DiffOp::Equal {
            old_index: old_index + by,
            new_index: new_index + by,
            len,
        },
        DiffOp::Delete {
            old_index,
            old_len,
            new_index,
        } => DiffOp::Delete {
            old_index: old_index + by,
            old_len,
            new_index: new_index + by,
        },
        DiffOp::Insert {
            old_index,
            new_index,
            new_len,
        } => DiffOp::Insert {
            old_index: old_index + by,
            new_index: new_index + by,
            new_len,
        },
        DiffOp::Replace {
            old_index,
            old_len,
            new_index,
            new_len,
        } => DiffOp::Replace {
            old_index: old_index + by,
            old_len,
            new_index: new_index + by,
            new_len,
        },
    }
}
