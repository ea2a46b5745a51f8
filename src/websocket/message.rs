//! Messages and their fragments (RFC 6455 section 5.4), as a state machine of one sender.
//!
//! Control frames may stand between fragments and leave the state alone, also where they are
//! fragmented themselves.

use super::header::{FrameHeader, Opcode};

/// What is open between two frames of a sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// Bytes are missing before this point: a message may be open or not.
    Unknown,
    /// No message is open.
    Idle,
    /// A message was begun and not ended.
    Open {
        /// Text or binary.
        opcode: Opcode,
        /// The number of its first frame.
        first_frame: u64,
    },
}

impl MessageState {
    /// Whether it is certain that no message is open.
    #[must_use]
    pub const fn is_idle(self) -> bool {
        matches!(self, Self::Idle)
    }

    /// Whether it is certain that a message is open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// Takes the next frame's header.
    ///
    /// A whole message inside an open one leaves that one open, as when two writers share a
    /// connection; a begun one takes its place. After missing bytes only a frame that begins a
    /// message says for certain what is open.
    pub const fn pass(&mut self, header: &FrameHeader, frame: u64) {
        let opcode = header.opcode();
        match (opcode, header.fin()) {
            (Opcode::Text | Opcode::Binary, false) => {
                *self = Self::Open {
                    opcode,
                    first_frame: frame,
                };
            }
            (Opcode::Text | Opcode::Binary, true) => {
                if !self.is_open() {
                    *self = Self::Idle;
                }
            }
            (Opcode::Continuation, true) => *self = Self::Idle,
            (Opcode::Continuation, false) | (Opcode::Reserved(_), _) => {}
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => {}
        }
    }
}
