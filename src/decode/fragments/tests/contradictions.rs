//! Fragments that cannot be, and those that cannot be of one datagram.

use super::*;

const PAYLOAD: &[u8] = b"of these words each should be there once, whoever else says something";

/// A piece of the datagram at this place, with bytes of its own.
fn forged(ip: Ip, from: usize, to: usize) -> Fragment {
    let mut datagram = segment(ip, PAYLOAD);
    datagram[from..to].fill(b'!');
    Fragment::of(ip, &datagram, from, to)
}

fn true_ones(ip: Ip) -> Vec<Fragment> {
    Fragment::all(ip, &segment(ip, PAYLOAD), &[24, 48, 72])
}

/// What is counted of these; none of them gives a segment.
fn counted(fragments: &[Fragment]) -> Counted {
    let mut capture = Capture::new();
    assert_eq!(capture.take_all(fragments), []);
    capture.finish()
}

#[test]
fn other_bytes_for_the_same_place_keep_a_datagram_from_being_put_together() {
    let conflict = |packets| Counted::skipped(Skipped::FragmentConflict, packets);
    for ip in BOTH {
        for (from, to) in [(24, 48), (32, 40), (24, 72), (0, 32), (48, 56)] {
            // Before the true one and behind it.
            for place in [0, 3] {
                let mut fragments = true_ones(ip);
                fragments.insert(place, forged(ip, from, to));
                assert_eq!(
                    counted(&fragments),
                    conflict(5),
                    "{ip:?} {from} {to} {place}"
                );
            }
        }
    }
}

#[test]
fn the_same_bytes_may_overlap_in_ipv4_alone() {
    for (from, to) in [(32, 40), (24, 72), (0, 32), (40, 56), (16, 88)] {
        let fragments = |ip: Ip| {
            let mut fragments = true_ones(ip);
            fragments.insert(3, Fragment::of(ip, &segment(ip, PAYLOAD), from, to));
            fragments
        };
        let read = Capture::new().take_all(&fragments(Ip::V4));
        assert_eq!(
            (&read[0].payload[..], read[0].missing),
            (PAYLOAD, 0),
            "{from} {to}"
        );
        let expected = Counted::skipped(Skipped::FragmentConflict, 5);
        assert_eq!(counted(&fragments(Ip::V6)), expected, "{from} {to}");
    }
}

#[test]
fn a_datagram_has_one_end() {
    for ip in BOTH {
        let shorter = {
            let datagram = &segment(ip, PAYLOAD)[..80];
            Fragment::of(ip, datagram, 72, 80)
        };
        let longer = {
            let datagram = [segment(ip, PAYLOAD), vec![0; 40]].concat();
            Fragment::of(ip, &datagram, 96, 104)
        };
        let goes_on = Fragment {
            more: true,
            ..shorter.clone()
        };
        let end = true_ones(ip)[3].clone();
        let conflict = Counted::skipped(Skipped::FragmentConflict, 2);
        for other in [&shorter, &longer] {
            assert_eq!(counted(&[end.clone(), other.clone()]), conflict);
            assert_eq!(counted(&[other.clone(), end.clone()]), conflict);
        }
        assert_eq!(counted(&[shorter, goes_on]), conflict);
    }
}

#[test]
fn what_comes_later_is_not_put_together_either() {
    let mut capture = Capture::new();
    let fragments = true_ones(Ip::V4);
    capture.take_all(&[fragments[0].clone(), forged(Ip::V4, 0, 24)]);
    assert_eq!(capture.take_all(&fragments), []);
    // After the time in which they could belong to it, they are another datagram: but the first
    // packet with a later time may have a wrong one.
    capture.at(100).take_all([&fragments[0]]);
    assert_eq!(capture.take_all(&fragments).len(), 1);
    let expected = Counted {
        skipped: vec![(Skipped::FragmentConflict, 7)],
        ..Counted::whole(4, 1)
    };
    assert_eq!(capture.finish(), expected);
}

#[test]
fn pieces_of_two_datagrams_are_told_by_the_checksum() {
    for ip in BOTH {
        let (one, mut other) = (true_ones(ip), segment(ip, PAYLOAD));
        other[60] ^= 1;
        let others = Fragment::all(ip, &other, &[24, 48, 72]);
        let mixed: Vec<Fragment> = [&one[..2], &others[2..]].concat();
        let expected = Counted::skipped(Skipped::FragmentConflict, 4);
        assert_eq!(counted(&mixed), expected);
    }
}

#[test]
fn fragments_that_no_host_sends_are_malformed() {
    let datagram = vec![0; 65_600];
    for ip in BOTH {
        let beyond = Fragment::of(ip, &datagram, 65_528, 65_536);
        let no_words = Fragment::of(ip, &datagram, 0, 20);
        let empty = Fragment::of(ip, &datagram, 16, 16);
        let empty_end = Fragment::of(ip, &datagram[..16], 16, 16);
        for fragment in [beyond, no_words, empty, empty_end] {
            let mut capture = Capture::new();
            assert_eq!(capture.take(&fragment), Err(Skipped::Malformed));
            assert_eq!(capture.finish(), Counted::skipped(Skipped::Malformed, 1));
        }
        let last = Fragment::of(ip, &datagram[..65_535], 65_528, 65_535);
        assert_eq!(Capture::new().take(&last), Err(Skipped::IpFragment));
    }
}

#[test]
fn fragments_of_what_is_no_tcp_are_not_kept() {
    for ip in BOTH {
        for mut fragment in true_ones(ip) {
            fragment.protocol = ICMP;
            let mut capture = Capture::new();
            assert_eq!(capture.take(&fragment), Err(Skipped::NotTcp));
            assert_eq!(capture.finish(), Counted::skipped(Skipped::NotTcp, 1));
        }
    }
}
