//! Packets built header by header, and what is decoded from them.

mod encapsulation;
mod link;
mod network;
mod tunnel;

use crate::decode::{Checksum, Options, Segment, Skipped, TcpFlags, decode};
use crate::packet::{LinkType, PacketId, RawPacket, Reception};
use crate::time::Timestamp;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const TCP: u8 = 6;
const UDP: u8 = 17;

/// TCP from port 51234 to 80 with this many words of header, the options all ones.
fn tcp_with(words: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xc8, 0x22, 0, 80];
    bytes.extend(1000_u32.to_be_bytes());
    bytes.extend(2000_u32.to_be_bytes());
    bytes.extend([words << 4, 0b1101_1000, 0x02, 0x00, 0, 0, 0, 0]);
    bytes.resize(usize::from(words.max(5)) * 4, 1);
    bytes.extend(payload);
    bytes
}

fn tcp(payload: &[u8]) -> Vec<u8> {
    tcp_with(5, payload)
}

/// IPv4 from 10.0.0.1 to 10.0.0.2 with this many words of header.
fn ipv4_with(words: u8, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = usize::from(words) * 4 + payload.len();
    let mut bytes = vec![0x40 | words, 0];
    bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
    bytes.extend([0x12, 0x34, 0x40, 0, 64, protocol, 0, 0]);
    bytes.extend([10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.resize(usize::from(words) * 4, 1);
    bytes.extend(payload);
    bytes
}

fn ipv4(payload: &[u8]) -> Vec<u8> {
    ipv4_with(5, TCP, payload)
}

/// IPv6 from 2001:db8::1 to 2001:db8::2.
fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend([next, 63]);
    for host in [1, 2] {
        bytes.extend([
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host,
        ]);
    }
    bytes.extend(payload);
    bytes
}

fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
    [&[2; 12][..], &kind.to_be_bytes(), payload].concat()
}

/// A VLAN tag in front of what `kind` announces.
fn tag(kind: u16, payload: &[u8]) -> Vec<u8> {
    [&[0, 7][..], &kind.to_be_bytes(), payload].concat()
}

fn decode_cut(link: LinkType, bytes: &[u8], wire_length: usize) -> Result<Segment<'_>, Skipped> {
    decode(&RawPacket {
        id: PacketId {
            input: 3,
            number: 9,
        },
        time: Timestamp::from_nanos(77, 9),
        link,
        wire_length: u32::try_from(wire_length).unwrap(),
        reception: Reception::default(),
        bytes,
    })
}

fn decode_whole(link: LinkType, bytes: &[u8]) -> Result<Segment<'_>, Skipped> {
    decode_cut(link, bytes, bytes.len())
}

/// The payload of a packet, or why there is none.
fn payload(link: LinkType, bytes: &[u8]) -> Result<&[u8], Skipped> {
    let segment = decode_whole(link, bytes)?;
    assert_eq!(segment.missing, 0);
    Ok(segment.payload)
}

#[test]
fn segment_holds_what_the_headers_say() {
    let bytes = ethernet(IPV4, &ipv4(&tcp(b"hello")));
    let segment = decode_whole(LinkType::ETHERNET, &bytes).unwrap();
    assert_eq!((segment.packet.input, segment.packet.number), (3, 9));
    assert_eq!(segment.time.nanos(), 77);
    assert_eq!(segment.source.to_string(), "10.0.0.1:51234");
    assert_eq!(segment.destination.to_string(), "10.0.0.2:80");
    assert_eq!((segment.sequence, segment.acknowledgement), (1000, 2000));
    assert_eq!(segment.flags, TcpFlags::PSH | TcpFlags::ACK);
    assert_eq!(segment.window, 512);
    assert_eq!((segment.ttl, segment.ip_id), (64, Some(0x1234)));
    assert_eq!((segment.missing, segment.payload), (0, &b"hello"[..]));
    assert_eq!(segment.link_source, Some([2; 6]));
    assert_eq!(segment.options(), Some(Options::default()));
}

#[test]
fn options_and_checksums_that_the_capture_cut_are_not_guessed() {
    let bytes = ethernet(IPV4, &ipv4(&tcp_with(8, b"hello")));
    let whole = decode_whole(LinkType::ETHERNET, &bytes).unwrap();
    assert!(whole.options().is_some());
    let options_cut = decode_cut(LinkType::ETHERNET, &bytes[..14 + 20 + 24], bytes.len());
    let options_cut = options_cut.unwrap();
    assert_eq!(options_cut.options(), None);
    assert_eq!(options_cut.checksum(), Checksum::Unknown);
    let payload_cut = decode_cut(LinkType::ETHERNET, &bytes[..14 + 20 + 34], bytes.len());
    assert_eq!(payload_cut.unwrap().checksum(), Checksum::Unknown);
}

#[test]
fn ipv6_segment_has_no_identification() {
    let bytes = ethernet(IPV6, &ipv6(TCP, &tcp(b"hello")));
    let segment = decode_whole(LinkType::ETHERNET, &bytes).unwrap();
    assert_eq!(segment.source.to_string(), "[2001:db8::1]:51234");
    assert_eq!(segment.destination.to_string(), "[2001:db8::2]:80");
    assert_eq!((segment.ttl, segment.ip_id), (63, None));
    assert_eq!(segment.payload, b"hello");
}

