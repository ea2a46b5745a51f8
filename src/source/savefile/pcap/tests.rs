//! pcap files, record by record, in either byte order.

use crate::source::samples::{
    Big, Little, Order, open, packets, pcap_header, pcap_record, read, read_as_file,
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
        "sample: a big-endian \"modified\" pcap, which is not read as it is: editcap FILE ws.pcapng, then check that"
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
fn lengths_of_old_versions_stand_in_either_order() {
    for (minor, expected) in [(2, 4), (3, 4), (4, 0)] {
        let mut file = pcap_header(Little, 0xa1b2_c3d4, 1);
        file[6] = minor;
        file.extend(Little.words(&[1, 0, 1500, 4]));
        file.extend(b"data");
        file.extend(Little.words(&[2, 0, 4, 1500]));
        file.extend(b"data");
        let (packets, _) = read(&file);
        let both = r#": 1500 "data""#;
        let found = packets.iter().filter(|packet| packet.ends_with(both));
        assert_eq!(found.count() * 2, expected, "2.{minor}: {packets:?}");
    }
}

/// Records with these headers and as many bytes of data as each says.
fn with_headers(headers: &[[u32; 4]]) -> Vec<u8> {
    let mut file = pcap_header(Little, 0xa1b2_c3d4, 1);
    for header in headers {
        file.extend(Little.words(header));
        file.extend(vec![b'd'; header[2] as usize]);
    }
    file
}

const THEN: u32 = 1_700_000_000;
const DAY: u32 = 24 * 60 * 60;

#[test]
fn writers_with_odd_habits_are_read() {
    let odd: [fn(u32) -> [u32; 4]; 7] = [
        |number| [THEN + number, 2_000_000, 60, 60],
        |number| [THEN + number, 0, 60, 0],
        |number| [THEN + number, 0, 60 + number % 7, 1500],
        |number| [THEN + number, 0, 0, 0],
        |number| [THEN + number * 3 * DAY, 0, 60, 60],
        |number| [number.wrapping_mul(2_654_435_761), 0, 60, 60],
        |number| [THEN + number / 5 * DAY, 7_000_000, 60 - number % 3, 60],
    ];
    for (habit, header) in odd.iter().enumerate() {
        for count in [1, 2, 3, 20] {
            let headers: Vec<_> = (0..count).map(header).collect();
            let file = with_headers(&headers);
            let (packets, savefile) = read(&file);
            assert_eq!(packets.len(), headers.len(), "habit {habit}");
            assert_eq!(savefile.input().ending, Some(Ending::Complete));
            assert_eq!(savefile.input().damages.count(), 0);
            assert_eq!(packets, read_as_file(&file).0);
        }
    }
}

#[test]
fn clock_that_is_set_is_no_damage() {
    let times = [0, 1, 2, 400 * DAY, 400 * DAY + 1, 3, 4, 5 * DAY, 6];
    let headers = times.map(|time| [THEN + time, 0, 60, 60]);
    let (packets, savefile) = read_as_file(&with_headers(&headers));
    assert_eq!(packets.len(), times.len());
    assert_eq!(savefile.input().damages.count(), 0);
}

#[test]
fn packet_without_a_byte_is_one() {
    let header = |captured| [THEN, 0, captured, 60];
    let headers = [60, 0, 60, 0].map(header);
    let (packets, savefile) = read_as_file(&with_headers(&headers));
    assert_eq!(packets.len(), 4);
    assert_eq!(savefile.input().damages.count(), 0);
}

#[test]
fn zeros_are_no_packets() {
    let good: Vec<_> = (0..8).map(|number| [THEN + number, 0, 60, 60]).collect();
    let file = with_headers(&good);
    // Between two records, and between two bytes of the fourth, its header's and its packet's.
    let begin = 24 + 3 * 76;
    for (inside, before, behind) in [(0, 3, 5), (8, 3, 4), (10, 3, 4), (76, 4, 4)] {
        for zeros in [100, 4096, 1 << 20] {
            let mut damaged = file.clone();
            let at = begin + inside;
            damaged.splice(at..at, vec![0; zeros]);
            let (packets, savefile) = read_as_file(&damaged);
            assert_eq!(packets.len(), before + behind, "{zeros} in {inside}");
            assert_eq!(read(&damaged).0, packets);
            let [damage] = savefile.input().damages.places() else {
                panic!("{:?}", savefile.input().damages);
            };
            let offset = begin + if inside == 76 { 76 } else { 0 };
            assert_eq!(damage.offset, offset as u64);
            assert_eq!(damage.after, before as u64);
            assert_eq!(damage.next, Some(before as u64 + 1));
            assert!(damage.resumed);
            assert!(matches!(damage.reason, Reason::Zeros { length } if length >= zeros as u64));
        }
    }
}

#[test]
fn packet_that_zeros_were_written_over_is_numbered_and_not_lent() {
    let good: Vec<_> = (0..8).map(|number| [THEN + number, 0, 60, 60]).collect();
    let mut file = with_headers(&good);
    let third = 24 + 2 * 76;
    file[third + 50..third + 3 * 76 + 20].fill(0);
    for (packets, savefile) in [read(&file), read_as_file(&file)] {
        let numbers = packets
            .iter()
            .map(|packet| packet.split(' ').next().unwrap());
        assert_eq!(numbers.collect::<String>(), "1245");
        let input = savefile.input();
        assert_eq!((input.packets, input.withheld), (5, 1));
        let damage = &input.damages.places()[0];
        assert_eq!((damage.after, damage.next), (3, Some(4)));
        assert_eq!(
            savefile.input().error().unwrap(),
            "damaged at byte 252, after packet 3: 172 bytes of zeros; went on at byte 480 with \
             packet 4"
        );
    }
}

#[test]
fn flipped_bit_of_a_length_makes_no_other_packet() {
    let good: Vec<_> = (0..12).map(|number| [THEN + number, 0, 60, 60]).collect();
    let whole = with_headers(&good);
    let all = read(&whole).0;
    for field in [8, 12] {
        for bit in 0..32 {
            let mut file = whole.clone();
            let fifth = 24 + 4 * 76;
            file[fifth + field + bit / 8] ^= 1 << (bit % 8);
            for (packets, _) in [read(&file), read_as_file(&file)] {
                // The fifth has another number, or another length on the wire.
                let data = |packet: &str| packet.split(" at ").nth(1).unwrap().to_owned();
                let others = packets.iter().map(|packet| data(packet));
                let known: Vec<_> = all.iter().map(|packet| data(packet)).collect();
                let unknown = others.filter(|packet| !known.contains(packet)).count();
                assert!(unknown <= usize::from(field == 12), "{field}, bit {bit}");
                assert!(packets.len() >= 11, "{field}, bit {bit}: {packets:?}");
            }
        }
    }
}

#[test]
fn files_behind_each_other_are_read_each_with_its_own_header() {
    let mut file = with_headers(&[[THEN, 1, 4, 4]]);
    file.extend(pcap_header(Big, 0xa1b2_3c4d, 101));
    file.extend(pcap_record(Big, THEN, 2, b"data"));
    file.extend(pcap_header(Little, 0xa1b2_c3d4, 1));
    file.extend(pcap_header(Little, 0xa1b2_c3d4, 1));
    file.extend(pcap_record(Little, THEN, 3, b"data"));
    let expected = [
        r#"1 link 1 at 2023-11-14T22:13:20.000001Z: 4 "dddd""#,
        r#"2 link 101 at 2023-11-14T22:13:20.000000002Z: 4 "data""#,
        r#"3 link 1 at 2023-11-14T22:13:20.000003Z: 4 "data""#,
    ];
    for (packets, savefile) in [read(&file), read_as_file(&file)] {
        assert_eq!(packets, expected);
        assert_eq!(savefile.input().ending, Some(Ending::Complete));
        assert_eq!(savefile.input().damages.count(), 0);
    }
}

#[test]
fn captured_length_that_no_capture_has_is_damage_although_its_bytes_are_there() {
    let mut file = with_lengths(Little, 262_145, 262_145);
    file.resize(file.len() + (1 << 20), 0x55);
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
