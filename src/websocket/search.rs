//! Finding one's feet: where the next frame begins, in bytes whose place in the framing is not
//! known. Only several headers in a row that make sense together are evidence; one is an accident.
//!
//! Evidence is counted in bits: a header that random bytes form once in 32 times is worth five.

use std::ops::Range;

use crate::limits::Limits;
use crate::tcp::{Arrival, Chunk, Gap};

use super::close::is_sendable_code;
use super::header::{FrameHeader, Length, Opcode};
use super::kept::KeptChunk;
use super::mask::unmask;
use super::message::MessageState;
use super::notable::MAX_CONTROL_PAYLOAD;

/// Bits that a header with the expected mask, a defined opcode and no undefined bit is worth.
const HEADER: u32 = 5;
/// Bits for a frame that ends where a packet ends, packets being of 32 bytes or more.
const ENDS_WITH_PACKET: u32 = 5;
/// With fewer bits for that, packets are too small for their beginnings to be likely places.
const SMALL_PACKETS: u32 = 4;
/// Bits for a text of at least [`TEXT_BYTES`] bytes that is UTF-8.
const TEXT: u32 = 8;
/// Bits for a Close with a code that may be sent.
const CLOSE_CODE: u32 = 5;
/// Bits for a 64-bit length below [`HUGE`].
const LONG_LENGTH: u32 = 8;

const TEXT_BYTES: usize = 8;
/// As much of a payload as tells whether it is a text.
const TELLING: usize = 64;
const HUGE: u64 = 1 << 40;
/// Frames looked at from one place: enough for any threshold, few enough for hostile bytes.
const STEPS: usize = 32;

/// How much evidence is enough, in bits.
#[derive(Clone, Copy, Debug)]
pub struct Threshold {
    /// Where a packet begins: few places, and the likely ones.
    at_packet: u32,
    /// Anywhere.
    anywhere: u32,
}

impl Threshold {
    /// The stream is a WebSocket's.
    pub const KNOWN: Self = Self {
        at_packet: 22,
        anywhere: 40,
    };
    /// The stream may be anything.
    pub const UNKNOWN: Self = Self {
        at_packet: 32,
        anywhere: 48,
    };
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    index: usize,
    sequence: u32,
    arrival: Arrival,
    /// From here to the next mark bytes are missing.
    gap: Option<Gap>,
}

/// Bytes of one direction in which frames are searched.
#[derive(Debug)]
pub struct Search {
    /// Offset in the stream of the first byte kept.
    start: u64,
    bytes: Vec<u8>,
    /// Where packets begin in `bytes`, the first one at 0.
    marks: Vec<Mark>,
    masked: Option<bool>,
    rsv1: bool,
    threshold: Threshold,
    /// Bytes that were kept when they were last looked at.
    looked_at: usize,
}

impl Search {
    /// Nothing kept yet. `masked`: MASK as the sender sets it, where its role is known; `rsv1`:
    /// whether a message may begin with RSV1.
    #[must_use]
    pub const fn new(masked: Option<bool>, rsv1: bool, threshold: Threshold) -> Self {
        Self {
            start: 0,
            bytes: Vec::new(),
            marks: Vec::new(),
            masked,
            rsv1,
            threshold,
            looked_at: 0,
        }
    }

    /// What is kept is searched anew: the stream is known now to be a WebSocket's, and which
    /// side's.
    pub const fn expect(&mut self, masked: bool, rsv1: bool) {
        self.masked = Some(masked);
        self.rsv1 = rsv1;
        self.threshold = Threshold::KNOWN;
        self.looked_at = 0;
    }

    /// How many of the bytes that are kept were captured.
    #[must_use]
    pub fn held_bytes(&self) -> u64 {
        let ends = self.marks.iter().skip(1).map(|mark| mark.index);
        let ends = ends.chain([self.bytes.len()]);
        let marks = self.marks.iter().zip(ends);
        let held = marks.filter(|(mark, _)| mark.gap.is_none());
        held.map(|(mark, end)| end.saturating_sub(mark.index) as u64)
            .sum()
    }

