//! The frame header of RFC 6455 section 5.2, as it stood on the wire.
//!
//! The header has no invalid encoding: the parser says "ok" or "more bytes", keeps every value,
//! and has no opinion on any of them.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-------+-+-------------+-------------------------------+
//! |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
//! |I|S|S|S|  (4)  |A|     (7)     |             (16/64)           |
//! |N|V|V|V|       |S|             |   (if payload len==126/127)   |
//! | |1|2|3|       |K|             |                               |
//! +-+-+-+-+-------+-+-------------+ - - - - - - - - - - - - - - - +
//! |     Extended payload length continued, if payload len == 127  |
//! + - - - - - - - - - - - - - - - +-------------------------------+
//! |                               |Masking-key, if MASK set to 1  |
//! +-------------------------------+-------------------------------+
//! | Masking-key (continued)       |          Payload Data         |
//! +-------------------------------- - - - - - - - - - - - - - - - +
//! ```

use nom::IResult;
use nom::Parser;
use nom::combinator::cond;
use nom::number::streaming::{be_u8, be_u16, be_u64};

use std::ops::Range;

/// The longest header: 2 bytes, a 64-bit length and a masking key.
pub const MAX_HEADER: usize = 14;

/// Opcode of a frame (RFC 6455 section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opcode {
    /// 0x0: goes on with the open message.
    Continuation,
    /// 0x1: begins a text message.
    Text,
    /// 0x2: begins a binary message.
    Binary,
    /// 0x8.
    Close,
    /// 0x9.
    Ping,
    /// 0xA.
    Pong,
    /// 0x3-0x7 (data) and 0xB-0xF (control): reserved.
    Reserved(u8),
}

impl Opcode {
    /// The opcode of the low four bits of `byte`.
    #[must_use]
    pub const fn from_low_bits(byte: u8) -> Self {
        match byte & 0x0f {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            reserved => Self::Reserved(reserved),
        }
    }

    /// Whether the top bit is set: Close, Ping, Pong and 0xB-0xF.
    #[must_use]
    pub const fn is_control(self) -> bool {
        match self {
            Self::Close | Self::Ping | Self::Pong => true,
            Self::Continuation | Self::Text | Self::Binary => false,
            Self::Reserved(code) => code & 0x8 != 0,
        }
    }

    /// Whether it begins a message: text and binary.
    #[must_use]
    pub const fn begins_message(self) -> bool {
        matches!(self, Self::Text | Self::Binary)
    }

    /// As reports name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Continuation => "continuation",
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Close => "Close",
            Self::Ping => "Ping",
            Self::Pong => "Pong",
            Self::Reserved(_) => "reserved",
        }
    }
}

/// How the payload length stands in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// In 7 bits: 0 to 125.
    Bits7(u8),
    /// In 16 bits.
    Bits16(u16),
    /// In 64 bits, the top bit as it stood.
    Bits64(u64),
    /// In 16 or 64 bits that the stream never brought.
    Cut,
}

/// A frame header: every value as it stood on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    first: u8,
    second: u8,
    length: Length,
    masking_key: Option<[u8; 4]>,
}

