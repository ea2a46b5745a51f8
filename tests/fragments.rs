//! Connections whose packets were fragmented on their way.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::time::Duration;

use built::fragment::{fragments, identified};
use built::wrap::{
    BRIDGED, GRE, IPV4, IPV6, Inner, broken_v6, ethernet, geneve, gre, ipv4, ipv6, to_port,
    to_port_v6, vxlan,
};
use built::{VIOLATION, VIOLATION_PACKET, broken, found, report};
use wsblame::driver::{Options, check_packets};
use wsblame::packet::LinkType;
use wsblame::report::model::{self, Report};
use wsblame::side::Side;
use wsblame::source::{MemoryPacket, Packets};
use wsblame::time::Timestamp;
use wsblame_fixtures::{Capture, Conversation, Frame, Packet, Precision};

/// All packets in fragments, and behind each packet the number of its last one.
fn cut(capture: &Capture, bytes: usize) -> (Vec<Packet>, Vec<u64>) {
    let (mut packets, mut last) = (Vec::new(), Vec::new());
    for (id, packet) in (1..).zip(&capture.packets) {
        packets.extend(fragments(packet, bytes, id));
        last.push(packets.len() as u64);
    }
    (packets, last)
}

/// What was found, whichever packets it was found in.
fn findings(report: &Report) -> Vec<(&'static str, Option<Side>, Option<u64>)> {
    let findings = report.connections.iter().flat_map(|it| &it.findings);
    findings.map(|it| (it.rule, it.sender, it.frame)).collect()
}

#[test]
fn the_violation_is_found_in_the_packet_that_completes_it() {
    for capture in [broken(), broken_v6()] {
        let whole = report(capture.packets.clone());
        for bytes in [8, 16, 24, 48, 64] {
            let (packets, last) = cut(&capture, bytes);
            let count = packets.len() as u64;
            let report = report(packets);
            let place = last[usize::try_from(VIOLATION_PACKET).unwrap() - 1];
            assert_eq!(found(&report, VIOLATION), [(0, place)], "{bytes}");
            assert_eq!(findings(&report), findings(&whole), "{bytes}");
            let input = &report.inputs[0];
            assert!(input.skipped.is_empty(), "{:?}", input.skipped);
            let segments = count - input.fragments.packets + input.fragments.datagrams;
            assert_eq!(segments, capture.packets.len() as u64);
        }
    }
}

type Tunnel = fn(&[u8]) -> Vec<u8>;

/// Tunnels that carry a frame or, behind its Ethernet header, the packet in it.
const TUNNELS: [(&str, Tunnel); 6] = [
    ("VXLAN", |frame| to_port(4789, &vxlan(frame))),
    ("VXLAN over IPv6", |frame| to_port_v6(4789, &vxlan(frame))),
    ("Geneve", |frame| {
        to_port(6081, &geneve(&[], BRIDGED, frame))
    }),
    ("GRE", |frame| {
        ethernet(IPV4, &ipv4(GRE, &gre(0, BRIDGED, &[], frame)))
    }),
    ("IP in IP", |frame| {
        let inner = Inner(frame);
        ethernet(IPV4, &ipv4(inner.ip_number(), inner.ip()))
    }),
    ("IP in IPv6", |frame| {
        let inner = Inner(frame);
        ethernet(IPV6, &ipv6(inner.ip_number(), inner.ip()))
    }),
];

#[test]
fn tunnels_are_fragmented_outside_and_inside() {
    for capture in [broken(), broken_v6()] {
        let whole = findings(&report(capture.packets.clone()));
        for (name, tunnel) in TUNNELS {
            for [inside, outside] in [[usize::MAX, 64], [24, usize::MAX], [48, 64], [24, 24]] {
                let inside = inside & !7;
                let (mut packets, mut place, mut id) = (Vec::new(), 0, 0);
                for (number, packet) in (1..).zip(&capture.packets) {
                    for piece in fragments(packet, inside, number) {
                        id += 1;
                        let outer = Packet {
                            bytes: tunnel(&piece.bytes),
                            ..piece
                        };
                        let outer = identified(&outer, u16::try_from(id).unwrap());
                        packets.extend(fragments(&outer, outside & !7, id));
                    }
                    if u64::from(number) == VIOLATION_PACKET {
                        place = packets.len() as u64;
                    }
                }
                let report = report(packets);
                let case = format!("{name} {inside} {outside}");
                assert_eq!(found(&report, VIOLATION), [(0, place)], "{case}");
                assert_eq!(findings(&report), whole, "{case}");
                assert!(report.inputs[0].skipped.is_empty(), "{case}");
                assert!(report.inputs[0].fragments.datagrams > 0, "{case}");
            }
        }
    }
}

#[test]
fn a_fragment_that_was_lost_is_the_captures_gap_and_nobodys_fault() {
    for capture in [broken(), broken_v6()] {
        let (packets, last) = cut(&capture, 24);
        let before = usize::try_from(last[5]).unwrap();
        let place = usize::try_from(last[6]).unwrap();
        for lost in before..place {
            let mut packets = packets.clone();
            packets.remove(lost);
            let report = report(packets);
            let connection = &report.connections[0];
            // What both say of it stands, and nothing of what they said is blamed for it.
            let mut rules: Vec<&str> = connection.findings.iter().map(|it| it.rule).collect();
            rules.sort_unstable();
            rules.dedup();
            assert_eq!(rules, ["capture-gap", "protocol-error-close"], "{lost}");
            assert!(connection.captured.server.missing_bytes > 0);
            assert_eq!(connection.captured.server.gaps, 1);
            let waited = (place - before - 1) as u64;
            assert_eq!(report.inputs[0].skipped["ip-fragment"], waited);
        }
    }
}

