//! Whose hand a segment is from, and who does not answer any more: what must be told, and what
//! networks do every day and must not be told.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::time::Duration;

use wsblame::report::model::Connection;
use wsblame::rules::Severity;
use wsblame_fixtures::Side::{Client, Server};
use wsblame_fixtures::{Capture, Conversation, Flags, Frame, Segment, timestamps};

/// The rules of the only connection's findings, each with its count.
fn found(capture: Capture) -> Vec<(&'static str, u64)> {
    let report = built::report(capture.packets);
    let connection: Connection = report.connections.into_iter().next().unwrap();
    let findings = connection.findings.iter();
    findings
        .map(|finding| (finding.rule, finding.count))
        .collect()
}

/// So many questions and answers.
fn chat(rounds: u32) -> Conversation {
    let mut conversation = Conversation::accepted();
    conversation.talk(rounds);
    conversation
}

trait Talk {
    fn talk(&mut self, rounds: u32) -> &mut Self;
}

impl Talk for Conversation {
    fn talk(&mut self, rounds: u32) -> &mut Self {
        for _ in 0..rounds {
            self.client(Frame::text("hello"))
                .server(Frame::text("hello, you"));
        }
        self
    }
}

/// With timestamps on all that is sent, as hosts do.
fn with_timestamps(conversation: &mut Conversation) {
    for (now, segment) in (5000..).zip(conversation.segments_mut()) {
        if segment.options.is_empty() && segment.identification != 0xbeef {
            segment.options = timestamps(now, now);
        }
    }
}

fn forged(segment: &mut Segment) {
    segment.ttl = 113;
    segment.identification = 0xbeef;
}

#[test]
fn a_forged_answer_in_several_segments_and_the_true_one_behind_it() {
    let mut conversation = chat(5);
    let lie = conversation.encode(Server, [Frame::text("nothing to see here")]);
    let (one, other) = lie.split_at(8);
    let next = conversation.next_sequence(Server);
    conversation
        .client(Frame::text("a question"))
        .segment_at(Server, next, Flags::ACK, one.to_vec())
        .change(forged)
        .segment_at(Server, next + 8, Flags::ACK, other.to_vec())
        .change(forged)
        .server(Frame::text("the true answer !!!"))
        .talk(2)
        .close(1000);
    with_timestamps(&mut conversation);
    assert_eq!(
        found(conversation.capture()),
        [("foreign-segment", 2), ("tcp-overlap-conflict", 1)]
    );
}

#[test]
fn what_a_forged_segment_says_explains_its_marks() {
    let mut conversation = chat(5);
    let next = conversation.next_sequence(Server);
    let page = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nNo".to_vec();
    conversation
        .client(Frame::text("a question"))
        .segment_at(Server, next, Flags::ACK, page)
        .change(forged)
        .server(Frame::text("the true answer"))
        .client(Frame::close(1002, ""))
        .end(Client);
    with_timestamps(&mut conversation);
    let report = built::report(conversation.capture().packets);
    let connection = report.connections.into_iter().next().unwrap();
    for rule in ["foreign-segment", "tcp-overlap-conflict"] {
        let mut findings = connection.findings.iter();
        let finding = findings.find(|finding| finding.rule == rule).unwrap();
        let cause = finding.because_of.as_ref().map(|cause| cause.rule);
        assert_eq!(cause, Some("injected-http-response"), "{rule}");
    }
}

#[test]
fn one_mark_is_none() {
    let changes: [fn(&mut Segment); 4] = [
        |segment| segment.ttl = 113,
        |segment| segment.identification = 0xbeef,
        |segment| segment.link_source = Some([2, 0, 0, 0, 0, 0x99]),
        |segment| {
            segment.identification = 0xbeef;
            segment.link_source = Some([2, 0, 0, 0, 0, 0x99]);
        },
    ];
    for change in changes {
        let mut conversation = chat(5);
        conversation
            .server(Frame::text("odd"))
            .change(change)
            .talk(5)
            .close(1000);
        assert_eq!(found(conversation.capture()), []);
    }
}

