//! pcap files, record by record, in either byte order.

use crate::source::samples::{Big, Little, Order, open, packets, pcap_header, pcap_record, read};
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

#[test]
fn the_file_describes_one_interface() {
    for (magic, resolution) in [(0xa1b2_c3d4, "10^-6"), (0xa1b2_3c4d, "10^-9")] {
        let mut file = pcap_header(Big, magic, 0x4400_0065);
        file.extend(pcap_record(Big, 1, 0, b"data"));
        let (_, savefile) = read(&file);
        let about = &savefile.input().about;
        let [interface] = about.interfaces.as_slice() else {
            panic!("{about:?}")
        };
        assert_eq!(interface.link.0, 101);
        assert_eq!(interface.snap_length, Some(262_144));
        assert_eq!(interface.resolution.to_string(), resolution);
        assert_eq!((interface.read.packets, interface.lost()), (1, None));
        assert!(about.sections.is_empty());
    }
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
