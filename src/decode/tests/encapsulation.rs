//! What every link and every tunnel has in common: the segment in it is read, with what its own
//! headers say; where the capture cuts it, it is cut; and no change of it does harm.

use proptest::prelude::*;

use super::*;
use crate::decode::Carrier::{
    Erspan, EtherIp, Geneve, Gre, GtpU, IpInIp, L2tp, Mpls, Pppoe, ProviderBackbone, Service,
    Teredo, Tzsp, Vlan, Vxlan,
};
use crate::decode::{Carrier, Carriers};

/// Who sends on the link inside.
const INSIDE: [u8; 6] = [4; 6];
/// And on the link outside.
const OUTSIDE: [u8; 6] = [2; 6];

/// A frame inside of a tunnel.
fn frame() -> Vec<u8> {
    [&[4; 12][..], &IPV4.to_be_bytes(), &packet()].concat()
}

/// A packet inside of a tunnel.
fn packet() -> Vec<u8> {
    ipv4(&tcp(b"x"))
}

fn with(header: &[u8], rest: &[u8]) -> Vec<u8> {
    [header, rest].concat()
}

/// UDP to this port, in IPv4 and Ethernet.
pub(super) fn to_port(port: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + payload.len()).unwrap().to_be_bytes();
    let header = [&[0xc0, 0][..], &port.to_be_bytes(), &length, &[0, 0]].concat();
    ethernet(IPV4, &ipv4_with(5, UDP, &with(&header, payload)))
}

/// GRE in IPv4 and Ethernet, from its flags on.
pub(super) fn gre(header: &[u8], rest: &[u8]) -> Vec<u8> {
    ethernet(IPV4, &ipv4_with(5, 47, &with(header, rest)))
}

fn ppp() -> Vec<u8> {
    with(&[0xff, 3, 0, 0x21], &packet())
}

fn pppoe(rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [&[0x11, 0, 0, 5][..], &length, rest].concat()
}

/// A data frame of IEEE 802.11 with these two bytes of control and these fields.
pub(super) fn wireless(control: [u8; 2], fields: &[u8]) -> Vec<u8> {
    let addresses = [[1; 6], [4; 6], [3; 6]].concat();
    let llc = with(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &packet());
    [&control[..], &[0, 0], &addresses, &[0, 0], fields, &llc].concat()
}

struct Encapsulated {
    name: &'static str,
    link: u32,
    source: Option<[u8; 6]>,
    carriers: &'static [Carrier],
    bytes: Vec<u8>,
}

fn of(
    name: &'static str,
    link: u32,
    source: Option<[u8; 6]>,
    carriers: &'static [Carrier],
    bytes: Vec<u8>,
) -> Encapsulated {
    Encapsulated {
        name,
        link,
        source,
        carriers,
        bytes,
    }
}