impl FrameHeader {
    /// The header at the start of `input`, once all its bytes are there.
    ///
    /// # Errors
    /// Only [`nom::Err::Incomplete`]: no bytes are an invalid header.
    pub fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        let (input, (first, second)) = (be_u8, be_u8).parse(input)?;
        let (input, length) = match second & 0x7f {
            126 => be_u16.map(Length::Bits16).parse(input)?,
            127 => be_u64.map(Length::Bits64).parse(input)?,
            short => (input, Length::Bits7(short)),
        };
        let key = (be_u8, be_u8, be_u8, be_u8).map(|(a, b, c, d)| [a, b, c, d]);
        let (input, masking_key) = cond(second & 0x80 != 0, key).parse(input)?;
        Ok((
            input,
            Self {
                first,
                second,
                length,
                masking_key,
            },
        ))
    }

    /// What is known of a header whose first two bytes are there and whose rest never came.
    #[must_use]
    pub const fn cut(first: u8, second: u8) -> Self {
        let length = match second & 0x7f {
            126 | 127 => Length::Cut,
            short => Length::Bits7(short),
        };
        Self {
            first,
            second,
            length,
            masking_key: None,
        }
    }

    /// FIN: this frame is the last of its message.
    #[must_use]
    pub const fn fin(&self) -> bool {
        self.first & 0x80 != 0
    }

    /// RSV1, RSV2 and RSV3 as the bits 4, 2 and 1.
    #[must_use]
    pub const fn rsv(&self) -> u8 {
        (self.first >> 4) & 0x7
    }

    /// RSV1.
    #[must_use]
    pub const fn rsv1(&self) -> bool {
        self.first & 0x40 != 0
    }

    /// The opcode.
    #[must_use]
    pub const fn opcode(&self) -> Opcode {
        Opcode::from_low_bits(self.first)
    }

    /// MASK: the payload is masked.
    #[must_use]
    pub const fn masked(&self) -> bool {
        self.second & 0x80 != 0
    }

    /// The payload length as it was written.
    #[must_use]
    pub const fn length(&self) -> Length {
        self.length
    }

    /// Payload length in bytes, the top bit of a 64-bit length included; `None` if it was cut.
    #[must_use]
    pub const fn payload_length(&self) -> Option<u64> {
        match self.length {
            Length::Bits7(length) => Some(length as u64),
            Length::Bits16(length) => Some(length as u64),
            Length::Bits64(length) => Some(length),
            Length::Cut => None,
        }
    }

    /// The masking key, where MASK is set and the stream brought it.
    #[must_use]
    pub const fn masking_key(&self) -> Option<[u8; 4]> {
        self.masking_key
    }

    /// The header's bytes, as far as the stream brought them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.first, self.second];
        match self.length {
            Length::Bits7(_) | Length::Cut => {}
            Length::Bits16(length) => bytes.extend(length.to_be_bytes()),
            Length::Bits64(length) => bytes.extend(length.to_be_bytes()),
        }
        bytes.extend(self.masking_key.iter().flatten());
        bytes
    }

    /// Where the extended length stands in [`Self::to_bytes`]; empty if there is none.
    #[must_use]
    pub const fn extended_length_range(&self) -> Range<usize> {
        match self.length {
            Length::Bits7(_) | Length::Cut => 2..2,
            Length::Bits16(_) => 2..4,
            Length::Bits64(_) => 2..10,
        }
    }

    /// Where the masking key stands in [`Self::to_bytes`]; empty if there is none.
    #[must_use]
    pub fn masking_key_range(&self) -> Range<usize> {
        let start = self.extended_length_range().end;
        start..start + self.masking_key.map_or(0, |key| key.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_first_byte_pair_is_a_header_or_too_short() {
        for first in 0..=u8::MAX {
            for second in 0..=u8::MAX {
                let mut bytes = vec![first, second];
                bytes.extend([0x5a; MAX_HEADER - 2]);
                let whole = FrameHeader::parse(&bytes).unwrap();
                let length = bytes.len() - whole.0.len();
                assert_eq!(whole.1.to_bytes(), bytes[..length]);
                for cut in 0..length {
                    assert!(matches!(
                        FrameHeader::parse(&bytes[..cut]),
                        Err(nom::Err::Incomplete(_))
                    ));
                }
            }
        }
    }

    #[test]
    fn values_are_kept_as_they_stood() {
        let bytes = [0xf3, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 0xaa];
        let (rest, header) = FrameHeader::parse(&bytes).unwrap();
        assert_eq!(rest, [0xaa]);
        assert!(header.fin() && header.rsv1() && header.masked());
        assert_eq!(header.rsv(), 7);
        assert_eq!(header.opcode(), Opcode::Reserved(3));
        assert_eq!(header.length(), Length::Bits64((1 << 63) + 1));
        assert_eq!(header.masking_key(), Some([1, 2, 3, 4]));
        assert_eq!(header.masking_key_range(), 10..14);
    }
}
