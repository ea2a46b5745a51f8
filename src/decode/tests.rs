//! Packets built header by header, and what is decoded from them.

use crate::decode::{Checksum, Options, Segment, Skipped, TcpFlags, decode};
use crate::packet::{LinkType, PacketId, RawPacket};
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
fn vlan_tags_of_any_kind_and_order_are_passed() {
    let inner = ipv4(&tcp(b"x"));
    for outer in [0x8100, 0x88a8, 0x9100] {
        for middle in [0x8100, 0x88a8, 0x9100] {
            let bytes = ethernet(outer, &tag(middle, &tag(IPV4, &inner)));
            assert_eq!(payload(LinkType::ETHERNET, &bytes), Ok(&b"x"[..]));
        }
    }
}

#[test]
fn endless_tags_end() {
    let mut bytes = ipv4(&tcp(b""));
    for depth in 0..40 {
        let kind = if depth == 0 { IPV4 } else { 0x8100 };
        bytes = tag(kind, &bytes);
    }
    assert_eq!(
        payload(LinkType::ETHERNET, &ethernet(0x8100, &bytes)),
        Err(Skipped::NestedTooDeep)
    );
}

#[test]
fn ieee_802_3_leads_to_ip_through_snap_only() {
    let snap = |oui: u8, packet: &[u8]| [&[0xaa, 0xaa, 3, 0, 0, oui, 8, 0], packet].concat();
    let frame = |llc: &[u8], padding: &[u8]| {
        let length = u16::try_from(llc.len()).unwrap();
        ethernet(length, &[llc, padding].concat())
    };
    let llc = snap(0, &ipv4(&tcp(b"x")));
    assert_eq!(
        payload(LinkType::ETHERNET, &frame(&llc, &[0; 9])),
        Ok(&b"x"[..])
    );
    let other = [snap(0xc, &[0; 40]), vec![0x42, 0x42, 3, 0, 0]];
    for llc in other {
        assert_eq!(
            payload(LinkType::ETHERNET, &frame(&llc, &[])),
            Err(Skipped::NotIp)
        );
    }
}

