//! Why an input gives nothing at all. It knows the input's first bytes and the operating
//! system's answer; what comes behind the file header is no longer its matter.

use std::fmt;
use std::io;

use super::stream::ReadFault;
use super::{Format, Reason};

/// An input that cannot be read. Its message is one line and names the input.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", OneLine(name))]
pub struct OpenError {
    /// The input's name as given.
    pub name: String,
    /// What is wrong with it; part of the message.
    pub reason: Refusal,
}

/// What is wrong with an input that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such file.
    #[error("no such file")]
    Missing,
    /// The name is that of a directory.
    #[error("is a directory, not a capture")]
    Directory,
    /// The file may not be read.
    #[error("permission denied")]
    Permission,
    /// No file matches the pattern.
    #[error("no such file, and no file that matches this pattern")]
    NoMatch,
    /// The name is that of no file, and makes no sense as a pattern.
    #[error("no such file, and no pattern: {0}")]
    Pattern(&'static str),
    /// The directory has no captures.
    #[error("no capture in this directory (files that are none: {others})")]
    NoCaptures {
        /// How many files it has.
        others: usize,
    },
    /// The directory lies so deep below the one that was named that it is not looked into.
    #[error("lies {0} directories deep, and what is below is not read")]
    TooDeep(usize),
    /// There are more captures than are read together.
    #[error("there are {0} captures before it, which is as many as are read together")]
    TooMany(usize),
    /// Its first packet is no longer the one that it was.
    #[error("changed while it was read")]
    Changed,
    /// It is compressed, and as many other captures are open as a compressed one is opened
    /// beside.
    #[error("it is compressed, and {0} captures overlap with it in time: decompress it")]
    TooManyOpen(usize),
    /// Another error of the operating system.
    #[error("cannot be read at byte {offset}: {error}")]
    Io {
        /// Offset of the first byte not had (behind decompression).
        offset: u64,
        /// The operating system's answer.
        error: io::Error,
    },
    /// Reading was to stop before there was a capture.
    #[error("stopped by the user before its file header was read")]
    Stopped,
    /// It is a terminal, which sends no captures.
    #[error(
        "standard input is a terminal; pipe a capture into it: \
         tcpdump -U -w - | wsblame check -"
    )]
    Terminal,
    /// There is not a single byte (behind decompression).
    #[error("is empty: 0 bytes")]
    Empty,
    /// The first bytes are of no known format.
    #[error("not a capture: starts with \"{}\"", .start.escape_ascii())]
    NotACapture {
        /// The first bytes (behind decompression).
        start: Vec<u8>,
    },
    /// The first bytes are of a format that is known not to be supported.
    #[error("{0}, which is not read as it is: editcap FILE ws.pcapng, then check that")]
    Unsupported(&'static str),
    /// The capture is of a version that is not known.
    #[error("{format} version {major}.{minor} is not supported (only {known} is)")]
    Version {
        /// The capture's format.
        format: Format,
        /// Major version.
        major: u16,
        /// Minor version.
        minor: u16,
        /// The versions that are supported.
        known: &'static str,
    },
    /// There are fewer bytes than the file header has.
    #[error("ends inside its {format} file header, after {length} bytes")]
    HeaderCut {
        /// The capture's format.
        format: Format,
        /// Bytes that there are (behind decompression).
        length: u64,
    },
    /// The file header contradicts itself.
    #[error("its file header is damaged: {0}")]
    HeaderDamaged(Reason),
    /// The compressed data cannot be decompressed.
    #[error("{0}")]
    CompressionDamaged(String),
    /// The first bytes are of a format that is not read, and that this command makes one of that
    /// is.
    #[error("{what}, which is not read as it is: {command}")]
    Wrapped {
        /// What the input is.
        what: String,
        /// The command that takes the capture out of it.
        command: String,
    },
}

impl Refusal {
    /// Whether the file is simply none that could be a capture.
    pub(super) const fn is_no_capture(&self) -> bool {
        matches!(self, Self::Empty | Self::NotACapture { .. })
    }
}

impl From<io::Error> for Refusal {
    /// An error of opening: nothing was read.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::PermissionDenied => Self::Permission,
            io::ErrorKind::IsADirectory => Self::Directory,
            _ => Self::Io { offset: 0, error },
        }
    }
}

impl Refusal {
    /// A fault in front of the capture, at this offset (behind decompression).
    pub(super) fn of_fault(fault: ReadFault, offset: u64) -> Self {
        match fault {
            ReadFault::EndsEarly => {
                Self::CompressionDamaged(Reason::CompressionEndsEarly.to_string())
            }
            ReadFault::Damaged(message) => Self::CompressionDamaged(message),
            ReadFault::Stopped => Self::Stopped,
            ReadFault::Io(error) if offset == 0 => error.into(),
            ReadFault::Io(error) => Self::Io { offset, error },
        }
    }
}

/// A file name without the characters that would break a line or command a terminal.
struct OneLine<'n>(&'n str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}
