//! The options at the end of a block, and the records of a Name Resolution Block, which look the
//! same: code, length, value, padding. It knows none of their meanings.

use std::borrow::Cow;

use pcap_parser::{parse_option_be, parse_option_le};

use super::byte_order::ByteOrder;

/// The code of the last option, which may be left out; of the last record as well.
const END: u16 = 0;

/// The code of a comment in all kinds of blocks.
pub(super) const COMMENT: u16 = 1;

/// Options, one after the other: code and value.
///
/// They end where they say so, or where one is longer than what is left. What an option is
/// about is then not known, but the block's own fields are as good as before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options<'b> {
    rest: &'b [u8],
    order: ByteOrder,
}

impl<'b> Options<'b> {
    /// The options in these bytes.
    pub(super) const fn new(bytes: &'b [u8], order: ByteOrder) -> Self {
        Self { rest: bytes, order }
    }

    /// Those of a block whose own fields end at `begin`, counted from the block's first byte.
    pub(super) fn of_block(block: &'b [u8], begin: usize, order: ByteOrder) -> Self {
        let end = block.len().saturating_sub(4);
        Self::new(block.get(begin..end).unwrap_or_default(), order)
    }
}

impl<'b> Iterator for Options<'b> {
    type Item = (u16, &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let parsed = match self.order {
            ByteOrder::Little => parse_option_le::<()>(self.rest),
            ByteOrder::Big => parse_option_be::<()>(self.rest),
        };
        let (rest, option) = parsed.ok()?;
        let Cow::Borrowed(padded) = option.value else {
            return None;
        };
        self.rest = rest;
        let value = padded.get(..usize::from(option.len))?;
        (option.code.0 != END).then_some((option.code.0, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], order: ByteOrder) -> Vec<(u16, &[u8])> {
        Options::new(bytes, order).collect()
    }

    #[test]
    fn values_have_their_length_without_padding() {
        let little = b"\x02\0\x05\0hello\0\0\0\x01\0\0\0\x03\0\x04\0four";
        let expected: [(u16, &[u8]); 3] = [(2, b"hello"), (1, b""), (3, b"four")];
        assert_eq!(read(little, ByteOrder::Little), expected);
        let big = b"\0\x02\0\x05hello\0\0\0\0\x01\0\0\0\x03\0\x04four";
        assert_eq!(read(big, ByteOrder::Big), expected);
    }

    #[test]
    fn nothing_is_read_behind_the_end() {
        let bytes = b"\x01\0\x01\0a\0\0\0\0\0\0\0\x01\0\x01\0b\0\0\0";
        let expected: [(u16, &[u8]); 1] = [(1, b"a")];
        assert_eq!(read(bytes, ByteOrder::Little), expected);
    }

    #[test]
    fn an_option_longer_than_what_is_left_ends_them() {
        for end in [
            b"\x01\0\x05\0abcd".as_slice(),
            b"\x01\0\xff\xff",
            b"\x01\0",
            b"",
        ] {
            let bytes = [b"\x02\0\x02\0ab\0\0", end].concat();
            let expected: [(u16, &[u8]); 1] = [(2, b"ab")];
            assert_eq!(read(&bytes, ByteOrder::Little), expected, "{end:?}");
        }
    }
}
