//! Messages as those see them who want to read them.

use crate::place::Place;
use crate::side::Side;

use super::header::Opcode;

/// How much of a message could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legible {
    /// All of it.
    Whole,
    /// All of it, and more than is kept.
    Prefix,
    /// As much as was sent: its last frame never came.
    Unfinished,
    /// Not, or not to its end.
    Unreadable(Unreadable),
}

/// Why a message could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The capture lacks bytes of it.
    MissingBytes,
    /// It is compressed, and refers to messages that were not read.
    LostContext,
    /// It is compressed and does not inflate.
    BadDeflate,
    /// It inflates beyond a bound.
    Bomb,
    /// An extension that is not known was agreed, or RSV1 is set and nothing allows it.
    UnknownExtension,
    /// There was no room for a decompressor.
    NoRoom,
}

impl Unreadable {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingBytes => "the capture lacks bytes of it",
            Self::LostContext => "it refers to messages that could not be read",
            Self::BadDeflate => "it does not inflate",
            Self::Bomb => "it inflates beyond the bound",
            Self::UnknownExtension => "no known extension tells how to read it",
            Self::NoRoom => "there is no room to inflate it",
        }
    }
}

/// A message, for those who want to see it.
#[derive(Clone, Debug)]
pub struct MessageSeen {
    /// Who sent it.
    pub sender: Side,
    /// Text or binary.
    pub opcode: Opcode,
    /// Where its first frame stands.
    pub first: Place,
    /// Where its last frame stands, or the latest that came.
    pub last: Place,
    /// Its frames.
    pub frames: u64,
    /// Bytes of payload that came.
    pub wire_length: u64,
    /// Bytes of the message, inflated, as far as it was read.
    pub length: u64,
    /// RSV1 is set.
    pub is_compressed: bool,
    /// How much of it could be read.
    pub legible: Legible,
    /// The message, unmasked and inflated, as far as it was read and is kept.
    pub bytes: Vec<u8>,
}
