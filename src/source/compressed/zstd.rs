//! Frames of Zstandard (RFC 8878), their checksums verified.
//!
//! libzstd says nothing of what it wrote in a call that meets damage. So a call is given no more
//! than one head or block, and nothing while there is output left from the call before: what is
//! lost in a call that fails is damaged itself.

use std::io;

use zstd::zstd_safe::zstd_sys::ZSTD_ErrorCode;
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name, is_error_kind};

use super::{Fault, Step};
use crate::source::buffer::Buffer;
use crate::source::refusal::Refusal;
use crate::source::stream::ReadFault;

/// The largest window that is read, as a power of two in bytes: as much as `zstd -d` takes
/// without being asked, and more than any level writes without `--ultra` or `--long`. It bounds
/// the memory of decoding, which touches no more of it than the frame has bytes.
const WINDOW_LOG_MAX: u32 = 27;

/// Bytes of a frame that tell how long its head is.
const FRAME_START: usize = 5;

/// Bytes of a block's head.
const BLOCK_HEAD: usize = 3;

/// Decodes one frame after the other.
pub(super) struct Zstd {
    context: DCtx<'static>,
    unit: Unit,
    /// Bytes of the unit that are still to be given to the library.
    wanted: usize,
    /// Offset of the unit.
    begin: u64,
    /// There may be output that had no room.
    is_unwritten: bool,
}

/// What a frame consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    FrameHead,
    BlockHead,
    Block { is_last: bool },
    Checksum,
}

impl Unit {
    /// What follows this unit, and its bytes; `hint` is what the library asks for next.
    fn next(self, unit: &[u8], hint: usize) -> (Self, usize) {
        // The library asks for a head or block together with the head of the block behind it.
        let without_head = hint.saturating_sub(BLOCK_HEAD);
        match self {
            Self::FrameHead if without_head > 0 => (Self::FrameHead, without_head),
            Self::FrameHead => (Self::BlockHead, BLOCK_HEAD),
            Self::BlockHead => match unit {
                [flags, ..] if flags & 1 == 1 => (Self::Block { is_last: true }, hint),
                // A block of no bytes.
                _ if without_head == 0 => (Self::BlockHead, BLOCK_HEAD),
                _ => (Self::Block { is_last: false }, without_head),
            },
            Self::Block { is_last: false } => (Self::BlockHead, BLOCK_HEAD),
            Self::Block { is_last: true } | Self::Checksum => (Self::Checksum, hint),
        }
    }
}

impl Zstd {
    pub(super) fn new() -> Result<Self, Refusal> {
        let no_memory = || Refusal::from(io::Error::from(io::ErrorKind::OutOfMemory));
        let mut context = DCtx::try_create().ok_or_else(no_memory)?;
        context
            .set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))
            .map_err(|code| Refusal::CompressionDamaged(reason(code)))?;
        Ok(Self {
            context,
            unit: Unit::FrameHead,
            wanted: FRAME_START,
            begin: 0,
            is_unwritten: false,
        })
    }

    /// A frame follows.
    pub(super) const fn begin(&mut self, compressed: &Buffer) {
        self.unit = Unit::FrameHead;
        self.wanted = FRAME_START;
        self.begin = compressed.offset();
    }

    pub(super) fn decode(
        &mut self,
        compressed: &mut Buffer,
        room: &mut [u8],
    ) -> Result<Step, Fault> {
        loop {
            let wanted = if self.is_unwritten { 0 } else { self.wanted };
            // Whole, so that how the bytes come makes no difference to what they give.
            compressed.want(wanted)?;
            let at_hand = compressed.at_hand();
            let is_cut = at_hand.len() < wanted;
            // Of a block that is not compressed, all that is there counts.
            let is_block = matches!(self.unit, Unit::Block { .. });
            if is_cut && (at_hand.is_empty() || !is_block) {
                return Err(Fault::Read(ReadFault::EndsEarly));
            }
            let given = at_hand.get(..wanted).unwrap_or(at_hand);
            let mut input = InBuffer::around(given);
            let mut output = OutBuffer::around(room);
            let result = self.context.decompress_stream(&mut output, &mut input);
            let (consumed, written) = (input.pos(), output.pos());
            let hint = result.map_err(|code| Fault::Damage(self.begin, reason(code)))?;
            let is_whole = !given.is_empty() && given.len() == self.wanted;
            if is_whole {
                (self.unit, self.wanted) = self.unit.next(given, hint);
            } else {
                self.wanted -= given.len();
            }
            compressed.consume(consumed);
            if is_whole {
                self.begin = compressed.offset();
            }
            self.is_unwritten = written == room.len();
            let ended = hint == 0;
            if ended || written > 0 {
                return Ok(Step { written, ended });
            }
        }
    }
}

/// What libzstd says of an error.
fn reason(code: usize) -> String {
    let too_large = ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge;
    if is_error_kind(code, too_large) {
        let most = 1_u64 << (WINDOW_LOG_MAX - 20);
        format!(
            "a frame with a window of more than {most} MiB; use zstd -dc --long=31 FILE | wsblame \
             check -"
        )
    } else {
        get_error_name(code).to_owned()
    }
}