#[test]
fn linux_cooked_captures_are_read_with_tags_inside() {
    let inner = ipv4(&tcp(b"x"));
    let tagged = tag(IPV4, &inner);
    for (protocol, rest) in [(IPV4, &inner), (0x8100, &tagged)] {
        // The hardware type is that of a tunnel, which has no addresses.
        let v1 = [
            &[0, 4, 0xff, 0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &protocol.to_be_bytes(),
            rest,
        ]
        .concat();
        let v2 = [&protocol.to_be_bytes()[..], &[0; 18], rest].concat();
        assert_eq!(payload(LinkType::LINUX_SLL, &v1), Ok(&b"x"[..]));
        assert_eq!(payload(LinkType::LINUX_SLL2, &v2), Ok(&b"x"[..]));
    }
}

#[test]
fn loopback_family_is_read_in_either_byte_order() {
    let packets = [
        (2_u32, ipv4(&tcp(b"x"))),
        (10, ipv6(TCP, &tcp(b"x"))),
        (24, ipv6(TCP, &tcp(b"x"))),
        (28, ipv6(TCP, &tcp(b"x"))),
        (30, ipv6(TCP, &tcp(b"x"))),
    ];
    for (family, packet) in packets {
        for field in [family.to_le_bytes(), family.to_be_bytes()] {
            let bytes = [&field[..], &packet].concat();
            for link in [LinkType::NULL, LinkType::LOOP] {
                assert_eq!(payload(link, &bytes), Ok(&b"x"[..]), "{family}");
            }
        }
    }
    assert_eq!(payload(LinkType::NULL, &[7, 0, 0, 0]), Err(Skipped::NotIp));
}

#[test]
fn raw_ip_goes_by_its_version() {
    let (v4, v6) = (ipv4(&tcp(b"4")), ipv6(TCP, &tcp(b"6")));
    for link in [LinkType::RAW, LinkType::RAW_BSD, LinkType::RAW_OPENBSD] {
        assert_eq!(payload(link, &v4), Ok(&b"4"[..]));
        assert_eq!(payload(link, &v6), Ok(&b"6"[..]));
        assert_eq!(payload(link, &[0x50; 40]), Err(Skipped::NotIp));
        assert_eq!(payload(link, &[]), Err(Skipped::Malformed));
    }
    assert_eq!(payload(LinkType::IPV4, &v4), Ok(&b"4"[..]));
    assert_eq!(payload(LinkType::IPV6, &v6), Ok(&b"6"[..]));
    assert_eq!(payload(LinkType::IPV4, &v6), Err(Skipped::Malformed));
    assert_eq!(payload(LinkType::IPV6, &v4), Err(Skipped::Malformed));
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
fn padding_of_the_link_is_no_payload() {
    for packet in [(IPV4, ipv4(&tcp(b"x"))), (IPV6, ipv6(TCP, &tcp(b"x")))] {
        let mut bytes = ethernet(packet.0, &packet.1);
        bytes.extend([0xee; 13]);
        assert_eq!(payload(LinkType::ETHERNET, &bytes), Ok(&b"x"[..]));
        let segment = decode_cut(LinkType::ETHERNET, &bytes, bytes.len() + 4).unwrap();
        assert_eq!(segment.missing, 0, "only padding was cut");
    }
}

#[test]
fn options_of_ip_and_tcp_are_passed() {
    let bytes = ipv4_with(15, TCP, &tcp_with(15, b"x"));
    assert_eq!(payload(LinkType::RAW, &bytes), Ok(&b"x"[..]));
}

#[test]
fn extension_headers_are_passed() {
    let segment = tcp(b"x");
    let generic = |next: u8, rest: &[u8]| [&[next, 1], &[0; 14][..], rest].concat();
    let authentication = |rest: &[u8]| [&[TCP, 4], &[0; 22][..], rest].concat();
    let atomic = |next: u8, rest: &[u8]| [&[next, 0, 0, 0, 1, 2, 3, 4], rest].concat();
    // Hop-by-hop, routing, an atomic fragment, destination options, authentication.
    let chain = generic(
        43,
        &generic(44, &atomic(60, &generic(51, &authentication(&segment)))),
    );
    assert_eq!(payload(LinkType::RAW, &ipv6(0, &chain)), Ok(&b"x"[..]));
    let bytes = ipv4_with(5, 51, &authentication(&segment));
    assert_eq!(payload(LinkType::RAW, &bytes), Ok(&b"x"[..]));
}

#[test]
fn fragments_are_skipped() {
    let mut packet = ipv4(&tcp(b"x"));
    for (high, low) in [(0x20, 0), (0x20, 5), (0, 5)] {
        (packet[6], packet[7]) = (high, low);
        assert_eq!(
            payload(LinkType::RAW, &packet),
            Err(Skipped::IpFragment),
            "{high:#x} {low:#x}"
        );
    }
    for field in [[0, 1], [0, 8], [0, 9]] {
        let header = [&[TCP, 0], &field[..], &[0; 4], &tcp(b"x")].concat();
        assert_eq!(
            payload(LinkType::RAW, &ipv6(44, &header)),
            Err(Skipped::IpFragment),
            "{field:?}"
        );
    }
}

#[test]
fn length_zero_means_the_length_of_the_link() {
    let mut v4 = ipv4(&tcp(&[7; 3000]));
    (v4[2], v4[3]) = (0, 0);
    let mut v6 = ipv6(TCP, &tcp(&[7; 3000]));
    (v6[4], v6[5]) = (0, 0);
    for packet in [v4, v6] {
        assert_eq!(payload(LinkType::RAW, &packet).unwrap().len(), 3000);
        let cut = &packet[..1000];
        let segment = decode_cut(LinkType::RAW, cut, packet.len()).unwrap();
        assert_eq!(segment.payload.len() + segment.missing as usize, 3000);
        // A length that no link carries is not taken over.
        let segment = decode_cut(LinkType::RAW, cut, 0xffff_ffff).unwrap();
        assert!(segment.missing < 1 << 20);
    }
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
fn ip_length_is_believed_over_a_wire_length_that_hides_a_cut() {
    let whole = ipv4(&tcp(b"0123456789"));
    let segment = decode_whole(LinkType::RAW, &whole[..45]).unwrap();
    assert_eq!((segment.payload, segment.missing), (&b"01234"[..], 5));
    // Where the capture knows of a cut, it also knows the length.
    let segment = decode_cut(LinkType::RAW, &whole[..45], 47).unwrap();
    assert_eq!((segment.payload, segment.missing), (&b"01234"[..], 2));
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