#[rustfmt::skip]
fn links() -> Vec<Encapsulated> {
    let cooked = with(&[0, 0, 0, 1, 0, 6, 4, 4, 4, 4, 4, 4, 0, 0, 8, 0], &packet());
    let cooked2 = [
        &[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 4, 4, 4, 4, 4, 4, 0, 0][..],
        &packet(),
    ];
    let radiotap = [0, 0, 8, 0, 0, 0, 0, 0];
    let cooked_radio = [&cooked[..2], &[3, 0x23][..], &cooked[4..16], &radiotap].concat();
    let prism = with(&[0x44, 0, 0, 0, 16, 0, 0, 0], &[0; 8]);
    let avs = with(&[0x80, 0x21, 0x10, 1, 0, 0, 0, 16], &[0; 8]);
    let nflog = [
        &[2, 0, 0, 1][..],
        &[7, 0, 10, 0, b'w', b's', 0, 0xee],
        &[45, 0, 9, 0],
    ]
    .concat();
    let pktap = with(&[16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], &[0; 4]);
    let switched = |tag: &[u8]| [&frame()[..12], tag, &frame()[12..]].concat();
    let outside = Some(OUTSIDE);
    let inside = Some(INSIDE);
    vec![
        of("ethernet", 1, inside, &[], frame()),
        of("vlan", 1, outside, &[Vlan], ethernet(0x8100, &tag(IPV4, &packet()))),
        of("vlan 0x9200", 1, outside, &[Vlan], ethernet(0x9200, &tag(IPV4, &packet()))),
        of("VN-Tag", 1, outside, &[], ethernet(0x8926, &with(&[0, 1, 0, 2, 8, 0], &packet()))),
        of("802.1BR", 1, outside, &[], ethernet(0x893f, &with(&[0, 0, 0, 0, 0, 0, 8, 0], &packet()))),
        of("802.1ah", 1, inside, &[ProviderBackbone], ethernet(0x88e7, &with(&[0, 0, 0, 42], &frame()))),
        of("LLC", 1, outside, &[], ethernet(44, &with(&[6, 6, 3], &packet()))),
        of("MPLS", 1, outside, &[Mpls], ethernet(0x8847, &with(&[0, 1, 0, 9, 0, 6, 0x41, 9], &packet()))),
        of("MPLS null", 1, outside, &[Mpls], ethernet(0x8848, &with(&[0, 0, 1, 9], &packet()))),
        of("pseudowire", 1, inside, &[Mpls], ethernet(0x8847, &[&[0, 6, 0x41, 9, 0, 0, 0, 0][..], &frame()].concat())),
        of("NSH", 1, inside, &[Service], ethernet(0x894f, &with(&[0x0f, 0xc2, 2, 3, 0, 0, 1, 255], &frame()))),
        of("PPPoE", 1, outside, &[Pppoe], ethernet(0x8864, &pppoe(&ppp()))),
        of("PPP", 9, None, &[], ppp()),
        of("PPP in one byte", 9, None, &[], with(&[0x21], &packet())),
        of("Cisco HDLC", 104, None, &[], with(&[0x0f, 0, 8, 0], &packet())),
        of("PPP in PPPoE", 51, None, &[Pppoe], pppoe(&ppp())),
        of("pppd", 166, None, &[], with(&[1], &ppp()[1..])),
        of("PPP with direction", 204, None, &[], with(&[0], &ppp())),
        of("802.11", 105, inside, &[], wireless([0x08, 1], &[])),
        of("802.11 QoS", 105, inside, &[], wireless([0x88, 1], &[0, 0])),
        of("802.11 HT", 105, inside, &[], wireless([0x88, 0x81], &[0, 0, 0, 0, 0, 0])),
        of("802.11 from the access point", 105, Some([3; 6]), &[], wireless([0x08, 2], &[])),
        of("802.11 between two", 105, Some([5; 6]), &[], wireless([0x08, 3], &[5; 6])),
        of("radiotap", 127, inside, &[], with(&radiotap, &wireless([0x08, 1], &[]))),
        of("Prism", 119, inside, &[], with(&prism, &wireless([0x08, 1], &[]))),
        of("AVS as Prism", 119, inside, &[], with(&avs, &wireless([0x08, 1], &[]))),
        of("AVS", 163, inside, &[], with(&avs, &wireless([0x08, 1], &[]))),
        of("PPI", 192, inside, &[], with(&[0, 0, 8, 0, 105, 0, 0, 0], &wireless([0x08, 1], &[]))),
        of("ENC", 109, None, &[], with(&[2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], &packet())),
        of("SLL", 113, inside, &[], cooked),
        of("SLL of a radio", 113, inside, &[], with(&cooked_radio, &wireless([0x08, 1], &[]))),
        of("SLL2", 276, inside, &[], cooked2.concat()),
        of("PFLOG", 117, None, &[], [&[61, 2][..], &[0; 62], &packet()].concat()),
        of("IPNET", 226, None, &[], [&[1, 2][..], &[0; 22], &packet()].concat()),
        of("NFLOG", 239, None, &[], with(&nflog, &packet())),
        of("PKTAP", 258, inside, &[], with(&pktap, &frame())),
        of("tag of a switch", 281, inside, &[], switched(&[0, 0, 0, 3])),
        of("tag in front", 282, inside, &[], with(&[0, 0, 0, 3], &frame())),
        of("tag with ether type", 285, inside, &[], switched(&[0xda, 0xda, 0, 0, 0, 0, 0, 3])),
    ]
}

