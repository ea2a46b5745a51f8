//! Inputs that are compressed as a whole, recognised by their first bytes and never by a name.
//! It knows where members and frames begin and what may stand between them; what is in them is
//! the matter of the decoders.
//!
//! The loop over members and frames is here, and not in the libraries that decode them: some of
//! these stop silently behind the first, and none says where in the file it stopped.

mod gzip;
mod lz4;
mod zstd;

use std::fmt;

use super::buffer::Buffer;
use super::foreign::too_deep;
use super::refusal::Refusal;
use super::stream::{ReadFault, Stream};
use gzip::Gzip;
use lz4::Lz4;
use zstd::Zstd;

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// gzip (RFC 1952), of one member or several.
    Gzip,
    /// Zstandard (RFC 8878), of one frame or several.
    Zstd,
    /// LZ4, of one frame or several, also of the legacy format.
    Lz4,
}

impl Compression {
    /// The compression's name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Lz4 => "lz4",
        }
    }

    /// What the compression calls its parts.
    const fn part(self) -> &'static str {
        match self {
            Self::Gzip => "member",
            Self::Zstd | Self::Lz4 => "frame",
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How often an input may be compressed. Twice happens: a log rotation gzips what was captured
/// into a compressor. More is not by accident.
const DEEPEST: usize = 2;

/// The bytes behind a buffer without the compression that may be around them, in buffers of the
/// same size.
pub(super) fn decompressed(mut buffer: Buffer) -> Result<Buffer, Refusal> {
    let in_flow = buffer.in_flow();
    for _ in 0..DEEPEST {
        let Some(compression) = compression(&mut buffer)? else {
            return Ok(buffer);
        };
        let decoded = Decoded::new(compression, buffer)?;
        buffer = Buffer::of(Stream::decoded(decoded), in_flow);
    }
    match compression(&mut buffer)? {
        None => Ok(buffer),
        Some(_) => Err(too_deep(&buffer.stream().compressions())),
    }
}

/// The compression of what follows. Frames to be skipped say nothing of it and are skipped.
fn compression(buffer: &mut Buffer) -> Result<Option<Compression>, Refusal> {
    let mut look = || {
        loop {
            buffer.want(Part::MAGIC_LENGTH)?;
            match Part::of(buffer.at_hand()) {
                Some(Part::Skippable) => skip(buffer)?,
                part => return Ok(part.and_then(Part::compression)),
            }
        }
    };
    look().map_err(|fault| Refusal::of_fault(fault, buffer.offset_of_end()))
}

/// Skips the frame at the front.
fn skip(buffer: &mut Buffer) -> Result<(), ReadFault> {
    buffer.consume(Part::MAGIC_LENGTH);
    let mut left = u32::from_le_bytes(take(buffer)?) as usize;
    while left > 0 {
        if buffer.at_hand().is_empty() && !buffer.fill()? {
            return Err(ReadFault::EndsEarly);
        }
        let some = left.min(buffer.at_hand().len());
        buffer.consume(some);
        left -= some;
    }
    Ok(())
}

/// Takes as many bytes as that.
fn take<const N: usize>(buffer: &mut Buffer) -> Result<[u8; N], ReadFault> {
    buffer.want(N)?;
    let taken = buffer.at_hand().first_chunk().copied();
    let taken = taken.ok_or(ReadFault::EndsEarly)?;
    buffer.consume(N);
    Ok(taken)
}

/// What compressed data consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Gzip,
    Zstd,
    Lz4,
    /// A frame of lz4 as it was before it had a format: blocks, and no word about them.
    Lz4Legacy,
    /// A frame of zstd or lz4 with something for somebody else in it.
    Skippable,
}

impl Part {
    /// Bytes of the longest magic number.
    const MAGIC_LENGTH: usize = 4;

    /// The part that begins with these bytes.
    const fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Self::Lz4),
            [0x02, 0x21, 0x4c, 0x18, ..] => Some(Self::Lz4Legacy),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Skippable),
            _ => None,
        }
    }

    /// Whether an input that ends with these bytes ends inside a magic number.
    const fn is_cut(end: &[u8]) -> bool {
        matches!(
            end,
            [0x1f]
                | [0x28]
                | [0x28, 0xb5]
                | [0x28, 0xb5, 0x2f]
                | [0x04]
                | [0x04, 0x22]
                | [0x04, 0x22, 0x4d]
                | [0x02]
                | [0x02, 0x21]
                | [0x02, 0x21, 0x4c]
                | [0x50..=0x5f]
                | [0x50..=0x5f, 0x2a]
                | [0x50..=0x5f, 0x2a, 0x4d]
        )
    }

    const fn compression(self) -> Option<Compression> {
        match self {
            Self::Gzip => Some(Compression::Gzip),
            Self::Zstd => Some(Compression::Zstd),
            Self::Lz4 | Self::Lz4Legacy => Some(Compression::Lz4),
            Self::Skippable => None,
        }
    }
}