    /// The bytes that are kept; zeros where some are missing.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub const fn cost(&self) -> usize {
        self.bytes.len() + self.marks.len() * size_of::<Mark>()
    }

    /// Forgets everything: bytes are missing behind it.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.marks.clear();
        self.looked_at = 0;
    }

    /// Notes missing bytes: a frame's payload may reach over them, a header may not.
    pub fn push_gap(&mut self, gap: Gap, limits: &Limits) {
        let length = usize::try_from(gap.length).unwrap_or(usize::MAX);
        if self.bytes.is_empty() || length >= limits.search_bytes / 2 {
            self.clear();
            return;
        }
        self.marks.push(Mark {
            index: self.bytes.len(),
            sequence: gap.sequence,
            arrival: gap.arrival,
            gap: Some(gap),
        });
        self.bytes.resize(self.bytes.len() + length, 0);
        self.bound(limits);
    }

    /// Keeps the next bytes. Where the bound is met the older half of what is kept goes.
    pub fn push(&mut self, chunk: &Chunk<'_>, limits: &Limits) {
        if self.bytes.is_empty() {
            self.start = chunk.offset;
        }
        let goes_on = self
            .marks
            .last()
            .is_some_and(|mark| mark.gap.is_none() && mark.arrival.packet == chunk.arrival.packet);
        if !goes_on {
            self.marks.push(Mark {
                index: self.bytes.len(),
                sequence: chunk.sequence,
                arrival: chunk.arrival,
                gap: None,
            });
        }
        self.bytes.extend_from_slice(chunk.bytes);
        self.bound(limits);
    }

    fn bound(&mut self, limits: &Limits) {
        if self.bytes.len() > limits.search_bytes {
            self.forget(self.bytes.len() - limits.search_bytes / 2);
        }
    }

    /// Whether none of these bytes is missing.
    fn is_held(&self, range: Range<usize>) -> bool {
        let behind = self.marks.partition_point(|mark| mark.index < range.end);
        let before = self.marks.get(..behind).unwrap_or_default();
        let mut end = range.end;
        for mark in before.iter().rev() {
            if mark.gap.is_some() && end > mark.index {
                return false;
            }
            if mark.index <= range.start {
                return true;
            }
            end = mark.index;
        }
        true
    }

    /// Where the frames begin, as an offset in the stream, and whether they are masked. Looks
    /// only when much has come since the last time, or nothing more will come (`ended`).
    pub fn find(&mut self, ended: bool, limits: &Limits) -> Option<(u64, bool)> {
        let kept = self.bytes.len();
        let due = ended || kept >= self.looked_at * 2 || kept >= limits.search_bytes;
        if !due || kept == self.looked_at {
            return None;
        }
        self.looked_at = kept;
        let masks = match self.masked {
            Some(masked) => [Some(masked), None],
            None => [Some(true), Some(false)],
        };
        for masked in masks.into_iter().flatten() {
            // In packets of a few bytes every place is where one begins: that is no evidence.
            let at_packet = self.marks.iter().filter(|mark| mark.gap.is_none());
            let at_packet = at_packet.map(|mark| mark.index);
            let at_packet = at_packet.filter(|_| self.packet_bits() >= SMALL_PACKETS);
            if let Some(index) = self.first(at_packet, masked, self.threshold.at_packet) {
                return Some((self.start + index as u64, masked));
            }
            if let Some(index) = self.first(0..kept, masked, self.threshold.anywhere) {
                return Some((self.start + index as u64, masked));
            }
        }
        None
    }

    fn first(
        &self,
        mut places: impl Iterator<Item = usize>,
        masked: bool,
        enough: u32,
    ) -> Option<usize> {
        places.find(|place| {
            self.may_begin(*place, masked) && self.evidence(*place, masked, enough) >= enough
        })
    }

    /// Whether the first two bytes may be those of a header. What [`Self::worth`] says of them,
    /// said faster: nearly all places of bytes that are no frames fail at it.
    fn may_begin(&self, place: usize, masked: bool) -> bool {
        let Some(&[first, second]) = self.bytes.get(place..).and_then(<[u8]>::first_chunk) else {
            return false;
        };
        let is_known = matches!(first & 0x0f, 0..=2 | 8..=10);
        is_known && first & 0x30 == 0 && (second & 0x80 != 0) == masked
    }

    /// Everything kept from `offset` on, packet by packet.
    #[must_use]
    pub fn into_chunks(self, offset: u64) -> Vec<KeptChunk> {
        let from = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let ends = self.marks.iter().skip(1).map(|mark| mark.index);
        let ends = ends.chain([self.bytes.len()]);
        let mut chunks = Vec::new();
        for (mark, end) in self.marks.iter().zip(ends) {
            let begin = mark.index.max(from);
            if begin >= end {
                continue;
            }
            let whole = Chunk {
                offset: self.start + mark.index as u64,
                sequence: mark.sequence,
                bytes: self.bytes.get(mark.index..end).unwrap_or_default(),
                arrival: mark.arrival,
            };
            chunks.push(match mark.gap {
                Some(gap) => KeptChunk::missing(Gap {
                    offset: whole.offset,
                    sequence: whole.sequence,
                    length: (end - mark.index) as u64,
                    ..gap
                }),
                None => KeptChunk::of(&whole.behind(begin - mark.index)),
            });
        }
        chunks
    }

    fn forget(&mut self, count: usize) {
        self.bytes.drain(..count);
        self.start += count as u64;
        let first = self.marks.iter().rposition(|mark| mark.index <= count);
        self.marks.drain(..first.unwrap_or(0));
        for mark in &mut self.marks {
            let gone = count.saturating_sub(mark.index);
            // Only the low 32 bits matter to a number that wraps at 32 bits.
            #[expect(clippy::cast_possible_truncation)]
            let wrapped = gone as u32;
            mark.sequence = mark.sequence.wrapping_add(wrapped);
            mark.index = mark.index.saturating_sub(count);
        }
        self.looked_at = self.looked_at.saturating_sub(count);
    }

    /// The evidence, in bits, that a frame begins at `place`; 0 where something speaks against
    /// it. Stops where there is `enough`.
    fn evidence(&self, place: usize, masked: bool, enough: u32) -> u32 {
        let mut message = MessageState::Unknown;
        let mut goes_on = false;
        let packet_bits = self.packet_bits();
        let mut before = None;
        let (mut at, mut bits, mut frames) = (place, 0, 0);
        for _ in 0..STEPS {
            let Some(rest) = self.bytes.get(at..) else {
                break;
            };
            let Ok((payload, header)) = FrameHeader::parse(rest) else {
                break;
            };
            let begin = self.bytes.len() - payload.len();
            if !self.is_held(at..begin) {
                break;
            }
            let Some(worth) = self.worth(&header, masked, message) else {
                return 0;
            };
            // Behind a fragment that is not the last, no message begins.
            match header.opcode() {
                Opcode::Continuation => goes_on = !header.fin(),
                Opcode::Text | Opcode::Binary if goes_on => return 0,
                _ => {}
            }
            frames += 1;
            message.pass(&header, frames);
            let length = header.payload_length().unwrap_or(HUGE);
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            let end = begin.saturating_add(length);
            // Bytes that repeat, with a zero among them, look like fragments without end; and a
            // payload of one byte that was masked repeats its key, which no client uses again.
            // What one of these is worth they are worth together.
            let frame = self.bytes.get(at..end.min(begin + TELLING));
            let is_without_end = goes_on && header.opcode() == Opcode::Continuation;
            let repeats = frame.is_some() && frame == before && (is_without_end || masked);
            before = frame;
            at = end;
            if repeats {
                continue;
            }
            bits += worth;
            if let Some(payload) = self.bytes.get(begin..at)
                && self.is_held(begin..at.min(begin + TELLING))
            {
                match payload_worth(&header, payload) {
                    Some(worth) => bits += worth,
                    None => return 0,
                }
            }
            if self.is_packet_end(at) {
                bits += packet_bits;
            }
            if frames >= 2 && bits >= enough {
                return bits;
            }
            if header.opcode() == Opcode::Close {
                break;
            }
        }
        if frames >= 2 { bits } else { 0 }
    }

    /// What it is worth that a frame ends with a packet: less where packets are small.
    fn packet_bits(&self) -> u32 {
        let mean = self.bytes.len() / self.marks.len().max(1);
        mean.max(1).ilog2().min(ENDS_WITH_PACKET)
    }

    fn is_packet_end(&self, index: usize) -> bool {
        let index_of = |mark: &Mark| mark.index;
        index == self.bytes.len() || self.marks.binary_search_by_key(&index, index_of).is_ok()
    }

    /// What one header is worth; `None` if it breaks a rule.
    fn worth(&self, header: &FrameHeader, masked: bool, message: MessageState) -> Option<u32> {
        let opcode = header.opcode();
        let length = header.payload_length()?;
        let rsv_fits = match header.rsv() {
            0 => true,
            4 => self.rsv1 && opcode.begins_message(),
            _ => false,
        };
        let fits = match opcode {
            Opcode::Reserved(_) => false,
            Opcode::Continuation => !message.is_idle(),
            Opcode::Text | Opcode::Binary => !message.is_open(),
            Opcode::Close | Opcode::Ping | Opcode::Pong => {
                header.fin() && length <= MAX_CONTROL_PAYLOAD
            }
        };
        let length_bits = match header.length() {
            Length::Bits7(_) => Some(0),
            Length::Bits16(length) => (length > 125).then_some(0),
            Length::Bits64(length) => {
                (length > u64::from(u16::MAX) && length < HUGE).then_some(LONG_LENGTH)
            }
            Length::Cut => None,
        };
        if !rsv_fits || !fits || header.masked() != masked {
            return None;
        }
        // Runs of zeros look like empty continuations: those are worth nothing.
        let empty = length == 0 && !opcode.is_control();
        Some(if empty { 0 } else { HEADER + length_bits? })
    }
}

