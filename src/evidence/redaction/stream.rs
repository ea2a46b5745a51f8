//! What the bytes of one stream are: frames and heads by their places, as many as are asked for soon.

use std::collections::VecDeque;

use super::heads;
use super::part::{Kind, Part};
use crate::analyzer::outline::What;
use crate::websocket::header::FrameHeader;

/// Bytes before HTTP that are looked at together.
const LONGEST_PREAMBLE: usize = 4 << 10;

/// How far a segment may be from those before it and still be of their connection.
const NEAR: u32 = 1 << 30;

/// A stream.
#[derive(Debug, Default)]
pub(super) struct Stream {
    parts: VecDeque<Part>,
    /// Up to here all that is known of it is there.
    known: u64,
    /// A place and its sequence number, from which others are counted.
    anchor: Option<(u64, u32)>,
    /// The first place of the connection.
    begin: u64,
    /// The message that is open is compressed.
    is_compressed: bool,
    /// What stood before HTTP.
    preamble: Vec<u8>,
    /// Bytes of memory that its parts take.
    cost: usize,
}

impl Stream {
    /// Bytes of memory that what is known takes.
    pub(super) const fn cost(&self) -> usize {
        self.cost
    }

    /// Forgets the earlier half of what is known.
    pub(super) fn forget_half(&mut self) {
        let half = self.parts.len().div_ceil(2);
        self.cost -= self
            .parts
            .drain(..half)
            .map(|part| part.cost())
            .sum::<usize>();
    }

    /// Up to where all is known.
    pub(super) const fn known(&self) -> u64 {
        self.known
    }

    /// The place of a sequence number. With a SYN a connection begins, unless it was this one's.
    pub(super) fn place(&mut self, sequence: u32, is_start: bool) -> u64 {
        let Some((place, number)) = self.anchor else {
            return self.begin_anew(sequence);
        };
        let distance = sequence.wrapping_sub(number).cast_signed();
        let here = place.saturating_add_signed(distance.into());
        if distance.unsigned_abs() > NEAR || (is_start && here != self.begin) {
            return self.begin_anew(sequence);
        }
        if distance > 0 {
            self.anchor = Some((here, sequence));
        }
        here
    }

    /// Another connection begins: its places lie behind all of this one, of which all is known.
    fn begin_anew(&mut self, sequence: u32) -> u64 {
        const GAP: u64 = 1 << 33;
        let last = self.anchor.map_or(0, |(place, _)| place).max(self.known);
        self.begin = last.saturating_add(GAP);
        self.known = self.begin;
        self.anchor = Some((self.begin, sequence));
        self.is_compressed = false;
        self.preamble.clear();
        self.begin
    }

    /// Notes what stands at a sequence number.
    pub(super) fn note(&mut self, sequence: u32, what: What) {
        let begin = self.place(sequence, false);
        match what {
            What::Known => self.known = self.known.max(begin),
            What::Frame { header, is_defined } => {
                let is_compressed = self.pass(&header, is_defined);
                let length = header.to_bytes().len() as u64;
                let what = Kind::Frame {
                    header,
                    is_compressed,
                };
                self.put(begin, length, what);
            }
            What::Inflates => self.inflate(begin),
            What::Head(bytes) => self.show(begin, heads::masked(&bytes)),
            What::Body { bytes, framing } => self.show(begin, heads::body(bytes, &framing)),
            What::Foreign(kind, bytes) => self.show(begin, heads::foreign(kind, &bytes)),
            What::Preamble(bytes) => {
                let before = self.preamble.len();
                self.preamble.extend_from_slice(&bytes);
                let masked = heads::preamble(&self.preamble);
                if self.preamble.len() > LONGEST_PREAMBLE {
                    self.preamble.clear();
                }
                let masked = masked.get(before..).unwrap_or_default().to_vec();
                self.show(begin, masked);
            }
        }
    }

    /// Whether a frame's payload is compressed.
    fn pass(&mut self, header: &FrameHeader, is_defined: bool) -> bool {
        if header.opcode().is_control() {
            return false;
        }
        if header.opcode().begins_message() {
            self.is_compressed = header.rsv1() && is_defined;
        }
        let is_compressed = self.is_compressed;
        self.is_compressed &= !header.fin();
        is_compressed
    }

    /// The message that begins at a place is compressed after all.
    fn inflate(&mut self, begin: u64) {
        let first = self.parts.partition_point(|part| part.begin < begin);
        for part in self.parts.iter_mut().skip(first) {
            if let Kind::Frame {
                header,
                is_compressed,
            } = &mut part.what
                && !header.opcode().is_control()
            {
                if header.opcode().begins_message() && part.begin > begin {
                    return;
                }
                *is_compressed = true;
            }
        }
    }

