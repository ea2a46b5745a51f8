//! Writing the pcapng format (draft-ietf-opsawg-pcapng): one section in little-endian byte order, with
//! the three blocks that evidence needs. It knows blocks and options, not what they are about.
//!
//! It is written here and not by a library because times have to stand in the ticks of their
//! interfaces, whatever these are, and options in front of others be left as they were.

use std::io::{self, Write};

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

/// An option of any block: a comment.
pub(super) const COMMENT: u16 = 1;

/// The option of a section that names the program which wrote it.
pub(super) const APPLICATION: u16 = 4;

/// The option of a packet with its flags.
const FLAGS: u16 = 2;

/// The most bytes of an option's value: their number has 16 bits, and is kept whole with padding.
const LONGEST_VALUE: usize = 0xfffc;

/// Options of a block, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    bytes: Vec<u8>,
}

impl Options {
    /// Adds an option; of a value that is longer than any can be, the beginning.
    pub(super) fn add(&mut self, code: u16, value: &[u8]) {
        let value = value.get(..LONGEST_VALUE).unwrap_or(value);
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        self.bytes.extend(code.to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(value);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    /// Adds a text, cut between characters where it is too long.
    pub(super) fn add_text(&mut self, code: u16, text: &str) {
        let longest = (0..=LONGEST_VALUE.min(text.len())).rev();
        let kept = longest.into_iter().find_map(|end| text.get(..end));
        self.add(code, kept.unwrap_or_default().as_bytes());
    }

    /// Their bytes, with no end.
    #[cfg(test)]
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Bytes that they take.
    pub(super) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Their bytes, with the end that options have where there are any.
    fn ended(mut self) -> Vec<u8> {
        if !self.bytes.is_empty() {
            self.bytes.extend([0; 4]);
        }
        self.bytes
    }
}

/// A packet as its block has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'p> {
    pub(super) interface: u32,
    pub(super) ticks: u64,
    pub(super) wire_length: u32,
    pub(super) flags: u32,
    pub(super) bytes: &'p [u8],
}

/// The header of the section.
pub(super) fn section(out: &mut dyn Write, options: Options) -> io::Result<()> {
    const BYTE_ORDER: u32 = 0x1a2b_3c4d;
    let mut body = Vec::new();
    body.extend(BYTE_ORDER.to_le_bytes());
    body.extend([1, 0, 0, 0]);
    // Its length is not stated: blocks follow as they come.
    body.extend([0xff; 8]);
    block(out, SECTION_HEADER, body, options)
}

/// The description of the next interface; a snap length of 0 is none.
pub(super) fn interface(
    out: &mut dyn Write,
    link: u16,
    snap_length: u32,
    options: Options,
) -> io::Result<()> {
    let mut body = Vec::new();
    body.extend(link.to_le_bytes());
    body.extend([0, 0]);
    body.extend(snap_length.to_le_bytes());
    block(out, INTERFACE_DESCRIPTION, body, options)
}

/// A packet.
pub(super) fn packet(
    out: &mut dyn Write,
    packet: Packet<'_>,
    mut options: Options,
) -> io::Result<()> {
    let Packet {
        interface,
        ticks,
        wire_length,
        flags,
        bytes,
    } = packet;
    let captured = u32::try_from(bytes.len()).map_err(|_too_long| too_long())?;
    let [a, b, c, d, e, f, g, h] = ticks.to_le_bytes();
    let mut body = Vec::with_capacity(bytes.len() + 24);
    body.extend(interface.to_le_bytes());
    body.extend([e, f, g, h, a, b, c, d]);
    body.extend(captured.to_le_bytes());
    body.extend(wire_length.to_le_bytes());
    body.extend(bytes);
    body.resize(body.len().next_multiple_of(4), 0);
    if flags != 0 {
        options.add(FLAGS, &flags.to_le_bytes());
    }
    block(out, ENHANCED_PACKET, body, options)
}

fn block(out: &mut dyn Write, kind: u32, body: Vec<u8>, options: Options) -> io::Result<()> {
    /// Type and both lengths.
    const FRAME: usize = 12;
    let options = options.ended();
    let length = u32::try_from(FRAME + body.len() + options.len()).map_err(|_long| too_long())?;
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&body)?;
    out.write_all(&options)?;
    out.write_all(&length.to_le_bytes())
}

fn too_long() -> io::Error {
    io::Error::other("a packet is longer than the format can say")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_laid_out_as_the_format_has_them() {
        let mut out = Vec::new();
        section(&mut out, Options::default()).unwrap();
        let expected = [
            &[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0][..],
            &[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0],
            &[0xff; 8],
            &[28, 0, 0, 0],
        ];
        assert_eq!(out, expected.concat());

        out.clear();
        let mut options = Options::default();
        options.add(9, &[6]);
        interface(&mut out, 276, 262_144, options).unwrap();
        let expected = [
            &[1, 0, 0, 0, 32, 0, 0, 0, 0x14, 1, 0, 0, 0, 0, 4, 0][..],
            &[9, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0],
        ];
        assert_eq!(out, expected.concat());

        out.clear();
        let it = Packet {
            interface: 1,
            ticks: 0x0102_0304_0506_0708,
            wire_length: 9,
            flags: 0,
            bytes: b"abcde",
        };
        packet(&mut out, it, Options::default()).unwrap();
        let expected = [
            &[6, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0][..],
            &[4, 3, 2, 1, 8, 7, 6, 5, 5, 0, 0, 0, 9, 0, 0, 0],
            &[b'a', b'b', b'c', b'd', b'e', 0, 0, 0, 40, 0, 0, 0],
        ];
        assert_eq!(out, expected.concat());
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let mut options = Options::default();
        options.add_text(COMMENT, &"é".repeat(40_000));
        assert_eq!(options.bytes.get(..4), Some(&[1, 0, 0xfc, 0xff][..]));
        options = Options::default();
        options.add_text(COMMENT, &format!("a{}", "é".repeat(40_000)));
        assert_eq!(options.bytes.get(..4), Some(&[1, 0, 0xfb, 0xff][..]));
        assert_eq!(options.len() % 4, 0);
    }
}
