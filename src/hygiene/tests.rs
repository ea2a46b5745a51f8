//! Packets one by one, and what is said of the capture.

use std::net::{IpAddr, Ipv4Addr};

use super::*;
use crate::decode::decode;
use crate::packet::LinkType;
use crate::time::Timestamp;

const WIRE: usize = 20 + 20 + 100;

/// A packet of raw IPv4 with a TCP segment of 100 bytes.
fn packet(identification: u16, sequence: u32, ttl: u8) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend(u16::try_from(WIRE).unwrap().to_be_bytes());
    bytes.extend(identification.to_be_bytes());
    bytes.extend([0, 0, ttl, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    bytes.extend([0xc0, 0, 0, 80]);
    bytes.extend(sequence.to_be_bytes());
    bytes.extend([0, 0, 0, 1, 0x50, 0x18, 1, 0, 0, 0, 0, 0]);
    bytes.resize(WIRE, b'x');
    bytes
}

/// Packets at these milliseconds, of one input.
fn notes_of(packets: &[(i64, Vec<u8>)]) -> Vec<Note> {
    let mut hygiene = Hygiene::default();
    for (number, (millis, bytes)) in (1..).zip(packets) {
        let packet = RawPacket {
            id: PacketId { input: 0, number },
            time: Timestamp::from_nanos(millis * 1_000_000, 6),
            link: LinkType::RAW,
            reception: crate::packet::Reception::default(),
            wire_length: u32::try_from(WIRE.max(bytes.len())).unwrap(),
            bytes,
        };
        hygiene.note(&packet);
        match decode(&packet) {
            Ok(segment) => hygiene.note_segment(&segment),
            Err(reason) => hygiene.note_skipped(&packet, reason),
        }
    }
    hygiene.notes()
}

fn kinds(packets: &[(i64, Vec<u8>)]) -> Vec<(&'static str, u64, Option<u64>)> {
    notes_of(packets)
        .iter()
        .map(|note| (note.trouble.as_str(), note.trouble.count(), note.packet))
        .collect()
}

#[test]
fn a_capture_as_it_should_be_has_no_notes() {
    let packets: Vec<_> = (0..50)
        .map(|n| {
            let number = u16::try_from(n).unwrap();
            (n, packet(number, u32::from(number) * 100, 64))
        })
        .collect();
    assert_eq!(notes_of(&packets), []);
}

/// Three packets, each followed by this one so many milliseconds later.
fn followed(
    later: i64,
    first: fn(u16) -> Vec<u8>,
    second: fn(u16) -> Vec<u8>,
) -> Vec<(i64, Vec<u8>)> {
    let pair = |n: u16| {
        [
            (1000 * i64::from(n), first(n)),
            (1000 * i64::from(n) + later, second(n)),
        ]
    };
    (1..=3).flat_map(pair).collect()
}

#[test]
fn packets_from_two_interfaces_are_doubled_whatever_their_ttl() {
    let packets = followed(1, |n| packet(n, 0, 64), |n| packet(n, 0, 63));
    assert_eq!(kinds(&packets), [("doubled-packets", 3, Some(2))]);
    // One or two may be sent twice without need.
    assert_eq!(kinds(&packets[..4]), []);
}

#[test]
fn a_repetition_is_no_copy() {
    // With a number of its own.
    let packets = followed(1, |n| packet(n, 0, 64), |n| packet(n + 100, 0, 64));
    assert_eq!(kinds(&packets), []);
    // Later than any copy.
    let packets = followed(300, |n| packet(n, 0, 64), |n| packet(n, 0, 64));
    assert_eq!(kinds(&packets), []);
    // Where nothing is numbered only what comes at once is a copy.
    let packets = followed(3, |_| packet(0, 0, 64), |_| packet(0, 0, 64));
    assert_eq!(kinds(&packets), []);
    let packets = followed(0, |_| packet(0, 0, 64), |_| packet(0, 0, 64));
    assert_eq!(kinds(&packets), [("doubled-packets", 3, Some(2))]);
}

#[test]
fn a_clock_that_is_set_back_is_one_step() {
    let packets = [
        (5000, packet(1, 0, 64)),
        (4000, packet(2, 100, 64)),
        (4100, packet(3, 200, 64)),
    ];
    let notes = notes_of(&packets);
    let longest = std::time::Duration::from_secs(1);
    let expected = Trouble::ClockBackwards { steps: 1, longest };
    assert_eq!(
        notes.iter().map(|note| note.trouble).collect::<Vec<_>>(),
        [expected]
    );
    assert_eq!(notes[0].packet, Some(2));
    // Stored late by another queue.
    let packets = [(5000, packet(1, 0, 64)), (4990, packet(2, 100, 64))];
    assert_eq!(kinds(&packets), []);
}

/// Packets of which so many bytes were kept.
fn kept(lengths: &[usize]) -> Vec<(i64, Vec<u8>)> {
    let packets = (0..).zip(lengths).map(|(n, length)| {
        let mut bytes = packet(n + 1, 100 * u32::from(n), 64);
        bytes.truncate(*length);
        (i64::from(n), bytes)
    });
    packets.collect()
}

#[test]
fn cut_packets_say_how_much_of_the_payload_is_gone() {
    let notes = notes_of(&kept(&[60; 4]));
    assert_eq!(notes[0].packet, Some(1));
    insta::assert_snapshot!(notes[0].trouble.message(), @"60 bytes a packet were kept, 4 of 4 packets cut: payload rules were not run on 80 % of the bytes that TCP carried; frame headers in what was kept were judged");
}

#[test]
fn packets_cut_within_their_headers_are_not_said_to_be_whole() {
    let message = |lengths: &[usize]| notes_of(&kept(lengths))[0].trouble.message();
    insta::assert_snapshot!(message(&[39, 14, 30]), @"39 bytes a packet were kept, 3 of 3 packets cut, 3 of them within their headers and not read");
    insta::assert_snapshot!(message(&[39, WIRE]), @"39 bytes a packet were kept, 1 of 2 packets cut, 1 of them within their headers and not read: nothing of what TCP carried in the others is lost by it");
    insta::assert_snapshot!(message(&[39, 60]), @"60 bytes a packet were kept, 2 of 2 packets cut, 1 of them within their headers and not read: payload rules were not run on 80 % of the bytes that TCP carried in the others; frame headers in what was kept were judged");
}

#[test]
fn segments_beyond_a_jumbo_frame_are_the_network_card_s() {
    let mut large = packet(1, 0, 64);
    large.resize(40 + 20_000, b'x');
    large[2..4].copy_from_slice(&20_040_u16.to_be_bytes());
    let mut middle = packet(2, 20_000, 64);
    middle.resize(40 + 2_000, b'x');
    middle[2..4].copy_from_slice(&2_040_u16.to_be_bytes());
    assert_eq!(
        kinds(&[(0, large.clone()), (1, middle.clone())]),
        [("offload-sizes", 2, Some(1))]
    );
    assert_eq!(kinds(&[(0, middle)]), []);
    let lo = IpAddr::V4(Ipv4Addr::LOCALHOST);
    assert!(lo.is_loopback());
    large[12..20].copy_from_slice(&[127, 0, 0, 1, 127, 0, 0, 1]);
    assert_eq!(kinds(&[(0, large)]), []);
}
