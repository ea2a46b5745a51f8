//! One message while its frames come.

use std::hash::Hasher as _;

use twox_hash::XxHash64;

use crate::limits::Limits;
use crate::side::Side;
use crate::websocket::event::FrameSeen;
use crate::websocket::header::Opcode;
use crate::websocket::inflate::{InflateFault, Inflater, Stop};
use crate::websocket::notable::Notable;
use crate::websocket::utf8::Utf8;

use super::heard::{Compression, Fault, FaultSeen, Heard, Legible, MessageSeen, SHOWN, Unreadable};

/// What makes a frame's payload doubtful: it may not be what its sender meant, and what is wrong
/// with it then follows from that.
const DOUBTFUL: Notable = Notable::RSV_UNDEFINED
    .union(Notable::RSV1_MISPLACED)
    .union(Notable::INTERLEAVED)
    .union(Notable::MASK_CHANGED)
    .union(Notable::LENGTH_MSB)
    .union(Notable::DATA_AFTER_CLOSE);

/// Compressed bytes from which on a message that inflates completely does so by no accident.
const TELLING_BYTES: u64 = 5;

/// One message while its frames come.
#[derive(Debug)]
pub(super) struct Message {
    opcode: Opcode,
    first: FrameSeen,
    last: FrameSeen,
    frames: u64,
    pub(super) compression: Compression,
    /// Why it is not read any further.
    unreadable: Option<Unreadable>,
    is_finished: bool,
    is_doubtful: bool,
    pub(super) is_foreign: bool,
    /// It may be part of another one's payload: no fault of it is believed.
    pub(super) is_unsure: bool,
    /// The latest frame has ended.
    is_frame_ended: bool,
    /// Bytes of the latest frame so far.
    frame_bytes: u64,
    /// What seems to be the head of an HTTP response began a packet inside this frame.
    cut_into: Option<u64>,
    text: Option<Utf8>,
    fault: Option<(Fault, FrameSeen)>,
    wire_length: u64,
    length: u64,
    /// The frame that yielded the latest of them.
    yielding: FrameSeen,
    /// It went on behind the end of a DEFLATE stream.
    goes_on_behind_final: bool,
    /// The first bytes as they came, unmasked; only of compressed messages.
    head: Shown,
    /// The latest bytes of the text.
    tail: Shown,
    /// Bytes that are kept at most; `None` where nobody wants to see it.
    room: Option<usize>,
    kept: Vec<u8>,
    /// Of what was read, where somebody wants to see it.
    digest: Option<Box<XxHash64>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    bytes: [u8; SHOWN],
    length: usize,
}

impl Shown {
    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Adds bytes while there is room.
    fn fill(&mut self, bytes: &[u8]) {
        let room = self.bytes.get_mut(self.length..).unwrap_or_default();
        for (place, byte) in room.iter_mut().zip(bytes) {
            *place = *byte;
            self.length += 1;
        }
    }

    /// Adds bytes, and forgets the first ones where there is no room.
    fn roll(&mut self, bytes: &[u8]) {
        let new = bytes
            .get(bytes.len().saturating_sub(SHOWN)..)
            .unwrap_or_default();
        let stay = self.length.min(SHOWN - new.len());
        self.bytes.copy_within(self.length - stay..self.length, 0);
        self.length = stay;
        self.fill(new);
    }
}

impl Message {
    pub(super) fn new(first: FrameSeen, compression: Compression, room: Option<usize>) -> Self {
        let opcode = first.header.opcode();
        Self {
            opcode,
            first,
            last: first,
            frames: 0,
            compression,
            unreadable: None,
            is_finished: false,
            is_doubtful: false,
            is_foreign: false,
            is_unsure: false,
            is_frame_ended: false,
            frame_bytes: 0,
            cut_into: None,
            text: (opcode == Opcode::Text).then(Utf8::default),
            fault: None,
            wire_length: 0,
            length: 0,
            yielding: first,
            goes_on_behind_final: false,
            head: Shown::default(),
            tail: Shown::default(),
            room,
            kept: Vec::new(),
            digest: room.map(|_| Box::new(XxHash64::with_seed(0))),
        }
    }

    /// A frame of it begins.
    pub(super) fn begin_frame(&mut self, seen: &FrameSeen) {
        self.last = *seen;
        self.frames += 1;
        self.is_doubtful |= seen.notable.intersects(DOUBTFUL);
        self.is_frame_ended = false;
        self.frame_bytes = 0;
        self.cut_into = None;
    }

