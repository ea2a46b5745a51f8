//! What stands in one place of both legs and is not the same: which frames were dropped, inserted
//! or altered, and which bits and bytes of them.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::analyzer::tape::TapedFrame;
use crate::report::model::DifferenceKind as Kind;
use crate::side::Side;
use crate::untrusted::Untrusted;

use super::bits::{header_bits, payload_bytes, rule};
use super::causes;
use super::difference::{Differences, Way};
use super::leg::spot;
use super::tail::Tail;
use super::unit::Unit;

/// What stands between two messages, or behind the last one, that both legs have.
#[derive(Debug)]
pub(super) struct Block<'b, 'p, 'a> {
    pub(super) way: &'b Way<'p, 'a>,
    pub(super) near: &'b [Unit<'a>],
    pub(super) far: &'b [Unit<'a>],
    /// Where nothing that both have follows.
    pub(super) tail: Option<&'b Tail<'p, 'a>>,
    /// Not all that follows was held against each other.
    pub(super) is_cut: bool,
}

impl<'a> Block<'_, '_, 'a> {
    pub(super) fn tell(&self, differences: &mut Differences) {
        let is_foreign = |unit: &Unit<'_>| unit.foreign.is_some();
        let (mut near, mut far) = (self.near, self.far);
        if let Some(at) = near.iter().position(is_foreign) {
            // What follows that is not known.
            near = near.get(..at).unwrap_or_default();
            far = far.get(..at.min(far.len())).unwrap_or_default();
        }
        let foreign = far.iter().position(is_foreign);
        if let Some(at) = foreign {
            let unit = far.get(at);
            far = far.get(..at).unwrap_or_default();
            near = near
                .get(..=at.min(near.len().saturating_sub(1)))
                .unwrap_or(near);
            let cuts = unit
                .and_then(|unit| unit.foreign)
                .is_some_and(|foreign| foreign.inside_frame);
            let due = near.get(far.len().saturating_sub(usize::from(cuts)));
            if let Some(unit) = unit {
                self.intruded(unit, due, differences);
            }
            near = near.get(..far.len()).unwrap_or(near);
        }
        // The last one may be there in part.
        let is_begun = |unit: &Unit<'_>| !unit.is_complete();
        if let Some((last, before)) = far.split_last()
            && self.tail.is_some()
            && is_begun(last)
        {
            let sent = near.get(before.len());
            let is_lost = self.way.far.lacks(self.way.sender);
            let is_cut = |sent: &Unit<'_>| is_cut_off(last, sent) || !sent.is_complete();
            if is_lost || sent.is_none_or(is_cut) {
                if let (Some(sent), Some(tail), None) = (sent, self.tail, foreign) {
                    self.cut(sent, last, tail, differences);
                }
                far = before;
                near = near.get(..before.len()).unwrap_or(near);
            }
        }
        // What its sender did not end, or no capture shows to its end, is not known.
        if let Some((last, before)) = near.split_last()
            && self.tail.is_some()
            && is_begun(last)
        {
            near = before;
            far = far.get(..before.len()).unwrap_or(far);
        }
        self.units(near, far, differences);
    }

    /// Whole messages that are not the same.
    fn units(&self, near: &[Unit<'a>], far: &[Unit<'a>], differences: &mut Differences) {
        if near.len() == far.len() {
            for (near, far) in near.iter().zip(far) {
                self.altered(near, far, differences);
            }
        } else if near.is_empty() {
            far.iter().for_each(|unit| self.inserted(unit, differences));
        } else if far.is_empty() {
            near.iter().for_each(|unit| self.dropped(unit, differences));
        } else {
            self.frames(near, far, differences);
        }
    }

    /// Messages in other numbers: frame by frame.
    fn frames(&self, near: &[Unit<'a>], far: &[Unit<'a>], differences: &mut Differences) {
        fn flat<'u, 'a>(units: &'u [Unit<'a>]) -> Vec<(&'u Unit<'a>, &'a TapedFrame)> {
            let of = |unit: &'u Unit<'a>| unit.frames.iter().map(move |frame| (unit, *frame));
            units.iter().flat_map(of).collect()
        }
        /// Frames that are held against each other.
        const FRAMES: usize = 4096;
        let (near, far) = (flat(near), flat(far));
        let identities = |all: &[(&Unit<'_>, &TapedFrame)]| -> Vec<(u64, u64)> {
            let all = all.iter().take(FRAMES);
            all.map(|(_, frame)| (frame.digest, frame.length)).collect()
        };
        let steps = capture_diff_slices(Algorithm::Myers, &identities(&near), &identities(&far));
        let last_same = steps
            .iter()
            .rposition(|step| matches!(step, DiffOp::Equal { .. }));
        for (index, step) in steps.iter().enumerate() {
            let near = near.get(step.old_range()).unwrap_or_default();
            let far = far.get(step.new_range()).unwrap_or_default();
            if matches!(step, DiffOp::Equal { .. }) {
                continue;
            }
            let is_sure = self.tail.is_none() || last_same.is_some_and(|last| index < last);
            let pairs = near.len().min(far.len());
            for ((_, near), (_, far)) in near.iter().zip(far) {
                self.altered_frame(near, far, differences);
            }
            for (unit, frame) in near.iter().skip(pairs) {
                if is_sure || self.tail.is_some_and(|tail| tail.is_dropped(unit)) {
                    self.dropped_frame(frame, differences);
                }
            }
            for (unit, frame) in far.iter().skip(pairs) {
                if is_sure || self.tail.is_some_and(|tail| tail.is_inserted(unit)) {
                    self.inserted_frame(frame, differences);
                }
            }
        }
    }

