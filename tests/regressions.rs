//! Captures each of which showed a fault, as small as shows it. What a capture lacks is nobody's
//! fault, and no stray packet ends, moves or divides a connection.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use wsblame::report::model::{Connection, Finding, Report};
use wsblame::rules::Severity;
use wsblame::side::Side;
use wsblame_fixtures::Side::{Client, Server};
use wsblame_fixtures::{Capture, Conversation, Deflater, Flags, Frame, Head, Segment};

fn report(capture: Capture) -> Report {
    built::report(capture.packets)
}

/// The only connection, which must be one that nothing is wrong with.
fn sound(capture: Capture) -> Connection {
    let report = report(capture);
    let connection = report.connections.into_iter().next().unwrap();
    let found: Vec<_> = connection
        .findings
        .iter()
        .map(|finding| finding.rule)
        .filter(|rule| *rule != "capture-gap")
        .collect();
    assert!(found.is_empty(), "{found:?}");
    connection
}

fn clean() -> Conversation {
    let mut conversation = Conversation::accepted();
    conversation
        .client(Frame::text("hello, hello"))
        .server(Frame::text("hello, hello"))
        .close(1000);
    conversation
}

#[test]
fn without_the_clients_syn() {
    let connection = sound(clean().capture().without([1]));
    assert_eq!(connection.frames.client.text, 1);
    assert!(connection.handshake.request_packet.is_some());
}

#[test]
fn without_the_first_part_of_the_request() {
    let request = Head::upgrade();
    let mut conversation = Conversation::new();
    conversation
        .open()
        .bytes_cut(Client, request.encode(), &[40])
        .bytes(Server, Head::switching(&request).encode())
        .client(Frame::text("hello, hello"))
        .close(1000);
    sound(conversation.capture().without([4]));
}

#[test]
fn without_the_answer_to_an_earlier_upgrade() {
    let request = Head::upgrade();
    let mut conversation = Conversation::new();
    conversation
        .open()
        .upgrade_with(&request, &Head::response(401, "Unauthorized", ""))
        .upgrade()
        .client(Frame::text("hello, hello"))
        .close(1000);
    let connection = sound(conversation.capture().without([5]));
    assert_eq!(connection.frames.client.text, 1);
}

#[test]
fn without_the_answer_to_the_syn_and_the_request() {
    let connection = sound(clean().capture().without([2, 4]));
    assert_eq!(connection.frames.client.text, 1);
    assert!(connection.close.client.is_some());
}

#[test]
fn without_the_answer_to_the_syn_and_the_connect() {
    let connect = Head::new("CONNECT server.example.com:80 HTTP/1.1");
    let mut conversation = Conversation::new();
    conversation
        .open()
        .upgrade_with(&connect, &Head::new("HTTP/1.1 200 OK"))
        .upgrade()
        .client(Frame::text("hello, hello"))
        .close(1000);
    sound(conversation.capture().without([2, 4]));
}

#[test]
fn without_a_byte_behind_the_frames_that_are_recognised() {
    let mut conversation = Conversation::new();
    let request = Head::upgrade();
    conversation
        .open()
        .bytes(Client, request.encode())
        .bytes_cut(Server, Head::switching(&request).encode(), &[40])
        .server(Frame::text("hello, hello"))
        .server(Frame::text("hello, hello"))
        .server(Frame::text("hello, hello"))
        .client(Frame::close(1000, ""))
        .send_cut(Server, Frame::close(1000, ""), &[1])
        .end(Server);
    // The first part of the 101, and the first byte of the server's Close.
    sound(conversation.capture().without([5, 11]));
}

/// `{"` as a header: FIN=0, RSV1 to RSV3, opcode 0xB, and a length of 34 bytes.
#[test]
fn json_as_long_as_the_frame_that_it_would_be() {
    let mut conversation = Conversation::accepted();
    conversation
        .bytes(Server, "{\"error\": \"no such room\", \"code\": 17}")
        .end(Server);
    let report = report(conversation.capture());
    let findings = report.connections.iter().flat_map(|one| &one.findings);
    let rules: Vec<_> = findings.map(|finding| finding.rule).collect();
    assert!(rules.contains(&"not-websocket"), "{rules:?}");
}

/// The only connection, whatever is wrong with it.
fn only(capture: Capture) -> Connection {
    let mut connections = report(capture).connections;
    assert_eq!(connections.len(), 1);
    connections.remove(0)
}

