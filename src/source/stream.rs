//! The bytes of an input as they come: from a reader, through a pipe, out of compressed data. It knows how
//! reading fails, and not what the bytes mean.

use std::fmt;
use std::io::{self, Read};

use super::Compression;
use super::compressed::Decoded;
use super::pipe::Pipe;

/// Why a read brought nothing.
#[derive(Debug)]
pub(super) enum ReadFault {
    /// The compressed data ends early.
    EndsEarly,
    /// The compressed data cannot be decompressed; where and why, in words.
    Damaged(String),
    /// Reading was to stop.
    Stopped,
    /// The operating system's answer.
    Io(io::Error),
}

/// The bytes of an input.
pub(super) struct Stream {
    source: Source,
    /// Bytes taken from the reader or pipe, where that is the source.
    bytes_read: u64,
}

enum Source {
    Reader(Box<dyn Read + Send>),
    Pipe(Pipe),
    Decoded(Box<Decoded>),
    Closed,
}

impl Stream {
    /// The bytes of a reader.
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self::of(Source::Reader(reader))
    }

    /// The bytes of a pipe.
    pub(super) const fn piped(pipe: Pipe) -> Self {
        Self::of(Source::Pipe(pipe))
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
            _ => Vec::new(),
        }
    }

    /// Bytes read so far, before all decompression.
    pub(super) fn bytes_read(&self) -> u64 {
        match &self.source {
            Source::Decoded(decoded) => decoded.compressed().bytes_read(),
            _ => self.bytes_read,
        }
    }

    /// Reads once; 0 at the end.
    pub(super) fn read(&mut self, room: &mut [u8]) -> Result<usize, ReadFault> {
        let read = match &mut self.source {
            Source::Reader(reader) => read(reader, room).map_err(ReadFault::Io)?,
            Source::Pipe(pipe) => pipe.read(room)?,
            Source::Decoded(decoded) => return decoded.read(room),
            Source::Closed => 0,
        };
        self.bytes_read += read as u64;
        Ok(read)
    }

    /// Gives back the file and the memory of decompression: there is nothing more to read.
    pub(super) fn close(&mut self) {
        self.bytes_read = self.bytes_read();
        self.source = Source::Closed;
    }
}

fn read(reader: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
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
