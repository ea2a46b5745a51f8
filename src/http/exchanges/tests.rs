use super::*;
use crate::packet::PacketId;
use crate::tcp::Arrival;
use crate::time::Timestamp;

fn chunk(offset: u64, bytes: &[u8]) -> Chunk<'_> {
    Chunk {
        offset,
        sequence: u32::try_from(offset).unwrap(),
        bytes,
        arrival: Arrival {
            packet: PacketId {
                input: 0,
                number: offset + 1,
            },
            time: Timestamp::from_nanos(0, 6),
            acknowledgement: None,
        },
    }
}

/// Feeds all bytes of one side, cut into pieces of `cut`; returns what was answered or
/// accepted, and what is left behind it.
fn feed(exchanges: &mut Exchanges, side: Side, bytes: &[u8], cut: usize) -> Vec<(String, Vec<u8>)> {
    let mut told = Vec::new();
    let mut offset = 0;
    for piece in bytes.chunks(cut) {
        let mut left = chunk(offset, piece);
        offset += piece.len() as u64;
        while !left.bytes.is_empty() {
            let (name, rest) = match exchanges.data(side, left, &Limits::default()) {
                Progress::Rest(rest) => {
                    left = rest;
                    continue;
                }
                Progress::Answered(attempt, rest) => {
                    let status = attempt.response.unwrap().head.status;
                    (format!("answered {status}"), rest)
                }
                Progress::Accepted(_, rest) => ("accepted".to_owned(), rest),
                Progress::Unanswered(_, rest) => ("unanswered".to_owned(), rest),
                Progress::Unplaced(rest) => ("unplaced".to_owned(), rest),
                Progress::Other(rest) => ("other".to_owned(), rest),
            };
            told.push((name.clone(), rest.bytes.to_vec()));
            if name != "answered 401" {
                return told;
            }
            left = rest;
        }
    }
    told
}

const UPGRADE: &[u8] = b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n";
const SWITCH: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x00";

#[test]
fn an_upgrade_behind_other_requests_is_found_however_the_bytes_are_cut() {
    for cut in [1, 7, 1000] {
        let mut exchanges = Exchanges::default();
        let requests = [
            b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc".as_slice(),
            UPGRADE,
        ];
        assert!(feed(&mut exchanges, Side::Client, &requests.concat(), cut).is_empty());
        assert!(exchanges.waits(Side::Client));
        let answers = [
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                .as_slice(),
            b"HTTP/1.1 103 Early Hints\r\n\r\n",
            SWITCH,
        ];
        let told = feed(&mut exchanges, Side::Server, &answers.concat(), cut);
        assert_eq!(told[0].0, "accepted", "cut into {cut}");
    }
}

#[test]
fn a_401_before_the_101_lets_the_client_go_on() {
    let mut exchanges = Exchanges::default();
    feed(&mut exchanges, Side::Client, UPGRADE, 1000);
    let refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nno!\n";
    let told = feed(&mut exchanges, Side::Server, refusal, 1000);
    assert_eq!(told[0].0, "answered 401");
    assert!(!exchanges.waits(Side::Client));
    feed(&mut exchanges, Side::Client, UPGRADE, 1000);
    let told = feed(&mut exchanges, Side::Server, SWITCH, 1000);
    assert_eq!(told, [("accepted".to_owned(), b"\x81\x00".to_vec())]);
}

#[test]
fn an_upgrade_to_something_else_is_left_alone() {
    let mut exchanges = Exchanges::default();
    let request = b"GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n";
    feed(&mut exchanges, Side::Client, request, 1000);
    let answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n\x00\x00";
    let told = feed(&mut exchanges, Side::Server, answer, 1000);
    assert_eq!(told[0].0, "other");
}

#[test]
fn http_goes_on_inside_a_connect_tunnel() {
    let mut exchanges = Exchanges::default();
    feed(
        &mut exchanges,
        Side::Client,
        b"CONNECT a:80 HTTP/1.1\r\n\r\n",
        1000,
    );
    let told = feed(
        &mut exchanges,
        Side::Server,
        b"HTTP/1.1 200 OK\r\n\r\n",
        1000,
    );
    assert_eq!(told.len(), 1, "{told:?}");
    feed(&mut exchanges, Side::Client, UPGRADE, 1000);
    assert_eq!(
        feed(&mut exchanges, Side::Server, SWITCH, 1000)[0].0,
        "accepted"
    );
}

#[test]
fn tls_is_no_http() {
    let mut exchanges = Exchanges::default();
    let told = feed(
        &mut exchanges,
        Side::Client,
        b"\x16\x03\x01\x02\x00\x01",
        1000,
    );
    assert_eq!(told[0].0, "other");
}