    fn show(&mut self, begin: u64, bytes: Vec<u8>) {
        let length = bytes.len() as u64;
        self.put(begin, length, Kind::Shown(bytes.into()));
    }

    /// Puts what covers so many bytes at its place; what was thought of these is wrong.
    fn put(&mut self, begin: u64, length: u64, what: Kind) {
        let at = self.parts.partition_point(|part| part.begin < begin);
        while self
            .parts
            .get(at)
            .is_some_and(|part| part.begin < begin.saturating_add(length.max(1)))
        {
            self.cost -= self.parts.remove(at).map_or(0, |part| part.cost());
        }
        let part = Part { begin, what };
        self.cost += part.cost();
        self.parts.insert(at, part);
    }

    /// Leaves of the bytes at a place those that may be shown.
    pub(super) fn mask(&self, begin: u64, bytes: &mut [u8], fill: u8) {
        let original = bytes.to_vec();
        bytes.fill(fill);
        let end = begin.saturating_add(bytes.len() as u64);
        let first = self.parts.partition_point(|part| part.begin <= begin);
        let parts = self.parts.iter().skip(first.saturating_sub(1));
        let ends = self.parts.iter().skip(first.saturating_sub(1) + 1);
        let ends = ends.map(|part| part.begin).chain(std::iter::once(u64::MAX));
        for (part, until) in parts.zip(ends) {
            let (from, to) = (part.begin.max(begin), until.min(end));
            let (Ok(start), Ok(stop)) = (
                usize::try_from(from.saturating_sub(begin)),
                usize::try_from(to.saturating_sub(begin)),
            ) else {
                return;
            };
            if part.begin >= end || from >= to {
                continue;
            }
            let (Some(was), Some(is)) = (original.get(start..stop), bytes.get_mut(start..stop))
            else {
                return;
            };
            part.what.mask(from - part.begin, was, is, fill);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(bytes: &[u8]) -> What {
        What::Frame {
            header: FrameHeader::parse(bytes).unwrap().1,
            is_defined: true,
        }
    }

    fn masked(stream: &Stream, begin: u64, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        stream.mask(begin, &mut bytes, b'x');
        bytes
    }

    #[test]
    fn headers_and_close_codes_stay_and_payload_does_not() {
        let mut stream = Stream::default();
        let begin = stream.place(u32::MAX - 1, false);
        let bytes = b"\x81\x05hello\x88\x84\x01\x02\x03\x04\x02\xeanono rest";
        stream.note(u32::MAX - 1, header(bytes));
        stream.note(5, header(&bytes[7..]));
        let shown = masked(&stream, begin, bytes);
        assert_eq!(shown[..7], *b"\x81\x05xxxxx");
        assert_eq!(shown[7..15], bytes[7..15]);
        assert_eq!(shown[15..17], [b'x' ^ 3, b'x' ^ 4]);
        assert_eq!(shown[17..], *b"xxxxxxx");
        // In two segments it is the same.
        let halves = [
            masked(&stream, begin, &bytes[..9]),
            masked(&stream, begin + 9, &bytes[9..]),
        ];
        assert_eq!(halves.concat(), shown);
    }

    #[test]
    fn what_is_not_known_is_masked() {
        let mut stream = Stream::default();
        let begin = stream.place(100, false);
        assert_eq!(masked(&stream, begin, b"secret"), b"xxxxxx");
        stream.note(103, header(b"\x81\x01"));
        assert_eq!(masked(&stream, begin, b"sec\x81\x01ret"), b"xxx\x81\x01xxx");
    }

    #[test]
    fn another_connection_begins_behind_the_one_before() {
        let mut stream = Stream::default();
        let first = stream.place(1001, true);
        stream.note(1001, header(b"\x81\x02"));
        assert_eq!(stream.place(1001, true), first);
        let second = stream.place(1301, true);
        assert!(second > first + (1 << 32));
        assert_eq!(stream.known(), second);
        assert_eq!(masked(&stream, first, b"\x81\x02ab"), b"\x81\x02xx");
        assert_eq!(masked(&stream, second, b"\x81\x02ab"), b"xxxx");
    }

    #[test]
    fn what_is_learnt_later_holds() {
        let mut stream = Stream::default();
        let begin = stream.place(0, false);
        stream.note(0, What::Preamble(b"P".to_vec()));
        stream.note(
            0,
            What::Head(b"POST / HTTP/1.1\r\nCookie: a=b\r\n\r\n".to_vec()),
        );
        let shown = masked(
            &stream,
            begin,
            b"POST / HTTP/1.1\r\nCookie: a=b\r\n\r\nbody",
        );
        assert_eq!(shown, b"POST / HTTP/1.1\r\nCookie: xxx\r\n\r\nxxxx");
    }
}
