//! What stands in front of IP.

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