/// Severity of a rule's finding about a side.
fn severity(connection: &Connection, rule: &str, sender: Side) -> Option<Severity> {
    let of = |finding: &&Finding| finding.rule == rule && finding.sender == Some(sender);
    connection
        .findings
        .iter()
        .find(of)
        .map(|finding| finding.severity)
}

/// The number that a side's next byte has.
fn next(conversation: &Conversation, side: wsblame_fixtures::Side) -> u32 {
    let sent = conversation.segments().iter().rev();
    sent.filter(|segment| segment.sender == side)
        .map(Segment::end)
        .next()
        .unwrap()
}

#[test]
fn a_reset_behind_or_ahead_of_the_stream_ends_nothing() {
    for (distance, is_told) in [(-100, true), (40_000, false)] {
        let mut conversation = Conversation::accepted();
        conversation.server(Frame::text("hello")).ack(Client);
        let number = next(&conversation, Server).wrapping_add_signed(distance);
        conversation
            .segment_at(Server, number, Flags::RST, Vec::new())
            .client(Frame::text("still here"))
            .server(Frame::text("me too"))
            .close(1000);
        let connection = only(conversation.capture());
        assert_eq!(connection.frames.server.text, 2, "{distance}");
        let found: Vec<_> = connection.findings.iter().map(|one| one.rule).collect();
        assert_eq!(found == ["reset-injected"], is_told, "{found:?}");
        assert!(is_told || found.is_empty(), "{found:?}");
    }
}

#[test]
fn a_forged_reset_that_its_receiver_believed_ends_the_connection_for_it() {
    for had_acknowledged in [true, false] {
        let mut conversation = Conversation::accepted();
        conversation.server(Frame::text("hello"));
        if had_acknowledged {
            conversation.ack(Client);
        }
        let forged = conversation.segments().len() + 1;
        conversation.rst(Server).server(Frame::text("unaware"));
        let number = next(&conversation, Client);
        conversation.segment_at(Client, number, Flags::RST, Vec::new());
        let connection = only(conversation.capture());
        let by_server = severity(&connection, "abnormal-closure", Side::Server);
        assert_eq!(by_server, Some(Severity::Warning), "{had_acknowledged}");
        let by_client = severity(&connection, "abnormal-closure", Side::Client);
        assert_eq!(by_client, Some(Severity::Info), "{had_acknowledged}");
        let mut findings = connection.findings.iter();
        let finding = findings.find(|finding| finding.rule == "abnormal-closure");
        assert_eq!(finding.unwrap().packet, u64::try_from(forged).unwrap());
    }
}

#[test]
fn a_stray_syn_does_not_divide_a_connection() {
    let mut conversation = Conversation::accepted();
    conversation
        .client(Frame::text("hello"))
        .segment_at(Client, 0x5eed_5eed, Flags::SYN, Vec::new())
        .server(Frame::text("compressed").rsv1())
        .close(1002);
    let connection = only(conversation.capture());
    let found = severity(&connection, "rsv-without-extension", Side::Server);
    assert_eq!(found, Some(Severity::Error));
}

#[test]
fn bytes_far_ahead_make_no_hole() {
    let mut conversation = Conversation::accepted();
    conversation.server(Frame::text("hello"));
    let number = next(&conversation, Server).wrapping_add(2 << 20);
    conversation
        .segment_at(Server, number, Flags::ACK, b"stray".to_vec())
        .close(1000);
    let connection = sound(conversation.capture());
    assert_eq!(connection.captured.server.missing_bytes, 0);
}

#[test]
fn an_absurd_acknowledgement_hides_nothing_that_follows() {
    let mut conversation = Conversation::accepted();
    conversation.ack(Client);
    let last = conversation.segments_mut().last_mut().unwrap();
    last.acknowledgement = last.acknowledgement.wrapping_add(900);
    conversation
        .server(Frame::text("compressed").rsv1())
        .close(1002);
    let connection = only(conversation.capture());
    assert_eq!(connection.frames.server.text, 1);
    let found = severity(&connection, "rsv-without-extension", Side::Server);
    assert_eq!(found, Some(Severity::Error));
}

