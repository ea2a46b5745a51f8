//! The header of one record of a pcap file: its fields, what no record can have, and what is odd
//! about it but possible.

use bitflags::bitflags;

use crate::source::Reason;
use crate::source::savefile::byte_order::ByteOrder;
use crate::source::savefile::record::LONGEST_PACKET;

/// How far apart the times of two records are at most before that is odd, in seconds.
pub(super) const DAY: u32 = 24 * 60 * 60;

/// The earliest time that is believed behind damage, in seconds since 1970: that of 1990, before
/// the format was made. Small numbers stand in many files.
pub(super) const EARLIEST: u32 = 631_152_000;

/// How the headers of a file are laid out.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) order: ByteOrder,
    /// Length of a header in bytes.
    pub(super) length: usize,
    /// The two lengths may stand in either order, as before version 2.4; what was captured is
    /// never longer than what there was.
    pub(super) lengths_in_either_order: bool,
    pub(super) ticks_per_second: u32,
    /// Bytes kept of a packet at most, as the file header states them.
    pub(super) snap_length: u32,
}

impl Layout {
    /// The header that these bytes begin with; `None` for too few.
    pub(super) fn read(&self, bytes: &[u8]) -> Option<Header> {
        let (words, _) = bytes.get(..self.length)?.as_chunks();
        let [seconds, fraction, captured, original] = words
            .first_chunk::<4>()?
            .map(|word: [u8; 4]| self.order.u32(word));
        let mut header = Header {
            seconds,
            fraction,
            captured,
            original,
        };
        if self.lengths_in_either_order && captured > original {
            header.captured = original;
            header.original = captured;
        }
        Some(header)
    }

    /// Whether these bytes begin like a header, of a time that follows `before`, as far as they go.
    pub(super) fn begins_in_time(&self, bytes: &[u8], before: u32) -> bool {
        let mut words = bytes.as_chunks().0.iter().map(|word| self.order.u32(*word));
        words.next().is_none_or(|seconds| follows(seconds, before))
            && words
                .next()
                .is_none_or(|fraction| fraction < self.ticks_per_second)
    }

    /// Whether a header has neither a fault nor an oddity, told with as few questions as possible.
    pub(super) const fn is_usual(&self, header: &Header, before: Option<u32>) -> bool {
        let jumps = match before {
            Some(before) => header.seconds.abs_diff(before) > DAY,
            None => false,
        };
        header.captured == header.original
            && header.captured.wrapping_sub(1) < LONGEST_PACKET
            && header.fraction < self.ticks_per_second
            && !jumps
    }

    /// What is odd about a header behind a record of that time.
    pub(super) fn oddities(&self, header: &Header, before: Option<u32>) -> Oddities {
        let Header {
            seconds,
            fraction,
            captured,
            original,
        } = *header;
        let mut odd = Oddities::empty();
        odd.set(Oddities::FRACTION, fraction >= self.ticks_per_second);
        odd.set(Oddities::GROWN, captured > original);
        let cut = captured < original && captured != self.snap_length;
        odd.set(Oddities::CUT, cut);
        odd.set(Oddities::EMPTY, captured == 0);
        let jumps = before.is_some_and(|before| seconds.abs_diff(before) > DAY);
        odd.set(Oddities::JUMP, jumps);
        odd
    }
}

/// The fields of a header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) seconds: u32,
    /// Ticks above the seconds.
    pub(super) fraction: u32,
    /// Bytes that the record holds.
    pub(super) captured: u32,
    /// Bytes that were on the wire.
    pub(super) original: u32,
}

impl Header {
    /// What makes this the header of no record.
    pub(super) const fn fault(&self) -> Option<Reason> {
        if self.captured > LONGEST_PACKET {
            return Some(Reason::PacketLength {
                length: self.captured,
                limit: LONGEST_PACKET,
            });
        }
        // As a packet it would say nothing; where a file was to be written and was not, or lost
        // what was written, there are thousands of it.
        if self.seconds | self.fraction | self.captured | self.original == 0 {
            return Some(Reason::Zeros { length: 0 });
        }
        None
    }
}

/// Whether a record of this time, in seconds, may be behind one of the time `before`: at most a
/// second earlier, as packets are stored by several queues, and at most a day later.
pub(super) const fn follows(seconds: u32, before: u32) -> bool {
    seconds >= before.saturating_sub(1) && seconds <= before.saturating_add(DAY)
}

bitflags! {
    /// What a header can have and few have. One alone says nothing: some writers are like that,
    /// clocks are set, and packets are cut.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) struct Oddities: u8 {
        /// A fraction of a second or more.
        const FRACTION = 1;
        /// More captured than there was.
        const GROWN = 1 << 1;
        /// Less captured than there was, and not as much as the file header says.
        const CUT = 1 << 2;
        /// Nothing captured.
        const EMPTY = 1 << 3;
        /// A time far from that of the record before.
        const JUMP = 1 << 4;
    }
}