    pub(super) const fn last(&self) -> &FrameSeen {
        &self.last
    }

    pub(super) const fn doubt(&mut self) {
        self.is_doubtful = true;
    }

    pub(super) const fn is_inflating(&self) -> bool {
        !matches!(self.compression, Compression::None) && self.unreadable.is_none()
    }

    /// It is not read any further. What was found in it before stands.
    pub(super) const fn stop_reading(&mut self, reason: Unreadable) {
        if self.unreadable.is_none() {
            self.unreadable = Some(reason);
        }
    }

    /// Notes bytes of a frame that came as they stood on the wire; returns whether they are to be
    /// read.
    pub(super) fn pass(&mut self, bytes: &[u8], at: u64) -> bool {
        const STATUS: usize = "HTTP/1.1 403".len();
        self.wire_length += bytes.len() as u64;
        if at != self.frame_bytes {
            self.stop_reading(Unreadable::MissingBytes);
        }
        self.frame_bytes = at + bytes.len() as u64;
        if at > 0 && bytes.len() >= STATUS && bytes.starts_with(b"HTTP/1.") {
            self.cut_into = self.last.place.frame;
        }
        let is_wanted = self.room.is_some() || self.fault.is_none() || self.is_inflating();
        (self.unreadable.is_none() && is_wanted) || self.is_showing()
    }

    /// Whether the bytes that come are among those that show what does not inflate, also behind
    /// the place where that was found.
    const fn is_showing(&self) -> bool {
        self.frames == 1
            && self.head.length < SHOWN
            && !matches!(self.compression, Compression::None)
            && !matches!(self.unreadable, Some(Unreadable::MissingBytes))
    }

    /// Reads bytes, unmasked; `false` if the context is lost with it.
    pub(super) fn read(
        &mut self,
        bytes: &[u8],
        inflater: Option<&mut Inflater>,
        limits: &Limits,
    ) -> bool {
        if self.is_showing() {
            self.head.fill(bytes);
        }
        if self.unreadable.is_some() {
            return true;
        }
        let Some(inflater) = inflater else {
            self.take_plain(bytes);
            return true;
        };
        let result = inflater.push(bytes, limits, &mut |plain| self.take_plain(plain));
        match result {
            Ok(()) => true,
            // Whether the window goes on behind a block with BFINAL=1 is not written anywhere.
            Err(Stop::Fault(InflateFault::BadCode)) if inflater.is_behind_final() => {
                self.stop_reading(Unreadable::LostContext);
                false
            }
            Err(Stop::Fault(fault)) => {
                self.fail(Fault::BadDeflate(fault));
                false
            }
            Err(Stop::Bomb(bomb)) => {
                self.fail(Fault::Bomb(bomb));
                false
            }
        }
    }

    /// It does not inflate: nothing else is said of it.
    fn fail(&mut self, fault: Fault) {
        self.stop_reading(match fault {
            Fault::Bomb(_) => Unreadable::Bomb,
            _ => Unreadable::BadDeflate,
        });
        self.fault = Some((fault, self.first));
    }

    fn take_plain(&mut self, bytes: &[u8]) {
        let before = self.length;
        if !bytes.is_empty() && self.yielding.place.frame != self.last.place.frame {
            self.yielding = self.last;
        }
        self.length += bytes.len() as u64;
        if let Some(room) = self.room {
            let room = room.saturating_sub(self.kept.len());
            let more = bytes.get(..room.min(bytes.len())).unwrap_or_default();
            self.kept.extend_from_slice(more);
        }
        if let Some(digest) = &mut self.digest {
            digest.write(bytes);
        }
        let Some(text) = &mut self.text else { return };
        if let Err(at) = text.push(bytes) {
            let end = usize::try_from(at - before).unwrap_or(usize::MAX);
            let shown = bytes.get(..=end).unwrap_or(bytes);
            self.tail.roll(shown);
            self.text = None;
            let is_cut_off = false;
            self.fault = Some((Fault::NotUtf8 { at, is_cut_off }, self.last));
        } else {
            self.tail.roll(bytes);
        }
    }

    /// A frame of it ends; `whole` if none of its bytes is missing.
    pub(super) fn end_frame(&mut self, whole: bool) {
        let announced = self.last.header.payload_length();
        if !whole || announced.is_some_and(|length| length != self.frame_bytes) {
            self.stop_reading(Unreadable::MissingBytes);
        }
        self.is_frame_ended = true;
    }

