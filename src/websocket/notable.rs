//! What is worth a second look about a frame. A clean frame has none of it, so that no rule
//! has to be asked about it.

use super::extensions::Agreement;
use super::header::{FrameHeader, Length, Opcode};
use super::message::MessageState;
use crate::side::Side;

bitflags::bitflags! {
    /// What is worth a second look about a frame in its place.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Notable: u32 {
        /// A reserved bit that no agreed extension defines.
        const RSV_UNDEFINED = 1 << 0;
        /// RSV1 on a control frame or a continuation, permessage-deflate being agreed.
        const RSV1_MISPLACED = 1 << 1;
        /// Opcode 0x3-0x7 or 0xB-0xF.
        const RESERVED_OPCODE = 1 << 2;
        /// A continuation with no message open.
        const ORPHAN_CONTINUATION = 1 << 3;
        /// Text or binary while a message is open.
        const INTERLEAVED = 1 << 4;
        /// A control frame with FIN=0.
        const FRAGMENTED_CONTROL = 1 << 5;
        /// A control frame with more than 125 bytes of payload.
        const OVERSIZED_CONTROL = 1 << 6;
        /// MASK=1 from the server.
        const MASKED_BY_SERVER = 1 << 7;
        /// MASK=0 from the client.
        const UNMASKED_BY_CLIENT = 1 << 8;
        /// MASK other than in this sender's own frames before.
        const MASK_CHANGED = 1 << 9;
        /// A length in 16 or 64 bits that a shorter form holds.
        const NON_MINIMAL_LENGTH = 1 << 10;
        /// The top bit of a 64-bit length.
        const LENGTH_MSB = 1 << 11;
        /// A masking key of zeros, or the third equal one running.
        const WEAK_KEY = 1 << 12;
        /// A data frame behind the sender's own Close.
        const DATA_AFTER_CLOSE = 1 << 13;
        /// A control frame behind the sender's own Close.
        const CONTROL_AFTER_CLOSE = 1 << 14;

        /// What tells a header from bytes that are none: two of these at once are too much.
        const FRAMING = Self::RSV_UNDEFINED.bits()
            | Self::RSV1_MISPLACED.bits()
            | Self::RESERVED_OPCODE.bits()
            | Self::ORPHAN_CONTINUATION.bits()
            | Self::INTERLEAVED.bits()
            | Self::FRAGMENTED_CONTROL.bits()
            | Self::OVERSIZED_CONTROL.bits()
            | Self::MASK_CHANGED.bits()
            | Self::NON_MINIMAL_LENGTH.bits()
            | Self::LENGTH_MSB.bits();
    }
}

/// What one sender's frames so far say about its next one.
#[derive(Clone, Copy, Debug)]
pub struct Sequence {
    /// Who sends them.
    pub sender: Side,
    /// The message they are in.
    pub message: MessageState,
    /// A Close was among them.
    pub closed: bool,
    /// MASK of the frames before, where there were any.
    masked: Option<bool>,
    last_key: Option<[u8; 4]>,
    equal_keys: u32,
}

/// Payload bytes that a control frame may have (RFC 6455 section 5.5).
pub const MAX_CONTROL_PAYLOAD: u64 = 125;

/// Frames with the same masking key, running, from which on it is no accident.
const EQUAL_KEYS: u32 = 3;

impl Sequence {
    /// Before the first frame of `sender`.
    #[must_use]
    pub const fn new(sender: Side, message: MessageState) -> Self {
        Self {
            sender,
            message,
            closed: false,
            masked: None,
            last_key: None,
            equal_keys: 0,
        }
    }

    /// Forgets what bytes that are missing may have changed.
    pub fn interrupt(&mut self) {
        self.message = MessageState::Unknown;
        self.closed = false;
        self.last_key = None;
        self.equal_keys = 0;
    }

    /// What is worth a second look about the next frame.
    #[must_use]
    pub fn notable(&self, header: &FrameHeader, agreement: &Agreement) -> Notable {
        let opcode = header.opcode();
        let mut notable = Notable::empty();
        if header.rsv() != 0 {
            notable |= reserved_bits(header, agreement);
        }
        match opcode {
            Opcode::Reserved(_) if !agreement.has_unknown() => {
                notable |= Notable::RESERVED_OPCODE;
            }
            Opcode::Continuation => {
                notable.set(Notable::ORPHAN_CONTINUATION, self.message.is_idle());
            }
            Opcode::Text | Opcode::Binary => {
                notable.set(Notable::INTERLEAVED, self.message.is_open());
            }
            _ => {}
        }
        if opcode.is_control() {
            notable.set(Notable::FRAGMENTED_CONTROL, !header.fin());
            notable.set(
                Notable::OVERSIZED_CONTROL,
                header
                    .payload_length()
                    .is_some_and(|length| length > MAX_CONTROL_PAYLOAD),
            );
        }
        match (self.sender, header.masked()) {
            (Side::Server, true) => notable |= Notable::MASKED_BY_SERVER,
            (Side::Client, false) => notable |= Notable::UNMASKED_BY_CLIENT,
            _ => {}
        }
        notable.set(
            Notable::MASK_CHANGED,
            self.masked.is_some_and(|masked| masked != header.masked()),
        );
        match header.length() {
            Length::Bits16(length) => notable.set(Notable::NON_MINIMAL_LENGTH, length < 126),
            Length::Bits64(length) => {
                notable.set(Notable::NON_MINIMAL_LENGTH, length <= u64::from(u16::MAX));
                notable.set(Notable::LENGTH_MSB, length >> 63 != 0);
            }
            Length::Bits7(_) | Length::Cut => {}
        }
        if let (Side::Client, Some(key)) = (self.sender, header.masking_key()) {
            let equal = Some(key) == self.last_key && self.equal_keys + 1 >= EQUAL_KEYS;
            notable.set(Notable::WEAK_KEY, key == [0; 4] || equal);
        }
        if self.closed {
            notable |= if opcode.is_control() {
                Notable::CONTROL_AFTER_CLOSE
            } else {
                Notable::DATA_AFTER_CLOSE
            };
        }
        notable
    }

    /// Takes the next frame's header.
    pub fn pass(&mut self, header: &FrameHeader, frame: u64) {
        self.masked.get_or_insert(header.masked());
        if let Some(key) = header.masking_key() {
            self.equal_keys = if Some(key) == self.last_key {
                self.equal_keys.saturating_add(1)
            } else {
                1
            };
            self.last_key = Some(key);
        }
        self.closed |= header.opcode() == Opcode::Close;
        self.message.pass(header, frame);
    }
}

/// Reserved bits, held against what was agreed.
fn reserved_bits(header: &FrameHeader, agreement: &Agreement) -> Notable {
    if agreement.is_unseen() || agreement.has_unknown() {
        return Notable::empty();
    }
    let mut notable = Notable::empty();
    let data =
        header.opcode().begins_message() || matches!(header.opcode(), Opcode::Reserved(..=7));
    if header.rsv1() && agreement.has_deflate() {
        notable.set(Notable::RSV1_MISPLACED, !data);
        notable.set(Notable::RSV_UNDEFINED, header.rsv() & 0x3 != 0);
    } else {
        notable |= Notable::RSV_UNDEFINED;
    }
    notable
}
