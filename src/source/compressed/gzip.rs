//! Members of gzip (RFC 1952), their checksums and lengths verified.

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

use super::{Fault, Step};
use crate::source::buffer::Buffer;
use crate::source::stream::ReadFault;

/// Bits of the window, as many as deflate can ask for.
const WINDOW_BITS: u8 = 15;

/// Decodes one member after the other.
#[derive(Debug)]
pub(super) struct Gzip {
    inflater: Decompress,
    /// The damage that the last call met, behind bytes that it decoded.
    damage: Option<String>,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self {
            inflater: Decompress::new_gzip(WINDOW_BITS),
            damage: None,
        }
    }

    /// A member follows.
    pub(super) fn begin(&mut self) {
        // A fresh one need not be made anew.
        if self.inflater.total_in() > 0 {
            self.inflater.reset(true);
        }
    }

    pub(super) fn decode(
        &mut self,
        compressed: &mut Buffer,
        room: &mut [u8],
    ) -> Result<Step, Fault> {
        if let Some(reason) = self.damage.take() {
            return Err(Fault::Damage(compressed.offset(), reason));
        }
        loop {
            let before = (self.inflater.total_in(), self.inflater.total_out());
            let (at_hand, flush) = (compressed.at_hand(), FlushDecompress::None);
            let result = self.inflater.decompress(at_hand, room, flush);
            let consumed = length(self.inflater.total_in() - before.0);
            let written = length(self.inflater.total_out() - before.1);
            compressed.consume(consumed);
            let damage = result.as_ref().err().map(reason);
            let ended = matches!(result, Ok(Status::StreamEnd));
            if ended || written > 0 {
                self.damage = damage;
                return Ok(Step { written, ended });
            }
            if let Some(reason) = damage {
                return Err(Fault::Damage(compressed.offset(), reason));
            }
            if !compressed.fill()? {
                return Err(Fault::Read(ReadFault::EndsEarly));
            }
        }
    }
}

/// What zlib says of damage. Its fast loop forgets which code was invalid, and how much of the
/// data goes through that depends on how it comes.
fn reason(error: &DecompressError) -> String {
    match error.message() {
        None | Some("repeated call with bad state") => "invalid code",
        Some(code) if code.starts_with("invalid distance ") => "invalid code",
        Some("invalid literal/length code") => "invalid code",
        Some(other) => other,
    }
    .to_owned()
}

/// A length within a slice.
fn length(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
