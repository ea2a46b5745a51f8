//! Datagrams of which all fragments come.

use proptest::prelude::*;

use super::*;
use crate::decode::decode;

const PAYLOAD: &[u8] = b"what is said in four pieces, and in no order, is said nevertheless";

/// Four pieces, the first one shorter than a TCP header.
fn four(ip: Ip) -> Vec<Fragment> {
    Fragment::all(ip, &segment(ip, PAYLOAD), &[16, 40, 64])
}

fn permutations(of: &[Fragment]) -> Vec<Vec<Fragment>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let beginning_with = |index: usize| {
        let mut rest = of.to_vec();
        let first = rest.remove(index);
        let rests = permutations(&rest).into_iter();
        rests.map(move |rest| [vec![first.clone()], rest].concat())
    };
    (0..of.len()).flat_map(beginning_with).collect()
}

#[test]
fn fragments_give_the_segment_in_every_order_with_the_packet_that_completes_it() {
    for ip in BOTH {
        for order in permutations(&four(ip)) {
            let mut capture = Capture::new();
            for fragment in &order[..3] {
                assert_eq!(capture.take(fragment), Err(Skipped::IpFragment));
            }
            let read = capture.take(&order[3]).unwrap();
            assert_eq!((read.number, read.sequence), (4, 1000));
            assert_eq!((read.payload, read.missing), (PAYLOAD.to_vec(), 0));
            assert_eq!(capture.finish(), Counted::whole(4, 1));
        }
    }
}

#[test]
fn the_header_in_front_of_the_first_fragment_counts() {
    let mut fragments = four(Ip::V4);
    for (fragment, ttl) in fragments.iter_mut().zip(61..) {
        fragment.ttl = ttl;
    }
    fragments.reverse();
    let read = Capture::new().take_all(&fragments);
    assert_eq!((read[0].ttl, read[0].ip_id), (61, Some(7)));
}

#[test]
fn fragments_of_several_datagrams_may_come_among_each_other() {
    let mut others = four(Ip::V4);
    for (index, fragment) in (0..).zip(&mut others) {
        fragment.id = 8;
        // The protocol belongs to what tells datagrams of IPv4 apart: these are no piece of it.
        fragment.protocol = if index == 3 { 51 } else { TCP };
    }
    let mixed: Vec<Fragment> = four(Ip::V4)
        .into_iter()
        .zip(others)
        .flat_map(|(one, other)| [one, other])
        .chain(four(Ip::V6))
        .collect();
    let mut capture = Capture::new();
    assert_eq!(capture.take_all(&mixed).len(), 2);
    let expected = Counted {
        skipped: vec![(Skipped::IpFragment, 4)],
        ..Counted::whole(8, 2)
    };
    assert_eq!(capture.finish(), expected);
}

#[test]
fn copies_change_nothing_whenever_they_come() {
    for ip in BOTH {
        let mut capture = Capture::new();
        let twice = four(ip).into_iter().flat_map(|it| [it.clone(), it]);
        let twice: Vec<Fragment> = twice.collect();
        assert_eq!(capture.take_all(&twice).len(), 1);
        assert_eq!(capture.take_all(&twice), []);
        assert_eq!(capture.finish(), Counted::whole(16, 1));
    }
}

#[test]
fn copies_that_a_router_cut_elsewhere_change_nothing() {
    let datagram = segment(Ip::V4, PAYLOAD);
    let cut_at = |places: &[usize]| Fragment::all(Ip::V4, &datagram, places);
    let (long, short) = (cut_at(&[40]), cut_at(&[16, 32, 48, 64]));
    for (before, behind) in [(&long, &short), (&short, &long)] {
        let mut capture = Capture::new();
        assert_eq!(capture.take_all(before).len(), 1);
        assert_eq!(capture.take_all(behind), []);
        assert_eq!(capture.finish(), Counted::whole(7, 1));
    }
}

