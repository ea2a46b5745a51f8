//! Inflating one direction's compressed messages (RFC 7692 section 7.2.2), in pieces and within
//! bounds. Nothing of what comes out is kept here but the window that later messages refer to.

use std::fmt;

use zlib_rs::{Inflate, InflateFlush, Status};

use crate::limits::Limits;

/// What a sender takes off the end of a message, and the receiver puts back.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// The tail and a byte behind it, which a message that is whole leaves alone.
const TAIL_AND_PROBE: [u8; 5] = [0, 0, 0xff, 0xff, 0];

/// Bytes that are inflated at a time.
const PIECE: usize = 4096;

/// Whole pieces after which the bound on the ratio is held against what came out: always at the
/// same places, however the input is cut.
const RATIO_STEP: u64 = 1 << 20;

/// Bytes of memory that one takes, about: a window of 32 KiB, tables and state.
pub const INFLATER_BYTES: usize = 48 << 10;

/// Why a message does not inflate.
///
/// Which of the three faults of a code it is depends on how the input is cut, as far as the
/// decompressor says: they are one here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InflateFault {
    /// A code that stands for nothing, or a reference to what is not in the window.
    BadCode,
    /// A block does not begin as blocks do; the decompressor's words.
    BadBlock(&'static str),
    /// The message ends inside of a block.
    Truncated,
}

impl fmt::Display for InflateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadCode => {
                f.write_str("an invalid code, or a reference to what no message before held")
            }
            Self::BadBlock(reason) => f.write_str(reason),
            Self::Truncated => f.write_str("the message ends inside of a block"),
        }
    }
}

/// Why inflating stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The message does not inflate.
    Fault(InflateFault),
    /// It inflates beyond a bound.
    Bomb(Bomb),
}

/// Which bound a message inflates beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bomb {
    /// More bytes than this.
    Size(u64),
    /// More than this many times its compressed bytes, and more bytes than this.
    Ratio(u64, u64),
}

/// The decompressor of one direction.
pub struct Inflater {
    state: Inflate,
    /// Bytes of the message that went in.
    taken: u64,
    /// Bytes of it that came out.
    made: u64,
    /// The last bytes of it that were pushed.
    last: [u8; 4],
    /// Nothing was pushed since it began, or since a block with BFINAL=1 ended.
    is_fresh: bool,
    /// A block with BFINAL=1 ended since the window was empty.
    is_behind_final: bool,
    /// Blocks with BFINAL=1 that ended in this message with more than a byte of padding behind.
    goes_on_behind_final: bool,
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater")
            .field("taken", &self.taken)
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}

impl Default for Inflater {
    fn default() -> Self {
        Self {
            // The window may be larger than agreed: it only has to hold what is referred to.
            state: Inflate::new(false, 15),
            taken: 0,
            made: 0,
            last: [1; 4],
            is_fresh: true,
            is_behind_final: false,
            goes_on_behind_final: false,
        }
    }
}

impl Inflater {
    /// Forgets every message before.
    pub fn reset(&mut self) {
        self.state.reset(false);
        self.is_behind_final = false;
        self.begin();
    }

    /// A message begins.
    pub const fn begin(&mut self) {
        (self.taken, self.made) = (0, 0);
        self.last = [1; 4];
        self.is_fresh = true;
        self.goes_on_behind_final = false;
    }

    /// Whether data went on behind a block with BFINAL=1 of this message, beyond the padding.
    #[must_use]
    pub const fn goes_on_behind_final(&self) -> bool {
        self.goes_on_behind_final
    }

    /// Whether messages before may have ended their stream, and with it, for all that is known,
    /// not their window.
    #[must_use]
    pub const fn is_behind_final(&self) -> bool {
        self.is_behind_final
    }

