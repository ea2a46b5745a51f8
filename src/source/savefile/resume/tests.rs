//! Damage of either format: what is passed over, what is read behind it, and what is said of it.

use std::io::Cursor;

use crate::source::samples::{
    Big, Drip, Little, Order, block, enhanced, interface, packets, pcap_header, pcap_record, read,
    read_as_file, section,
};
use crate::source::{Damages, Ending, Reason, Savefile};

const THEN: u32 = 1_700_000_000;

/// Packets whose bytes no header is mistaken for.
fn data(number: u32) -> Vec<u8> {
    let length = 40 + number % 50;
    (0..length)
        .map(|at| 0x80 | (at ^ number).to_le_bytes()[0])
        .collect()
}

fn pcap(order: Order, count: u32) -> Vec<Vec<u8>> {
    let records = (0..count).map(|number| pcap_record(order, THEN + number, 7, &data(number)));
    [pcap_header(order, 0xa1b2_c3d4, 1)]
        .into_iter()
        .chain(records)
        .collect()
}

fn pcapng(order: Order, count: u32) -> Vec<Vec<u8>> {
    let begin = [section(order, 1), interface(order, 1, 0, &[])].concat();
    let ticks = |number| u64::from(THEN + number) * 1_000_000;
    let blocks = (0..count).map(|number| enhanced(order, 0, ticks(number), &data(number)));
    [begin].into_iter().chain(blocks).collect()
}

fn files(count: u32) -> [Vec<Vec<u8>>; 4] {
    [
        pcap(Little, count),
        pcap(Big, count),
        pcapng(Little, count),
        pcapng(Big, count),
    ]
}

/// What is lent, without numbers.
fn lent(packets: &[String]) -> Vec<&str> {
    let lent = packets
        .iter()
        .map(|packet| packet.split_once(' ').unwrap().1);
    lent.collect()
}

/// Bytes without any order.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn nothing_is_found_in_what_holds_no_records() {
    let text = b"GET /some/path HTTP/1.1\r\nHost: example.com\r\n\r\n";
    let words = |number: u32| Little.u32(number % 70_000);
    let junk = [
        noise(1 << 20),
        text.repeat(3_000),
        (0..100_000).flat_map(words).collect(),
        [4, 0, 0, 0].repeat(30_000),
        [0, 0, 0, 8].repeat(30_000),
        [1, 0, 0, 0, 20, 0, 0, 0].repeat(10_000),
        vec![0xff; 200_000],
    ];
    for records in files(12) {
        let whole = records.concat();
        let expected = read(&whole).0;
        for (kind, junk) in junk.iter().enumerate() {
            let (before, behind) = records.split_at(6);
            let file = [&before.concat()[..], junk, &behind.concat()].concat();
            let (packets, savefile) = read(&file);
            assert_eq!(packets, expected);
            let damages = savefile.input().damages.places();
            let [damage] = damages else {
                panic!("{kind}: {damages:?}")
            };
            assert_eq!(damage.offset, before.concat().len() as u64);
            assert_eq!(damage.length, junk.len() as u64);
            assert_eq!((damage.after, damage.next), (5, Some(6)));
            assert_eq!(savefile.input().ending, Some(Ending::Complete));

            // At the end there is nothing to go on with.
            let (packets, savefile) = read(&[&whole[..], junk].concat());
            assert_eq!(packets, expected);
            let input = savefile.input();
            assert_eq!(input.ending.as_ref().unwrap().as_str(), "damaged");
            let [damage] = input.damages.places() else {
                panic!("{:?}", input.damages);
            };
            assert_eq!(
                (damage.offset, damage.length),
                (whole.len() as u64, junk.len() as u64)
            );
            assert!(input.damages.is_to_the_end() && !damage.resumed && damage.next.is_none());
            let error = input.error().unwrap();
            assert!(
                error.ends_with("; nothing behind it can be read"),
                "{error}"
            );
        }
    }
}