/// What a whole payload adds; `None` if it speaks against the frame.
fn payload_worth(header: &FrameHeader, payload: &[u8]) -> Option<u32> {
    let mut begin = [0; TELLING];
    let length = payload.len().min(TELLING);
    let plain = begin.get_mut(..length)?;
    plain.copy_from_slice(payload.get(..length)?);
    if let Some(key) = header.masking_key() {
        unmask(plain, key, 0);
    }
    match header.opcode() {
        Opcode::Close => match plain {
            [] => Some(0),
            [high, low, ..] if is_sendable_code(u16::from_be_bytes([*high, *low])) => {
                Some(CLOSE_CODE)
            }
            _ => None,
        },
        Opcode::Text if header.fin() && header.rsv() == 0 && length >= TEXT_BYTES => {
            let is_text = match str::from_utf8(plain) {
                Ok(_) => true,
                // A character that goes on behind what is looked at.
                Err(error) => error.error_len().is_none() && payload.len() > length,
            };
            Some(if is_text { TEXT } else { 0 })
        }
        _ => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::PacketId;
    use crate::tcp::GapCause;
    use crate::time::Timestamp;

    fn chunk(number: u64, offset: u64, bytes: &[u8]) -> KeptChunk {
        KeptChunk::of(&Chunk {
            offset,
            sequence: u32::try_from(offset).unwrap(),
            bytes,
            arrival: Arrival {
                packet: PacketId { input: 0, number },
                time: Timestamp::from_nanos(0, 6),
                acknowledgement: None,
            },
        })
    }

    fn find(packets: &[&[u8]], threshold: Threshold) -> Option<(u64, bool)> {
        let limits = Limits::default();
        let mut search = Search::new(None, true, threshold);
        let mut offset = 0;
        for (number, bytes) in (1..).zip(packets) {
            search.push(&chunk(number, offset, bytes).as_chunk(), &limits);
            offset += bytes.len() as u64;
        }
        search.find(true, &limits)
    }

    #[test]
    fn frames_behind_half_a_payload_are_found() {
        let text = [b"\x81\x2c".as_slice(), &[b'a'; 44]].concat();
        let text = text.as_slice();
        let packets: [&[u8]; 4] = [b"the end of some payload", text, text, text];
        assert_eq!(find(&packets, Threshold::UNKNOWN), Some((23, false)));
    }

    #[test]
    fn no_header_is_missed_by_a_look_at_its_first_bytes() {
        let limits = Limits::default();
        for start in 0..=u16::MAX {
            let mut bytes = start.to_be_bytes().to_vec();
            // Lengths of 16 and 64 bits that are in their bounds.
            bytes.extend(match bytes[1] & 0x7f {
                127 => &[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0][..],
                _ => &[1, 0, 0, 0, 0, 0],
            });
            let mut search = Search::new(None, true, Threshold::KNOWN);
            search.push(&chunk(1, 0, &bytes).as_chunk(), &limits);
            let (_, header) = FrameHeader::parse(&bytes).unwrap();
            for masked in [false, true] {
                let is_one = search
                    .worth(&header, masked, MessageState::Unknown)
                    .is_some();
                assert!(search.may_begin(0, masked) || !is_one, "{start:#06x}");
            }
        }
    }

    #[test]
    fn one_frame_alone_is_an_accident() {
        assert_eq!(find(&[b"\x81\x0b{\"tick\": 1}"], Threshold::KNOWN), None);
    }

    #[test]
    fn zeros_are_no_frames() {
        assert_eq!(find(&[&[0; 60_000]], Threshold::KNOWN), None);
    }

    #[test]
    fn bytes_that_repeat_are_no_fragments_without_end() {
        let bytes = b"netperf\0".repeat(900);
        for packet in [&bytes[..6990], &bytes[3..]] {
            assert_eq!(find(&[packet], Threshold::UNKNOWN), None);
            assert_eq!(find(&[packet; 5], Threshold::UNKNOWN), None);
        }
        // Fragments of one length that are not the same are.
        let fragment = |byte: u8| [&[0, 62][..], &[byte; 62]].concat();
        let different: Vec<u8> = (b'a'..=b'z').flat_map(fragment).collect();
        let found = find(&[&different, &different], Threshold::UNKNOWN);
        assert_eq!(found, Some((0, false)));
    }

    #[test]
    fn a_masked_payload_of_one_byte_is_no_frames() {
        // 82 bytes behind a header of 6: the next one stands in the same phase.
        let payload = [0x81, 0xd2, 0xa6, 0xd0].repeat(75);
        for from in 0..4 {
            let packet = &payload[from..];
            assert_eq!(find(&[packet], Threshold::KNOWN), None);
            assert_eq!(find(&[packet; 4], Threshold::UNKNOWN), None);
        }
    }

    #[test]
    fn tls_records_are_no_frames() {
        let record = [&[0x17, 3, 3, 0, 100][..], &[0xa5; 100]].concat();
        assert_eq!(find(&[record.as_slice(); 40], Threshold::UNKNOWN), None);
    }

    #[test]
    fn bytes_that_are_missing_are_not_counted_as_captured() {
        let limits = Limits::default();
        let mut search = Search::new(None, true, Threshold::KNOWN);
        let first = chunk(1, 0, &[7; 30]);
        search.push(&first.as_chunk(), &limits);
        let gap = Gap {
            offset: 30,
            sequence: 30,
            length: 127,
            cause: GapCause::Cut,
            arrival: first.as_chunk().arrival,
        };
        search.push_gap(gap, &limits);
        search.push(&chunk(2, 157, &[7; 10]).as_chunk(), &limits);
        assert_eq!((search.bytes().len(), search.held_bytes()), (167, 40));
    }

    #[test]
    fn what_is_kept_is_bounded_and_comes_back_packet_by_packet() {
        let limits = Limits {
            search_bytes: 100,
            ..Limits::default()
        };
        let mut search = Search::new(None, true, Threshold::KNOWN);
        for number in 0..50 {
            let bytes = [u8::try_from(number).unwrap(); 7];
            search.push(&chunk(number + 1, number * 7, &bytes).as_chunk(), &limits);
            assert!(search.bytes().len() <= 100);
        }
        let kept = search.into_chunks(300);
        assert_eq!(kept[0].offset(), 300);
        assert_eq!(kept[0].as_chunk().sequence, 300);
        assert_eq!(kept[0].as_chunk().arrival.packet.number, 300 / 7 + 1);
        assert_eq!(
            kept.iter()
                .map(|chunk| chunk.as_chunk().bytes.len())
                .sum::<usize>(),
            50
        );
    }
}