#[test]
fn a_new_route_or_machine_for_all_that_follows() {
    // The last of these is so late that the end follows at once.
    for rounds in [20, 4, 0] {
        let mut conversation = chat(10);
        let before = conversation.segments().len();
        conversation.talk(rounds).close(1000);
        for segment in conversation.segments_mut().iter_mut().skip(before) {
            segment.ttl = 44;
            segment.link_source = Some([2, 0, 0, 0, 0, 0x99]);
            if rounds > 4 {
                segment.identification = segment.identification.wrapping_add(0x4000);
                segment.options = timestamps(9, 9);
            }
        }
        assert_eq!(found(conversation.capture()), [], "{rounds}");
    }
}

#[test]
fn an_end_from_another_machine() {
    let mut conversation = chat(10);
    conversation
        .forge(Server, Flags::FIN, Vec::new())
        .change(forged);
    with_timestamps(&mut conversation);
    let found = found(conversation.capture());
    assert!(found.contains(&("foreign-segment", 1)), "{found:?}");
}

#[test]
fn what_was_in_flight_behind_a_reset_goes_not_on() {
    let mut conversation = chat(5);
    conversation
        .forge(Server, Flags::RST, Vec::new())
        .change(forged)
        .server(Frame::text("in flight"))
        .ack(Server);
    let found = found(conversation.capture());
    assert!(found.contains(&("foreign-segment", 1)), "{found:?}");
    assert!(found.iter().all(|(rule, _)| *rule != "reset-injected"));
}

#[test]
fn keep_alive_probes_without_an_answer() {
    let mut conversation = chat(2);
    conversation.ack(Client).wait(Duration::from_secs(60));
    for _ in 0..3 {
        conversation
            .keep_alive(Client)
            .wait(Duration::from_secs(10));
    }
    assert_eq!(found(conversation.capture()), [("peer-vanished", 1)]);
}

/// Sent again so many times, a second and more apart.
fn sent_again(times: u64) -> Conversation {
    let mut conversation = chat(2);
    conversation.client(Frame::text("are you there"));
    for time in 1..=times {
        conversation
            .wait(Duration::from_secs(time))
            .retransmit(Client);
    }
    conversation
}

#[test]
fn a_capture_of_doubled_packets_counts_no_time_twice() {
    let doubled = |conversation: Conversation| {
        let packets = conversation.segments().len();
        (1..=packets)
            .rev()
            .fold(conversation.capture(), Capture::doubled)
    };
    assert_eq!(found(doubled(sent_again(2))), []);
    assert_eq!(found(doubled(sent_again(4))), [("peer-vanished", 1)]);
}

#[test]
fn a_side_that_was_never_captured_has_not_vanished() {
    let conversation = sent_again(4);
    let from_server = (1..).zip(conversation.segments());
    let from_server = from_server.filter(|(_, segment)| segment.sender == Server);
    let numbers: Vec<usize> = from_server.map(|(number, _)| number).collect();
    let capture = conversation.capture().without(numbers);
    assert!(
        found(capture)
            .iter()
            .all(|(rule, _)| *rule != "peer-vanished")
    );
}

#[test]
fn an_answer_that_the_capture_lacks_is_one() {
    let mut conversation = sent_again(4);
    conversation.server(Frame::text("here I am")).ack(Client);
    let answer = conversation.segments().len() - 1;
    let capture = conversation.capture().without([answer]);
    assert!(
        found(capture)
            .iter()
            .all(|(rule, _)| *rule != "peer-vanished")
    );
}

/// What the only connection's server sent: frames, missing bytes, findings that are no info.
fn read(capture: Capture) -> (u64, u64, Vec<&'static str>) {
    let report = built::report(capture.packets);
    let connection: Connection = report.connections.into_iter().next().unwrap();
    let frames = &connection.frames.server;
    let told = connection.findings.iter();
    let told = told.filter(|finding| finding.severity != Severity::Info);
    (
        frames.text + frames.close,
        connection.captured.server.missing_bytes,
        told.map(|finding| finding.rule).collect(),
    )
}

/// The server says so much with wrong checksums, and nothing of it is acknowledged before all
/// was said.
fn with_wrong_checksums(frames: usize) -> Conversation {
    let mut conversation = chat(2);
    for _ in 0..frames {
        conversation
            .server(Frame::text("what the network card was to finish"))
            .change(|segment| segment.damaged = true);
    }
    conversation
}