#[test]
fn a_forged_fragment_is_noticed_and_its_segment_left_out() {
    for capture in [broken(), broken_v6()] {
        let (mut packets, last) = cut(&capture, 24);
        let first = usize::try_from(last[5]).unwrap();
        let mut forged = packets[first].clone();
        *forged.bytes.last_mut().unwrap() ^= 1;
        packets.insert(first + 1, forged);
        let report = report(packets);
        assert_eq!(found(&report, VIOLATION), []);
        assert_eq!(
            report.inputs[0].skipped["fragment-conflict"],
            last[6] - last[5] + 1
        );
        assert_eq!(report.connections[0].captured.server.gaps, 1);
    }
}

#[test]
fn fragments_overtake_each_other_and_come_twice() {
    for capture in [broken(), broken_v6()] {
        let whole = findings(&report(capture.packets.clone()));
        let mut packets = Vec::new();
        for (id, packet) in (1..).zip(&capture.packets) {
            let pieces = fragments(packet, 24, id);
            packets.extend(pieces.iter().rev().flat_map(|it| [it.clone(), it.clone()]));
        }
        let report = report(packets);
        assert_eq!(findings(&report), whole);
        assert!(report.inputs[0].skipped.is_empty());
    }
}

#[test]
fn a_snaplen_leaves_what_stands_in_front_of_the_first_cut() {
    let mut conversation = Conversation::accepted();
    conversation
        .server(Frame::text("much to say. ".repeat(200)))
        .server(Frame::text("Hello").rsv1())
        .close(1002);
    let (packets, last) = cut(&Capture::of([&conversation]), 1024);
    let captured = Capture { packets }.snaplen(14 + 20 + 800);
    let report = report_of_file(&captured);
    assert_eq!(found(&report, VIOLATION), [(0, last[7])]);
    assert_eq!(report.inputs[0].cut_packets, 2);
    assert!(report.inputs[0].skipped.is_empty());
    let server = &report.connections[0].captured.server;
    // Of two segments, each with 20 bytes of header: the first fragment lacks its end, and what
    // stands behind that goes with it.
    let missing = 2600 + 4 - 2 * (800 - 20);
    assert_eq!((server.missing_bytes, server.gaps), (missing, 2));
}

fn report_of_file(capture: &Capture) -> Report {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, capture.to_pcap(Precision::Microseconds)).unwrap();
    built::report_of_files(&[file.path()])
}

#[test]
fn fragments_of_one_datagram_may_be_in_two_files() {
    let (packets, _) = cut(&broken(), 24);
    let part = |odd: usize| {
        let file = tempfile::NamedTempFile::new().unwrap();
        let chosen = packets.iter().enumerate().filter(|(at, _)| at % 2 == odd);
        let packets = chosen.map(|(_, packet)| packet.clone()).collect();
        let bytes = Capture { packets }.to_pcap(Precision::Nanoseconds);
        std::fs::write(&file, bytes).unwrap();
        file
    };
    let files = [part(0), part(1)];
    let report = built::report_of_files(&files.each_ref().map(|it| it.path()));
    assert_eq!(found(&report, VIOLATION).len(), 1);
    let of_one_file = built::report(packets.clone()).inputs[0].fragments;
    let sum = |count: fn(&model::Fragments) -> u64| {
        let counts = report.inputs.iter().map(|input| count(&input.fragments));
        counts.sum::<u64>()
    };
    assert!(of_one_file.datagrams > 0);
    assert_eq!(sum(|it| it.packets), of_one_file.packets);
    assert_eq!(sum(|it| it.datagrams), of_one_file.datagrams);
    assert!(report.inputs.iter().all(|it| it.skipped.is_empty()));
}

#[test]
fn a_bound_that_is_met_is_named() {
    let mut options = Options::default();
    options.limits.fragmented_datagrams = 1;
    let (packets, _) = cut(&broken(), 24);
    // First the first fragments of all packets, then the others.
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for packet in packets {
        let first = packet.bytes[20..22] == [0x20, 0];
        if first {
            early.push(packet)
        } else {
            late.push(packet)
        }
    }
    let packet = |packet: Packet| MemoryPacket {
        time: Timestamp::from_nanos(i64::try_from(packet.time.as_nanos()).unwrap(), 6),
        link: LinkType::ETHERNET,
        bytes: packet.bytes,
    };
    for it in &mut late {
        it.time += Duration::from_secs(10);
    }
    let packets: Vec<_> = early.into_iter().chain(late).map(packet).collect();
    let report = check_packets(&mut Packets::new(0, packets), &options);
    assert!(report.summary.limits["fragmented_datagrams"] > 0);
    assert!(report.inputs[0].skipped["ip-fragment"] > 0);
}
