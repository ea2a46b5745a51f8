//! Messages put together from the frames of one sender, for whoever watches. It does not
//! inflate: a compressed message is told of, and not readable.

use crate::side::Side;
use crate::websocket::assembly::{Legible, MessageSeen, Unreadable};
use crate::websocket::event::FrameSeen;
use crate::websocket::header::Opcode;

/// The messages of one sender.
#[derive(Debug, Default)]
pub(super) struct Joining {
    open: Option<MessageSeen>,
    /// A whole message inside the open one, while its frame is read.
    inner: Option<MessageSeen>,
    /// Whether the current frame is the last one of its message; `None` for a frame of none.
    is_last: Option<bool>,
}

impl Joining {
    /// A frame begins; returns the open message if this one takes its place.
    pub(super) fn begin(&mut self, sender: Side, seen: &FrameSeen) -> Option<MessageSeen> {
        let (opcode, last) = (seen.header.opcode(), seen.header.fin());
        self.is_last = None;
        if opcode.begins_message() {
            self.is_last = Some(last);
            let message = first_frame(sender, seen);
            if last && self.open.is_some() {
                self.inner = Some(message);
                return None;
            }
            return self.open.replace(message).map(unfinished);
        }
        if opcode == Opcode::Continuation {
            let open = self.open.as_mut()?;
            open.frames += 1;
            open.last = seen.place;
            self.is_last = Some(last);
        }
        None
    }

    fn current(&mut self) -> Option<&mut MessageSeen> {
        self.is_last?;
        self.inner.as_mut().or(self.open.as_mut())
    }

    /// Bytes of the current frame's payload, unmasked; `room` bytes of a message are kept.
    pub(super) fn payload(&mut self, bytes: &[u8], room: usize) {
        let Some(message) = self.current() else {
            return;
        };
        message.wire_length += bytes.len() as u64;
        if !matches!(message.legible, Legible::Whole | Legible::Prefix) {
            return;
        }
        message.length += bytes.len() as u64;
        let room = room.saturating_sub(message.bytes.len());
        let kept = bytes.get(..room).unwrap_or(bytes);
        message.bytes.extend_from_slice(kept);
        if kept.len() < bytes.len() {
            message.legible = Legible::Prefix;
        }
    }

    /// Bytes of the current frame are missing.
    pub(super) fn lose_bytes(&mut self) {
        if let Some(message) = self.current() {
            message.legible = Legible::Unreadable(Unreadable::MissingBytes);
        }
    }

    /// The current frame ended; returns the message that ended with it.
    pub(super) fn end(&mut self) -> Option<MessageSeen> {
        match self.is_last.take() {
            Some(true) => self.inner.take().or_else(|| self.open.take()),
            Some(false) | None => None,
        }
    }

    /// What is open will not be gone on with.
    pub(super) fn cut(&mut self) -> impl Iterator<Item = MessageSeen> + use<> {
        self.is_last = None;
        let open = [self.inner.take(), self.open.take()];
        open.into_iter().flatten().map(unfinished)
    }

    /// Bytes that are kept.
    pub(super) fn cost(&self) -> usize {
        let kept = [&self.open, &self.inner].into_iter().flatten();
        kept.map(|message| message.bytes.len()).sum()
    }
}

fn first_frame(sender: Side, seen: &FrameSeen) -> MessageSeen {
    let is_compressed = seen.header.rsv1();
    MessageSeen {
        sender,
        opcode: seen.header.opcode(),
        first: seen.place,
        last: seen.place,
        frames: 1,
        wire_length: 0,
        length: 0,
        is_compressed,
        legible: if is_compressed {
            Legible::Unreadable(Unreadable::UnknownExtension)
        } else {
            Legible::Whole
        },
        bytes: Vec::new(),
    }
}

fn unfinished(message: MessageSeen) -> MessageSeen {
    MessageSeen {
        legible: Legible::Unfinished,
        ..message
    }
}