#[rustfmt::skip]
fn tunnels() -> Vec<Encapsulated> {
    let vxlan = with(&[8, 0, 0, 0, 0, 0, 42, 0], &frame());
    let inside = Some(INSIDE);
    vec![
        of("4in4", 1, None, &[IpInIp], ethernet(IPV4, &ipv4_with(5, 4, &packet()))),
        of("4in6", 1, None, &[IpInIp], ethernet(IPV6, &ipv6(4, &packet()))),
        of("GRE", 1, None, &[Gre], gre(&[0, 0, 8, 0], &packet())),
        of("GRE with all fields", 1, None, &[Gre], gre(&[&[0xb0, 0, 8, 0][..], &[0; 12]].concat(), &packet())),
        of("GRE bridged", 1, inside, &[Gre], gre(&[0x20, 0, 0x65, 0x58, 0, 0, 42, 0], &frame())),
        of("PPTP", 1, None, &[Gre], gre(&[0x30, 0x81, 0x88, 0x0b, 0, 45, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2], &ppp())),
        of("WCCP", 1, None, &[Gre], gre(&[0, 0, 0x88, 0x3e, 1, 2, 3, 4], &packet())),
        of("ERSPAN I", 1, inside, &[Gre, Erspan], gre(&[0, 0, 0x88, 0xbe], &frame())),
        of("ERSPAN II", 1, inside, &[Gre, Erspan], gre(&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 7, 0, 5, 0, 0, 0, 9], &frame())),
        of("ERSPAN III", 1, inside, &[Gre, Erspan], gre(&[&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 7, 0, 5, 0, 0, 0, 0, 0, 0, 0x80, 1][..], &[0; 8]].concat(), &frame())),
        of("ERSPAN III of IP", 1, None, &[Gre, Erspan], gre(&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 7, 0, 5, 0, 0, 0, 0, 0, 0, 0x08, 0], &packet())),
        of("EtherIP", 1, inside, &[EtherIp], ethernet(IPV4, &ipv4_with(5, 97, &with(&[0x30, 0], &frame())))),
        of("MPLS in IP", 1, None, &[Mpls], ethernet(IPV4, &ipv4_with(5, 137, &with(&[0, 6, 0x41, 9], &packet())))),
        of("Ethernet in IPv6", 1, inside, &[], ethernet(IPV6, &ipv6(143, &frame()))),
        of("VXLAN", 1, inside, &[Vxlan], to_port(4789, &vxlan)),
        of("VXLAN of Linux", 1, inside, &[Vxlan], to_port(8472, &vxlan)),
        of("VXLAN in VXLAN", 1, inside, &[Vxlan, Vxlan], to_port(4789, &with(&vxlan[..8], &to_port(4789, &vxlan)))),
        of("VXLAN-GPE", 1, None, &[Vxlan], to_port(4790, &with(&[0x0c, 0, 0, 1, 0, 0, 42, 0], &packet()))),
        of("VXLAN-GPE, NSH", 1, inside, &[Vxlan, Service], to_port(4790, &[&[0x0c, 0, 0, 4, 0, 0, 42, 0, 0x0f, 0xc2, 2, 3, 0, 0, 1, 255][..], &frame()].concat())),
        of("Geneve", 1, inside, &[Geneve], to_port(6081, &with(&[1, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 1, 1, 0], &frame()))),
        of("GTP-U", 1, None, &[GtpU], to_port(2152, &with(&[0x30, 255, 0, 41, 0, 0, 0, 7], &packet()))),
        of("GTP-U, extensions", 1, None, &[GtpU], to_port(2152, &with(&[0x34, 255, 0, 53, 0, 0, 0, 7, 0, 0, 0, 0x85, 1, 0, 9, 0x85, 1, 0, 9, 0], &packet()))),
        of("L2TP", 1, None, &[L2tp], to_port(1701, &[&[0x4a, 2, 0, 61, 0, 3, 0, 4, 0, 1, 0, 0, 0, 2, 0, 0][..], &ppp()].concat())),
        of("Teredo", 1, None, &[Teredo], to_port(3544, &[&[0, 1, 1, 1, 7, 7][..], &[0; 9], &[0; 8], &ipv6(TCP, &tcp(b"x"))].concat())),
        of("TZSP", 1, inside, &[Tzsp], to_port(37008, &with(&[1, 0, 0, 1, 0, 10, 1, 0xc0, 1], &frame()))),
        of("MPLS in UDP", 1, None, &[Mpls], to_port(6635, &with(&[0, 6, 0x41, 9], &packet()))),
    ]
}

fn all() -> Vec<Encapsulated> {
    let mut all = links();
    all.extend(tunnels());
    all
}

