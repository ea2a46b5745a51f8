//! Captures made of a script: packets of up to two connections, most of them WebSockets.
//!
//! A script is a byte of flags and then steps. The flags say how both connections begin: 1: with
//! their SYNs; 2: with an upgrade and its answer; 4: that agrees to permessage-deflate. A step is
//! a byte of what is done and by whom (128: by the server; 64: on the second connection), and
//! what it needs:
//!
//! | low bits | step |
//! |---|---|
//! | 0, 1 | data: a byte of length, the bytes |
//! | 2, 3 | a frame of text: its first byte, two bytes of length, masked if the client sends it |
//! | 4 | a frame's header alone, the same |
//! | 5 | words: which, as in [`WORDS`] |
//! | 6 | loss: two bytes, how many bytes were sent and not captured |
//! | 7 | data of which only some is captured: a byte, how much; then as for data |
//! | 8 | the packet before once more |
//! | 9 | the two packets before change places |
//! | 10 | an acknowledgement: two bytes, of how many bytes that were not sent |
//! | 11 | time: two bytes, how many tenths of a second pass |
//! | 12 | FIN |
//! | 13 | RST |
//! | 14 | SYN: two bytes of sequence number |
//! | 15 | data again: two bytes, how far back, then as for data |

use wsblame::packet::{LinkType, PacketId, RawPacket, Reception};
use wsblame::source::PacketSource;
use wsblame::time::Timestamp;

use crate::input::Input;

/// Packets that a script may make: a longer one only makes the fuzzer slow.
const PACKETS: usize = 400;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// Bytes that the fuzzer need not find by itself.
const WORDS: [&[u8]; 18] = [
    b"GET /chat?token=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
      Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
      Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
      Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
    b"HTTP/1.1 403 Forbidden\r\nServer: x\r\nContent-Length: 5\r\n\r\nno!\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 504 Gateway Timeout\r\nContent-Type: text/html\r\n\r\n<html><title>504</title>",
    b"\x16\x03\x01\x00\x04abcd",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"{\"error\": \"\x1b[2J\"}",
    b"PROXY TCP4 192.0.2.1 192.0.2.2 50000 80\r\n",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\xc0\0\x02\x01\xc0\0\x02\x02\xc3\x50\0\x50\x02\0\x05a.b.c",
    b"\x05\x02\x00\x02\x05\x01\x00\x03\x01a\0\x50",
    b"\x05\x00\x05\x00\x00\x01\0\0\0\0\0\0",
    b"\x04\x01\0\x50\0\0\0\x01\0a\0",
    b"\x00\x5a\0\0\0\0\0\0",
];

#[derive(Clone, Debug)]
struct Packet {
    time: Timestamp,
    bytes: Vec<u8>,
    /// Bytes of it that were on the wire.
    length: usize,
}

/// The packets of a script.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    packets: Vec<Packet>,
}

impl Traffic {
    /// The packets that a script makes.
    pub fn of(script: &[u8]) -> Self {
        let mut input = Input::new(script);
        let mut stage = Stage::default();
        stage.begin(input.byte());
        while !input.is_empty() && stage.traffic.packets.len() < PACKETS {
            stage.step(&mut input);
        }
        stage.traffic
    }

    /// The same bytes in packets of half the size.
    #[must_use]
    pub fn halved(&self) -> Self {
        let halves = self.packets.iter().flat_map(Packet::halves);
        Self {
            packets: halves.collect(),
        }
    }

    /// The packets, to be read from the first one on.
    pub fn source(&self) -> Source<'_> {
        Source {
            packets: &self.packets,
            lent: 0,
        }
    }
}

/// A capture in memory that, unlike the library's own, may have cut packets.
#[derive(Debug)]
pub struct Source<'a> {
    packets: &'a [Packet],
    lent: usize,
}

impl PacketSource for Source<'_> {
    fn advance(&mut self) -> bool {
        self.lent = self.packets.len().min(self.lent) + 1;
        self.lent <= self.packets.len()
    }

    fn packet(&self) -> Option<RawPacket<'_>> {
        let packet = self.packets.get(self.lent.checked_sub(1)?)?;
        Some(RawPacket {
            id: PacketId {
                input: 0,
                number: self.lent as u64,
            },
            time: packet.time,
            link: LinkType::IPV4,
            wire_length: u32::try_from(packet.length).unwrap(),
            reception: Reception::default(),
            bytes: &packet.bytes,
        })
    }
}

/// Bytes of the IPv4 and TCP headers of every packet here.
const HEADERS: usize = 40;

impl Packet {
    /// Both halves of a packet of data; other packets as they are.
    fn halves(&self) -> Vec<Self> {
        let payload = self.length - HEADERS;
        if payload < 2 || self.bytes.len() < self.length || self.bytes[33] & (FIN | SYN | RST) != 0
        {
            return vec![self.clone()];
        }
        let (headers, data) = self.bytes.split_at(HEADERS);
        let (first, second) = data.split_at(payload / 2);
        let mut halves = [first, second].map(|data| Self {
            time: self.time,
            bytes: [headers, data].concat(),
            length: HEADERS + data.len(),
        });
        let sequence = u32::from_be_bytes(headers[24..28].try_into().unwrap());
        let later = sequence.wrapping_add(u32::try_from(first.len()).unwrap());
        halves[1].bytes[24..28].copy_from_slice(&later.to_be_bytes());
        for half in &mut halves {
            let length = u16::try_from(half.length).unwrap();
            half.bytes[2..4].copy_from_slice(&length.to_be_bytes());
        }
        halves.into()
    }
}

