//! Frames of LZ4 (the LZ4 Frame Format, version 1.6), their checksums verified, and those of the
//! legacy format.
//!
//! Blocks are decoded by `lz4_flex`. Its reader of frames is not used: it takes an input that
//! ends between two blocks, and a block of no bytes, for the end of a frame, and cannot tell
//! where a legacy frame ends.

mod frame;

use lz4_flex::block::{decompress_into, decompress_into_with_dict};

use super::{Fault, Part, Step};
use crate::source::buffer::Buffer;
use crate::source::stream::ReadFault;
use frame::Frame;

/// Bytes in front of a block that it may refer to.
const WINDOW: usize = 64 << 10;

/// Decodes one frame after the other.
pub(super) struct Lz4 {
    frame: Frame,
    /// The block as it is stored: never more bytes than have arrived.
    stored: Vec<u8>,
    /// The window, [`WINDOW`] bytes of which the last `window` are known, and the block behind it.
    decoded: Vec<u8>,
    window: usize,
    /// Bytes of the block.
    block: usize,
    /// Bytes of the block that were given out.
    given: usize,
}

impl Lz4 {
    pub(super) const fn new() -> Self {
        Self {
            frame: Frame::LEGACY,
            stored: Vec::new(),
            decoded: Vec::new(),
            window: 0,
            block: 0,
            given: 0,
        }
    }

    /// A frame follows; reads its head.
    pub(super) fn begin(&mut self, compressed: &mut Buffer) -> Result<(), Fault> {
        (self.window, self.block, self.given) = (0, 0, 0);
        self.frame = match Part::of(compressed.at_hand()) {
            Some(Part::Lz4Legacy) => {
                compressed.consume(Part::MAGIC_LENGTH);
                Frame::LEGACY
            }
            _ => Frame::read(compressed)?,
        };
        Ok(())
    }

    pub(super) fn decode(
        &mut self,
        compressed: &mut Buffer,
        room: &mut [u8],
    ) -> Result<Step, Fault> {
        while self.given == self.block {
            if !self.decode_block(compressed)? {
                let (written, ended) = (0, true);
                return Ok(Step { written, ended });
            }
        }
        let block = self.decoded.get(WINDOW..).unwrap_or(&[]);
        let left = block.get(self.given..self.block).unwrap_or(&[]);
        let written = left.len().min(room.len());
        for (room, byte) in room.iter_mut().zip(left) {
            *room = *byte;
        }
        self.given += written;
        let ended = false;
        Ok(Step { written, ended })
    }

    /// Decodes the next block; `false` at the end of the frame.
    fn decode_block(&mut self, compressed: &mut Buffer) -> Result<bool, Fault> {
        let begin = compressed.offset();
        let Some(head) = self.frame.block(compressed)? else {
            self.frame.end(compressed)?;
            return Ok(false);
        };
        let is_whole = self.load(compressed, head.length)?;
        // What has arrived of a block is known where it is not compressed.
        if !is_whole && !head.is_plain {
            return Err(Fault::Read(ReadFault::EndsEarly));
        }
        if is_whole {
            self.frame.check_block(&self.stored, compressed)?;
        }
        self.slide();
        let (window, block) = self
            .decoded
            .split_at_mut_checked(WINDOW)
            .unwrap_or_default();
        let block = block.get_mut(..self.frame.most).unwrap_or_default();
        let window = window.get(WINDOW - self.window..).unwrap_or(&[]);
        let damage = |reason: String| Fault::Damage(begin, reason);
        self.block = if head.is_plain {
            for (room, byte) in block.iter_mut().zip(&self.stored) {
                *room = *byte;
            }
            self.stored.len()
        } else if window.is_empty() {
            decompress_into(&self.stored, block).map_err(|error| damage(error.to_string()))?
        } else {
            decompress_into_with_dict(&self.stored, block, window)
                .map_err(|error| damage(error.to_string()))?
        };
        self.given = 0;
        let decoded = block.get(..self.block).unwrap_or(&[]);
        self.frame.count(decoded).map_err(damage)?;
        Ok(true)
    }

    /// Loads a block as it is stored; `false` if the input ends inside of it.
    fn load(&mut self, compressed: &mut Buffer, length: usize) -> Result<bool, ReadFault> {
        self.stored.clear();
        while self.stored.len() < length {
            if compressed.at_hand().is_empty() && !compressed.fill()? {
                return Ok(false);
            }
            let at_hand = compressed.at_hand();
            let missing = length - self.stored.len();
            let some = at_hand.get(..missing).unwrap_or(at_hand);
            self.stored.extend_from_slice(some);
            let taken = some.len();
            compressed.consume(taken);
        }
        Ok(true)
    }

    /// Makes the end of the last block the window of the next, and room for that.
    fn slide(&mut self) {
        // Of four sizes that there are, this is the largest so far.
        let length = WINDOW + self.frame.most;
        if self.decoded.len() < length {
            self.decoded.resize(length, 0);
        }
        if self.frame.is_linked {
            let known = WINDOW.min(self.window + self.block);
            let end = WINDOW + self.block;
            self.decoded.copy_within(end - known..end, WINDOW - known);
            self.window = known;
        }
    }
}
