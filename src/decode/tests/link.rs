//! What stands in front of IP.

use super::encapsulation::wireless;
use super::*;

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

fn reason(link: LinkType, bytes: &[u8]) -> Skipped {
    payload(link, bytes).unwrap_err()
}

#[test]
fn ppp_that_carries_no_ip_is_named() {
    let packet = ipv4(&tcp(b"x"));
    let session = |header: [u8; 4], protocol: &[u8]| {
        let rest = [protocol, &packet].concat();
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        ethernet(0x8864, &[&header[..], &length, &rest].concat())
    };
    let whole =
        |header, protocol: &[u8]| payload(LinkType::ETHERNET, &session(header, protocol)).err();
    assert_eq!(whole([0x11, 0, 0, 1], &[0, 0x21]), None);
    assert_eq!(whole([0x12, 0, 0, 1], &[0, 0x21]), Some(Skipped::Malformed));
    assert_eq!(
        whole([0x11, 9, 0, 0], &[0, 0x21]),
        Some(Skipped::NotIp),
        "discovery"
    );
    assert_eq!(
        whole([0x11, 0, 0, 1], &[0xc0, 0x21]),
        Some(Skipped::NotIp),
        "LCP"
    );
    assert_eq!(
        whole([0x11, 0, 0, 1], &[0x3d]),
        Some(Skipped::NotIp),
        "multilink"
    );
    let framed = |control: u8| [&[0xff, control, 0x21][..], &packet].concat();
    assert_eq!(payload(LinkType::PPP, &framed(3)), Ok(&b"x"[..]));
    assert_eq!(reason(LinkType::PPP, &framed(0x13)), Skipped::NotIp);
    // Keep-alives of Cisco's HDLC.
    let keep_alive = [&[0x8f, 0, 0x80, 0x35][..], &[0; 14]].concat();
    assert_eq!(reason(LinkType::C_HDLC, &keep_alive), Skipped::NotIp);
}

/// A frame of a pseudowire behind one label, to this address.
fn pseudowire(control_word: &[u8], to: [u8; 6], kind: u16) -> Vec<u8> {
    let frame = [&to[..], &[4; 6], &kind.to_be_bytes(), &ipv4(&tcp(b"x"))].concat();
    ethernet(0x8847, &[&[0, 6, 0x41, 9], control_word, &frame].concat())
}

#[test]
fn pseudowire_is_told_from_ip_and_with_its_control_word_from_without() {
    let link = LinkType::ETHERNET;
    for to in [[0; 6], [2; 6], [0x40; 6], [0x6c; 6], [0x52; 6], [0xf2; 6]] {
        let without = pseudowire(&[], to, IPV4);
        assert_eq!(payload(link, &without), Ok(&b"x"[..]), "{to:x?}");
        let with = pseudowire(&[0, 0, 0, 7], to, IPV4);
        assert_eq!(payload(link, &with), Ok(&b"x"[..]), "{to:x?}");
        let other = pseudowire(&[0; 4], to, 0x0806);
        assert_eq!(reason(link, &other), Skipped::NotIp, "{to:x?}");
    }
    // The channel of the routers themselves (RFC 5586).
    let channel = ethernet(
        0x8847,
        &[&[0, 0, 0xd1, 9, 0x10, 0, 0, 7][..], &[0; 60]].concat(),
    );
    assert_eq!(reason(link, &channel), Skipped::NotIp);
    // IP is IP, also where a mirror cut it short.
    let packet = [&[0, 6, 0x41, 9][..], &ipv4(&tcp(&[b'x'; 500]))[..300]].concat();
    let bytes = ethernet(0x8847, &packet);
    let segment = decode_whole(link, &bytes).unwrap();
    assert_eq!((segment.payload.len(), segment.missing), (260, 240));
}

