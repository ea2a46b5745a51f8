//! What stands around the blocks of a frame: lengths and checksums.

use std::hash::Hasher as _;

use twox_hash::XxHash32;

use crate::source::buffer::Buffer;
use crate::source::compressed::{Fault, Part, take};
use crate::source::stream::ReadFault;

/// Bytes that a block of a legacy frame holds, except for the last.
const LEGACY_BLOCK: usize = 8 << 20;

/// The most bytes of such a block as it is stored: if nothing in it repeats.
const LEGACY_BLOCK_STORED: usize = LEGACY_BLOCK + LEGACY_BLOCK / 255 + 16;

/// A frame: what its head says, and what its end has to agree with.
#[derive(Debug)]
pub(super) struct Frame {
    is_legacy: bool,
    /// Blocks refer to those before them.
    pub(super) is_linked: bool,
    has_block_checksums: bool,
    /// The checksum so far, where there is one at the end.
    checksum: Option<XxHash32>,
    /// Bytes still to come, where the head says it.
    left: Option<u64>,
    /// The most bytes that a block holds.
    pub(super) most: usize,
}

/// What stands before a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockHead {
    /// Bytes of the block as it is stored.
    pub(super) length: usize,
    /// It is not compressed.
    pub(super) is_plain: bool,
}

impl Frame {
    /// A frame of the legacy format, which has no head.
    pub(super) const LEGACY: Self = Self {
        is_legacy: true,
        is_linked: false,
        has_block_checksums: false,
        checksum: None,
        left: None,
        most: LEGACY_BLOCK,
    };

    /// Reads the head of a frame.
    pub(super) fn read(compressed: &mut Buffer) -> Result<Self, Fault> {
        let begin = compressed.offset();
        let damage = |reason: &str| Err(Fault::Damage(begin, reason.to_owned()));
        compressed.consume(Part::MAGIC_LENGTH);
        let [flags, sizes] = take(compressed)?;
        let has = |flag: u8| flags & flag != 0;
        if flags >> 6 != 1 || has(0x02) || sizes & 0x8f != 0 {
            return damage("a frame of an unknown version");
        }
        if has(0x01) {
            return damage("a frame that needs a dictionary");
        }
        let most = match sizes >> 4 {
            4 => 64 << 10,
            5 => 256 << 10,
            6 => 1 << 20,
            7 => 4 << 20,
            _ => return damage("a frame of an unknown block size"),
        };
        let mut checksum = XxHash32::with_seed(0);
        checksum.write(&[flags, sizes]);
        let mut left = None;
        if has(0x08) {
            let size = take(compressed)?;
            checksum.write(&size);
            left = Some(u64::from_le_bytes(size));
        }
        let [_, of_head, ..] = checksum.finish_32().to_le_bytes();
        if take(compressed)? != [of_head] {
            return damage("the checksum of the frame's head is wrong");
        }
        Ok(Self {
            is_legacy: false,
            is_linked: !has(0x20),
            has_block_checksums: has(0x10),
            checksum: has(0x04).then(|| XxHash32::with_seed(0)),
            left,
            most,
        })
    }

    /// Reads what stands before the next block; `None` at the frame's end.
    pub(super) fn block(&self, compressed: &mut Buffer) -> Result<Option<BlockHead>, Fault> {
        let begin = compressed.offset();
        if self.is_legacy {
            return Self::legacy_block(compressed);
        }
        let word = u32::from_le_bytes(take(compressed)?);
        if word == 0 {
            return Ok(None);
        }
        let head = BlockHead {
            length: (word & 0x7fff_ffff) as usize,
            is_plain: word >> 31 == 1,
        };
        if head.length > self.most {
            let (length, most) = (head.length, self.most);
            let reason = format!("a block of {length} bytes (at most {most})");
            return Err(Fault::Damage(begin, reason));
        }
        Ok(Some(head))
    }

    /// A legacy frame ends with the input, or where a length makes no sense.
    fn legacy_block(compressed: &mut Buffer) -> Result<Option<BlockHead>, Fault> {
        compressed.want(4)?;
        let length = match compressed.at_hand() {
            // Nothing, or padding.
            [] | [0] | [0, 0] | [0, 0, 0] | [0, 0, 0, 0, ..] => return Ok(None),
            [a, b, c, d, ..] => u32::from_le_bytes([*a, *b, *c, *d]) as usize,
            _ => return Err(Fault::Read(ReadFault::EndsEarly)),
        };
        if length > LEGACY_BLOCK_STORED {
            return Ok(None);
        }
        compressed.consume(4);
        let is_plain = false;
        Ok(Some(BlockHead { length, is_plain }))
    }

    /// Verifies the checksum behind a block, if it has one.
    pub(super) fn check_block(&self, stored: &[u8], compressed: &mut Buffer) -> Result<(), Fault> {
        if !self.has_block_checksums {
            return Ok(());
        }
        let begin = compressed.offset();
        if u32::from_le_bytes(take(compressed)?) == XxHash32::oneshot(0, stored) {
            Ok(())
        } else {
            let reason = "the checksum of a block is wrong".to_owned();
            Err(Fault::Damage(begin, reason))
        }
    }

    /// Takes what a block holds into account.
    pub(super) fn count(&mut self, decoded: &[u8]) -> Result<(), String> {
        if let Some(checksum) = &mut self.checksum {
            checksum.write(decoded);
        }
        if let Some(left) = &mut self.left {
            *left = left
                .checked_sub(decoded.len() as u64)
                .ok_or("more bytes than the frame's head says")?;
        }
        Ok(())
    }

    /// Verifies what stands at the frame's end.
    pub(super) fn end(&self, compressed: &mut Buffer) -> Result<(), Fault> {
        let begin = compressed.offset();
        let damage = |reason: &str| Err(Fault::Damage(begin, reason.to_owned()));
        if self.left.is_some_and(|left| left > 0) {
            return damage("fewer bytes than the frame's head says");
        }
        let Some(checksum) = &self.checksum else {
            return Ok(());
        };
        if u32::from_le_bytes(take(compressed)?) == checksum.finish_32() {
            Ok(())
        } else {
            damage("the checksum of a frame is wrong")
        }
    }
}
