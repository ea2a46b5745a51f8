use std::net::SocketAddr;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn socket(text: &str) -> Address {
    Address::Socket(text.parse::<SocketAddr>().unwrap())
}

/// What a dialogue opened, of which both parts are all of the bytes.
fn opened(client: &[u8], server: &[u8]) -> Tunnel {
    let Parsed::Whole(asked, length) = asked(client) else {
        panic!("a client's part");
    };
    assert_eq!(length, client.len());
    match asked.answer(server) {
        Parsed::Whole(Answer::Opened(tunnel), length) if length == server.len() => tunnel,
        others => panic!("{others:?}"),
    }
}

const METHOD_NONE: &[u8] = b"\x05\x00";
const TO_IPV4: &[u8] = b"\x05\x01\x00\x01\xc6\x33\x64\x14\x1f\x90";
const GRANTED: &[u8] = b"\x05\x00\x00\x01\0\0\0\0\0\0";

#[test]
fn a_client_asks_by_address_or_name() {
    for (request, destination) in [
        (TO_IPV4, socket("198.51.100.20:8080")),
        (
            b"\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x20\0\x50",
            socket("[2001:db8::20]:80"),
        ),
        (
            b"\x05\x01\x00\x03\x0fapi.example.com\x1f\x90",
            Address::Name(b"api.example.com".to_vec(), 8080),
        ),
    ] {
        let client = [b"\x05\x01\x00", request].concat();
        let server = [METHOD_NONE, b"\x05\x00\x00\x01\xc0\x00\x02\x01\x12\x34"].concat();
        let tunnel = opened(&client, &server);
        assert_eq!(tunnel.destination, destination);
        assert_eq!(tunnel.bound, socket("192.0.2.1:4660"));
        assert_eq!((tunnel.version, tunnel.login), (Version::V5, Login::None));
    }
}

#[test]
fn a_login_is_passed_over() {
    let client = [b"\x05\x02\x00\x02\x01\x05alice\x07example", TO_IPV4].concat();
    let server = [b"\x05\x02\x01\x00", GRANTED].concat();
    let tunnel = opened(&client, &server);
    assert_eq!(tunnel.login, Login::Password);
    let shown = format!("{tunnel:?}");
    assert!(
        !shown.contains("alice") && !shown.contains("example"),
        "{shown}"
    );
}

#[test]
fn version_4_takes_an_address_and_4a_a_name() {
    let server = b"\x00\x5a\x00\x50\xc6\x33\x64\x14";
    let tunnel = opened(b"\x04\x01\x00\x50\xc6\x33\x64\x14alice\0", server);
    assert_eq!(tunnel.destination, socket("198.51.100.20:80"));
    assert_eq!((tunnel.version, tunnel.login), (Version::V4, Login::User));
    let tunnel = opened(b"\x04\x01\x00\x50\0\0\0\x01\0api.example.com\0", server);
    assert_eq!(
        tunnel.destination,
        Address::Name(b"api.example.com".to_vec(), 80)
    );
    assert_eq!(tunnel.login, Login::None);
}

#[test]
fn an_answer_that_does_not_fit_is_none() {
    let none_or_password = [b"\x05\x02\x00\x02", TO_IPV4].concat();
    for (client, server) in [
        // Refused: no method, a wrong password, no way there.
        (&none_or_password[..], &b"\x05\xff"[..]),
        (
            b"\x05\x01\x02\x01\x01a\x01b\x05\x01\x00\x01\0\0\0\0\0\0",
            b"\x05\x02\x01\x01",
        ),
        (&none_or_password, b"\x05\x00\x05\x05\x00\x01\0\0\0\0\0\0"),
        (b"\x04\x01\x00\x50\xc6\x33\x64\x14\0", b"\x00\x5b"),
        // A method that was not offered, and a login that did not happen.
        (&none_or_password, b"\x05\x01"),
        (&none_or_password, b"\x05\x02"),
        // Something else.
        (&none_or_password, b"HTTP/1.1 400 Bad Request\r\n"),
        (&none_or_password, b"\x05\x00\x16\x03"),
    ] {
        let Parsed::Whole(asked, _) = asked(client) else {
            panic!("a client's part");
        };
        assert_eq!(asked.answer(server), Parsed::Other, "{server:?}");
    }
}

#[test]
fn what_only_begins_like_a_clients_part_is_none() {
    let long = [&b"\x04\x01\x00\x50\xc6\x33\x64\x14"[..], &[b'a'; 256]].concat();
    for bytes in [
        &b"\x05\x00"[..],
        b"\x05\x01\x00\x16\x03\x01",
        b"\x05\x01\x00\x01\x05alice\x07example",
        // To listen, and to send datagrams: neither is a way to HTTP.
        b"\x05\x01\x00\x05\x02",
        b"\x05\x01\x00\x05\x03",
        b"\x05\x01\x00\x05\x01\x00\x02",
        b"\x04\x02",
        b"\x04\x01\x00\x50\xc6\x33\x64\x14al\x01ce",
        &long,
    ] {
        assert_eq!(asked(bytes), Parsed::Other, "{bytes:?}");
    }
}

#[test]
fn a_login_that_is_not_known_cannot_be_read() {
    // A token of GSS-API.
    let client = b"\x05\x02\x00\x01\x01\x01\x00\x04abcd";
    let Parsed::Whole(asked, length) = asked(client) else {
        panic!("a client's part");
    };
    assert_eq!(length, 4);
    assert_eq!(
        asked.answer(b"\x05\x01"),
        Parsed::Whole(Answer::Unreadable, 2)
    );
    assert_eq!(asked.answer(b"\x05\x00\x05\x00"), Parsed::Other);
}

/// Clients' and servers' parts, whole and damaged, and whatever else.
fn beginnings() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\x05\x01\x00".to_vec()),
        Just(b"\x05\x02\x00\x80".to_vec()),
        Just(b"\x05\x01\x02\x01\x01a\x02bc".to_vec()),
        Just(TO_IPV4.to_vec()),
        Just(b"\x05\x01\x00\x03\x01a\0\x50".to_vec()),
        Just(b"\x04\x01\0\x50\0\0\0\x01a\0b\0".to_vec()),
        Just(METHOD_NONE.to_vec()),
        Just(GRANTED.to_vec()),
        vec(any::<u8>(), 0..4),
    ];
    vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

/// Whether what is told of some bytes is told of more, and of all fewer that more are needed.
fn is_told_once<T: PartialEq>(bytes: &[u8], parse: impl Fn(&[u8]) -> Parsed<T>) -> bool {
    let all: Vec<_> = (0..=bytes.len()).map(|end| parse(&bytes[..end])).collect();
    all.is_sorted_by(|before, after| *before == Parsed::Partial || before == after)
}

proptest! {
    #[test]
    fn more_bytes_change_nothing(client in beginnings(), server in beginnings()) {
        prop_assert!(is_told_once(&client, asked));
        if let Parsed::Whole(asked, _) = asked(&client) {
            prop_assert!(is_told_once(&server, |bytes| asked.answer(bytes)));
        }
    }

    #[test]
    fn enough_bytes_tell(first in 4..=5u8, bytes in vec(any::<u8>(), 1032)) {
        let bytes = [&[first][..], &bytes].concat();
        prop_assert!(asked(&bytes) != Parsed::Partial);
    }
}