    /// It ends with the frame that has ended; `false` if the context is lost with it.
    pub(super) fn end(&mut self, inflater: Option<&mut Inflater>) -> bool {
        self.is_finished = true;
        if self.unreadable.is_some() {
            return true;
        }
        if let Some(inflater) = inflater {
            self.goes_on_behind_final = inflater.goes_on_behind_final();
            if let Err(fault) = inflater.end() {
                self.fail(Fault::BadDeflate(fault));
                return false;
            }
        }
        if let Some(Err(at)) = self.text.map(|text| text.end()) {
            self.text = None;
            let is_cut_off = true;
            self.fault = Some((Fault::NotUtf8 { at, is_cut_off }, self.yielding));
        }
        true
    }

    /// Forgets faults in this frame and behind it: its bytes were not its sender's.
    pub(super) fn absolve_from(&mut self, frame: Option<u64>) {
        self.fault.take_if(|(fault, seen)| {
            // What does not inflate is told of the first frame, wherever it went wrong.
            let whole = !matches!(fault, Fault::NotUtf8 { .. });
            let last = self.last.place.frame;
            let at = if whole { last } else { seen.place.frame };
            at >= frame
        });
    }

    /// Nothing that comes can change what is told of it.
    pub(super) const fn is_settled(&self) -> bool {
        self.fault.is_none() && self.cut_into.is_none()
    }

    /// It ended without a fault, and nobody wants to see it.
    pub(super) const fn is_forgettable(&self) -> bool {
        self.fault.is_none() && self.room.is_none() && matches!(self.compression, Compression::None)
    }

    /// Bytes of memory that it keeps.
    pub(super) const fn kept_bytes(&self) -> usize {
        self.kept.capacity()
    }

    /// Keeps no bytes any more.
    pub(super) fn stop_keeping(&mut self) {
        self.kept = Vec::new();
        self.room = self.room.map(|_| 0);
    }

    /// Tells of it. `goes_on`: frames follow, so that nothing cut into its last one.
    pub(super) fn tell(&mut self, sender: Side, goes_on: bool, sink: &mut impl FnMut(Heard)) {
        if self.is_unsure {
            self.fault = None;
        }
        if !goes_on && let Some(frame) = self.cut_into {
            self.absolve_from(Some(frame));
        }
        let is_compressed = !matches!(self.compression, Compression::None);
        let is_guess = is_compressed && !matches!(self.compression, Compression::Agreed);
        let is_whole = self.is_finished && self.unreadable.is_none();
        // What was never compressed may inflate for a while, and not to text: only a message that
        // inflates to its end is known to be what it says.
        let is_text_fault = matches!(self.fault, Some((Fault::NotUtf8 { .. }, _)));
        if is_compressed && is_text_fault && !is_whole {
            self.fault = None;
        }
        if is_guess && (is_whole || self.unreadable == Some(Unreadable::BadDeflate)) {
            let is_odd = self.goes_on_behind_final;
            sink(Heard::Tried {
                first: self.first,
                inflates: is_whole && !is_odd && self.wire_length >= TELLING_BYTES,
            });
        }
        if let Some((fault, frame)) = self.fault {
            let mut seen = FaultSeen::new(fault, self.first, frame, self.compression);
            seen.is_foreign = self.is_foreign;
            seen.is_doubtful = self.is_doubtful;
            let shown = match fault {
                Fault::NotUtf8 { .. } => self.tail,
                Fault::BadDeflate(_) | Fault::Bomb(_) => self.head,
            };
            seen.show(shown.bytes().iter().copied());
            sink(Heard::Fault(seen));
        } else if is_compressed && self.unreadable.is_some() {
            sink(Heard::Unread);
        }
        if self.room.is_some() {
            sink(Heard::Message(self.seen(sender, is_compressed)));
        }
    }

    fn seen(&mut self, sender: Side, is_compressed: bool) -> MessageSeen {
        let legible = match self.unreadable {
            Some(reason) => Legible::Unreadable(reason),
            None if !self.is_finished => Legible::Unfinished,
            None if self.length > self.kept.len() as u64 => Legible::Prefix,
            None => Legible::Whole,
        };
        MessageSeen {
            sender,
            opcode: self.opcode,
            first: self.first.place,
            last: self.last.place,
            frames: self.frames,
            wire_length: self.wire_length,
            length: self.length,
            is_compressed,
            legible,
            bytes: std::mem::take(&mut self.kept),
            digest: self.digest.as_ref().map_or(0, |digest| digest.finish()),
        }
    }
}
