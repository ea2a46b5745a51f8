//! Captures each of which showed a fault, as small as shows it. What a capture lacks is nobody's
//! fault.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

use wsblame::driver::{Options, check_packets};
use wsblame::packet::LinkType;
use wsblame::report::model::{Connection, Report};
use wsblame::source::{MemoryPacket, Packets};
use wsblame::time::Timestamp;
use wsblame_fixtures::Side::{Client, Server};
use wsblame_fixtures::{Capture, Conversation, Frame, Head};

fn report(capture: Capture) -> Report {
    let packets = capture.packets.into_iter().map(|packet| MemoryPacket {
        time: Timestamp::from_nanos(i64::try_from(packet.time.as_nanos()).unwrap(), 6),
        link: LinkType::ETHERNET,
        bytes: packet.bytes,
    });
    check_packets(&mut Packets::new(0, packets.collect()), &Options::default())
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
