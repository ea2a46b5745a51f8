use proptest::prelude::*;

use super::*;
use crate::packet::PacketId;
use crate::preamble::Address;
use crate::tcp::{Arrival, GapCause};
use crate::time::Timestamp;

const LINE: &[u8] = b"PROXY TCP4 203.0.113.7 198.51.100.5 51000 443\r\n";
const GREETING: &[u8] = b"\x05\x01\x00";
const REQUEST: &[u8] = b"\x05\x01\x00\x03\x01a\x00\x50";
const ANSWERS: &[u8] = b"\x05\x00\x05\x00\x00\x01\0\0\0\0\0\0";
const HTTP: &[u8] = b"GET / HTTP/1.1\r\n";

/// A binary header with so many bytes behind its addresses.
fn binary(more: u16) -> Vec<u8> {
    let length = (12 + more).to_be_bytes();
    let addresses = [203, 0, 113, 7, 198, 51, 100, 5, 0xc7, 0x38, 0x01, 0xbb];
    let noise = vec![0x04; usize::from(more)];
    [
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11",
        &length[..],
        &addresses,
        &noise,
    ]
    .concat()
}

/// Bytes of a stream that were not read yet, and what was read as something else.
#[derive(Debug, Default)]
struct Stream {
    bytes: Vec<u8>,
    taken: usize,
    rest: Vec<u8>,
}

/// Both streams of a beginning, read in pieces as they may be read.
#[derive(Debug, Default)]
struct Beginning {
    opening: Opening,
    client: Stream,
    server: Stream,
    unplaced: bool,
}

impl Beginning {
    fn of(client: &[u8], server: &[u8]) -> Self {
        let mut beginning = Self::default();
        beginning.client.bytes = client.to_vec();
        beginning.server.bytes = server.to_vec();
        beginning
    }

    /// Reads up to so many bytes of a side; whether any were read.
    fn read(&mut self, side: Side, count: usize) -> bool {
        let stream = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        let waits = self.opening.waits(side).unwrap_or(false);
        let left = &stream.bytes[stream.taken..];
        if waits || left.is_empty() {
            return false;
        }
        let chunk = chunk(stream.taken, &left[..count.min(left.len())]);
        let (held, rest) = match self.opening.data(side, chunk) {
            Step::Rest(rest) => {
                stream.taken += chunk.bytes.len() - rest.bytes.len();
                return true;
            }
            Step::Over(held, rest) => (held, rest.bytes.to_vec()),
            Step::Unplaced(rest) => {
                self.unplaced = true;
                (None, rest.bytes.to_vec())
            }
        };
        stream.taken += chunk.bytes.len();
        stream.rest.extend(rest);
        if let Some(held) = held {
            let rest = std::mem::take(&mut self.client.rest);
            self.client.rest = [held.bytes, rest].concat();
        }
        true
    }

    /// Reads all in pieces of these sizes, the sides in turn.
    fn read_all(mut self, first: Side, sizes: &[usize]) -> Self {
        let mut sizes = sizes.iter().copied().cycle();
        let mut size = move || sizes.next().unwrap_or(1);
        while self.read(first, size()) | self.read(first.peer(), size()) {}
        self
    }

    fn layers(&self) -> Vec<&'static str> {
        let found = self.opening.found().iter();
        found.map(|preamble| preamble.kind.layer()).collect()
    }
}

fn chunk(offset: usize, bytes: &[u8]) -> Chunk<'_> {
    Chunk {
        offset: offset as u64,
        sequence: u32::try_from(offset).unwrap(),
        bytes,
        arrival: arrival(),
    }
}

fn arrival() -> Arrival {
    Arrival {
        packet: PacketId {
            input: 0,
            number: 1,
        },
        time: Timestamp::from_nanos(0, 6),
        acknowledgement: None,
    }
}

fn gap(offset: usize, length: u64) -> Gap {
    Gap {
        offset: offset as u64,
        length,
        cause: GapCause::Lost,
        sequence: u32::try_from(offset).unwrap(),
        arrival: arrival(),
    }
}

