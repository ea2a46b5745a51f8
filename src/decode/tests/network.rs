//! IP and what stands between it and TCP.

use super::*;

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
    let mut packet = ipv4(&tcp(b"four"));
    for (high, low) in [(0x20, 0), (0x20, 5), (0, 5)] {
        (packet[6], packet[7]) = (high, low);
        assert_eq!(
            payload(LinkType::RAW, &packet),
            Err(Skipped::IpFragment),
            "{high:#x} {low:#x}"
        );
    }
    for field in [[0, 1], [0, 8], [0, 9]] {
        let header = [&[TCP, 0], &field[..], &[0; 4], &tcp(b"four")].concat();
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
fn ip_length_is_believed_over_a_wire_length_that_hides_a_cut() {
    let whole = ipv4(&tcp(b"0123456789"));
    let segment = decode_whole(LinkType::RAW, &whole[..45]).unwrap();
    assert_eq!((segment.payload, segment.missing), (&b"01234"[..], 5));
    // Where the capture knows of a cut, it also knows the length.
    let segment = decode_cut(LinkType::RAW, &whole[..45], 47).unwrap();
    assert_eq!((segment.payload, segment.missing), (&b"01234"[..], 2));
}
