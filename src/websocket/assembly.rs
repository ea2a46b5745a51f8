//! One sender's messages (RFC 6455 section 5.4), put together from its frames: fragments joined,
//! unmasked, inflated (RFC 7692) and, where they are text, held against UTF-8.
//!
//! Messages are read to their end, but their bytes are kept only where somebody wants to see
//! them, and within a bound. Where bytes are missing, or what came before is not known, it reads
//! what can still be read, and says nothing of the rest.

mod heard;
mod message;
#[cfg(test)]
mod tests;

pub use heard::{
    Compression, CompressionUsed, Fault, FaultSeen, Heard, Legible, MessageSeen, SHOWN, Unreadable,
};

use simdutf8::basic::from_utf8;

use crate::limits::Limits;
use crate::side::Side;

use super::event::{FrameSeen, Oddity};
use super::extensions::Agreement;
use super::header::Opcode;
use super::inflate::{INFLATER_BYTES, Inflater};
use super::mask::unmask;
use super::message::MessageState;
use message::Message;

/// Masked bytes that are unmasked at a time.
const PIECE: usize = 2048;

/// Masked bytes of a short payload.
const SHORT: usize = 128;

/// What the payload that comes belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Current {
    /// A control frame, or a message that nobody looks into.
    #[default]
    Nothing,
    /// A text of one frame that is not compressed, none of whose payload has come: it is a
    /// message of its own only if it is not there at once, or is no text.
    Short,
    /// A message of one frame.
    Single,
    /// The fragmented message that is open.
    Open,
}

/// One sender's messages.
#[derive(Debug)]
pub struct Assembly {
    sender: Side,
    agreement: Agreement,
    /// Bytes of each message that are kept for somebody who wants to see them.
    kept: Option<usize>,
    current: Current,
    short: Option<FrameSeen>,
    single: Option<Box<Message>>,
    open: Option<Box<Message>>,
    /// A message that is over, and not told of before it is certain that nothing cut into it.
    over: Option<Box<Message>>,
    inflater: Option<Box<Inflater>>,
    /// What compressed messages may refer to was not read.
    is_context_lost: bool,
    /// There was no room for a decompressor.
    is_given_up: bool,
    /// The next frame was found by a search: it may be part of a payload.
    is_unsure: bool,
}

impl Assembly {
    /// Before the first frame of `sender`; where somebody wants to see the messages, `kept` bytes of
    /// each are kept, and all are told.
    #[must_use]
    pub const fn new(sender: Side, agreement: Agreement, kept: Option<usize>) -> Self {
        Self {
            sender,
            agreement,
            kept,
            current: Current::Nothing,
            short: None,
            single: None,
            open: None,
            over: None,
            inflater: None,
            is_context_lost: false,
            is_given_up: false,
            is_unsure: false,
        }
    }

    /// Whether somebody wants to see the messages.
    #[must_use]
    pub const fn is_watched(&self) -> bool {
        self.kept.is_some()
    }

    /// Bytes of memory that messages which are kept take.
    #[must_use]
    pub fn kept_bytes(&self) -> usize {
        let messages = [&self.single, &self.open, &self.over];
        messages
            .into_iter()
            .flatten()
            .map(|message| message.kept_bytes())
            .sum()
    }

