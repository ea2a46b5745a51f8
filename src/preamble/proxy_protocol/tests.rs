use std::net::SocketAddr;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn socket(text: &str) -> Address {
    Address::Socket(text.parse::<SocketAddr>().unwrap())
}

/// Who is connected to whom by the header that is all of `bytes`.
fn ends(bytes: &[u8]) -> Option<(Address, Address)> {
    let ends = all_of(bytes).ends?;
    Some((ends.source, ends.destination))
}

fn all_of(bytes: &[u8]) -> Header {
    match parse(bytes) {
        Parsed::Whole(header, length) if length == bytes.len() => header,
        others => panic!("{others:?}"),
    }
}

/// A header of version 2, its length reckoned.
fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    let signature = b"\r\n\r\n\0\r\nQUIT\n";
    [signature, &[command, family][..], &length, rest].concat()
}

const IPV4: [u8; 12] = [203, 0, 113, 7, 198, 51, 100, 5, 0xc7, 0x38, 0x01, 0xbb];

#[test]
fn a_line_names_both_ends() {
    assert_eq!(
        ends(b"PROXY TCP4 203.0.113.7 198.51.100.5 51000 443\r\n"),
        Some((socket("203.0.113.7:51000"), socket("198.51.100.5:443")))
    );
    assert_eq!(
        ends(b"PROXY TCP6 2001:db8::7 ::ffff:198.51.100.5 0 65535\r\n"),
        Some((
            socket("[2001:db8::7]:0"),
            socket("[::ffff:198.51.100.5]:65535")
        ))
    );
    for line in [
        &b"PROXY UNKNOWN\r\n"[..],
        b"PROXY UNKNOWN ffff:f...f:ffff whatever\r\n",
    ] {
        assert_eq!(ends(line), None, "{line:?}");
    }
    let longest = format!("PROXY UNKNOWN {}\r\n", "x".repeat(107 - 16));
    assert_eq!(ends(longest.as_bytes()), None);
}

#[test]
fn what_only_begins_like_a_line_is_none() {
    let too_long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(108 - 16));
    for text in [
        "PROXY /chat HTTP/1.1\r\n",
        "PROXYING is fun\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.5 51000\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.5 51000 443 1\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.5 +51000 443\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.5 51000 65536\r\n",
        "PROXY TCP4 203.0.113.7  198.51.100.5 51000 443\r\n",
        "PROXY TCP4 2001:db8::7 198.51.100.5 51000 443\r\n",
        "PROXY TCP6 203.0.113.7 2001:db8::7 51000 443\r\n",
        "PROXY TCP4 203.0.113.7 198.51.100.5 51000 443\n",
        "PROXY TCP4 203.0.113.7 198.51.100.5 51000 443\rx",
        "PROXY UNKNOWN\0\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY UDP4 203.0.113.7 198.51.100.5 51000 443\r\n",
        &too_long,
    ] {
        assert_eq!(parse(text.as_bytes()), Parsed::Other, "{text:?}");
    }
}

#[test]
fn a_binary_header_names_both_ends() {
    assert_eq!(
        ends(&binary(0x21, 0x11, &IPV4)),
        Some((socket("203.0.113.7:51000"), socket("198.51.100.5:443")))
    );
    let [source, destination] = ["2001:db8::7", "2001:db8::5"]
        .map(|text| text.parse::<std::net::Ipv6Addr>().unwrap().octets());
    let ipv6 = [&source[..], &destination, &[0, 1, 0, 2]].concat();
    assert_eq!(
        ends(&binary(0x21, 0x21, &ipv6)),
        Some((socket("[2001:db8::7]:1"), socket("[2001:db8::5]:2")))
    );
    let mut unix = [0; 216];
    unix[..9].copy_from_slice(b"/run/here");
    assert_eq!(
        ends(&binary(0x21, 0x31, &unix)),
        Some((
            Address::Path(b"/run/here".to_vec()),
            Address::Path(Vec::new())
        ))
    );
}

#[test]
fn a_header_may_name_nobody() {
    let local = all_of(&binary(0x20, 0x11, &IPV4));
    assert_eq!((local.command, local.ends), (Command::Local, None));
    assert_eq!(ends(&binary(0x20, 0x00, &[])), None);
    // A family that is not known, and addresses that are cut short.
    assert_eq!(ends(&binary(0x21, 0x41, &IPV4)), None);
    assert_eq!(ends(&binary(0x21, 0x11, &IPV4[..11])), None);
}

/// A type, a length and a value.
fn value(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[kind][..], &length, value].concat()
}

