//! What happened in one stream and waits for the other one. It knows what that costs.

use std::collections::VecDeque;

use crate::tcp::{Gap, StreamEvent};
use crate::websocket::kept::KeptChunk;

/// An event that waits.
#[derive(Debug)]
pub(super) enum Kept {
    /// Bytes.
    Data(KeptChunk),
    /// Missing bytes, and whether they were told of already.
    Gap(Gap, bool),
}

impl Kept {
    /// Bytes of memory that it takes.
    const fn cost(&self) -> usize {
        match self {
            Self::Data(chunk) => chunk.cost(),
            Self::Gap(..) => size_of::<Self>(),
        }
    }
}

/// Events of one stream that wait, in their order.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    events: VecDeque<Kept>,
    bytes: usize,
}

impl Waiting {
    /// Bytes of memory that they take.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The first bytes that wait, unless some are missing before them.
    pub(super) fn next_bytes(&self) -> Option<&[u8]> {
        match self.events.front()? {
            Kept::Data(chunk) => Some(chunk.as_chunk().bytes),
            Kept::Gap(..) => None,
        }
    }

    pub(super) fn push_back(&mut self, event: StreamEvent<'_>) {
        let kept = match event {
            StreamEvent::Data(chunk) => Kept::Data(KeptChunk::of(&chunk)),
            StreamEvent::Gap(gap) => Kept::Gap(gap, false),
        };
        self.bytes += kept.cost();
        self.events.push_back(kept);
    }

    /// Keeps bytes that come before all that waits.
    pub(super) fn push_front(&mut self, chunk: KeptChunk) {
        let kept = match chunk.gap() {
            Some(gap) => Kept::Gap(gap, true),
            None => Kept::Data(chunk),
        };
        self.bytes += kept.cost();
        self.events.push_front(kept);
    }

    pub(super) fn pop_front(&mut self) -> Option<Kept> {
        let kept = self.events.pop_front()?;
        self.bytes -= kept.cost();
        Some(kept)
    }
}