/// One direction of one connection.
#[derive(Clone, Copy, Debug, Default)]
struct Sender {
    next: u32,
}

#[derive(Clone, Copy, Debug)]
struct Who {
    connection: usize,
    side: usize,
}

#[derive(Debug, Default)]
struct Stage {
    senders: [[Sender; 2]; 2],
    tenths: i64,
    traffic: Traffic,
}

impl Stage {
    fn begin(&mut self, flags: u8) {
        for connection in 0..2 {
            let [client, server] = [0, 1].map(|side| Who { connection, side });
            // One of the streams passes the end of the sequence numbers.
            self.sender(client).next = 1000;
            self.sender(server).next = u32::MAX - 300;
            if flags & 1 != 0 {
                self.synchronize(client, SYN);
                self.synchronize(server, SYN | ACK);
            }
            if flags & 2 != 0 {
                self.data(client, WORDS[0]);
                self.data(server, WORDS[1 + usize::from(flags & 4 != 0)]);
            }
        }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        let what = input.byte();
        let who = Who {
            connection: usize::from(what >> 6 & 1),
            side: usize::from(what >> 7),
        };
        match what & 15 {
            0 | 1 => self.data(who, input.list()),
            kind @ 2..=4 => {
                let frame = frame(who, input.byte(), input.short());
                let header = if who.side == 0 { 8 } else { 4 };
                let length = if kind == 4 { header } else { frame.len() };
                self.data(who, &frame[..length.min(frame.len())]);
            }
            5 => {
                let word = usize::from(input.byte()) % WORDS.len();
                self.data(who, WORDS[word]);
            }
            6 => self.pass(who, u32::from(input.short())),
            7 => {
                let captured = usize::from(input.byte());
                self.send(who, ACK, input.list(), captured);
            }
            8 => {
                let last = self.traffic.packets.last().cloned();
                self.traffic.packets.extend(last);
            }
            9 => {
                let count = self.traffic.packets.len();
                if count >= 2 {
                    self.traffic.packets.swap(count - 1, count - 2);
                }
            }
            10 => {
                let more = u32::from(input.short());
                let peer = Who {
                    side: 1 - who.side,
                    ..who
                };
                self.pass(peer, more);
                self.data(who, &[]);
                self.pass(peer, more.wrapping_neg());
            }
            11 => self.tenths += i64::from(input.short()),
            12 => self.synchronize(who, FIN | ACK),
            13 => self.send(who, RST | ACK, &[], 0),
            14 => {
                self.sender(who).next = u32::from(input.short()) << 12;
                self.synchronize(who, if who.side == 0 { SYN } else { SYN | ACK });
            }
            _ => {
                let back = u32::from(input.short());
                let next = self.sender(who).next;
                self.sender(who).next = next.wrapping_sub(back);
                self.data(who, input.list());
                self.sender(who).next = next;
            }
        }
    }

    fn sender(&mut self, who: Who) -> &mut Sender {
        &mut self.senders[who.connection][who.side]
    }

    /// Counts bytes that are not in the capture.
    fn pass(&mut self, who: Who, count: u32) {
        let sender = self.sender(who);
        sender.next = sender.next.wrapping_add(count);
    }

    /// A packet whose flag counts as a byte of the stream.
    fn synchronize(&mut self, who: Who, flags: u8) {
        self.send(who, flags, &[], 0);
        self.pass(who, 1);
    }

    fn data(&mut self, who: Who, data: &[u8]) {
        self.send(who, ACK, data, data.len());
    }

    /// Sends data of which only `captured` bytes are in the capture.
    fn send(&mut self, who: Who, flags: u8, data: &[u8], captured: usize) {
        let sequence = self.sender(who).next;
        let acknowledgement = self.senders[who.connection][1 - who.side].next;
        let length = HEADERS + data.len();
        let ports = [40_000 + who.connection as u16, 80];
        let hosts = [[10, 0, 0, 1], [10, 0, 0, 2]];
        let mut bytes = vec![0x45, 0];
        bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        bytes.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        bytes.extend([hosts[who.side], hosts[1 - who.side]].concat());
        bytes.extend(ports[who.side].to_be_bytes());
        bytes.extend(ports[1 - who.side].to_be_bytes());
        bytes.extend(sequence.to_be_bytes());
        bytes.extend(acknowledgement.to_be_bytes());
        bytes.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        bytes.extend(&data[..captured.min(data.len())]);
        let packets = &mut self.traffic.packets;
        let nanos = self.tenths * 100_000_000 + packets.len() as i64 * 1_000_000;
        packets.push(Packet {
            time: Timestamp::from_nanos(nanos, 6),
            bytes,
            length,
        });
        self.pass(who, u32::try_from(data.len()).unwrap());
    }
}

/// A frame of text.
fn frame(who: Who, first: u8, length: u16) -> Vec<u8> {
    let length = length % 2048;
    let masked = who.side == 0;
    let mut bytes = vec![first];
    let mask = u8::from(masked) << 7;
    match u8::try_from(length) {
        Ok(short @ ..126) => bytes.push(mask | short),
        _ => {
            bytes.push(mask | 126);
            bytes.extend(length.to_be_bytes());
        }
    }
    let key: &[u8] = if masked {
        &[0x12, 0x34, 0x56, 0x78]
    } else {
        &[]
    };
    bytes.extend(key);
    let text = b"the quick brown fox "
        .iter()
        .cycle()
        .take(usize::from(length));
    let masks = if masked { key } else { &[0] }.iter().cycle();
    bytes.extend(text.zip(masks).map(|(byte, mask)| byte ^ mask));
    bytes
}
