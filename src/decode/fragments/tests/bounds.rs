//! Datagrams that stay incomplete: how long they wait, and how many.

use super::*;

const PAYLOAD: &[u8] = &[7; 100];

fn pieces(id: u16) -> Vec<Fragment> {
    let mut pieces = Fragment::all(Ip::V4, &segment(Ip::V4, PAYLOAD), &[56]);
    for piece in &mut pieces {
        piece.id = id;
    }
    pieces
}

fn met(bound: &'static str, times: u64) -> BTreeMap<&'static str, u64> {
    BTreeMap::from([(bound, times)])
}

#[test]
fn fragments_wait_a_minute_of_the_capture() {
    for (seconds, whole) in [(60, true), (61, false)] {
        let mut capture = Capture::new();
        let pieces = pieces(7);
        let _waits = capture.take(&pieces[0]);
        // Something else at that time, since one packet may have a wrong one.
        let mut other = pieces[0].clone();
        other.id = 8;
        let _waits = capture.at(seconds).take(&other);
        assert_eq!(capture.take(&pieces[1]).is_ok(), whole, "{seconds}");
    }
}

#[test]
fn a_wrong_time_ends_no_wait() {
    for wrong in [1_000_000, -1_000_000] {
        let mut capture = Capture::new();
        let pieces = pieces(7);
        let _waits = capture.at(1).take(&pieces[0]);
        let _waits = capture.at(wrong).take(&self::pieces(8)[0]);
        assert!(capture.at(2).take(&pieces[1]).is_ok(), "{wrong}");
    }
}

#[test]
fn a_wrong_time_makes_nothing_wait_for_ever() {
    let mut capture = Capture::new();
    let _waits = capture.at(1_000_000).take(&pieces(1)[0]);
    let _waits = capture.at(1).take(&pieces(2)[0]);
    let _waits = capture.at(100).take(&pieces(3)[0]);
    assert_eq!(capture.take(&pieces(2)[1]), Err(Skipped::IpFragment));
}

#[test]
fn an_identification_comes_back_after_many_others() {
    let limits = Limits {
        fragment_reordering: 100,
        ..Limits::default()
    };
    for (others, whole) in [(98, true), (99, true), (100, false)] {
        let mut capture = Capture::with(&limits);
        let _waits = capture.take(&pieces(7)[0]);
        for id in 1000..1000 + others {
            let _waits = capture.take(&pieces(id)[0]);
        }
        let last = capture.take(&pieces(7)[1]);
        assert_eq!(last.is_ok(), whole, "{others}");
        assert_eq!(capture.finish().limits, BTreeMap::new());
    }
}

#[test]
fn a_flood_of_first_fragments_is_bounded() {
    let limits = Limits {
        fragmented_datagrams: 10,
        ..Limits::default()
    };
    let mut capture = Capture::with(&limits);
    for id in 0..60_000 {
        let _waits = capture.take(&pieces(id)[0]);
        let fragments = &capture.decoder.fragments;
        assert!(fragments.waiting <= 10 && fragments.datagrams.len() <= 10);
        assert!(fragments.bytes <= 10 * 200 && fragments.queue.len() <= 10);
    }
    // The oldest are given up first.
    assert!(capture.take(&pieces(59_990)[1]).is_ok());
    assert!(capture.take(&pieces(59_989)[1]).is_err());
    let expected = Counted {
        skipped: vec![(Skipped::IpFragment, 60_000)],
        limits: met("fragmented_datagrams", 59_990),
        ..Counted::whole(2, 1)
    };
    assert_eq!(capture.finish(), expected);
}

#[test]
fn the_bytes_of_all_datagrams_are_bounded() {
    let limits = Limits {
        fragment_bytes_total: 1000,
        ..Limits::default()
    };
    let mut capture = Capture::with(&limits);
    for id in 0..1000 {
        let _waits = capture.take(&pieces(id)[0]);
        assert!(capture.decoder.fragments.bytes <= 1000);
    }
    let counted = capture.finish();
    assert_eq!(counted.skipped, [(Skipped::IpFragment, 1000)]);
    let times = counted.limits["fragment_bytes_total"];
    assert!((980..1000).contains(&times), "{times}");
}

#[test]
fn far_places_take_no_memory() {
    let mut capture = Capture::new();
    let datagram = vec![0; 65_535];
    for id in 0..100 {
        let mut far = Fragment::of(Ip::V4, &datagram, 65_528, 65_535);
        far.id = id;
        let _waits = capture.take(&far);
    }
    assert!(capture.decoder.fragments.bytes <= 100 * 40);
}

#[test]
fn the_fragments_of_one_datagram_are_bounded() {
    let limits = Limits {
        fragments_per_datagram: 8,
        ..Limits::default()
    };
    let datagram = segment(Ip::V4, PAYLOAD);
    let cuts: Vec<usize> = (1..15).map(|it| it * 8).collect();
    let fragments = Fragment::all(Ip::V4, &datagram, &cuts);
    let mut capture = Capture::with(&limits);
    assert_eq!(capture.take_all(&fragments), []);
    assert_eq!(capture.decoder.fragments.bytes, 0);
    let expected = Counted {
        limits: met("fragments_per_datagram", 1),
        ..Counted::skipped(Skipped::IpFragment, 15)
    };
    assert_eq!(capture.finish(), expected);
}

#[test]
fn bytes_that_are_repeated_over_and_over_are_bounded() {
    let datagram = vec![0; 60_000];
    let mut capture = Capture::new();
    for start in 0..100 {
        let _waits = capture.take(&Fragment::of(
            Ip::V4,
            &datagram,
            start * 8,
            50_000 + start * 8,
        ));
        assert!(capture.decoder.fragments.bytes < 70_000);
    }
    assert_eq!(capture.finish().limits, met("fragments_per_datagram", 1));
}

#[test]
fn what_is_remembered_of_whole_datagrams_is_bounded() {
    let mut capture = Capture::new();
    for id in 0..1000 {
        assert_eq!(capture.take_all(&pieces(id)).len(), 1);
        let fragments = &capture.decoder.fragments;
        assert_eq!((fragments.waiting, fragments.bytes), (0, 0));
        assert!(fragments.datagrams.len() <= 65 && fragments.remembered.len() <= 64);
        assert!(fragments.queue.len() <= 1000);
    }
    assert_eq!(capture.finish(), Counted::whole(2000, 1000));
}
