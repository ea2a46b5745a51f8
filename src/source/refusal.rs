//! Why an input gives nothing at all. It knows the input's first bytes and the operating
//! system's answer; what comes behind the file header is no longer its matter.

use std::fmt;
use std::io;

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
    /// Another error of the operating system.
    #[error("cannot be read at byte {offset}: {error}")]
    Io {
        /// Offset of the first byte not had (behind decompression).
        offset: u64,
        /// The operating system's answer.
        error: io::Error,
    },
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
    #[error("{0}, which is not supported")]
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
    #[error("its compressed data is damaged: {0}")]
    CompressionDamaged(String),
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