    fn dropped(&self, unit: &Unit<'a>, differences: &mut Differences) {
        if self.is_cut || self.tail.is_some_and(|tail| !tail.is_dropped(unit)) {
            return;
        }
        let (way, Some(opcode)) = (self.way, unit.opcode()) else {
            return;
        };
        let is_first = self.is_first_with_head(unit);
        let together = if is_first {
            ", which came in the same packet as the head of the handshake,"
        } else {
            ""
        };
        let message = format!(
            "a {} message of the {} ({} bytes){together} did not arrive at {}",
            opcode.as_str(),
            way.sender,
            unit.raw_length(),
            way.receiver()
        );
        let found = way.found(Kind::FrameDropped, false, unit.spot(), None, message);
        differences.add(found.cause(if is_first {
            "first-message-lost"
        } else {
            "frame-dropped"
        }));
    }

    /// Whether it is the first one of its sender, and shares a packet with the head before it.
    fn is_first_with_head(&self, unit: &Unit<'_>) -> bool {
        let handshake = &self.way.near.connection.handshake;
        let head = match self.way.sender {
            Side::Client => handshake.request_packet,
            Side::Server => handshake.response_packet,
        };
        let spot = unit.spot();
        spot.is_some_and(|spot| spot.frame == Some(1) && Some(spot.packet) == head)
    }

    fn inserted(&self, unit: &Unit<'a>, differences: &mut Differences) {
        if self.is_cut || self.tail.is_some_and(|tail| !tail.is_inserted(unit)) {
            return;
        }
        let (way, Some(opcode)) = (self.way, unit.opcode()) else {
            return;
        };
        let message = format!(
            "a {} message ({} bytes) arrived at {} that the {} had not sent",
            opcode.as_str(),
            unit.raw_length(),
            way.receiver(),
            way.sender
        );
        let found = way.found(Kind::FrameInserted, false, None, unit.spot(), message);
        differences.add(found.cause("frame-inserted"));
    }

    fn dropped_frame(&self, frame: &TapedFrame, differences: &mut Differences) {
        let way = self.way;
        let message = format!(
            "a {} frame of the {} ({} bytes, FIN={}) did not arrive at {}",
            frame.seen.header.opcode().as_str(),
            way.sender,
            frame.length,
            u8::from(frame.seen.header.fin()),
            way.receiver()
        );
        let place = Some(spot(&frame.seen.place));
        let found = way.found(Kind::FrameDropped, false, place, None, message);
        differences.add(found.cause("frame-dropped"));
    }

    fn inserted_frame(&self, frame: &TapedFrame, differences: &mut Differences) {
        let way = self.way;
        let message = format!(
            "a {} frame ({} bytes, FIN={}) arrived at {} that the {} had not sent",
            frame.seen.header.opcode().as_str(),
            frame.length,
            u8::from(frame.seen.header.fin()),
            way.receiver(),
            way.sender
        );
        let place = Some(spot(&frame.seen.place));
        let found = way.found(Kind::FrameInserted, false, None, place, message);
        differences.add(found.cause("frame-inserted"));
    }

    /// A message that arrived as another one.
    fn altered(&self, near: &Unit<'a>, far: &Unit<'a>, differences: &mut Differences) {
        let way = self.way;
        let is_unread = |unit: &Unit<'_>| unit.is_compressed() && unit.content().is_none();
        let broken = rule(way, &far.frames);
        if (is_unread(near) || is_unread(far)) && broken.is_none() && near.raw() != far.raw() {
            // What is in it is not known.
            return;
        }
        let is_read = near.content().is_some() && far.content().is_some();
        if near.is_compressed() != far.is_compressed() && is_read {
            let words = "a message arrived with another content, and compressed otherwise";
            self.edited(near, far, words.to_owned(), broken, differences);
            return;
        }
        if near.frames.len() == far.frames.len() {
            let frames = near.frames.iter().zip(&far.frames);
            for (near, far) in frames {
                self.altered_frame(near, far, differences);
            }
            return;
        }
        let is_same = |one: &&TapedFrame, other: &&TapedFrame| {
            one.digest == other.digest && one.length == other.length && one.length > 0
        };
        let has_some = |frame: &&TapedFrame| near.frames.iter().any(|one| is_same(one, frame));
        if far.frames.iter().any(has_some) {
            self.frames(
                std::slice::from_ref(near),
                std::slice::from_ref(far),
                differences,
            );
            return;
        }
        let words = "a message arrived with another content, in other frames";
        self.edited(near, far, words.to_owned(), broken, differences);
    }

