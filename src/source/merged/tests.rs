//! The order of merged packets.

use super::*;
use crate::packet::LinkType;
use crate::source::{MemoryPacket, Packets};

fn source(input: u32, times: &[i64]) -> Packets {
    let packet = |nanos: &i64| MemoryPacket {
        time: Timestamp::from_nanos(*nanos, 9),
        link: LinkType::RAW,
        bytes: vec![0; 3],
    };
    Packets::new(input, times.iter().map(packet).collect())
}

/// Input, number and time of each packet.
fn order(times: &[&[i64]]) -> Vec<(u32, u64, i64)> {
    let sources = (0..).zip(times).map(|(input, times)| source(input, times));
    let mut merged = Merged::new(sources.collect());
    assert!(merged.packet().is_none());
    let mut order = Vec::new();
    while merged.advance() {
        let packet = merged.packet().unwrap();
        order.push((packet.id.input, packet.id.number, packet.time.nanos()));
    }
    assert!(merged.packet().is_none());
    assert!(!merged.advance());
    order
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
