//! The one buffer between a stream and its records. It knows how many bytes came by and which
//! are at hand, not what they mean.

use super::stream::{ReadFault, Stream};

/// Bytes of a buffer at first. Of many files that are read as one, most wait for their turn.
const AT_FIRST: usize = 64 << 10;

/// Bytes that a buffer grows to if the stream fills it: 1 MiB a read costs next to no system
/// calls, and more does not make it any faster.
const IN_FLOW: usize = 1 << 20;

/// Bytes that a buffer grows to for one long record; above the longest that the formats ask for.
const AT_MOST: usize = 2 << 20;

const _: () = assert!(super::savefile::LONGEST_RECORD <= AT_MOST);

/// A window on a stream: records are parsed at its front and consumed, bytes arrive at its back.
#[derive(Debug)]
pub(super) struct Buffer {
    stream: Stream,
    bytes: Vec<u8>,
    /// `bytes[start..end]` is at hand.
    start: usize,
    end: usize,
    /// Bytes of the stream in front of `bytes`.
    before: u64,
    /// Bytes that it grows to if the stream fills it.
    in_flow: usize,
    /// The last read filled all the room that there was: the stream is faster than the buffer.
    flooded: bool,
}

impl Buffer {
    pub(super) const fn new(stream: Stream) -> Self {
        Self::of(stream, IN_FLOW)
    }

    /// A buffer that grows beyond `in_flow` bytes for a long record only, and for as long as it
    /// takes.
    pub(super) const fn of(stream: Stream, in_flow: usize) -> Self {
        Self {
            stream,
            bytes: Vec::new(),
            start: 0,
            end: 0,
            before: 0,
            in_flow,
            flooded: false,
        }
    }

    /// Bytes that it grows to if the stream fills it.
    pub(super) const fn in_flow(&self) -> usize {
        self.in_flow
    }

    pub(super) const fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The bytes at hand.
    pub(super) fn at_hand(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or(&[])
    }

    /// Offset in the stream of the first byte at hand.
    pub(super) const fn offset(&self) -> u64 {
        self.before + self.start as u64
    }

    /// Offset in the stream of the first byte that did not arrive yet.
    pub(super) const fn offset_of_end(&self) -> u64 {
        self.before + self.end as u64
    }

    /// Consumes `length` bytes; they stay readable through [`Self::consumed`] until the next
    /// [`Self::fill`]. Gives the place of the first of them.
    pub(super) const fn consume(&mut self, length: usize) -> usize {
        let place = self.start;
        let after = self.start.saturating_add(length);
        self.start = if after < self.end { after } else { self.end };
        place
    }

    /// Bytes that were consumed since the last [`Self::fill`].
    pub(super) fn consumed(&self, place: std::ops::Range<usize>) -> &[u8] {
        self.bytes.get(place).unwrap_or(&[])
    }

    /// Reads once from the stream, which may bring any number of bytes; `false` at its end.
    pub(super) fn fill(&mut self) -> Result<bool, ReadFault> {
        // What is left of the last read is less than a record.
        self.bytes.copy_within(self.start..self.end, 0);
        self.before += self.start as u64;
        self.end -= self.start;
        self.start = 0;

        let length = self.bytes.len();
        if length == 0 {
            self.bytes.resize(AT_FIRST.min(self.in_flow), 0);
        } else if self.end == length && length < AT_MOST || self.flooded && length < self.in_flow {
            self.bytes.resize(length * 2, 0);
        } else if length > self.in_flow && self.end < self.in_flow {
            self.bytes.truncate(self.in_flow);
            self.bytes.shrink_to_fit();
        }
        let room = self.bytes.get_mut(self.end..).unwrap_or(&mut []);
        let read = self.stream.read(room)?;
        self.flooded = read == room.len();
        self.end += read;
        Ok(read > 0)
    }

    /// Reads until `length` bytes are at hand, which are no more than a buffer grows to, or the
    /// stream ends.
    pub(super) fn want(&mut self, length: usize) -> Result<(), ReadFault> {
        while self.at_hand().len() < length && self.fill()? {}
        Ok(())
    }

    /// Gives the file and the memory back; nothing is at hand any more.
    pub(super) fn release(&mut self) {
        self.stream.close();
        self.before = self.offset_of_end();
        self.bytes = Vec::new();
        self.start = 0;
        self.end = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_small_buffer_is_small_again_behind_a_long_record() {
        const SMALL: usize = 1000;
        let stream = Stream::new(Box::new(Cursor::new(vec![7; 20 * SMALL])));
        let mut buffer = Buffer::of(stream, SMALL);
        while buffer.at_hand().len() < 5 * SMALL {
            assert!(buffer.fill().unwrap());
        }
        buffer.consume(buffer.at_hand().len());
        while buffer.fill().unwrap() {
            assert!(buffer.bytes.capacity() <= SMALL);
            buffer.consume(SMALL);
        }
        assert_eq!(buffer.offset(), 20 * SMALL as u64);
    }
}