/// What a client and a server begin with, and as what that is to be read.
struct Case {
    client: Vec<u8>,
    server: Vec<u8>,
    layers: &'static [&'static str],
    /// What of the client's is not a preamble's.
    rest: &'static [u8],
}

/// What of the server's is not a preamble's in any case.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\n";

fn cases() -> Vec<Case> {
    let case = |client: &[&[u8]], answers: &[u8], layers, rest| Case {
        client: client.concat(),
        server: [answers, ANSWER].concat(),
        layers,
        rest,
    };
    let long = binary(9000);
    vec![
        case(&[HTTP], b"", &[], HTTP),
        case(&[LINE, HTTP], b"", &["proxy-protocol-v1"], HTTP),
        case(&[&binary(0), HTTP], b"", &["proxy-protocol-v2"], HTTP),
        case(&[&long, HTTP], b"", &["proxy-protocol-v2"], HTTP),
        case(
            &[LINE, &binary(3), HTTP],
            b"",
            &["proxy-protocol-v1", "proxy-protocol-v2"],
            HTTP,
        ),
        case(
            &[LINE, GREETING, REQUEST, HTTP],
            ANSWERS,
            &["proxy-protocol-v1", "socks5"],
            HTTP,
        ),
        case(
            &[GREETING, REQUEST, &binary(1), HTTP],
            ANSWERS,
            &["socks5", "proxy-protocol-v2"],
            HTTP,
        ),
        case(
            &[b"\x04\x01\x00\x50\0\0\0\x01\0api.example.com\0", HTTP],
            b"\x00\x5a\0\0\0\0\0\0",
            &["socks4"],
            HTTP,
        ),
        case(
            &[b"PROXY /chat HTTP/1.1\r\n"],
            b"",
            &[],
            b"PROXY /chat HTTP/1.1\r\n",
        ),
        case(&[b"\r\n\r\nGET /"], b"", &[], b"\r\n\r\nGET /"),
        case(&[b"\x05\x01\x00\x16"], b"", &[], b"\x05\x01\x00\x16"),
        case(&[b"POST /"], b"", &[], b"POST /"),
    ]
}

proptest! {
    #[test]
    fn cutting_and_order_change_nothing(
        index in 0..cases().len(),
        server_first in any::<bool>(),
        sizes in prop::collection::vec(prop_oneof![Just(1), 1..50usize, Just(20_000)], 1..4),
    ) {
        let Case { client, server, layers, rest } = cases().swap_remove(index);
        let first = if server_first { Side::Server } else { Side::Client };
        let read = Beginning::of(&client, &server).read_all(first, &sizes);
        prop_assert_eq!(read.layers(), layers);
        prop_assert!(read.opening.waits(Side::Server).is_none() && !read.unplaced);
        prop_assert_eq!(read.client.rest, rest);
        prop_assert_eq!(read.server.rest, ANSWER);
    }

    /// Whatever comes: no byte is read twice, or gets lost that is no preamble's.
    #[test]
    fn nothing_is_kept_for_good(
        client in prop::collection::vec(any::<u8>(), 0..60),
        first in prop::sample::select(vec![4, 5, b'P', b'\r', b'G']),
        sizes in prop::collection::vec(1..50usize, 1..4),
    ) {
        let client = [&[first][..], &client].concat();
        let mut read = Beginning::of(&client, HTTP).read_all(Side::Client, &sizes);
        let is_first = read.opening.found().is_empty();
        let unread = read.client.bytes.split_off(read.client.taken);
        let (held, unplaced) = match read.opening.give_up() {
            Remains::Held(held) => (held.bytes, false),
            Remains::Unplaced => (Vec::new(), true),
            Remains::Nothing => (Vec::new(), read.unplaced),
        };
        if is_first && !unplaced {
            prop_assert_eq!([held, read.client.rest, unread].concat(), client);
        }
    }
}

