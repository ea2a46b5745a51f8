//! The pcap format (draft-ietf-opsawg-pcap): one file header, then records of one link type.
//! It knows bytes and no files.

use nom::Err;
use pcap_parser::{
    LegacyPcapBlock, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified,
    parse_pcap_header,
};

use super::record::{LONGEST_PACKET, Record, Records, Step};
use crate::packet::LinkType;
use crate::source::{Format, Reason, Refusal};
use crate::time::Timestamp;

/// Length of a record's header in bytes.
const HEADER: usize = 16;

/// Length of a record's header in the format of a patched libpcap of the nineties.
const HEADER_MODIFIED: usize = 24;

/// What the file header says about every record.
#[derive(Debug)]
pub(super) struct Pcap {
    layout: Layout,
    link: LinkType,
    nanos_per_tick: i64,
    digits: u8,
}

#[derive(Clone, Copy, Debug)]
enum Layout {
    LittleEndian,
    BigEndian,
    Modified,
}

impl Pcap {
    /// Reads the file header: what it says, and its length. `None` for too few bytes.
    pub(super) fn begin(start: &[u8]) -> Result<Option<(Records, usize)>, Refusal> {
        let (rest, header) = match parse_pcap_header(start) {
            Ok(parsed) => parsed,
            Err(Err::Incomplete(_)) => return Ok(None),
            Err(_) => {
                return Err(Refusal::NotACapture {
                    start: start.to_vec(),
                });
            }
        };
        if header.version_major != 2 {
            return Err(Refusal::Version {
                format: Format::Pcap,
                major: header.version_major,
                minor: header.version_minor,
                known: "2.x",
            });
        }
        let layout = if header.is_modified_format() {
            Layout::Modified
        } else if header.is_bigendian() {
            Layout::BigEndian
        } else {
            Layout::LittleEndian
        };
        let (nanos_per_tick, digits) = if header.is_nanosecond_precision() {
            (1, 9)
        } else {
            (1000, 6)
        };
        let pcap = Self {
            layout,
            // The upper half says whether frames end in a check sequence, which the length of
            // the IP packet cuts off.
            link: LinkType(header.network.0.cast_unsigned() & 0xffff),
            nanos_per_tick,
            digits,
        };
        Ok(Some((Records::Pcap(pcap), start.len() - rest.len())))
    }

    /// Reads the record at the front.
    pub(super) fn step(&self, at_hand: &[u8]) -> Step {
        let (parsed, header) = match self.layout {
            Layout::LittleEndian => (parse_pcap_frame(at_hand), HEADER),
            Layout::BigEndian => (parse_pcap_frame_be(at_hand), HEADER),
            Layout::Modified => (parse_pcap_frame_modified(at_hand), HEADER_MODIFIED),
        };
        match parsed {
            Ok((_, record)) if record.caplen > LONGEST_PACKET => too_long(record.caplen),
            Ok((_, record)) => Step::Packet(self.packet(&record, header)),
            Err(Err::Incomplete(nom::Needed::Size(needed))) if at_hand.len() >= header => {
                // The length is refused before its bytes are waited for.
                let length = (at_hand.len() - header).saturating_add(needed.get());
                match u32::try_from(length) {
                    Ok(length) if length <= LONGEST_PACKET => Step::More,
                    Ok(length) => too_long(length),
                    Err(_) => too_long(u32::MAX),
                }
            }
            Err(_) => Step::More,
        }
    }

    fn packet(&self, record: &LegacyPcapBlock<'_>, header: usize) -> Record {
        let end = header + record.data.len();
        // Seconds of 32 bits and a fraction of 32 bits stay far below 2^63 nanoseconds.
        let nanos = i64::from(record.ts_sec) * 1_000_000_000
            + i64::from(record.ts_usec) * self.nanos_per_tick;
        Record {
            time: Some(Timestamp::from_nanos(nanos, self.digits)),
            link: self.link,
            // Some writers state less than they captured.
            wire_length: record.origlen.max(record.caplen),
            data: header..end,
            length: end,
        }
    }
}

const fn too_long(length: u32) -> Step {
    Step::Damage(Reason::PacketLength {
        length,
        limit: LONGEST_PACKET,
    })
}

#[cfg(test)]
mod tests;
