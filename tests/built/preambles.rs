//! What stands before HTTP, written by hand: whose turn it is, and what they send.

#![allow(dead_code, reason = "each test uses some of it")]

use wsblame_fixtures::Side::{self, Client, Server};
use wsblame_fixtures::{Conversation, Frame, Head};

/// What a side sends before the other has its turn.
pub(crate) type Turn = (Side, Vec<u8>);

/// A line of the PROXY protocol.
pub(crate) fn line(text: &str) -> Vec<Turn> {
    vec![(Client, format!("PROXY {text}\r\n").into_bytes())]
}

/// A header of version 2: the client's bytes behind the fixed part are given, their length is
/// reckoned.
pub(crate) fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<Turn> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
    header.extend([0x20 | command, family]);
    header.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
    header.extend(rest);
    vec![(Client, header)]
}

/// 203.0.113.7:51000 to 198.51.100.5:443, as version 2 writes it.
pub(crate) const TCP4: [u8; 12] = [203, 0, 113, 7, 198, 51, 100, 5, 0xc7, 0x38, 0x01, 0xbb];

/// A type and a value of version 2.
pub(crate) fn value(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[kind][..], &length, value].concat()
}

/// SOCKS 5 without a login, to this address and port as they are on the wire.
pub(crate) fn socks5(destination: &[u8]) -> Vec<Turn> {
    vec![
        (Client, b"\x05\x01\x00".to_vec()),
        (Server, b"\x05\x00".to_vec()),
        (Client, [b"\x05\x01\x00", destination].concat()),
        (Server, GRANTED.to_vec()),
    ]
}

/// The same with a user name and a password, out of two methods that were offered.
pub(crate) fn socks5_with_login(destination: &[u8]) -> Vec<Turn> {
    vec![
        (Client, b"\x05\x02\x00\x02".to_vec()),
        (Server, b"\x05\x02".to_vec()),
        (Client, b"\x01\x05alice\x07example".to_vec()),
        (Server, b"\x01\x00".to_vec()),
        (Client, [b"\x05\x01\x00", destination].concat()),
        (Server, GRANTED.to_vec()),
    ]
}

/// It succeeded; connected from 0.0.0.0:0.
const GRANTED: &[u8] = b"\x05\x00\x00\x01\0\0\0\0\0\0";

/// 198.51.100.20:8080.
pub(crate) const IPV4: &[u8] = b"\x01\xc6\x33\x64\x14\x1f\x90";
/// `[2001:db8::20]:8080`.
pub(crate) const IPV6: &[u8] = b"\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x20\x1f\x90";
/// api.example.com:8080.
pub(crate) const NAME: &[u8] = b"\x03\x0fapi.example.com\x1f\x90";

/// SOCKS 4, the address and what follows it as they are on the wire.
pub(crate) fn socks4(address: [u8; 4], behind: &[u8]) -> Vec<Turn> {
    let request = [b"\x04\x01\x1f\x90", &address[..], behind].concat();
    vec![
        (Client, request),
        (Server, b"\x00\x5a\x1f\x90\xc6\x33\x64\x14".to_vec()),
    ]
}

/// A CONNECT and its answer.
pub(crate) fn connect(target: &str) -> Vec<Turn> {
    let request = Head::new(format!("CONNECT {target} HTTP/1.1")).field("Host", target);
    let answer = Head::new("HTTP/1.1 200 Connection established");
    vec![(Client, request.encode()), (Server, answer.encode())]
}

/// How a conversation is cut into segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Each turn in a segment of its own.
    Turns,
    /// As `Turns`, but the request for a WebSocket stands in the segment of the client's last
    /// turn, where no turn of the server's is between them.
    Together,
    /// One byte in each segment.
    Bytes,
}

impl Cut {
    pub(crate) const ALL: [Self; 3] = [Self::Turns, Self::Together, Self::Bytes];
}

/// A conversation that breaks off in no time, and where its violation stands.
pub(crate) struct Broken {
    pub(crate) conversation: Conversation,
    pub(crate) packet: u64,
    pub(crate) stream_offset: u64,
}

/// The conversation that [`super::broken`] holds, behind `turns`; the violation is in the
/// server's first frame.
pub(crate) fn broken_behind(turns: &[Turn], cut: Cut) -> Broken {
    let request = Head::upgrade();
    let mut turns = turns.to_vec();
    match turns.last_mut() {
        Some((Client, bytes)) if cut == Cut::Together => bytes.extend(request.encode()),
        _ => turns.push((Client, request.encode())),
    }
    turns.push((Server, Head::switching(&request).encode()));
    let mut conversation = Conversation::new();
    conversation.open();
    if cut == Cut::Bytes {
        conversation.segment_bytes(1);
    }
    for (side, bytes) in &turns {
        conversation.bytes(*side, bytes);
    }
    let by_server = turns.iter().filter(|(side, _)| *side == Server);
    let stream_offset = by_server.map(|(_, bytes)| bytes.len() as u64).sum();
    conversation.client(Frame::text("hello"));
    let packet = conversation.segments().len() as u64 + 1;
    conversation
        .server(Frame::text("Hello").rsv1())
        .client(Frame::text("are you still there?"))
        .close(1002);
    Broken {
        conversation,
        packet,
        stream_offset,
    }
}