#[test]
fn a_refused_dialogue_is_something_else() {
    for server in [&b"\x05\xff"[..], b"\x05\x00\x05\x01\x00\x01\0\0\0\0\0\0"] {
        let client = [GREETING, REQUEST].concat();
        let read = Beginning::of(&client, server).read_all(Side::Client, &[1]);
        assert!(read.opening.waits(Side::Client).is_none() && read.layers().is_empty());
        assert_eq!(read.client.rest, client);
    }
}

#[test]
fn a_preamble_stands_where_it_begins() {
    let client = [LINE, GREETING, REQUEST, HTTP].concat();
    let read = Beginning::of(&client, ANSWERS).read_all(Side::Server, &[7]);
    let offsets: Vec<_> = read
        .opening
        .found()
        .iter()
        .map(|preamble| preamble.place.stream_offset)
        .collect();
    assert_eq!(offsets, [0, LINE.len() as u64]);
    let Kind::Socks(tunnel) = &read.opening.found()[1].kind else {
        panic!("a dialogue");
    };
    assert_eq!(tunnel.destination, Address::Name(b"a".to_vec(), 80));
}

#[test]
fn no_more_are_read_than_any_path_has() {
    let client = [LINE.repeat(MOST + 1), HTTP.to_vec()].concat();
    let read = Beginning::of(&client, b"").read_all(Side::Client, &[1000]);
    assert_eq!(read.layers().len(), MOST);
    assert_eq!(read.client.rest, [LINE, HTTP].concat());
}

#[test]
fn missing_bytes_of_what_is_passed_over_are_not_missed() {
    let header = binary(9000);
    let mut opening = Opening::default();
    let step = opening.data(Side::Client, chunk(0, &header[..5000]));
    assert!(matches!(step, Step::Rest(rest) if rest.bytes.is_empty()));
    let left = header.len() as u64 - 5000;
    assert_eq!(opening.gap(Side::Client, gap(5000, left - 10)), None);
    // The rest of it is missing, and 90 bytes of what is behind.
    let behind = opening.gap(Side::Client, gap(header.len() - 10, 100));
    assert_eq!(behind, Some((gap(header.len(), 90), Remains::Nothing)));
    assert_eq!(opening.waits(Side::Client), None);
}

#[test]
fn missing_bytes_leave_what_was_begun_to_others() {
    let begun = |client: &[u8]| {
        let mut beginning = Beginning::of(client, b"");
        beginning.read(Side::Client, client.len());
        beginning.opening
    };
    let missing = gap(3, 10);
    let held = begun(b"PRO").gap(Side::Client, missing);
    assert!(matches!(held, Some((_, Remains::Held(held))) if held.bytes == b"PRO"));
    let held = begun(b"\r\n\r\n").gap(Side::Client, missing);
    assert!(matches!(held, Some((_, Remains::Held(held))) if held.bytes == b"\r\n\r\n"));
    for header in [
        &b"PROXY TCP4 203.0"[..],
        &binary(90)[..5],
        &binary(90)[..40],
    ] {
        let cut = begun(header).gap(Side::Client, missing);
        assert_eq!(cut, Some((missing, Remains::Unplaced)), "{header:?}");
    }
    let dialogue = begun(GREETING).gap(Side::Client, missing);
    assert_eq!(dialogue, Some((missing, Remains::Unplaced)));
    let request = [GREETING, REQUEST].concat();
    let answer = begun(&request).gap(Side::Server, missing);
    assert_eq!(answer, Some((missing, Remains::Unplaced)));
    // What the server said to a client that was not heard.
    let mut unheard = Opening::default();
    assert_eq!(
        unheard.gap(Side::Client, missing),
        Some((missing, Remains::Nothing))
    );
    for said in [&b"\x05\x02"[..], b"\x01\x00", &ANSWERS[2..]] {
        let step = unheard.data(Side::Server, chunk(0, said));
        assert!(matches!(step, Step::Unplaced(rest) if rest.bytes.is_empty()));
    }
    let step = unheard.data(Side::Server, chunk(0, b"\x05\x01"));
    assert!(matches!(step, Step::Over(None, rest) if rest.bytes == b"\x05\x01"));
}