#[test]
fn a_clock_that_steps_back_does_not_turn_a_complaint_into_an_echo() {
    let mut conversation = Conversation::accepted();
    conversation.server(Frame::text("compressed").rsv1());
    conversation.close(1002);
    let segments = conversation.segments_mut();
    let echo = segments
        .iter()
        .rposition(|segment| segment.sender == Server && !segment.payload.is_empty());
    for segment in &mut segments[echo.unwrap()..] {
        segment.time -= std::time::Duration::from_millis(20);
    }
    let connection = only(conversation.capture());
    let of = |side| severity(&connection, "protocol-error-close", side);
    assert_eq!(of(Side::Client), Some(Severity::Warning));
    assert_eq!(of(Side::Server), Some(Severity::Info));
}

/// The capture without the packet that brings a side's last payload.
fn without_last_payload(conversation: &Conversation, side: wsblame_fixtures::Side) -> Capture {
    let mut segments = conversation.segments().iter();
    let last = segments
        .rposition(|segment| segment.sender == side && !segment.payload.is_empty())
        .unwrap();
    conversation.capture().without([last + 1])
}

#[test]
fn who_may_echo_a_close_that_is_missing_is_not_taken_for_the_first_to_close() {
    let mut conversation = Conversation::accepted();
    conversation
        .client(Frame::text("hello"))
        .close_by(Server, 1008);
    let whole = only(conversation.capture());
    let first = severity(&whole, "policy-close", Side::Server);
    assert_eq!(first, Some(Severity::Warning));
    let lossy = only(without_last_payload(&conversation, Server));
    let echo = severity(&lossy, "policy-close", Side::Client);
    assert_eq!(echo, Some(Severity::Info));
}

#[test]
fn the_second_to_leave_is_not_the_first_because_the_first_was_not_captured() {
    let mut conversation = Conversation::accepted();
    conversation.client(Frame::text("hello")).ack(Server);
    let fin = conversation.segments().len() + 1;
    conversation.end(Client);
    let of = |capture| severity(&only(capture), "abnormal-closure", Side::Server);
    assert_eq!(of(conversation.capture()), Some(Severity::Info));
    assert_eq!(
        of(conversation.capture().without([fin])),
        Some(Severity::Info)
    );
}

#[test]
fn a_page_in_a_tunnel_is_no_intrusion_because_an_odd_frame_follows() {
    let page = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let payload = [&[0_u8; 40][..], page].concat();
    let mut conversation = Conversation::accepted();
    conversation
        .send_cut(Server, Frame::binary(payload), &[42])
        .server(Frame::text("compressed").rsv1())
        .server(Frame::text("plain"))
        .close(1002);
    let connection = only(conversation.capture());
    let of = |rule| severity(&connection, rule, Side::Server);
    assert_eq!(of("injected-http-response"), None);
    assert_eq!(of("rsv-without-extension"), Some(Severity::Error));
}

#[test]
fn an_echo_is_explained_by_the_close_it_echoes_whoever_closed_first() {
    for (first, second) in [(Side::Client, Side::Server), (Side::Server, Side::Client)] {
        let mut conversation = Conversation::accepted();
        let closer = if first == Side::Client {
            Client
        } else {
            Server
        };
        conversation
            .client(Frame::text("hello"))
            .server(Frame::text("hello"))
            .close_by(closer, 1008);
        let connection = only(conversation.capture());
        let of = |side| {
            let mut findings = connection.findings.iter();
            findings
                .find(|finding| finding.rule == "policy-close" && finding.sender == Some(side))
                .unwrap()
        };
        let cause = of(second).because_of.as_ref().unwrap();
        assert_eq!((cause.rule, cause.sender), ("policy-close", Some(first)));
        assert_eq!(cause.packet, of(first).packet);
    }
}

#[test]
fn a_damaged_segment_that_is_sent_again_is_not_read() {
    let mut conversation = Conversation::accepted();
    conversation.server(Frame::text("hello"));
    let number = next(&conversation, Server);
    let bytes = conversation.encode(Server, [Frame::text("hello again")]);
    let mut damaged = bytes.clone();
    damaged[0] = 0xf3;
    conversation
        .segment_at(Server, number, Flags::ACK, damaged)
        .change(|segment| segment.damaged = true)
        .segment(Server, Flags::ACK, bytes)
        .client(Frame::text("hello to you"))
        .close(1000);
    let connection = only(conversation.capture());
    assert_eq!(connection.frames.server.text, 2);
    let found = severity(&connection, "tcp-overlap-conflict", Side::Server);
    assert_eq!(found, Some(Severity::Info));
    assert_eq!(connection.findings.len(), 1, "{:?}", connection.findings);
}