#[test]
fn an_identification_that_comes_back_names_another_datagram() {
    for ip in BOTH {
        let mut capture = Capture::new();
        for payload in [PAYLOAD, &PAYLOAD[1..], b"something else, and much shorter"] {
            let fragments = Fragment::all(ip, &segment(ip, payload), &[24]);
            let read = capture.take_all(&fragments);
            assert_eq!(read.len(), 1, "{payload:?}");
            assert_eq!(read[0].payload, payload);
        }
        assert_eq!(capture.finish(), Counted::whole(6, 3));
    }
}

#[test]
fn bytes_that_the_capture_cut_off_are_missing_from_the_first_on() {
    let datagram = segment(Ip::V4, PAYLOAD);
    let held = |piece: usize, held: usize| {
        let mut fragments = four(Ip::V4);
        fragments[piece].held = held;
        let mut capture = Capture::new();
        let read = capture.take_all(&fragments);
        (read, capture.finish())
    };
    for (piece, start, whole) in [(1, 16, 24), (2, 40, 24), (3, 64, datagram.len() - 64)] {
        for bytes in 4..whole {
            let (read, counted) = held(piece, bytes);
            let known = start + bytes - 20;
            assert_eq!(read[0].payload, PAYLOAD[..known]);
            assert_eq!(read[0].missing as usize, PAYLOAD.len() - known);
            assert_eq!(counted, Counted::whole(4, 1));
        }
    }
    // Not even a TCP header is left of this one.
    let (read, counted) = held(0, 12);
    assert_eq!(read, []);
    assert_eq!(counted, Counted::skipped(Skipped::HeadersCut, 4));
}

#[test]
fn a_copy_that_was_cut_less_fills_in() {
    for ip in BOTH {
        let mut fragments = four(ip);
        let copy = fragments[2].clone();
        fragments[2].held = 0;
        fragments.insert(3, copy);
        let read = Capture::new().take_all(&fragments);
        assert_eq!((&read[0].payload[..], read[0].missing), (PAYLOAD, 0));
    }
}

#[test]
fn extension_headers_may_stand_on_both_sides_of_a_fragment_header() {
    let options = |next: u8, rest: &[u8]| [&[next, 0, 1, 4, 0, 0, 0, 0], rest].concat();
    let datagram = options(TCP, &segment(Ip::V6, PAYLOAD));
    let mut capture = Capture::new();
    let mut read = Vec::new();
    for mut fragment in Fragment::all(Ip::V6, &datagram, &[8, 48]) {
        fragment.protocol = DESTINATION_OPTIONS;
        let mut packet = fragment.packet();
        let behind = options(FRAGMENT, &packet.split_off(40));
        packet[6] = DESTINATION_OPTIONS;
        packet[5] += 8;
        packet.extend(behind);
        read.extend(capture.take_packet(0, &packet, 0));
    }
    assert_eq!(read[0].payload, PAYLOAD);
    assert_eq!(capture.finish(), Counted::whole(3, 1));
}

/// A datagram in fragments, of which the datagram that they make is a fragment again, and so on.
fn nested(depth: u16, datagram: &[u8]) -> Vec<Fragment> {
    let mut pieces = Fragment::all(Ip::V6, datagram, &[40]);
    for level in 1..=depth {
        let wrapped = pieces.iter().zip(0..).flat_map(|(piece, index)| {
            let mut outer = Fragment::all(Ip::V6, &piece.payload(), &[8]);
            for it in &mut outer {
                it.id = level << 8 | index;
                it.protocol = FRAGMENT;
            }
            outer
        });
        pieces = wrapped.collect();
    }
    pieces
}

#[test]
fn a_datagram_may_be_a_fragment_again() {
    let datagram = segment(Ip::V6, PAYLOAD);
    for depth in 1..=3 {
        let mut capture = Capture::new();
        let pieces = nested(depth, &datagram);
        let read = capture.take_all(&pieces);
        assert_eq!(read.len(), 1, "{depth}");
        assert_eq!(
            (&read[0].payload[..], read[0].number),
            (PAYLOAD, 2 << depth)
        );
        assert_eq!(capture.finish(), Counted::whole(2 << depth, 1));
    }
    let mut capture = Capture::new();
    assert_eq!(capture.take_all(&nested(4, &datagram)), []);
    let expected = Counted::skipped(Skipped::NestedTooDeep, 2 << 4);
    assert_eq!(capture.finish(), expected);
}

