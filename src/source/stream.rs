//! The bytes of an input as they come: from a reader, or out of compressed data. It knows how
//! reading fails, and not what the bytes mean.

use std::fmt;
use std::io::{self, Read};

use super::Compression;
use super::compressed::Decoded;

/// Why a read brought nothing.
#[derive(Debug)]
pub(super) enum ReadFault {
    /// The compressed data ends early.
    EndsEarly,
    /// The compressed data cannot be decompressed; where and why, in words.
    Damaged(String),
    /// The operating system's answer.
    Io(io::Error),
}

/// The bytes of an input.
pub(super) struct Stream {
    source: Source,
    /// Bytes taken from the reader, where that is the source.
    bytes_read: u64,
}

enum Source {
    Reader(Box<dyn Read + Send>),
    Decoded(Box<Decoded>),
    Closed,
}

impl Stream {
    /// The bytes of a reader.
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self::of(Source::Reader(reader))
    }

    /// What compressed data holds.
    pub(super) fn decoded(decoded: Decoded) -> Self {
        Self::of(Source::Decoded(Box::new(decoded)))
    }

    const fn of(source: Source) -> Self {
        Self {
            source,
            bytes_read: 0,
        }
    }

    /// The compressions around these bytes, the outermost first.
    pub(super) fn compressions(&self) -> Vec<Compression> {
        match &self.source {
            Source::Decoded(decoded) => {
                let mut compressions = decoded.compressed().compressions();
                compressions.push(decoded.compression());
                compressions
            }
            Source::Reader(_) | Source::Closed => Vec::new(),
        }
    }

    /// Bytes read so far, before all decompression.
    pub(super) fn bytes_read(&self) -> u64 {
        match &self.source {
            Source::Decoded(decoded) => decoded.compressed().bytes_read(),
            Source::Reader(_) | Source::Closed => self.bytes_read,
        }
    }

    /// Reads once; 0 at the end.
    pub(super) fn read(&mut self, room: &mut [u8]) -> Result<usize, ReadFault> {
        let reader = match &mut self.source {
            Source::Reader(reader) => reader,
            Source::Decoded(decoded) => return decoded.read(room),
            Source::Closed => return Ok(0),
        };
        loop {
            match reader.read(room) {
                Ok(read) => {
                    self.bytes_read += read as u64;
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadFault::Io(error)),
            }
        }
    }

    /// Gives back the file and the memory of decompression: there is nothing more to read.
    pub(super) fn close(&mut self) {
        self.bytes_read = self.bytes_read();
        self.source = Source::Closed;
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("compressions", &self.compressions())
            .field("bytes_read", &self.bytes_read())
            .finish_non_exhaustive()
    }
}