    /// Whether a message is over of which nothing is told before what follows it has come.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        self.over.is_some()
    }

    /// Bytes of memory that the decompressor takes.
    #[must_use]
    pub const fn inflating_bytes(&self) -> usize {
        if self.inflater.is_some() {
            INFLATER_BYTES
        } else {
            0
        }
    }

    /// Keeps no messages any more.
    pub fn stop_keeping(&mut self) {
        self.kept = self.kept.map(|_| 0);
        let messages = [&mut self.single, &mut self.open, &mut self.over];
        for message in messages.into_iter().flatten() {
            message.stop_keeping();
        }
    }

    /// Inflates no more.
    pub fn stop_inflating(&mut self) {
        self.inflater = None;
        self.is_given_up = true;
        for message in [&mut self.single, &mut self.open] {
            if let Some(message) = message.as_mut().filter(|message| message.is_inflating()) {
                message.stop_reading(Unreadable::NoRoom);
            }
        }
    }

    /// Takes the next frame's header.
    pub fn frame(&mut self, seen: &FrameSeen, sink: &mut impl FnMut(Heard)) {
        self.settle(true, sink);
        self.current = Current::Nothing;
        let opcode = seen.header.opcode();
        if opcode.is_control() || matches!(opcode, Opcode::Reserved(_)) {
            return;
        }
        let is_unsettled = matches!(seen.message, MessageState::Unknown);
        if is_unsettled {
            self.interrupt(sink);
        }
        // The first frame that a search found may be part of a payload. So may what follows it,
        // as long as frames are empty: a few zeros read as frames wherever one begins.
        let is_first = is_unsettled && seen.place.frame == Some(1);
        let is_unsure = self.is_unsure || is_first;
        self.is_unsure = is_unsure && seen.header.payload_length() == Some(0);
        match opcode {
            _ if is_unsure && self.kept.is_none() => {}
            Opcode::Continuation if is_unsure => {}
            Opcode::Continuation => self.go_on(seen),
            _ => self.begin(seen, is_unsure, sink),
        }
    }

    /// A continuation has come.
    fn go_on(&mut self, seen: &FrameSeen) {
        match (seen.message, &mut self.open) {
            (MessageState::Open { .. }, Some(message)) => {
                message.begin_frame(seen);
                self.current = Current::Open;
            }
            // It may be what is left of a compressed message.
            (MessageState::Idle, _) => self.is_context_lost = true,
            _ => {}
        }
    }

    /// A message begins.
    fn begin(&mut self, seen: &FrameSeen, is_unsure: bool, sink: &mut impl FnMut(Heard)) {
        let compression = self.compression(seen);
        let is_compressed = !matches!(compression, Compression::None);
        if let Some(open) = &mut self.open
            && seen.message.is_open()
        {
            open.doubt();
            // Two messages at once share a window, in no order that is known.
            if is_compressed && open.is_inflating() {
                open.stop_reading(Unreadable::LostContext);
                self.is_context_lost = true;
            }
        }
        if !seen.header.fin() {
            self.abandon_open(sink);
        }
        let is_text = seen.header.opcode() == Opcode::Text;
        if !is_text && !is_compressed && self.kept.is_none() {
            return;
        }
        if seen.header.fin() && !is_compressed && self.kept.is_none() {
            self.current = Current::Short;
            self.short = Some(*seen);
            return;
        }
        self.begin_message(seen, compression, is_unsure);
    }

    fn begin_message(&mut self, seen: &FrameSeen, compression: Compression, is_unsure: bool) {
        let mut message = Message::new(*seen, compression, self.kept);
        message.is_foreign = self.agreement.has_unknown();
        message.is_unsure = is_unsure;
        message.begin_frame(seen);
        if !matches!(compression, Compression::None) {
            self.begin_inflating(&mut message);
        }
        let place = if seen.header.fin() {
            self.current = Current::Single;
            &mut self.single
        } else {
            self.current = Current::Open;
            &mut self.open
        };
        match place {
            Some(reused) => **reused = message,
            None => *place = Some(Box::new(message)),
        }
    }

    const fn compression(&self, seen: &FrameSeen) -> Compression {
        if !seen.header.rsv1() {
            Compression::None
        } else if self.agreement.has_deflate() {
            Compression::Agreed
        } else if self.agreement.is_unseen() {
            Compression::Unseen
        } else {
            Compression::Undeclared
        }
    }

    /// Makes the decompressor ready for a message, if it can be read at all.
    fn begin_inflating(&mut self, message: &mut Message) {
        let is_agreed = matches!(message.compression, Compression::Agreed);
        if !is_agreed && self.agreement.has_unknown() {
            message.stop_reading(Unreadable::UnknownExtension);
            return;
        }
        if self.is_given_up {
            message.stop_reading(Unreadable::NoRoom);
            return;
        }
        let keeps_context = self.agreement.keeps_context(self.sender);
        if self.is_context_lost && is_agreed && keeps_context {
            message.stop_reading(Unreadable::LostContext);
            return;
        }
        let inflater = self.inflater.get_or_insert_default();
        if self.is_context_lost || !keeps_context {
            inflater.reset();
            self.is_context_lost = false;
        }
        inflater.begin();
    }

    /// Takes bytes of the current frame's payload, as they stood on the wire.
    pub fn payload(&mut self, bytes: &[u8], at: u64, limits: &Limits) {
        if self.current == Current::Short {
            self.current = Current::Nothing;
            match self.short.take() {
                Some(seen) if !is_whole_text(&seen, bytes) => {
                    self.begin_message(&seen, Compression::None, false);
                }
                _ => return,
            }
        }
        let message = match self.current {
            Current::Nothing | Current::Short => return,
            Current::Single => &mut self.single,
            Current::Open => &mut self.open,
        };
        let Some(message) = message else { return };
        let was_inflating = message.is_inflating();
        let is_read = message.pass(bytes, at);
        let mut is_context_kept = message.is_inflating() == was_inflating;
        if is_read {
            let key = message.last().header.masking_key();
            let mut read = |bytes: &[u8]| {
                let inflater = self.inflater.as_deref_mut().filter(|_| was_inflating);
                is_context_kept &= message.read(bytes, inflater, limits);
            };
            match key {
                None => read(bytes),
                // Most messages are short: they are not to pay for a large buffer.
                Some(key) if bytes.len() <= SHORT => {
                    let mut plain = [0; SHORT];
                    let plain = plain.get_mut(..bytes.len()).unwrap_or_default();
                    plain.copy_from_slice(bytes);
                    unmask(plain, key, at);
                    read(plain);
                }
                Some(key) => {
                    let mut at = at;
                    for masked in bytes.chunks(PIECE) {
                        let mut plain = [0; PIECE];
                        let plain = plain.get_mut(..masked.len()).unwrap_or_default();
                        plain.copy_from_slice(masked);
                        unmask(plain, key, at);
                        at += masked.len() as u64;
                        read(plain);
                    }
                }
            }
        }
        self.is_context_lost |= !is_context_kept;
    }

    /// The current frame ends; `whole` if none of its payload is missing.
    pub fn end(&mut self, whole: bool, sink: &mut impl FnMut(Heard)) {
        let place = match self.current {
            Current::Nothing | Current::Short => return,
            Current::Single => &mut self.single,
            Current::Open => &mut self.open,
        };
        let Some(message) = place else { return };
        let was_inflating = message.is_inflating();
        message.end_frame(whole);
        let mut is_context_kept = message.is_inflating() == was_inflating;
        if message.last().header.fin() {
            let inflater = self.inflater.as_deref_mut();
            let is_inflating = message.is_inflating();
            is_context_kept &= message.end(inflater.filter(|_| is_inflating));
            if !message.is_forgettable() {
                self.over = place.take();
            } else if self.current == Current::Open {
                *place = None;
            }
        }
        self.current = Current::Nothing;
        self.is_context_lost |= !is_context_kept;
        if self.over.as_ref().is_some_and(|over| over.is_settled()) {
            self.settle(true, sink);
        }
    }

    /// Takes what is no frame.
    pub fn oddity(&mut self, oddity: &Oddity, sink: &mut impl FnMut(Heard)) {
        match oddity {
            Oddity::Gap {
                lost_place: false, ..
            } => self.miss(),
            Oddity::Gap { .. } => self.interrupt(sink),
            Oddity::Found { .. } => self.is_unsure = true,
            Oddity::Foreign {
                place,
                inside_frame,
                ..
            } => {
                if *inside_frame {
                    self.absolve_from(place.frame);
                }
                self.interrupt(sink);
            }
            // The length of the frame before may be what is wrong.
            Oddity::FramingLost { place, .. } => {
                self.absolve_from(place.frame.map(|due| due.saturating_sub(1)));
                self.interrupt(sink);
            }
        }
    }

    /// Nothing more will come.
    pub fn finish(&mut self, sink: &mut impl FnMut(Heard)) {
        self.interrupt(sink);
        self.settle(false, sink);
        self.inflater = None;
    }

    /// Bytes of the current frame are missing.
    fn miss(&mut self) {
        let message = match self.current {
            Current::Nothing | Current::Short => return,
            Current::Single => &mut self.single,
            Current::Open => &mut self.open,
        };
        if let Some(message) = message {
            self.is_context_lost |= message.is_inflating();
            message.stop_reading(Unreadable::MissingBytes);
        }
    }

    /// What follows has nothing to do with what came before, for all that is known.
    fn interrupt(&mut self, sink: &mut impl FnMut(Heard)) {
        self.is_context_lost = true;
        if self.current == Current::Single
            && let Some(mut message) = self.single.take()
        {
            message.tell(self.sender, false, sink);
        }
        self.abandon_open(sink);
        self.current = Current::Nothing;
    }

    fn abandon_open(&mut self, sink: &mut impl FnMut(Heard)) {
        if let Some(mut message) = self.open.take() {
            self.is_context_lost |= message.is_inflating();
            message.tell(self.sender, false, sink);
        }
    }

    fn absolve_from(&mut self, frame: Option<u64>) {
        let messages = [&mut self.single, &mut self.open, &mut self.over];
        for message in messages.into_iter().flatten() {
            message.absolve_from(frame);
        }
    }

    /// Tells of the message that is over.
    fn settle(&mut self, goes_on: bool, sink: &mut impl FnMut(Heard)) {
        if let Some(mut message) = self.over.take() {
            message.tell(self.sender, goes_on, sink);
        }
    }
}

/// Whether these are all bytes of the frame's payload, and text.
fn is_whole_text(seen: &FrameSeen, bytes: &[u8]) -> bool {
    if seen.header.payload_length() != Some(bytes.len() as u64) {
        return false;
    }
    let Some(key) = seen.header.masking_key() else {
        return from_utf8(bytes).is_ok();
    };
    let mut plain = [0; SHORT];
    let Some(plain) = plain.get_mut(..bytes.len()) else {
        return false;
    };
    plain.copy_from_slice(bytes);
    unmask(plain, key, 0);
    from_utf8(plain).is_ok()
}