#[test]
fn packets_are_counted_where_they_came_from() {
    let fragments = four(Ip::V4);
    let mut capture = Capture::new();
    for (fragment, input) in fragments.iter().zip([1, 0, 2, 0]) {
        let _read = capture.take_packet(input, &fragment.packet(), 0);
    }
    let mut alone = fragments[0].clone();
    alone.id = 8;
    let _waits = capture.take_packet(2, &alone.packet(), 0);
    let tally = capture.decoder.finish();
    let counts = |input| (tally.of(input).fragments, tally.of(input).datagrams);
    assert_eq!([0, 1, 2].map(counts), [(2, 1), (1, 0), (1, 0)]);
    let skipped = |input| tally.of(input).skipped().count();
    assert_eq!([0, 1, 2].map(skipped), [0, 0, 1]);
}

proptest! {
    #[test]
    fn however_a_datagram_is_cut_its_segment_is_that_of_the_whole(
        payload in prop::collection::vec(any::<u8>(), 1..600),
        cuts in prop::collection::btree_set(1_usize..77, 1..20),
        copies in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        shuffled in any::<u64>(),
        version in prop::sample::select(&BOTH[..]),
    ) {
        let datagram = segment(version, &payload);
        let cuts: Vec<usize> = cuts.into_iter().map(|it| it * 8).filter(|it| *it < datagram.len()).collect();
        prop_assume!(!cuts.is_empty());
        let mut fragments = Fragment::all(version, &datagram, &cuts);
        for copy in copies {
            fragments.push(copy.get(&fragments).clone());
        }
        // By a hash: any order, and the same one each time.
        fragments.sort_by_cached_key(|it| (it.start as u64 + 1).wrapping_mul(shuffled | 1) >> 7);
        let mut capture = Capture::new();
        let read = capture.take_all(&fragments);
        prop_assert_eq!(read.len(), 1);
        let mut whole = Fragment::of(version, &datagram, 0, datagram.len()).packet();
        if version == Ip::V4 {
            whole[6..8].fill(0);
        }
        let whole = RawPacket {
            id: PacketId { input: 0, number: 1 },
            time: Timestamp::from_nanos(0, 9),
            link: LinkType::RAW,
            reception: crate::packet::Reception::default(),
            wire_length: u32::try_from(whole.len()).unwrap(),
            bytes: &whole,
        };
        let whole = decode(&whole).unwrap();
        prop_assert_eq!(&read[0].payload[..], whole.payload);
        prop_assert_eq!((read[0].missing, read[0].sequence), (0, whole.sequence));
        prop_assert_eq!((read[0].ttl, read[0].ip_id), (whole.ttl, whole.ip_id));
        prop_assert_eq!(capture.finish(), Counted::whole(fragments.len() as u64, 1));
    }

    #[test]
    fn any_fragments_are_counted_once_each(
        pieces in prop::collection::vec((0_usize..6, 0_usize..40, any::<bool>(), 0_u16..3, 0_usize..9), 1..60),
        version in prop::sample::select(&BOTH[..]),
    ) {
        let mut limits = Limits::default();
        (limits.fragmented_datagrams, limits.fragments_per_datagram) = (2, 4);
        let mut capture = Capture::with(&limits);
        let packets = pieces.len() as u64;
        let mut segments = 0;
        for (start, length, more, id, held) in pieces {
            let bytes = vec![0x50; length];
            let held = held * length / 8;
            let fragment = Fragment { ip: version, id, protocol: TCP, ttl: 1, start: start * 8, more, bytes, held };
            // The first one of IPv4 with nothing behind it is no fragment.
            segments += u64::from(capture.take(&fragment).is_ok());
        }
        let counted = capture.finish();
        let skipped: u64 = counted.skipped.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(skipped + counted.fragments + segments - counted.datagrams, packets);
    }
}
