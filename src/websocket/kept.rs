//! Bytes that are kept until it is known how they are to be read.

use crate::tcp::{Arrival, Chunk, Gap};

/// Bytes of one packet that are kept until it is known how they are to be read.
#[derive(Clone, Debug)]
pub struct KeptChunk {
    offset: u64,
    sequence: u32,
    bytes: Vec<u8>,
    /// Bytes of it that were read.
    read: usize,
    arrival: Arrival,
    /// It stands for missing bytes, and has none.
    gap: Option<Gap>,
}

impl KeptChunk {
    /// A copy of a chunk.
    #[must_use]
    pub fn of(chunk: &Chunk<'_>) -> Self {
        Self {
            offset: chunk.offset,
            sequence: chunk.sequence,
            bytes: chunk.bytes.to_vec(),
            read: 0,
            arrival: chunk.arrival,
            gap: None,
        }
    }

    /// What stands for missing bytes.
    #[must_use]
    pub const fn missing(gap: Gap) -> Self {
        Self {
            offset: gap.offset,
            sequence: gap.sequence,
            bytes: Vec::new(),
            read: 0,
            arrival: gap.arrival,
            gap: Some(gap),
        }
    }

    /// The missing bytes that it stands for.
    #[must_use]
    pub const fn gap(&self) -> Option<Gap> {
        self.gap
    }

    /// What is left of the chunk.
    #[must_use]
    pub fn as_chunk(&self) -> Chunk<'_> {
        let whole = Chunk {
            offset: self.offset,
            sequence: self.sequence,
            bytes: &self.bytes,
            arrival: self.arrival,
        };
        whole.behind(self.read)
    }

    /// What is left of it behind its next `count` bytes; `None` if nothing is.
    #[must_use]
    pub fn behind(mut self, count: usize) -> Option<Self> {
        self.read = self.read.saturating_add(count);
        (self.read < self.bytes.len()).then_some(self)
    }

    /// Where its first byte stands in the stream.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset + self.read as u64
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub const fn cost(&self) -> usize {
        self.bytes.len() + size_of::<Self>()
    }
}
