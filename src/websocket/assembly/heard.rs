//! What is heard of a message when it is over, or when no more of it can be read.

use crate::place::Place;
use crate::side::Side;
use crate::websocket::event::FrameSeen;
use crate::websocket::header::Opcode;
use crate::websocket::inflate::{Bomb, InflateFault};

/// Plain bytes that are kept to show a fault.
pub const SHOWN: usize = 16;

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is text, and not UTF-8.
    NotUtf8 {
        /// Bytes of the message, inflated, before the first one that cannot be right.
        at: u64,
        /// It ends with this byte, in the middle of a character.
        is_cut_off: bool,
    },
    /// It is compressed, and does not inflate.
    BadDeflate(InflateFault),
    /// It is compressed, and inflates beyond a bound.
    Bomb(Bomb),
}

/// How the compression of a message came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RSV1 is not set.
    None,
    /// permessage-deflate was agreed.
    Agreed,
    /// The capture lacks the 101: the message says of itself that it is compressed.
    Unseen,
    /// Nothing that was agreed allows it.
    Undeclared,
}

/// What is known of whether messages with RSV1 that nothing agreed allows are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompressionUsed {
    /// There was none, or none could be read.
    #[default]
    Unknown,
    /// At least one of them inflates completely.
    Inflates,
    /// None of them does.
    DoesNotInflate,
}

/// A message with something wrong in it.
#[derive(Clone, Copy, Debug)]
pub struct FaultSeen {
    /// What.
    pub fault: Fault,
    /// Its first frame.
    pub first: FrameSeen,
    /// The frame with the byte that is wrong: for compressed text the one that yielded it.
    pub frame: FrameSeen,
    /// Whether and why it counts as compressed.
    pub compression: Compression,
    /// An agreed extension may have changed its payload.
    pub is_foreign: bool,
    /// One of its frames breaks a rule that makes its payload doubtful.
    pub is_doubtful: bool,
    shown: [u8; SHOWN],
    shown_length: usize,
}

impl FaultSeen {
    pub(super) const fn new(
        fault: Fault,
        first: FrameSeen,
        frame: FrameSeen,
        compression: Compression,
    ) -> Self {
        Self {
            fault,
            first,
            frame,
            compression,
            is_foreign: false,
            is_doubtful: false,
            shown: [0; SHOWN],
            shown_length: 0,
        }
    }

    pub(super) fn show(&mut self, bytes: impl IntoIterator<Item = u8>) {
        for (place, byte) in self.shown.iter_mut().zip(bytes) {
            *place = byte;
            self.shown_length += 1;
        }
    }

    /// Bytes that show it: of text the last ones up to the wrong one, unmasked and inflated; of
    /// what does not inflate the first ones, unmasked.
    #[must_use]
    pub fn shown(&self) -> &[u8] {
        self.shown.get(..self.shown_length).unwrap_or_default()
    }
}

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
    /// Digest of all of it that was read.
    pub digest: u64,
}

/// What an assembly has to say.
#[derive(Debug)]
pub enum Heard {
    /// A message has a fault.
    Fault(FaultSeen),
    /// RSV1 is set where nothing agreed defines it, or where the capture lacks the 101: whether
    /// the message inflates completely.
    Tried {
        /// Its first frame.
        first: FrameSeen,
        /// It does.
        inflates: bool,
    },
    /// A compressed message could not be read, and nothing says that its sender is at fault.
    Unread,
    /// A message is over; only if somebody wants to see it.
    Message(MessageSeen),
}