#[test]
fn what_the_peer_took_is_read_whatever_its_checksum_says() {
    let mut conversation = Conversation::accepted();
    conversation
        .server(Frame::text("hello"))
        .server(Frame::text("hello again"))
        .change(|segment| segment.damaged = true)
        .client(Frame::text("hello to you"))
        .close(1000);
    let connection = sound(conversation.capture());
    assert_eq!(connection.frames.server.text, 2);
    assert_eq!(connection.captured.server.missing_bytes, 0);
}

#[test]
fn checksums_of_a_sender_that_leaves_them_to_its_card_say_nothing() {
    let mut conversation = Conversation::accepted();
    conversation.server(Frame::text("hello")).close(1000);
    for segment in conversation.segments_mut() {
        segment.damaged = true;
    }
    let connection = sound(conversation.capture());
    assert_eq!(connection.frames.server.text, 1);
    assert_eq!(connection.captured.server.gaps, 0);
}

/// Rules and severities of what was found, but gaps.
fn found(capture: Capture) -> Vec<(&'static str, Severity)> {
    let report = report(capture);
    let findings = report.connections.iter().flat_map(|it| &it.findings);
    findings
        .map(|finding| (finding.rule, finding.severity))
        .filter(|(rule, _)| *rule != "capture-gap")
        .collect()
}

#[test]
fn a_page_that_cuts_into_a_text_is_one_finding() {
    let page = Head::response(403, "Forbidden", "<title>Zugriff verweigert</title>");
    let page = [page.encode(), b"\xfcberall \xe4".to_vec()].concat();
    for declared in [16, page.len() as u64 - 20] {
        let half = Frame::text("half of")
            .declaring(declared)
            .encode(Server, [0; 4]);
        let mut conversation = Conversation::accepted();
        conversation
            .bytes(Server, half)
            .bytes(Server, &page)
            .fin(Server)
            .client(Frame::close(1002, ""))
            .fin(Client);
        let errors: Vec<_> = found(conversation.capture())
            .into_iter()
            .filter(|(_, severity)| *severity == Severity::Error)
            .collect();
        assert_eq!(errors, [("injected-http-response", Severity::Error)]);
    }
}

#[test]
fn compressed_messages_behind_lost_ones_blame_nobody() {
    let mut deflater = Deflater::default();
    let mut conversation = Conversation::accepted_with_deflate();
    for number in 0..6 {
        let text = Frame::text(format!("{{\"tick\": {number}, \"price\": 1}}"));
        conversation.server(deflater.compress(text));
    }
    conversation
        .client(Frame::close(1007, ""))
        .server(Frame::close(1007, ""))
        .end(Server);
    let report = report(conversation.capture().without([7]));
    let connection = &report.connections[0];
    let errors = connection
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Error);
    assert_eq!(errors.count(), 0);
    assert!(connection.captured.server.unread_messages > 0);
    let complaint = connection
        .findings
        .iter()
        .find(|it| it.sender == Some(Side::Client) && it.rule == "invalid-data-close");
    let message = &complaint.unwrap().message;
    assert!(message.contains("the capture lacks part"), "{message}");
}

#[test]
fn a_1007_without_a_cause_in_the_capture_says_so() {
    let mut conversation = Conversation::accepted();
    conversation
        .server(Frame::text("in order"))
        .client(Frame::close(1007, ""))
        .server(Frame::close(1007, ""))
        .end(Server);
    let report = report(conversation.capture());
    let message = &report.connections[0].findings[0].message;
    assert!(
        message.ends_with("this capture shows no violation by the server"),
        "{message}"
    );
}

#[test]
fn compression_is_inferred_where_the_answer_is_missing() {
    let mut deflater = Deflater::default();
    let mut conversation = Conversation::accepted_with_deflate();
    for number in 0..8 {
        deflater.reset();
        let text = Frame::text(format!("{{\"tick\": {number}, \"price\": 1}}"));
        conversation.server(deflater.compress(text));
        conversation.client(Frame::text("more"));
    }
    let connection = sound(conversation.capture().without([1, 2, 3, 4, 5]));
    let inferred = connection.handshake.inferred_extensions;
    assert_eq!(inferred, ["permessage-deflate"]);
    assert!(connection.handshake.negotiated_extensions.is_none());
}