#[test]
fn what_is_found_does_not_depend_on_how_the_bytes_come_in() {
    for mut records in files(24) {
        records.insert(18, vec![0; 700]);
        records.insert(12, noise(3000));
        records[5].truncate(20);
        let file = records.concat();
        let (expected, whole) = read(&file);
        assert!(expected.len() > 8, "{expected:?}");
        let drip = Drip(Cursor::new(file));
        let mut savefile = Savefile::from_reader("drip", 0, drip).unwrap();
        assert_eq!(packets(&mut savefile), expected);
        let places = savefile.input().damages.places();
        assert_eq!(places, whole.input().damages.places());
        assert_eq!(places.len(), 3);
    }
}

#[test]
fn captures_inside_of_packets_are_not_taken_for_the_capture() {
    for (inner, outer) in [(0, 0), (1, 1), (2, 2), (3, 3), (2, 0), (0, 2)] {
        let carried = files(30)[inner].concat();
        let order = [Little, Big, Little, Big][outer];
        let carrier = |number: u32| match outer {
            0 | 1 => pcap_record(order, THEN + 100 + number, 0, &carried),
            _ => enhanced(order, 0, u64::from(THEN + number) * 1_000_000, &carried),
        };
        let mut records = vec![files(0)[outer].concat()];
        records.extend((0..9).map(carrier));
        let whole = records.concat();
        let (expected, savefile) = read_as_file(&whole);
        assert_eq!((expected.len(), savefile.input().damages.count()), (9, 0));
        // Its header does not say any more how long the fifth is.
        for harmed in 0..28 {
            let mut harmed_records = records.clone();
            harmed_records[5][harmed] ^= 0xff;
            let (packets, _) = read_as_file(&harmed_records.concat());
            let mut lent = lent(&packets);
            lent.retain(|packet| packet.len() < carried.len());
            assert!(
                lent.is_empty(),
                "{inner} in {outer}, byte {harmed}: {}",
                lent.len()
            );
            assert!(packets.len() >= 8);
        }
    }
}

#[test]
fn zeros_at_the_end_are_a_cut() {
    for records in files(5) {
        let whole = records.concat();
        let expected = read(&whole).0;
        for cut in [0, 9, 30] {
            for zeros in [64, 8192, 1 << 20] {
                let mut file = whole[..whole.len() - cut].to_vec();
                file.resize(file.len() + zeros, 0);
                let (packets, savefile) = read_as_file(&file);
                assert_eq!(
                    packets,
                    expected[..5 - usize::from(cut > 0)],
                    "{cut}, {zeros}"
                );
                let input = savefile.input();
                let Some(Ending::Truncated(place)) = &input.ending else {
                    panic!("{:?}", input.ending);
                };
                let Reason::Zeros { length } = place.reason else {
                    panic!("{:?}", place.reason);
                };
                assert!(length <= zeros as u64 && length + 100 > zeros as u64);
                assert_eq!(input.error(), None);
                assert!(input.damages.is_to_the_end());
            }
        }
    }
}

#[test]
fn a_length_that_leads_behind_the_end_hides_no_packets() {
    for (records, lengths) in files(12).iter().zip([[8, 8], [8, 8], [4, 20], [4, 20]]) {
        for length in lengths {
            let mut records = records.clone();
            let order = if records[0].starts_with(b"\xa1\xb2") || records[0][8] == 0x1a {
                Big
            } else {
                Little
            };
            records[6].splice(length..length + 4, order.u32(100_000));
            let file = records.concat();
            for (packets, savefile) in [read(&file), read_as_file(&file)] {
                assert_eq!(packets.len(), 11);
                assert_eq!(savefile.input().damages.count(), 1);
                assert_eq!(savefile.input().ending, Some(Ending::Complete));
            }
        }
    }
}

