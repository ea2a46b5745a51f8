//! Messages put together from their frames, for whoever wants to read them. It knows frames and
//! their payloads; it does not inflate, and it judges nothing.

use std::borrow::Cow;

use crate::place::Place;
use crate::side::Side;

use super::event::FrameSeen;
use super::header::Opcode;

/// How much of a message is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Every byte was read.
    Whole,
    /// Its beginning was read: the rest was not captured, or never sent.
    Prefix,
    /// Nothing, and why.
    Unreadable(&'static str),
}

/// A message, whole or as far as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSeen<'m> {
    /// Who sent it.
    pub sender: Side,
    /// Text or binary.
    pub opcode: Opcode,
    /// Where its first frame stands.
    pub first: Place,
    /// Where its last frame stands.
    pub last: Place,
    /// How many frames it has.
    pub frames: u64,
    /// Payload bytes of these frames, as their headers announce them.
    pub wire_length: u64,
    /// Bytes of the message, inflated if it was compressed; `None` where that is not known.
    pub length: Option<u64>,
    /// It was compressed on the wire.
    pub compressed: bool,
    /// How much of it was read.
    pub content: Content,
    /// What was read, as far as it is kept: fewer than [`Self::length`] where it is long.
    pub bytes: Cow<'m, [u8]>,
}

impl MessageSeen<'_> {
    /// The message, which will not be gone on with.
    fn cut(mut self) -> Self {
        if self.content == Content::Whole {
            self.content = Content::Prefix;
        }
        self
    }
}

/// Puts the messages of one sender together.
///
/// Only what is not compressed is read: a compressed message is told of, and unreadable.
#[derive(Debug, Default)]
pub struct Assembly {
    open: Option<MessageSeen<'static>>,
    /// The message that the current frame belongs to begins and ends with it, inside another one.
    inner: Option<MessageSeen<'static>>,
    /// The current frame belongs to a message, and is its last one.
    is_last: Option<bool>,
}

impl Assembly {
    /// A frame begins; returns the open message if this one takes its place.
    pub fn begin(&mut self, sender: Side, seen: &FrameSeen) -> Option<MessageSeen<'static>> {
        let (opcode, last) = (seen.header.opcode(), seen.header.fin());
        let length = seen.header.payload_length().unwrap_or(0);
        match opcode {
            Opcode::Text | Opcode::Binary => {
                let compressed = seen.header.rsv1();
                let message = MessageSeen {
                    sender,
                    opcode,
                    first: seen.place,
                    last: seen.place,
                    frames: 1,
                    wire_length: length,
                    length: None,
                    compressed,
                    content: if compressed {
                        Content::Unreadable("compressed")
                    } else {
                        Content::Whole
                    },
                    bytes: Cow::default(),
                };
                self.is_last = Some(last);
                if last && self.open.is_some() {
                    self.inner = Some(message);
                    return None;
                }
                self.open.replace(message).map(MessageSeen::cut)
            }
            Opcode::Continuation => {
                let open = self.open.as_mut()?;
                open.frames += 1;
                open.wire_length = open.wire_length.saturating_add(length);
                open.last = seen.place;
                self.is_last = Some(last);
                None
            }
            _ => {
                self.is_last = None;
                None
            }
        }
    }

    /// Bytes of the current frame's payload, unmasked; at most `room` bytes of a message are
    /// kept.
    pub fn payload(&mut self, bytes: &[u8], room: usize) {
        if self.is_last.is_none() {
            return;
        }
        let Some(message) = self.inner.as_mut().or(self.open.as_mut()) else {
            return;
        };
        if message.content != Content::Whole {
            return;
        }
        let room = room.saturating_sub(message.bytes.len());
        let kept = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        message.bytes.to_mut().extend_from_slice(kept);
    }

    /// The current frame ended; returns the message that ended with it. What is not `whole` lacks
    /// bytes from here on.
    pub fn end(&mut self, whole: bool) -> Option<MessageSeen<'static>> {
        if !whole {
            self.lose_bytes();
        }
        let is_last = self.is_last.take()?;
        if !is_last {
            return None;
        }
        let mut message = self.inner.take().or_else(|| self.open.take())?;
        if !message.compressed {
            message.length = Some(message.wire_length);
        }
        Some(message)
    }

    /// Bytes of the current frame are missing.
    pub fn lose_bytes(&mut self) {
        if self.is_last.is_none() {
            return;
        }
        if let Some(message) = self.inner.as_mut().or(self.open.as_mut())
            && message.content == Content::Whole
        {
            message.content = Content::Prefix;
        }
    }

    /// The place in the stream was lost, or the stream is over; returns what was open.
    pub fn cut(&mut self) -> impl Iterator<Item = MessageSeen<'static>> + use<> {
        self.is_last = None;
        let open = [self.inner.take(), self.open.take()];
        open.into_iter().flatten().map(MessageSeen::cut)
    }

    /// Bytes that are kept.
    #[must_use]
    pub fn cost(&self) -> usize {
        let kept = [&self.open, &self.inner];
        kept.into_iter()
            .flatten()
            .map(|message| message.bytes.len())
            .sum()
    }
}