#[test]
fn wrong_checksums_from_some_packet_on_lose_nothing() {
    for frames in [1, 2, 15, 16, 17, 60] {
        let mut conversation = with_wrong_checksums(frames);
        conversation.ack(Client).close(1000);
        let expected = 2 + u64::try_from(frames).unwrap() + 1;
        assert_eq!(read(conversation.capture()), (expected, 0, vec![]));
    }
}

#[test]
fn wrong_checksums_lose_nothing_where_one_side_was_captured() {
    for frames in [2, 16, 40] {
        let conversation = with_wrong_checksums(frames);
        let numbered = (1..).zip(conversation.segments());
        let of_client = numbered.filter(|(_, segment)| segment.sender == Client);
        let of_client: Vec<usize> = of_client.map(|(number, _)| number).collect();
        let capture = conversation.capture().without(of_client);
        let expected = 2 + u64::try_from(frames).unwrap();
        assert_eq!(read(capture), (expected, 0, vec![]), "{frames}");
    }
}

#[test]
fn a_damaged_first_frame_is_not_read() {
    let mut conversation = Conversation::accepted();
    let good = conversation.encode(Server, [Frame::text("hello")]);
    for bit in [0x40, 0x20] {
        let mut bad = good.clone();
        bad[0] ^= bit;
        conversation
            .forge(Server, Flags::ACK, bad)
            .change(|segment| segment.damaged = true);
    }
    conversation.bytes(Server, good).close(1000);
    assert_eq!(read(conversation.capture()), (2, 0, vec![]));
}

#[test]
fn a_damaged_close_with_a_fin_is_not_read() {
    let mut conversation = chat(2);
    conversation.client(Frame::close(1000, ""));
    let good = conversation.encode(Server, [Frame::close(1000, "")]);
    let mut bad = good.clone();
    bad[0] ^= 0x70;
    conversation
        .forge(Server, Flags::FIN, bad)
        .change(|segment| segment.damaged = true)
        .bytes(Server, good)
        .fin(Server)
        .fin(Client)
        .ack(Server);
    assert_eq!(read(conversation.capture()), (3, 0, vec![]));
}

#[test]
fn a_backup_path_for_some_packets_whose_counter_goes_on() {
    for packets in 1..5 {
        let mut conversation = chat(12);
        conversation.close(1000);
        let of_server = conversation.segments_mut().iter_mut().skip(10);
        let of_server = of_server.filter(|segment| segment.sender == Server);
        for segment in of_server.take(packets) {
            segment.ttl = 57;
            segment.link_source = Some([2, 0, 0, 0, 0, 0x99]);
        }
        assert_eq!(found(conversation.capture()), [], "{packets}");
    }
}

#[test]
fn a_machine_that_took_over_and_soon_ends() {
    for rounds in [1, 2, 3] {
        for link in [None, Some([2, 0, 0, 0, 0, 0x99])] {
            let mut conversation = chat(10);
            let before = conversation.segments().len();
            conversation.talk(rounds).close(1000);
            for (now, segment) in (5000..).zip(conversation.segments_mut()) {
                if !segment.flags.syn {
                    segment.options = timestamps(now, now);
                }
            }
            let other = conversation.segments_mut().iter_mut().skip(before);
            for (now, segment) in (0x5000_0000..).zip(other) {
                if segment.sender == Server {
                    segment.link_source = link;
                    segment.identification = segment.identification.wrapping_add(0x4000);
                    segment.options = timestamps(now, 9);
                }
            }
            assert_eq!(found(conversation.capture()), [], "{rounds} {link:?}");
        }
    }
}

#[test]
fn a_capture_of_data_alone_holds_no_answers() {
    let conversation = sent_again(4);
    let numbered = (1..).zip(conversation.segments());
    let is_bare = |segment: &Segment| segment.payload.is_empty() && segment.flags == Flags::ACK;
    let bare = numbered.filter(|(_, segment)| is_bare(segment));
    let numbers: Vec<usize> = bare.map(|(number, _)| number).collect();
    assert!(!numbers.is_empty());
    assert_eq!(found(conversation.capture().without(numbers)), []);
}