/// What a decoder did in one call.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Bytes written to the room.
    written: usize,
    /// The member or frame is over.
    ended: bool,
}

/// Why a decoder does not go on.
#[derive(Debug)]
enum Fault {
    /// There is nothing more to decode.
    Read(ReadFault),
    /// The data is damaged, or of a kind that is not read: from which of its bytes on, and why.
    Damage(u64, String),
}

impl From<ReadFault> for Fault {
    fn from(fault: ReadFault) -> Self {
        Self::Read(fault)
    }
}

/// What compressed data holds.
pub(super) struct Decoded {
    compression: Compression,
    compressed: Buffer,
    decoder: Decoder,
    /// Inside of a member or frame, not between two.
    inside: bool,
}

enum Decoder {
    Gzip(Gzip),
    Zstd(Zstd),
    Lz4(Lz4),
}

impl Decoded {
    fn new(compression: Compression, compressed: Buffer) -> Result<Self, Refusal> {
        Ok(Self {
            compression,
            compressed,
            decoder: match compression {
                Compression::Gzip => Decoder::Gzip(Gzip::new()),
                Compression::Zstd => Decoder::Zstd(Zstd::new()?),
                Compression::Lz4 => Decoder::Lz4(Lz4::new()),
            },
            inside: false,
        })
    }

    pub(super) const fn compression(&self) -> Compression {
        self.compression
    }

    /// Where the compressed data comes from.
    pub(super) const fn compressed(&self) -> &Stream {
        self.compressed.stream()
    }

    /// Decodes as much as there is at hand, and reads no more than it takes to have something;
    /// 0 at the end.
    pub(super) fn read(&mut self, room: &mut [u8]) -> Result<usize, ReadFault> {
        self.decode(room).map_err(|fault| match fault {
            Fault::Read(fault) => fault,
            Fault::Damage(offset, reason) => {
                let holder = match self.compressed().compressions().last() {
                    None => String::new(),
                    Some(outer) => format!(" of what the {outer} data holds"),
                };
                let compression = self.compression;
                ReadFault::Damaged(format!(
                    "the {compression} data cannot be read from byte {offset}{holder} on: {reason}"
                ))
            }
        })
    }

    fn decode(&mut self, room: &mut [u8]) -> Result<usize, Fault> {
        while !room.is_empty() {
            if !self.inside {
                if !self.begin()? {
                    break;
                }
                self.inside = true;
            }
            let step = match &mut self.decoder {
                Decoder::Gzip(gzip) => gzip.decode(&mut self.compressed, room),
                Decoder::Zstd(zstd) => zstd.decode(&mut self.compressed, room),
                Decoder::Lz4(lz4) => lz4.decode(&mut self.compressed, room),
            }?;
            self.inside = !step.ended;
            if step.written > 0 {
                return Ok(step.written);
            }
        }
        Ok(0)
    }

    /// Goes to the next member or frame; `false` where there is none any more.
    fn begin(&mut self) -> Result<bool, Fault> {
        loop {
            self.pass_padding()?;
            self.compressed.want(Part::MAGIC_LENGTH)?;
            let start = self.compressed.at_hand();
            match Part::of(start) {
                Some(Part::Skippable) if self.compression != Compression::Gzip => {
                    skip(&mut self.compressed)?;
                }
                Some(part) if part.compression() == Some(self.compression) => {
                    match &mut self.decoder {
                        Decoder::Gzip(gzip) => gzip.begin(),
                        Decoder::Zstd(zstd) => zstd.begin(&self.compressed),
                        Decoder::Lz4(lz4) => lz4.begin(&mut self.compressed)?,
                    }
                    return Ok(true);
                }
                _ if start.is_empty() => return Ok(false),
                _ if Part::is_cut(start) => return Err(Fault::Read(ReadFault::EndsEarly)),
                _ => {
                    let reason = format!("no {} begins there", self.compression.part());
                    return Err(Fault::Damage(self.compressed.offset(), reason));
                }
            }
        }
    }

    /// Passes over the zeros that tapes and some tools fill up with.
    fn pass_padding(&mut self) -> Result<(), ReadFault> {
        loop {
            let at_hand = self.compressed.at_hand();
            let zeros = at_hand.iter().take_while(|byte| **byte == 0).count();
            let all = zeros == at_hand.len();
            self.compressed.consume(zeros);
            if !all || !self.compressed.fill()? {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests;
