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
mod tests {
    use crate::source::samples::{
        Big, Little, Order, open, packets, pcap_header, pcap_record, read,
    };
    use crate::source::{Ending, Reason};

    #[test]
    fn either_byte_order_and_resolution_is_read() {
        for (order, magic, time) in [
            (Little, 0xa1b2_c3d4, "00:00:07.000089Z"),
            (Big, 0xa1b2_c3d4, "00:00:07.000089Z"),
            (Little, 0xa1b2_3c4d, "00:00:07.000000089Z"),
            (Big, 0xa1b2_3c4d, "00:00:07.000000089Z"),
        ] {
            let mut file = pcap_header(order, magic, 101);
            file.extend(pcap_record(order, 7, 89, b"data"));
            let (packets, _) = read(&file);
            let expected = format!(r#"1 link 101 at 1970-01-01T{time}: 4 "data""#);
            assert_eq!(packets, [expected], "{order:?} {magic:#x}");
        }
    }

    #[test]
    fn modified_records_have_a_longer_header() {
        let mut file = pcap_header(Little, 0xa1b2_cd34, 1);
        for data in [b"one", b"two"] {
            file.extend(Little.words(&[1, 0, 3, 3, 0xdead_beef, 0xdead_beef]));
            file.extend(data);
        }
        assert_eq!(read(&file).0.len(), 2);
        let refused = open(&pcap_header(Big, 0xa1b2_cd34, 1)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "sample: a big-endian \"modified\" pcap, which is not supported"
        );
    }

    #[test]
    fn flags_above_the_link_type_are_masked() {
        let mut file = pcap_header(Little, 0xa1b2_c3d4, 0x4400_0001);
        file.extend(pcap_record(Little, 1, 0, b"data"));
        assert!(read(&file).0[0].starts_with("1 link 1 at"));
    }

    fn with_lengths(order: Order, captured: u32, original: u32) -> Vec<u8> {
        let mut file = pcap_header(order, 0xa1b2_c3d4, 1);
        file.extend(pcap_record(order, 1, 0, b"first"));
        file.extend(order.words(&[2, 0, captured, original]));
        file.extend(b"data");
        file
    }

    #[test]
    fn packet_cut_by_the_snap_length_keeps_its_wire_length() {
        let (packets, _) = read(&with_lengths(Little, 4, 1500));
        assert!(packets[1].ends_with(r#": 1500 "data""#), "{packets:?}");
    }

    #[test]
    fn wire_length_below_the_captured_one_is_raised() {
        let (packets, _) = read(&with_lengths(Little, 4, 2));
        assert!(packets[1].ends_with(r#": 4 "data""#), "{packets:?}");
    }

    #[test]
    fn captured_length_that_no_capture_has_is_damage_before_it_is_waited_for() {
        for (order, length) in [(Little, 262_145), (Big, 1 << 30), (Little, u32::MAX)] {
            let mut savefile = open(&with_lengths(order, length, length)).unwrap();
            assert_eq!(packets(&mut savefile).len(), 1);
            let Some(Ending::Damaged(place)) = &savefile.input().ending else {
                panic!("{:?}", savefile.input().ending);
            };
            assert_eq!((place.offset, place.after), (24 + 16 + 5, 1));
            let limit = 262_144;
            assert_eq!(place.reason, Reason::PacketLength { length, limit });
        }
    }

    #[test]
    fn captured_length_that_no_capture_has_is_damage_although_its_bytes_are_there() {
        let mut file = with_lengths(Little, 262_145, 262_145);
        file.resize(file.len() + (1 << 20), 0);
        let (packets, savefile) = read(&file);
        assert_eq!(packets.len(), 1);
        assert_eq!(
            savefile.input().ending.as_ref().unwrap().as_str(),
            "damaged"
        );
    }

    #[test]
    fn longest_packet_that_is_not_there_is_a_cut() {
        let (_, savefile) = read(&with_lengths(Little, 262_144, 262_144));
        assert_eq!(
            savefile.input().ending.as_ref().unwrap().as_str(),
            "truncated"
        );
    }
}