#[test]
fn segment_holds_what_its_own_headers_say() {
    for it in all() {
        let segment = decode_whole(LinkType(it.link), &it.bytes);
        let segment = segment.unwrap_or_else(|reason| panic!("{}: {reason}", it.name));
        assert_eq!(
            (segment.payload, segment.missing),
            (&b"x"[..], 0),
            "{}",
            it.name
        );
        assert_eq!(segment.link_source, it.source, "{}", it.name);
        let carriers: Vec<_> = segment.carriers.iter().collect();
        assert_eq!(carriers, it.carriers, "{}", it.name);
    }
}

#[test]
fn time_to_live_and_identification_are_those_inside() {
    let mut inside = packet();
    (inside[4], inside[5], inside[8]) = (0xab, 0xcd, 9);
    let bytes = ethernet(IPV4, &ipv4_with(5, 4, &inside));
    let segment = decode_whole(LinkType::ETHERNET, &bytes).unwrap();
    assert_eq!((segment.ttl, segment.ip_id), (9, Some(0xabcd)));
    let bytes = ethernet(IPV4, &ipv4_with(5, 41, &ipv6(TCP, &tcp(b"x"))));
    let segment = decode_whole(LinkType::ETHERNET, &bytes).unwrap();
    assert_eq!((segment.ttl, segment.ip_id), (63, None));
    assert_eq!(segment.source.to_string(), "[2001:db8::1]:51234");
}

#[test]
fn checksum_is_reckoned_with_the_addresses_inside() {
    use etherparse::PacketBuilder;
    let builder = PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64).tcp(1, 2, 3, 4);
    let mut inside = Vec::new();
    builder.write(&mut inside, b"x").unwrap();
    let bytes = gre(&[0, 0, 8, 0], &inside);
    let checksum = |bytes: &[u8]| {
        let segment = decode_whole(LinkType::ETHERNET, bytes);
        segment.unwrap().checksum()
    };
    assert_eq!(checksum(&bytes), Checksum::Valid);
    let mut changed = bytes;
    *changed.last_mut().unwrap() ^= 1;
    assert_eq!(checksum(&changed), Checksum::Invalid);
}

#[test]
fn headers_cut_by_the_capture_are_cut_wherever_that_is() {
    for it in all() {
        // All but the payload of one byte.
        for held in 0..it.bytes.len() - 1 {
            assert_eq!(
                decode_cut(LinkType(it.link), &it.bytes[..held], it.bytes.len()).unwrap_err(),
                Skipped::HeadersCut,
                "{}, {held} of {} bytes held",
                it.name,
                it.bytes.len()
            );
        }
    }
}

#[test]
fn what_follows_the_lengths_of_a_tunnel_is_no_payload() {
    for it in tunnels() {
        let padded = with(&it.bytes, &[0xee; 9]);
        assert_eq!(
            payload(LinkType(it.link), &padded),
            Ok(&b"x"[..]),
            "{}",
            it.name
        );
    }
}

#[test]
fn every_prefix_and_every_changed_bit_gives_an_answer() {
    for it in all() {
        let length = it.bytes.len();
        for place in 0..length {
            let mut changed = it.bytes.clone();
            for change in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                changed[place] = it.bytes[place] ^ change;
                for wire_length in [0, length, 9000] {
                    let answer = decode_cut(LinkType(it.link), &changed, wire_length);
                    let held = answer.map_or(0, |segment| segment.payload.len());
                    assert!(held <= length, "{}", it.name);
                }
            }
            let _answer = decode_whole(LinkType(it.link), &it.bytes[..place]);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(
        link in prop_oneof![0_u32..300, prop::sample::select(vec![1_u32, 105, 113, 239, 258])],
        start in prop::sample::select(all().into_iter().map(|it| it.bytes).collect::<Vec<_>>()),
        kept in 0_usize..60,
        rest in prop::collection::vec(any::<u8>(), 0..200),
        missing in 0_usize..2000,
    ) {
        let bytes = [&start[..kept.min(start.len())], &rest].concat();
        let answer = decode_cut(LinkType(link), &bytes, bytes.len() + missing);
        let held = answer.map_or(0, |segment| segment.payload.len());
        prop_assert!(held <= bytes.len());
    }
}

#[test]
fn only_the_lowest_carriers_are_kept() {
    let mut carriers = Carriers::default();
    for carrier in [Gre; 8].into_iter().chain([Vlan]) {
        carriers.push(carrier);
    }
    assert_eq!(carriers.iter().collect::<Vec<_>>(), [Gre; 8]);
}