#[test]
fn places_are_told_up_to_a_bound() {
    let records = pcapng(Little, 1000);
    let damaged = records.iter().enumerate().map(|(at, record)| match at % 4 {
        3 => record[..record.len() - 4].to_vec(),
        _ => record.clone(),
    });
    let (packets, savefile) = read(&damaged.collect::<Vec<_>>().concat());
    assert_eq!(packets.len(), 750);
    let damages = &savefile.input().damages;
    assert_eq!(
        (damages.places().len(), damages.count()),
        (Damages::MOST, 250)
    );
    let error = savefile.input().error().unwrap();
    assert_eq!(error.matches("damaged at byte").count(), 3, "{error}");
    assert!(error.ends_with("; and at 247 more places"), "{error}");
}

#[test]
fn damage_without_a_packet_between_is_one_place() {
    let mut records = pcapng(Little, 8);
    let foreign = enhanced(Little, 7, 1, b"of no interface");
    records.splice(4..4, [foreign.clone(), noise(50), foreign]);
    let (packets, savefile) = read(&records.concat());
    let numbers = packets.iter().map(|packet| &packet[..1]);
    assert_eq!(numbers.collect::<String>(), "12367891");
    let [damage] = savefile.input().damages.places() else {
        panic!("{:?}", savefile.input().damages);
    };
    assert_eq!((damage.after, damage.next), (3, Some(6)));
    assert_eq!(damage.length, 48 + 50 + 48);
}

#[test]
fn whole_blocks_that_cannot_be_read_are_passed_over_alone() {
    let good = |number| enhanced(Little, 0, number, b"good");
    let begin = [section(Little, 1), interface(Little, 1, 0, &[])].concat();
    let too_long = Little.words(&[0, 0, 1, 9, 9, 0, 0]);
    let bad = [
        enhanced(Little, 1, 1, b"foreign"),
        block(Little, 6, &too_long),
    ];
    for bad in bad {
        let (packets, savefile) = read(&[&begin[..], &good(1), &bad, &good(2)].concat());
        let numbers = packets.iter().map(|packet| &packet[..1]);
        assert_eq!(numbers.collect::<String>(), "13");
        let input = savefile.input();
        assert_eq!((input.packets, input.withheld), (3, 1));
        assert_eq!(input.damages.places()[0].length, bad.len() as u64);
    }
}

#[test]
fn interfaces_described_behind_lost_blocks_have_no_known_number() {
    let begin = [section(Little, 1), interface(Little, 1, 0, &[])].concat();
    let good = |number| enhanced(Little, 0, number, b"good");
    let later = interface(Little, 101, 0, &[]);
    let file = [
        &begin[..],
        &good(1),
        &noise(40),
        &good(2),
        &later,
        &enhanced(Little, 1, 3, b"of which?"),
        &good(4),
        // In a section of its own, all is known again.
        &section(Little, 1),
        &later,
        &enhanced(Little, 0, 5, b"last"),
    ];
    let (packets, savefile) = read(&file.concat());
    let links = packets
        .iter()
        .map(|packet| packet.split(' ').nth(2).unwrap());
    assert_eq!(links.collect::<Vec<_>>(), ["1", "1", "1", "101"]);
    let unknown = &savefile.input().damages.places()[1];
    assert!(matches!(unknown.reason, Reason::UnknownInterface { .. }));
}

#[test]
fn blocks_of_odd_lengths_are_padded() {
    // The length is stated without the padding, as Wireshark allows it.
    let mut odd = enhanced(Little, 0, 1, b"12345");
    for place in [4, odd.len() - 4] {
        odd[place] -= 3;
    }
    let begin = [section(Little, 1), interface(Little, 1, 0, &[])].concat();
    let (packets, savefile) = read(&[&begin[..], &odd, &odd].concat());
    assert_eq!(packets.len(), 2);
    assert_eq!(savefile.input().damages.count(), 0);
}

#[test]
fn long_blocks_of_unknown_types_are_searched() {
    let records = pcapng(Little, 8);
    let (before, behind) = records.split_at(4);
    // What stands for its length would pass over the rest of the file.
    let wrong = Little.words(&[0x1234_5678, 100 << 20]);
    let (packets, savefile) = read(&[before.concat(), wrong, behind.concat()].concat());
    assert_eq!(packets.len(), 8);
    assert_eq!(savefile.input().damages.places()[0].length, 8);
}
