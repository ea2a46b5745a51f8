//! What is said of captures that are not as they should be, beside what they hold.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use built::fragment::{fragments, identified};
use built::{VIOLATION, broken, found, report, report_of_files};
use wsblame::report::model::Report;
use wsblame_fixtures::{Capture, Conversation, Frame, Precision};

fn kinds(report: &Report) -> Vec<(&'static str, u64)> {
    let notes = report.hygiene.iter();
    notes.map(|note| (note.kind, note.count)).collect()
}

/// Of a file: packets in memory are never cut.
fn of_file(capture: &Capture) -> Report {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, capture.to_pcap(Precision::Microseconds)).unwrap();
    report_of_files(&[file.path()])
}

fn fixture(name: &str) -> String {
    format!(
        "{}/fixtures/real/{name}/capture.pcap",
        env!("CARGO_MANIFEST_DIR")
    )
}

#[test]
fn nothing_is_said_of_a_capture_that_is_as_it_should_be() {
    assert_eq!(kinds(&report(broken().packets)), []);
    let clean = report_of_files(&[fixture("extension-header-stripped")]);
    assert_eq!(kinds(&clean), []);
}

#[test]
fn a_snaplen_of_96_says_what_was_not_judged_and_how_to_capture() {
    let report = report_of_files(&[fixture("snaplen-96")]);
    assert_eq!(kinds(&report), [("snaplen", 8)]);
    let [note] = &report.hygiene[..] else {
        panic!("{:?}", report.hygiene);
    };
    assert_eq!((note.input, note.packet), (Some(0), Some(6)));
    assert!(note.message.starts_with("96 bytes a packet were kept"));
    assert!(note.message.contains(" % of the bytes"), "{}", note.message);
    assert!(note.advice.contains("tcpdump -s 0"));
}

#[test]
fn frame_headers_in_what_was_kept_are_judged() {
    // Headers of 54 bytes, and of the payload the header of a frame.
    let cut = of_file(&broken().snaplen(56));
    assert_eq!(found(&cut, VIOLATION), []);
    assert_eq!(kinds(&cut)[0].0, "snaplen");
    let kept = of_file(&{
        let mut capture = broken();
        for packet in capture.packets.iter_mut().skip(5) {
            packet.bytes.truncate(56);
        }
        capture
    });
    assert_eq!(found(&kept, VIOLATION), [(0, built::VIOLATION_PACKET)]);
    assert_eq!(kinds(&kept)[0].0, "snaplen");
}

#[test]
fn an_interface_any_doubles_packets() {
    let report = report_of_files(&[fixture("any-doubled")]);
    assert_eq!(kinds(&report), [("doubled-packets", 18)]);
}

#[test]
fn what_came_in_fragments_is_no_network_cards() {
    let mut conversation = Conversation::accepted();
    conversation
        .segment_bytes(20_000)
        .server(Frame::text("x".repeat(19_000)))
        .close(1000);
    let packets = Capture::of([&conversation]).packets;
    assert_eq!(kinds(&report(packets.clone())), [("offload-sizes", 1)]);
    let numbered = (1..).zip(&packets);
    let fragments = numbered.flat_map(|(id, packet)| fragments(&identified(packet, id), 1480, 0));
    assert_eq!(kinds(&report(fragments)), []);
}

#[test]
fn half_of_a_connection_is_one_sided() {
    let capture = broken();
    let from_client = |packet: &wsblame_fixtures::Packet| packet.bytes[26..30] == [192, 0, 2, 10];
    let client = capture.packets.into_iter().filter(from_client);
    let report = report(client);
    assert_eq!(kinds(&report), [("one-sided", 1)]);
    assert_eq!(report.summary.broken, 0, "{:?}", report.connections);
}

#[test]
fn what_the_capture_lost_itself_is_said_first() {
    let packets = broken().packets;
    let mut file =
        built::pcapng::Pcapng::new(built::pcapng::Order::Little, &[]).interface(1, 0, &[]);
    for packet in &packets {
        let micros = u64::try_from(packet.time.as_micros()).unwrap();
        file = file.packet(0, micros, &packet.bytes, &[]);
    }
    let drops = 512_u64.to_le_bytes();
    let file = file.statistics(0, &[(7, &drops)]);
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&path, file.bytes).unwrap();
    let report = report_of_files(&[path.path()]);
    assert_eq!(kinds(&report), [("kernel-drops", 512)]);
    let [note] = &report.hygiene[..] else {
        panic!("{:?}", report.hygiene);
    };
    assert!(
        note.message
            .starts_with("the capture itself lost 512 packets")
    );
    assert!(note.advice.contains("-B"));
}

#[test]
fn a_clock_that_was_set_back_is_told_and_blames_nobody() {
    let mut capture = broken();
    for packet in capture.packets.iter_mut().skip(8) {
        packet.time -= std::time::Duration::from_secs(60);
    }
    let report = report(capture.packets);
    assert_eq!(kinds(&report), [("clock-backwards", 1)]);
    assert_eq!(found(&report, VIOLATION), [(0, built::VIOLATION_PACKET)]);
}

#[test]
fn half_a_tls_connection_is_one_sided_too() {
    let mut conversation = Conversation::new();
    conversation.open();
    let next = conversation.next_sequence(wsblame_fixtures::Side::Client);
    let hello = [&[0x16, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3][..], &[7; 94]].concat();
    conversation.segment_at(
        wsblame_fixtures::Side::Client,
        next,
        wsblame_fixtures::Flags::ACK,
        hello,
    );
    let capture = conversation.capture();
    let both = report(capture.packets.clone());
    assert_eq!((both.summary.other.tls, kinds(&both)), (1, vec![]));
    let one = report(capture.without([2]).packets);
    assert_eq!(kinds(&one), [("one-sided", 1)]);
}