    fn edited(
        &self,
        near: &Unit<'a>,
        far: &Unit<'a>,
        words: String,
        broken: Option<&'static str>,
        differences: &mut Differences,
    ) {
        let kind = if broken.is_some() {
            Kind::FrameAltered
        } else {
            Kind::MessageAltered
        };
        let message = with_rule(words, broken);
        let found = self
            .way
            .found(kind, broken.is_none(), near.spot(), far.spot(), message);
        differences.add(found.cause("frames-altered"));
    }

    /// A frame that arrived as another one.
    fn altered_frame(&self, near: &TapedFrame, far: &TapedFrame, differences: &mut Differences) {
        let way = self.way;
        let spots = (spot(&near.seen.place), spot(&far.seen.place));
        let bits = header_bits(near, far);
        let bytes = payload_bytes(near, far);
        let broken = rule(way, &[far]);
        let opcode = near.seen.header.opcode().as_str();
        if let Some(bits) = &bits {
            let more = if bytes.is_some() {
                ", and its payload"
            } else {
                ""
            };
            let words = format!(
                "{bits}{more} on a {opcode} frame on its way to {}",
                way.receiver()
            );
            let found = way.found(
                Kind::FrameAltered,
                false,
                Some(spots.0),
                Some(spots.1),
                with_rule(words, broken),
            );
            differences.add(found.cause("frames-altered"));
        } else if let Some(bytes) = bytes {
            let (kind, what) = if broken.is_some() {
                (Kind::FrameAltered, "the payload")
            } else {
                (Kind::MessageAltered, "the content")
            };
            let words = format!(
                "{what} of a {opcode} frame was changed on its way to {}: {bytes}",
                way.receiver()
            );
            let found = way.found(
                kind,
                broken.is_none(),
                Some(spots.0),
                Some(spots.1),
                with_rule(words, broken),
            );
            differences.add(found.cause("frames-altered"));
        }
    }

    /// The last message arrived in part.
    fn cut(
        &self,
        sent: &Unit<'a>,
        arrived: &Unit<'a>,
        tail: &Tail<'_, '_>,
        differences: &mut Differences,
    ) {
        if !tail.is_cut(sent) {
            return;
        }
        let way = self.way;
        let message = format!(
            "a message was cut off: {} bytes of payload were sent, {} arrived at {} before its \
             connection was ended",
            sent.raw_length(),
            arrived.raw_length(),
            way.receiver()
        );
        let found = way.found(
            Kind::FrameAltered,
            false,
            sent.spot(),
            arrived.spot(),
            message,
        );
        differences.add(found.cause("frames-altered"));
    }

    /// Bytes that are no frame arrived.
    fn intruded(&self, unit: &Unit<'a>, due: Option<&Unit<'a>>, differences: &mut Differences) {
        let (way, Some(foreign)) = (self.way, unit.foreign) else {
            return;
        };
        let is_unseen = |tail: &Tail<'_, '_>| !tail.is_inserted(unit);
        if due.is_none() && (way.near.lacks(way.sender) || self.tail.is_some_and(is_unseen)) {
            return;
        }
        let what = match foreign.kind {
            Some(kind) => kind.to_string(),
            None => "bytes that are no frame".to_owned(),
        };
        let first_line = foreign.beginning.split(|byte| *byte == b'\r').next();
        let shown = match (foreign.kind, first_line) {
            (Some(_), Some(line)) if causes::status(&foreign.beginning).is_some() => {
                let (shown, _) = Untrusted(line).beginning(60);
                format!(" (\"{shown}\")")
            }
            _ => String::new(),
        };
        let place = match due.and_then(Unit::opcode) {
            Some(opcode) if foreign.inside_frame => {
                format!("cuts into a {} frame", opcode.as_str())
            }
            Some(opcode) => format!("stands where a {} frame was due", opcode.as_str()),
            None => format!("arrived at {}", way.receiver()),
        };
        let message = format!("{what}{shown} {place}; the {} did not send it", way.sender);
        let near = due.and_then(Unit::spot);
        let found = way.found(Kind::FrameInserted, false, near, unit.spot(), message);
        differences.add(found.cause(causes::of_foreign(&foreign.beginning)));
    }
}

fn with_rule(words: String, rule: Option<&'static str>) -> String {
    match rule {
        Some(rule) => format!("{words} [{rule}]"),
        None => words,
    }
}

/// Whether what arrived is only the beginning of what was sent.
fn is_cut_off(arrived: &Unit<'_>, sent: &Unit<'_>) -> bool {
    let whole = arrived.frames.last().is_some_and(|last| last.whole);
    let is_otherwise = arrived.is_compressed() != sent.is_compressed();
    !whole || is_otherwise || arrived.raw_length() < sent.raw_length()
}