#[test]
fn only_whole_data_frames_in_the_clear_are_read_from_wifi() {
    let link = LinkType::IEEE802_11;
    let whole = |control, fields: &[u8]| payload(link, &wireless(control, fields)).err();
    assert_eq!(whole([0x08, 1], &[]), None);
    assert_eq!(whole([0x88, 1], &[0, 0]), None);
    assert_eq!(whole([0x80, 0], &[]), Some(Skipped::NotIp), "beacon");
    assert_eq!(whole([0x48, 1], &[]), Some(Skipped::NotIp), "no data");
    assert_eq!(whole([0x09, 1], &[]), Some(Skipped::NotIp), "version 1");
    assert_eq!(whole([0x08, 0x41], &[]), Some(Skipped::Encrypted));
    assert_eq!(
        whole([0x88, 1], &[0x80, 0]),
        Some(Skipped::NotIp),
        "several in one"
    );
    assert_eq!(
        whole([0x08, 5], &[]),
        Some(Skipped::NotIp),
        "first of several"
    );
    let mut last = wireless([0x08, 1], &[]);
    last[22] = 1;
    assert_eq!(reason(link, &last), Skipped::NotIp, "last of several");
    let acknowledgement = [0xd4, 0, 0, 0, 1, 1, 1, 1, 1, 1];
    assert_eq!(reason(link, &acknowledgement), Skipped::NotIp);
    for length in [0, 3] {
        let header = [0, 0, length, 0, 0, 0, 0, 0];
        let frame = [&header[..], &wireless([0x08, 1], &[])].concat();
        assert_eq!(
            reason(LinkType::IEEE802_11_RADIO, &frame),
            Skipped::Malformed
        );
    }
}

#[test]
fn header_of_a_radio_is_read_in_either_byte_order() {
    let frame = wireless([0x08, 1], &[]);
    for length in [12_u32.to_le_bytes(), 12_u32.to_be_bytes()] {
        let bytes = [&[0x44, 0, 0, 0][..], &length, &[0; 4], &frame].concat();
        assert_eq!(payload(LinkType::IEEE802_11_PRISM, &bytes), Ok(&b"x"[..]));
    }
}

#[test]
fn logs_of_packet_filters_that_contradict_themselves_are_malformed() {
    let packet = ipv4(&tcp(b"x"));
    let pflog = |length, family| [&[length, family][..], &[0; 62], &packet].concat();
    for (length, family, answer) in [
        (61, 2, Ok(&b"x"[..])),
        (64, 2, Ok(&b"x"[..])),
        (44, 2, Err(Skipped::Malformed)),
        (61, 1, Err(Skipped::NotIp)),
    ] {
        assert_eq!(
            payload(LinkType::PFLOG, &pflog(length, family)),
            answer,
            "{length}"
        );
    }
    let nflog = |header: &[u8], fields: &[u8]| [header, fields, &packet].concat();
    let whole =
        |header: &[u8], fields: &[u8]| payload(LinkType::NFLOG, &nflog(header, fields)).err();
    assert_eq!(whole(&[2, 0, 0, 1], &[45, 0, 9, 0]), None);
    assert_eq!(
        whole(&[2, 0, 0, 1], &[0, 8, 0, 1, 8, 0, 0, 0, 0, 45, 0, 9]),
        None
    );
    assert_eq!(
        whole(&[2, 1, 0, 1], &[45, 0, 9, 0]),
        Some(Skipped::NotIp),
        "version"
    );
    assert_eq!(
        whole(&[3, 0, 0, 1], &[45, 0, 9, 0]),
        Some(Skipped::NotIp),
        "family"
    );
    assert_eq!(
        whole(&[2, 0, 0, 1], &[3, 0, 1, 0]),
        Some(Skipped::Malformed)
    );
    let unfinished = [2, 0, 0, 1, 8, 0, 1, 0, 8, 0, 0, 0];
    assert_eq!(
        reason(LinkType::NFLOG, &unfinished),
        Skipped::Malformed,
        "no packet"
    );
}

#[test]
fn link_types_in_headers_are_followed_and_end() {
    let pktap = |length: u32, record: u32, link: u32, rest: &[u8]| {
        let words = [length, record, link].map(u32::to_le_bytes).concat();
        [&words[..], rest].concat()
    };
    let packet = ipv4(&tcp(b"x"));
    let whole = |bytes: &[u8]| payload(LinkType::PKTAP, bytes).err();
    assert_eq!(whole(&pktap(12, 1, 12, &packet)), None);
    assert_eq!(whole(&pktap(11, 1, 12, &packet)), Some(Skipped::Malformed));
    assert_eq!(whole(&pktap(12, 0, 12, &packet)), Some(Skipped::NotIp));
    assert_eq!(
        whole(&pktap(12, 1, 147, &packet)),
        Some(Skipped::LinkTypeUnknown)
    );
    let endless = pktap(12, 1, 258, &[]).repeat(40);
    assert_eq!(whole(&endless), Some(Skipped::NestedTooDeep));
}

#[test]
fn encrypted_frames_are_told_from_others() {
    let bytes = ethernet(0x88e5, &[0; 60]);
    assert_eq!(reason(LinkType::ETHERNET, &bytes), Skipped::Encrypted);
}