#[test]
fn payload_is_borrowed_from_the_packet() {
    let bytes = ethernet(IPV4, &ipv4(&tcp(b"hello")));
    let segment = decode_whole(LinkType::ETHERNET, &bytes).unwrap();
    assert_eq!(segment.payload.as_ptr_range().end, bytes.as_ptr_range().end);
}

#[test]
fn what_is_no_tcp_is_named() {
    let whole = |bytes: &[u8]| payload(LinkType::ETHERNET, bytes).unwrap_err();
    assert_eq!(whole(&ethernet(0x0806, &[0; 28])), Skipped::NotIp);
    let udp = ipv4_with(5, UDP, &[0; 8]);
    assert_eq!(whole(&ethernet(IPV4, &udp)), Skipped::NotTcp);
    assert_eq!(whole(&ethernet(IPV6, &ipv6(UDP, &[0; 8]))), Skipped::NotTcp);
    assert_eq!(whole(&ethernet(IPV6, &ipv6(59, &[]))), Skipped::NotTcp);
    assert_eq!(
        payload(LinkType(147), &[0; 60]),
        Err(Skipped::LinkTypeUnknown)
    );
}

#[test]
fn cut_packet_says_how_many_bytes_are_missing() {
    let whole = ethernet(IPV4, &ipv4(&tcp_with(8, b"0123456789")));
    let headers = whole.len() - 10;
    for held in headers..whole.len() {
        let segment = decode_cut(LinkType::ETHERNET, &whole[..held], whole.len()).unwrap();
        assert_eq!(segment.payload, &b"0123456789"[..held - headers]);
        assert_eq!(segment.missing as usize, whole.len() - held);
    }
}

#[test]
fn cut_options_leave_a_segment_without_payload() {
    let whole = ethernet(IPV4, &ipv4(&tcp_with(8, b"0123456789")));
    let fixed = 14 + 20 + 20;
    for held in fixed..fixed + 12 {
        let segment = decode_cut(LinkType::ETHERNET, &whole[..held], whole.len()).unwrap();
        assert_eq!((segment.sequence, segment.window), (1000, 512));
        assert_eq!((segment.payload, segment.missing), (&b""[..], 10));
    }
}

#[test]
fn headers_cut_by_the_capture_are_told_from_short_packets() {
    let authentication = [&[TCP, 4], &[0; 22][..], &tcp(b"")].concat();
    let options = [&[TCP, 0], &[0; 6][..], &tcp(b"")].concat();
    let packets = [
        ethernet(0x8100, &tag(IPV4, &ipv4(&tcp(b"")))),
        ethernet(IPV4, &ipv4_with(7, 51, &authentication)),
        ethernet(IPV6, &ipv6(60, &options)),
    ];
    for whole in packets {
        for held in 0..whole.len() {
            let cut = &whole[..held];
            assert_eq!(
                decode_cut(LinkType::ETHERNET, cut, whole.len()).unwrap_err(),
                Skipped::HeadersCut,
                "held {held}"
            );
        }
        // Up to the IP header, nothing else states a length.
        for held in 0..14 {
            assert_eq!(
                payload(LinkType::ETHERNET, &whole[..held]),
                Err(Skipped::Malformed)
            );
        }
    }
}

#[test]
fn headers_that_contradict_themselves_are_malformed() {
    let changed = |place: usize, value: u8| {
        let mut packet = ipv4(&tcp(b"x"));
        packet[place] = value;
        payload(LinkType::RAW, &packet).unwrap_err()
    };
    assert_eq!(changed(0, 0x44), Skipped::Malformed, "header of 16 bytes");
    assert_eq!(changed(3, 19), Skipped::Malformed, "less than the header");
    assert_eq!(changed(3, 39), Skipped::Malformed, "less than two headers");
    assert_eq!(changed(32, 0x40), Skipped::Malformed, "TCP of 16 bytes");
    assert_eq!(changed(32, 0x60), Skipped::Malformed, "TCP beyond the end");
    let short = [&[TCP, 0], &[0; 22][..], &tcp(b"x")].concat();
    assert_eq!(
        payload(LinkType::RAW, &ipv6(51, &short)),
        Err(Skipped::Malformed)
    );
}

#[test]
fn every_prefix_and_every_changed_byte_gives_an_answer() {
    let extension = [&[44, 1][..], &[0; 14], &[TCP, 0, 0, 0, 0, 0, 0, 0]].concat();
    let packets = [
        ethernet(
            0x88a8,
            &tag(IPV4, &ipv4_with(6, TCP, &tcp_with(7, b"payload"))),
        ),
        ethernet(IPV6, &ipv6(0, &[extension, tcp(b"payload")].concat())),
    ];
    let links = [
        LinkType::ETHERNET,
        LinkType::RAW,
        LinkType::NULL,
        LinkType::LINUX_SLL,
        LinkType::LINUX_SLL2,
    ];
    for packet in packets {
        for link in links {
            for place in 0..packet.len() {
                let mut changed = packet.clone();
                for value in 0..=255 {
                    changed[place] = value;
                    for wire_length in [0, packet.len(), 9000] {
                        let answer = decode_cut(link, &changed, wire_length);
                        let held = answer.map_or(0, |segment| segment.payload.len());
                        assert!(held <= packet.len() - 40);
                    }
                }
                let _answer = decode_cut(link, &packet[..place], packet.len());
            }
        }
    }
}
