//! pcapng files, block by block, in either byte order.

mod about;

use crate::source::samples::{
    Big, Little, Order, block, enhanced, interface, open, packets, read, section,
};
use crate::source::{Ending, Reason};

/// `if_tsresol` and `if_tsoffset`.
const RESOLUTION: u16 = 9;
const OFFSET: u16 = 14;

fn file(order: Order, blocks: &[Vec<u8>]) -> Vec<u8> {
    [section(order, 1), blocks.concat()].concat()
}

/// Why and where the file is damaged, and how many packets come before.
fn damage(bytes: &[u8]) -> (Reason, u64, usize) {
    let mut savefile = open(bytes).unwrap();
    let packets = packets(&mut savefile);
    match savefile.input().damages.places() {
        [place] => (place.reason.clone(), place.offset, packets.len()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn enhanced_packets_are_read_in_either_byte_order() {
    for order in [Little, Big] {
        let mut cut = order.words(&[0, 0, 2_000_003, 5, 1500]);
        cut.extend(b"first\0\0\0");
        // A comment of two bytes, and the end of the options.
        cut.extend([order.u16(1), order.u16(2)].concat());
        cut.extend(b"hi\0\0\0\0\0\0");
        let blocks = [
            interface(order, 101, 0, &[]),
            block(order, 6, &cut),
            enhanced(order, 0, 1 << 32, b""),
        ];
        assert_eq!(
            read(&file(order, &blocks)).0,
            [
                r#"1 link 101 at 1970-01-01T00:00:02.000003Z: 1500 "first""#,
                r#"2 link 101 at 1970-01-01T01:11:34.967296Z: 0 """#,
            ],
            "{order:?}"
        );
    }
}

#[test]
fn interfaces_have_their_own_link_type_and_clock() {
    for order in [Little, Big] {
        let seconds = order.u64((-60_i64).cast_unsigned());
        let blocks = [
            interface(order, 1, 0, &[]),
            interface(order, 113, 0, &[(2, b"eth1"), (RESOLUTION, &[9])]),
            interface(order, 0, 0, &[(RESOLUTION, &[3]), (OFFSET, &seconds)]),
            enhanced(order, 2, 60_001, b"c"),
            enhanced(order, 1, 1, b"b"),
            enhanced(order, 0, 1, b"a"),
        ];
        assert_eq!(
            read(&file(order, &blocks)).0,
            [
                r#"1 link 0 at 1970-01-01T00:00:00.001Z: 1 "c""#,
                r#"2 link 113 at 1970-01-01T00:00:00.000000001Z: 1 "b""#,
                r#"3 link 1 at 1970-01-01T00:00:00.000001Z: 1 "a""#,
            ],
            "{order:?}"
        );
    }
}

#[test]
fn options_behind_their_end_are_not_read() {
    let blocks = [
        interface(Little, 1, 0, &[(0, b""), (RESOLUTION, &[0])]),
        enhanced(Little, 0, 1, b"a"),
    ];
    let (packets, _) = read(&file(Little, &blocks));
    assert!(packets[0].contains(".000001Z"), "{packets:?}");
}

#[test]
fn sections_begin_with_no_interfaces_and_their_own_byte_order() {
    let first = file(
        Little,
        &[
            interface(Little, 1, 0, &[]),
            enhanced(Little, 0, 1, b"little"),
        ],
    );
    let second = file(
        Big,
        &[interface(Big, 12, 0, &[]), enhanced(Big, 0, 2, b"big")],
    );
    let bare = file(Little, &[enhanced(Little, 0, 3, b"of none")]);
    let (packets, _) = read(&[first.clone(), second.clone()].concat());
    assert_eq!(
        packets,
        [
            r#"1 link 1 at 1970-01-01T00:00:00.000001Z: 6 "little""#,
            r#"2 link 12 at 1970-01-01T00:00:00.000002Z: 3 "big""#,
        ]
    );
    let unknown = Reason::UnknownInterface {
        interface: 0,
        known: 0,
    };
    let offset = first.len() + second.len() + section(Little, 1).len();
    assert_eq!(
        damage(&[first, second, bare].concat()),
        (unknown, offset as u64, 2)
    );
}

#[test]
fn the_length_that_a_section_states_changes_nothing() {
    for order in [Little, Big] {
        let blocks = [interface(order, 1, 0, &[]), enhanced(order, 0, 1, b"a")];
        let mut bytes = file(order, &blocks);
        for length in [0, 4, 1 << 40, 1 << 63, u64::MAX] {
            bytes[16..24].copy_from_slice(&order.u64(length));
            let (packets, savefile) = read(&bytes);
            assert_eq!(packets.len(), 1, "{length}");
            assert_eq!(savefile.input().ending, Some(Ending::Complete));
        }
    }
}

#[test]
fn simple_packets_take_snap_length_and_time_from_elsewhere() {
    let simple = |order: Order, length: u32, data: &[u8]| {
        block(order, 3, &[&order.u32(length), data].concat())
    };
    for order in [Little, Big] {
        let blocks = [
            interface(order, 1, 6, &[]),
            interface(order, 101, 0, &[]),
            simple(order, 5, b"early"),
            enhanced(order, 1, 7, b"timed"),
            simple(order, 100, b"longer"),
        ];
        let (packets, savefile) = read(&file(order, &blocks));
        assert_eq!(
            packets,
            [
                r#"1 link 1 at 1970-01-01T00:00:00Z: 5 "early""#,
                r#"2 link 101 at 1970-01-01T00:00:00.000007Z: 5 "timed""#,
                r#"3 link 1 at 1970-01-01T00:00:00.000007Z: 100 "longer""#,
            ]
        );
        let first = savefile.input().first_time.unwrap();
        assert_eq!(first.nanos(), 7_000, "a time that is not known is none");
    }
}

#[test]
fn obsolete_packets_name_their_interface_in_16_bits() {
    for order in [Little, Big] {
        // Interface 1, 0xffff drops.
        let mut body = [order.u16(1), order.u16(0xffff)].concat();
        body.extend(order.words(&[0, 9, 3, 3]));
        body.extend(b"old");
        let blocks = [
            interface(order, 1, 0, &[]),
            interface(order, 101, 0, &[]),
            block(order, 2, &body),
        ];
        assert_eq!(
            read(&file(order, &blocks)).0,
            [r#"1 link 101 at 1970-01-01T00:00:00.000009Z: 3 "old""#]
        );
    }
}

#[test]
fn other_blocks_are_passed_over_and_numbered_as_wireshark_does() {
    // Name resolution, interface statistics, secrets, an unknown one, one of a local use.
    let unnumbered = [4, 5, 10, 77, 0x8000_0001];
    let numbered = [9, 0x204, 0xbad, 0x4000_0bad];
    let others = |kinds: &[u32]| -> Vec<u8> {
        let blocks = kinds.iter().map(|kind| block(Big, *kind, &[0; 24]));
        blocks.flatten().collect()
    };
    let blocks = [
        others(&unnumbered),
        interface(Big, 1, 0, &[]),
        others(&numbered),
        enhanced(Big, 0, 1, b"a"),
        others(&unnumbered),
    ];
    let (packets, savefile) = read(&file(Big, &blocks));
    assert_eq!(packets.len(), 1);
    assert!(packets[0].starts_with("5 link"), "{packets:?}");
    let input = savefile.input();
    assert_eq!((input.packets, input.foreign, input.bytes), (5, 4, 1));
    assert_eq!(input.ending, Some(Ending::Complete));
}

#[test]
fn foreign_blocks_longer_than_the_buffer_are_passed_over() {
    let mut blocks = vec![
        interface(Little, 1, 0, &[]),
        block(Little, 0xbad, &vec![1; 5 << 20]),
        enhanced(Little, 0, 1, b"behind"),
    ];
    let whole = file(Little, &blocks);
    assert_eq!(read(&whole).0.len(), 1);

    let begin = section(Little, 1).len() + blocks[0].len();
    let (packets, savefile) = read(&whole[..whole.len() - 100]);
    assert!(packets.is_empty());
    let ending = savefile.input().ending.clone().unwrap();
    assert_eq!(ending.as_str(), "truncated");
    assert_eq!(ending.broken().unwrap().offset, begin as u64);

    let end = blocks[1].len() - 4;
    blocks[1][end] ^= 4;
    let (reason, offset, _) = damage(&file(Little, &blocks));
    assert!(matches!(reason, Reason::BlockLengthsDiffer { .. }));
    assert_eq!(offset, begin as u64);
}

#[test]
fn block_lengths_that_cannot_be_are_damage() {
    let good = [interface(Little, 1, 0, &[]), enhanced(Little, 0, 1, b"a")];
    let offset = file(Little, &good).len() as u64;
    for (kind, length) in [
        (6, 8),
        (6, 31),
        (6, (1 << 20) + 4),
        (1, 16),
        (3, 12),
        (77, 11),
        (77, u32::MAX),
    ] {
        let mut bytes = file(Little, &good);
        bytes.extend(Little.words(&[kind, length]));
        bytes.extend([0x55; 64]);
        let (reason, place, packets) = damage(&bytes);
        assert!(
            matches!(reason, Reason::BlockLength { length: stated, .. } if stated == length),
            "{reason:?}"
        );
        assert_eq!((place, packets), (offset, 1));
    }
}

#[test]
fn lengths_at_the_begin_and_end_of_a_block_must_agree() {
    let mut packet = enhanced(Big, 0, 1, b"abcd");
    *packet.last_mut().unwrap() += 4;
    let bytes = file(Big, &[interface(Big, 1, 0, &[]), packet]);
    let differ = Reason::BlockLengthsDiffer {
        first: 36,
        last: 40,
    };
    assert_eq!(damage(&bytes).0, differ);
}

#[test]
fn captured_length_must_fit_into_the_block() {
    let body = Little.words(&[0, 0, 1, 9, 9, 0, 0]);
    let bytes = file(
        Little,
        &[interface(Little, 1, 0, &[]), block(Little, 6, &body)],
    );
    let exceeds = Reason::PacketExceedsBlock { length: 9, room: 8 };
    assert_eq!(damage(&bytes).0, exceeds);
}

#[test]
fn later_section_of_another_version_or_order_is_damage() {
    let good = file(Little, &[]);
    let other = Reason::SectionVersion { major: 2, minor: 0 };
    let bytes = [good.clone(), section(Big, 2)].concat();
    assert_eq!(damage(&bytes), (other, 28, 0));

    let mut disorder = section(Big, 1);
    disorder[8] = 0;
    let bytes = [good, disorder].concat();
    assert_eq!(damage(&bytes).0, Reason::ByteOrderMagic(0x4d3c_2b00));
}