    /// Takes the next bytes of a message and hands on what comes out.
    pub fn push(
        &mut self,
        bytes: &[u8],
        limits: &Limits,
        sink: &mut impl FnMut(&[u8]),
    ) -> Result<(), Stop> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.goes_on_behind_final |= self.is_fresh && self.taken > 0 && bytes.len() > 1;
        for byte in bytes.iter().rev().take(4).rev() {
            let [_, b, c, d] = self.last;
            self.last = [b, c, d, *byte];
        }
        let mut rest = bytes;
        let mut out = [0; PIECE];
        loop {
            // No piece goes over a multiple of its size.
            let filled = usize::try_from(self.made % PIECE as u64).unwrap_or(0);
            let room = out.get_mut(filled..).unwrap_or_default();
            let length = room.len();
            let (taken, result) = self.step(&mut rest, room, InflateFlush::NoFlush);
            let made = result
                .as_ref()
                .map_or_else(|(made, _)| *made, |(made, _)| *made);
            sink(room.get(..made).unwrap_or_default());
            // A stream may end with bits that were taken before.
            let is_stuck;
            match result {
                Err((_, fault)) => return Err(Stop::Fault(fault)),
                Ok((_, Status::StreamEnd)) => {
                    self.state.reset(false);
                    self.is_fresh = true;
                    self.is_behind_final = true;
                    self.goes_on_behind_final |= rest.len() > 1;
                    is_stuck = false;
                }
                Ok(_) => {
                    self.is_fresh &= taken == 0;
                    is_stuck = taken == 0 && made == 0;
                }
            }
            self.hold_to(limits).map_err(Stop::Bomb)?;
            let is_full = made == length;
            if (rest.is_empty() && !is_full) || is_stuck {
                return Ok(());
            }
        }
    }

    /// The message ends.
    pub fn end(&mut self) -> Result<(), InflateFault> {
        // Nothing at all, the end of a stream without the padding behind it, or a tail that was
        // left on: receivers take them as whole.
        if self.is_fresh || self.last == TAIL {
            return Ok(());
        }
        let mut rest = TAIL_AND_PROBE.as_slice();
        let mut out = [0; 16];
        loop {
            let (taken, result) = self.step(&mut rest, &mut out, InflateFlush::Block);
            match result {
                Err((_, fault)) => return Err(fault),
                // It stopped where a block may begin: there the message was to end.
                Ok((0, Status::Ok)) if rest.len() == 1 => return Ok(()),
                Ok((0, Status::Ok)) if taken > 0 && rest.len() > 1 => {}
                Ok(_) => return Err(InflateFault::Truncated),
            }
        }
    }

    /// One call of the decompressor: bytes that it took, that it made, and how it went.
    #[expect(clippy::type_complexity, reason = "what was made counts either way")]
    fn step(
        &mut self,
        rest: &mut &[u8],
        out: &mut [u8],
        flush: InflateFlush,
    ) -> (usize, Result<(usize, Status), (usize, InflateFault)>) {
        let (taken, made) = (self.state.total_in(), self.state.total_out());
        let result = self.state.decompress(rest, out, flush);
        let taken = self.state.total_in() - taken;
        let made = self.state.total_out() - made;
        self.taken += taken;
        self.made += made;
        let count = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        *rest = rest.get(count(taken)..).unwrap_or_default();
        let result = match result {
            Ok(status) => Ok((count(made), status)),
            Err(_) => Err((count(made), self.fault())),
        };
        (count(taken), result)
    }

    fn fault(&self) -> InflateFault {
        match self.state.error_message() {
            Some(
                reason @ ("invalid block type"
                | "invalid stored block lengths"
                | "too many length or distance symbols"
                | "too many length or distance codes"
                | "invalid code lengths set"
                | "invalid bit length repeat"
                | "invalid code -- missing end-of-block"
                | "invalid literal/lengths set"
                | "invalid distances set"),
            ) => InflateFault::BadBlock(reason),
            _ => InflateFault::BadCode,
        }
    }

    fn hold_to(&self, limits: &Limits) -> Result<(), Bomb> {
        if self.made > limits.inflated_bytes {
            return Err(Bomb::Size(limits.inflated_bytes));
        }
        let is_due = self.made.is_multiple_of(RATIO_STEP) && self.made >= limits.ratio_from_bytes;
        let allowed = self.taken.saturating_mul(limits.inflated_ratio);
        if is_due && self.made > 0 && self.made > allowed {
            return Err(Bomb::Ratio(limits.inflated_ratio, limits.ratio_from_bytes));
        }
        Ok(())
    }
}
