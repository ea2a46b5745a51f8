//! The order of packets, and which sources are open meanwhile.

use std::cell::Cell;
use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::packet::LinkType;
use crate::source::{MemoryPacket, Packets};

/// A source that counts how many of its kind are open.
struct Counted {
    packets: Packets,
    first: Option<Timestamp>,
    open: Rc<Open>,
}

#[derive(Default)]
struct Open {
    now: Cell<usize>,
    most: Cell<usize>,
}

impl Counted {
    fn new(input: u32, times: &[i64], open: &Rc<Open>) -> Self {
        let time = |nanos: &i64| Timestamp::from_nanos(*nanos, 9);
        let packet = |nanos: &i64| MemoryPacket {
            time: time(nanos),
            link: LinkType::RAW,
            bytes: vec![0; 3],
        };
        Self {
            packets: Packets::new(input, times.iter().map(packet).collect()),
            first: times.first().map(time),
            open: Rc::clone(open),
        }
    }
}

impl Part for Counted {
    fn first_time(&mut self) -> Option<Timestamp> {
        self.first
    }

    fn open(&mut self, open: usize) -> bool {
        assert_eq!(open, self.open.now.get());
        self.open.now.set(open + 1);
        self.open.most.set(self.open.most.get().max(open + 1));
        assert!(self.packets.packet().is_none(), "opened once");
        self.packets.advance()
    }

    fn close(&mut self) {
        self.open.now.set(self.open.now.get() - 1);
    }
}

impl PacketSource for Counted {
    fn advance(&mut self) -> bool {
        assert!(self.packets.packet().is_some(), "opened before");
        self.packets.advance()
    }

    fn packet(&self) -> Option<RawPacket<'_>> {
        self.packets.packet()
    }
}

/// Input, number and time of a packet.
type Place = (u32, u64, i64);

/// The packets in their order, and the most sources that were open at once.
fn merged(times: &[&[i64]]) -> (Vec<Place>, usize) {
    let open = Rc::default();
    let sources = (0..).zip(times);
    let sources = sources.map(|(input, times)| Counted::new(input, times, &open));
    let mut merged = Merged::new(sources.collect());
    assert!(merged.packet().is_none());
    let mut order = Vec::new();
    while merged.advance() {
        let packet = merged.packet().unwrap();
        order.push((packet.id.input, packet.id.number, packet.time.nanos()));
    }
    assert!(merged.packet().is_none());
    assert!(!merged.advance());
    assert_eq!(open.now.get(), 0, "all are closed");
    (order, open.most.get())
}

fn order(times: &[&[i64]]) -> Vec<Place> {
    merged(times).0
}

#[test]
fn earliest_packet_comes_first() {
    let order = order(&[&[1, 4, 5], &[], &[2, 3, 6]]);
    let expected = [
        (0, 1, 1),
        (2, 1, 2),
        (2, 2, 3),
        (0, 2, 4),
        (0, 3, 5),
        (2, 3, 6),
    ];
    assert_eq!(order, expected);
}

#[test]
fn equal_times_keep_the_order_of_the_inputs() {
    let order = order(&[&[1, 1], &[1, 1]]);
    assert_eq!(order, [(0, 1, 1), (0, 2, 1), (1, 1, 1), (1, 2, 1)]);
}

#[test]
fn order_within_an_input_is_kept_where_its_clock_ran_backwards() {
    let order = order(&[&[5, 1, 6], &[2, 7]]);
    let expected = [(1, 1, 2), (0, 1, 5), (0, 2, 1), (0, 3, 6), (1, 2, 7)];
    assert_eq!(order, expected);
}

#[test]
fn nothing_merged_is_nothing() {
    assert_eq!(order(&[]), []);
    assert_eq!(order(&[&[], &[]]), []);
}

#[test]
fn of_sources_that_follow_one_another_one_is_open() {
    assert_eq!(merged(&[&[7, 8], &[1, 3], &[4, 6]]).1, 1);
    assert_eq!(
        merged(&[&[1, 3], &[3, 4], &[4, 5]]).1,
        1,
        "the last is at its end by then"
    );
    assert_eq!(merged(&[&[1, 5], &[4, 6], &[6, 8]]).1, 2);
}

#[test]
fn a_first_time_that_is_far_off_disturbs_nothing_but_its_own_packets() {
    let order = order(&[&[i64::MAX, 3], &[1, 4], &[i64::MIN, 2]]);
    let inputs: Vec<_> = order.iter().map(|(input, ..)| *input).collect();
    assert_eq!(inputs, [2, 1, 2, 1, 0, 0]);
}

#[test]
fn a_source_that_cannot_be_opened_after_all_is_left_out() {
    struct Gone(Counted);

    impl Part for Gone {
        fn first_time(&mut self) -> Option<Timestamp> {
            self.0.first_time()
        }
        fn open(&mut self, open: usize) -> bool {
            self.0.first != Some(Timestamp::from_nanos(2, 9)) && self.0.open(open)
        }
        fn close(&mut self) {
            self.0.close();
        }
    }

    impl PacketSource for Gone {
        fn advance(&mut self) -> bool {
            self.0.advance()
        }
        fn packet(&self) -> Option<RawPacket<'_>> {
            self.0.packet()
        }
    }

    let open = Rc::default();
    let sources = [[1, 4], [2, 5], [3, 6]];
    let sources = (0..).zip(&sources);
    let sources = sources.map(|(input, times)| Gone(Counted::new(input, times, &open)));
    let mut merged = Merged::new(sources.collect());
    let mut inputs = Vec::new();
    while merged.advance() {
        inputs.push(merged.packet().unwrap().id.input);
    }
    assert_eq!(inputs, [0, 2, 0, 2]);
}

proptest! {
    /// However a list of packets is dealt to sources, each of them in order: merged is what a
    /// stable sort by time makes of the sources one behind the other.
    #[test]
    fn merged_is_a_stable_sort(
        packets in prop::collection::vec((0_i64..20, 0_usize..5), 0..60),
    ) {
        let mut sources = vec![Vec::new(); 5];
        for (time, source) in packets {
            sources[source].push(time);
        }
        for times in &mut sources {
            times.sort_unstable();
        }
        let mut expected = Vec::new();
        for (input, times) in (0..).zip(&sources) {
            expected.extend((1..).zip(times).map(|(number, time)| (input, number, *time)));
        }
        expected.sort_by_key(|(_, _, time)| *time);
        let sources: Vec<_> = sources.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(order(&sources), expected);
    }

    /// Where clocks ran backwards, too: the earliest of the packets that are next comes next.
    #[test]
    fn the_earliest_of_the_next_packets_comes_next(
        sources in prop::collection::vec(prop::collection::vec(-9_i64..9, 0..12), 0..5),
    ) {
        let mut expected = Vec::new();
        let mut taken = vec![0; sources.len()];
        let next = |taken: &[usize]| {
            let next = sources.iter().zip(taken).enumerate();
            let next = next.filter_map(|(place, (times, taken))| Some((*times.get(*taken)?, place)));
            next.min()
        };
        while let Some((time, place)) = next(&taken) {
            taken[place] += 1;
            expected.push((u32::try_from(place).unwrap(), taken[place] as u64, time));
        }
        let sources: Vec<_> = sources.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(order(&sources), expected);
    }
}
