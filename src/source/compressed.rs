//! Streams that may be compressed as a whole, recognised by their first bytes. It knows how a
//! compression begins and ends, not what is compressed.
//!
//! A new compression is a magic number in [`Compression::of`] and a variant of [`Decoder`],
//! whose reader must go on behind the first member or frame until the stream ends.

use std::fmt;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::Refusal;

/// Bytes of the longest magic number.
const MAGIC_LENGTH: usize = 6;

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// gzip (RFC 1952), of one member or several.
    Gzip,
}

impl Compression {
    /// The compression's name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
        }
    }

    /// The compression that begins with `magic`.
    fn of(magic: &[u8]) -> Result<Option<Self>, Refusal> {
        match magic {
            [0x1f, 0x8b, ..] => Ok(Some(Self::Gzip)),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Err(Refusal::Unsupported("compressed with zstd")),
            [0x04, 0x22, 0x4d, 0x18, ..] => Err(Refusal::Unsupported("compressed with lz4")),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
                Err(Refusal::Unsupported("compressed with xz"))
            }
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', ..] => {
                Err(Refusal::Unsupported("compressed with bzip2"))
            }
            [b'P', b'K', 3, 4, ..] => Err(Refusal::Unsupported("a zip archive")),
            _ => Ok(None),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a read brought nothing.
#[derive(Debug)]
pub(super) enum ReadFault {
    /// The compressed data ends early.
    EndsEarly,
    /// The compressed data cannot be decompressed, for this reason.
    Damaged(String),
    /// The operating system's answer.
    Io(io::Error),
}

/// The bytes of an input behind decompression.
pub(super) struct Stream {
    decoder: Decoder,
}

enum Decoder {
    None(Stored),
    Gzip(Box<MultiGzDecoder<Stored>>),
}

/// Bytes that are decoded in one call: as few as do not cost speed.
const DECODED_AT_ONCE: usize = 4096;

impl Stream {
    /// Reads the magic number and chooses the decompression.
    pub(super) fn new(mut reader: Box<dyn Read + Send>) -> Result<Self, Refusal> {
        let mut magic = [0; MAGIC_LENGTH];
        let mut length = 0;
        while let Some(room) = magic.get_mut(length..).filter(|room| !room.is_empty()) {
            match reader.read(room) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let offset = length as u64;
                    return Err(match error.kind() {
                        io::ErrorKind::IsADirectory => Refusal::Directory,
                        _ => Refusal::Io { offset, error },
                    });
                }
            }
        }
        if length == 0 {
            return Err(Refusal::Empty);
        }
        let compression = Compression::of(magic.get(..length).unwrap_or(&[]))?;
        let stored = Stored {
            magic,
            length,
            given: 0,
            reader,
            bytes_read: length as u64,
        };
        let decoder = match compression {
            None => Decoder::None(stored),
            Some(Compression::Gzip) => Decoder::Gzip(Box::new(MultiGzDecoder::new(stored))),
        };
        Ok(Self { decoder })
    }

    pub(super) const fn compression(&self) -> Option<Compression> {
        match self.decoder {
            Decoder::None(_) => None,
            Decoder::Gzip(_) => Some(Compression::Gzip),
        }
    }

    /// Bytes read so far, before decompression.
    pub(super) fn bytes_read(&self) -> u64 {
        match &self.decoder {
            Decoder::None(stored) => stored.bytes_read,
            Decoder::Gzip(decoder) => decoder.get_ref().bytes_read,
        }
    }

    /// Reads once; 0 at the end.
    pub(super) fn read(&mut self, room: &mut [u8]) -> Result<usize, ReadFault> {
        loop {
            let (result, compressed) = match &mut self.decoder {
                Decoder::None(stored) => (stored.read(room), false),
                Decoder::Gzip(decoder) => {
                    // What was decoded in the call that meets damage is lost with it.
                    let length = room.len().min(DECODED_AT_ONCE);
                    let room = room.get_mut(..length).unwrap_or_default();
                    (decoder.read(room), true)
                }
            };
            let error = match result {
                Ok(read) => return Ok(read),
                Err(error) => error,
            };
            return Err(match error.kind() {
                io::ErrorKind::Interrupted => continue,
                io::ErrorKind::UnexpectedEof if compressed => ReadFault::EndsEarly,
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if compressed => {
                    ReadFault::Damaged(error.to_string())
                }
                _ => ReadFault::Io(error),
            });
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("compression", &self.compression())
            .field("bytes_read", &self.bytes_read())
            .finish_non_exhaustive()
    }
}

/// The bytes as they are stored, the magic number again at their begin, and counted.
struct Stored {
    magic: [u8; MAGIC_LENGTH],
    /// Bytes of `magic` that the input has.
    length: usize,
    /// Bytes of `magic` that were given out.
    given: usize,
    reader: Box<dyn Read + Send>,
    bytes_read: u64,
}

impl Read for Stored {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if let Some(mut rest) = self.magic.get(self.given..self.length)
            && !rest.is_empty()
        {
            let read = rest.read(room)?;
            self.given += read;
            return Ok(read);
        }
        let read = self.reader.read(room)?;
        self.bytes_read += read as u64;
        Ok(read)
    }
}