#[test]
fn a_binary_header_says_more_beside() {
    let ssl = [
        b"\x01\0\0\0\0".to_vec(),
        value(0x22, b"some customer"),
        value(0x21, b"TLSv1.3"),
    ];
    let rest = [
        IPV4.to_vec(),
        value(0x01, b"http/1.1"),
        value(0x02, b"api.example.com"),
        value(0x05, b"\xab\xcd"),
        value(0x20, &ssl.concat()),
        // Something unknown, and something cut short.
        value(0xe0, b"x"),
        b"\x04\0\x09".to_vec(),
    ];
    let extras = all_of(&binary(0x21, 0x11, &rest.concat())).extras;
    assert_eq!(extras.alpn.as_deref(), Some(&b"http/1.1"[..]));
    assert_eq!(extras.authority.as_deref(), Some(&b"api.example.com"[..]));
    assert_eq!(extras.unique_id.as_deref(), Some(&b"\xab\xcd"[..]));
    assert_eq!(extras.tls_version.as_deref(), Some(&b"TLSv1.3"[..]));
    assert_eq!((extras.checksum_fits, extras.unread_bytes), (None, 0));
}

#[test]
fn a_checksum_is_right_or_wrong() {
    // As Python's crc32c reckons it.
    let checksum = value(0x03, &[0x50, 0xbe, 0xa6, 0xf9]);
    let mut rest = [&IPV4[..], &checksum].concat();
    assert_eq!(
        all_of(&binary(0x21, 0x11, &rest)).extras.checksum_fits,
        Some(true)
    );
    rest[0] ^= 1;
    assert_eq!(
        all_of(&binary(0x21, 0x11, &rest)).extras.checksum_fits,
        Some(false)
    );
}

#[test]
fn a_header_without_end_is_read_as_far_as_is_useful() {
    let mut rest = IPV4.to_vec();
    rest.extend(b"\x04\xff\x00");
    rest.resize(usize::from(u16::MAX), 0);
    let bytes = binary(0x21, 0x11, &rest);
    assert_eq!(parse(&bytes[..LONGEST - 1]), Parsed::Partial);
    let Parsed::Whole(header, length) = parse(&bytes[..LONGEST]) else {
        panic!("it is known by then");
    };
    assert_eq!(length, 16 + 65_535);
    assert_eq!(header.extras.unread_bytes, 65_535 - 4096);
    assert!(header.ends.is_some());
    assert_eq!(parse(&bytes), Parsed::Whole(header, length));
}

#[test]
fn what_only_begins_like_a_binary_header_is_none() {
    for bytes in [
        &b"\r\n\r\nGET"[..],
        b"\r\n\r\n\0\r\nQUIT\r",
        b"\r\n\r\n\0\r\nQUIT\n\x11",
        b"\r\n\r\n\0\r\nQUIT\n\x22",
        b"\x0a",
    ] {
        assert_eq!(parse(bytes), Parsed::Other, "{bytes:?}");
    }
}

/// Headers, whole and damaged, and whatever else.
fn beginnings() -> impl Strategy<Value = Vec<u8>> {
    let line = "PROXY (TCP4|TCP6|UNKNOWN)( [0-9a-f.:]{0,15}){0,5}(\r\n)?.{0,5}";
    let rest = vec(any::<u8>(), 0..300);
    let header = (0x20..=0x22u8, any::<u8>(), rest)
        .prop_map(|(command, family, rest)| binary(command, family, &rest));
    prop_oneof![
        line.prop_map(String::into_bytes),
        header,
        vec(any::<u8>(), 0..40)
    ]
}

proptest! {
    /// What is told of some bytes is told of more, and of all fewer that more are needed: cutting
    /// changes nothing.
    #[test]
    fn more_bytes_change_nothing(bytes in beginnings(), more in vec(any::<u8>(), 0..20)) {
        let bytes = [bytes, more].concat();
        let all: Vec<_> = (0..=bytes.len()).map(|end| parse(&bytes[..end])).collect();
        let told_once = |before: &_, after: &_| *before == Parsed::Partial || before == after;
        prop_assert!(all.is_sorted_by(told_once), "{:?}", all);
    }

    #[test]
    fn enough_bytes_tell(bytes in vec(any::<u8>(), LONGEST)) {
        prop_assert_ne!(parse(&bytes), Parsed::Partial);
        let header = [b"\r\n\r\n\0\r\nQUIT\n\x21", &bytes[..]].concat();
        prop_assert_ne!(parse(&header[..LONGEST]), Parsed::Partial);
    }
}
