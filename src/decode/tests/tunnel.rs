//! What looks like a tunnel and is none, or carries no TCP.

use super::encapsulation::{gre, to_port};
use super::*;

fn frame() -> Vec<u8> {
    ethernet(IPV4, &ipv4(&tcp(b"x")))
}

fn reason(bytes: &[u8]) -> Option<Skipped> {
    payload(LinkType::ETHERNET, bytes).err()
}

/// Why a packet to this port gives no segment.
fn at(port: u16, header: &[u8], rest: &[u8]) -> Option<Skipped> {
    reason(&to_port(port, &[header, rest].concat()))
}

const UDP_AS_ANY: Option<Skipped> = Some(Skipped::NotTcp);

#[test]
fn overlay_networks_are_known_by_their_headers() {
    let frame = frame();
    assert_eq!(at(4789, &[8, 0, 0, 0, 0, 0, 1, 0], &frame), None);
    // With the extension for groups, whose bits were reserved.
    assert_eq!(at(4789, &[0x88, 0, 0, 5, 0, 0, 1, 0], &frame), None);
    assert_eq!(at(4789, &[0, 0, 0, 0, 0, 0, 1, 0], &frame), UDP_AS_ANY);
    let arp = ethernet(0x0806, &[0; 28]);
    assert_eq!(at(4789, &[8, 0, 0, 0, 0, 0, 1, 0], &arp), UDP_AS_ANY);
    assert_eq!(
        at(4790, &[8, 0, 0, 0, 0, 0, 1, 0], &frame),
        None,
        "no protocol"
    );
    assert_eq!(at(4790, &[0x0c, 0, 0, 3, 0, 0, 1, 0], &frame), None);
    for header in [[0x1c, 3], [0x0d, 3], [0x04, 3], [0x0c, 9]] {
        let header = [header[0], 0, 0, header[1], 0, 0, 1, 0];
        assert_eq!(at(4790, &header, &frame), UDP_AS_ANY, "{header:x?}");
    }
    assert_eq!(at(6081, &[0, 0x40, 0x65, 0x58, 0, 0, 1, 0], &frame), None);
    for header in [[0x40, 0, 0x65, 0x58], [0, 0x80, 0x65, 0x58], [0, 0, 8, 6]] {
        let header = [&header[..], &[0, 0, 1, 0]].concat();
        assert_eq!(at(6081, &header, &frame), UDP_AS_ANY, "{header:x?}");
    }
    let service = |header: [u8; 4]| {
        let header = [&header[..], &[0, 0, 1, 255]].concat();
        reason(&ethernet(0x894f, &[&header, &frame[..]].concat()))
    };
    assert_eq!(service([0, 2, 2, 3]), None);
    assert_eq!(service([0x40, 2, 2, 3]), Some(Skipped::NotIp), "version");
    assert_eq!(service([0, 0, 2, 3]), Some(Skipped::Malformed), "length");
    assert_eq!(service([0, 2, 2, 9]), Some(Skipped::NotIp), "protocol");
}

#[test]
fn only_the_destination_tells_of_what_is_sent_to_its_own_port() {
    let vxlan = [&[8, 0, 0, 0, 0, 0, 1, 0], &frame()[..]].concat();
    let mut bytes = to_port(4789, &vxlan);
    let ports = 14 + 20;
    assert_eq!(reason(&bytes), None);
    bytes[ports..ports + 4].copy_from_slice(&[0x12, 0xb5, 0xc0, 0]);
    assert_eq!(reason(&bytes), UDP_AS_ANY);
}

#[test]
fn length_of_udp_ends_what_it_carries() {
    let vxlan = [&[8, 0, 0, 0, 0, 0, 1, 0], &frame()[..]].concat();
    let bytes = to_port(4789, &vxlan);
    let with_length = |length: u16| {
        let mut bytes = bytes.clone();
        bytes[38..40].copy_from_slice(&length.to_be_bytes());
        bytes
    };
    let whole = u16::try_from(8 + vxlan.len()).unwrap();
    assert_eq!(reason(&with_length(whole)), None);
    assert_eq!(reason(&with_length(0)), None, "left for the network card");
    assert_eq!(reason(&with_length(7)), UDP_AS_ANY);
    // What the packet inside states beyond it was not captured.
    let short = with_length(whole - 1);
    let segment = decode_whole(LinkType::ETHERNET, &short).unwrap();
    assert_eq!((segment.payload, segment.missing), (&b""[..], 1));
}

#[test]
fn gre_is_known_by_its_version() {
    let packet = ipv4(&tcp(b"x"));
    assert_eq!(reason(&gre(&[0, 0, 8, 0], &packet)), None);
    for flags in [[0x40, 0], [0, 2], [0, 7]] {
        let header = [flags[0], flags[1], 8, 0];
        assert_eq!(reason(&gre(&header, &packet)), UDP_AS_ANY, "{flags:x?}");
    }
    let keep_alive = gre(&[0, 0, 0, 0], &[]);
    assert_eq!(reason(&keep_alive), Some(Skipped::NotIp));
    let acknowledgement = gre(&[0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 1, 0, 0, 0, 1], &[]);
    assert_eq!(reason(&acknowledgement), Some(Skipped::NotTcp));
}

#[test]
fn mirrors_are_known_by_their_versions() {
    let ii = |version: u8| {
        let header = [
            0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, version, 7, 0, 5, 0, 0, 0, 9,
        ];
        reason(&gre(&header, &frame()))
    };
    assert_eq!((ii(0x10), ii(0x20)), (None, Some(Skipped::NotIp)));
    let iii = |version: u8, kind: u8| {
        let header = [
            0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, version, 7, 0, 5, 0, 0, 0, 0, 0, 0, kind, 0,
        ];
        reason(&gre(&header, &frame()))
    };
    assert_eq!(iii(0x20, 0x80), None);
    assert_eq!(iii(0x10, 0x80), Some(Skipped::NotIp), "version");
    assert_eq!(iii(0x20, 0x84), Some(Skipped::NotIp), "no Ethernet");
}

#[test]
fn mobile_networks_carry_packets_in_one_message_alone() {
    let packet = ipv4(&tcp(b"x"));
    let length = u8::try_from(packet.len()).unwrap();
    let whole =
        |flags: u8, message: u8| at(2152, &[flags, message, 0, length, 0, 0, 0, 7], &packet);
    assert_eq!(whole(0x30, 255), None);
    assert_eq!(whole(0x38, 255), None, "spare");
    for (flags, message) in [(0x30, 1), (0x20, 255), (0x50, 255)] {
        assert_eq!(whole(flags, message), UDP_AS_ANY, "{flags:x} {message}");
    }
    // An extension header of no length, and more of them than any packet has.
    let extended = |extensions: &[u8]| {
        let length = u16::try_from(4 + extensions.len()).unwrap().to_be_bytes();
        let header = [&[0x34, 255][..], &length, &[0, 0, 0, 7, 0, 0, 0, 0x85]].concat();
        at(2152, &header, extensions)
    };
    assert_eq!(extended(&[0; 40]), UDP_AS_ANY);
    assert_eq!(
        extended(&[1, 0, 9, 0x85].repeat(40)),
        Some(Skipped::NestedTooDeep)
    );
}

#[test]
fn dial_up_sessions_carry_packets_in_data_messages() {
    let ppp = [&[0, 0x21][..], &ipv4(&tcp(b"x"))].concat();
    assert_eq!(at(1701, &[0, 2, 0, 3, 0, 4], &ppp), None);
    for flags in [[0xc8, 2], [0, 3], [0, 1]] {
        let header = [flags[0], flags[1], 0, 3, 0, 4];
        assert_eq!(at(1701, &header, &ppp), UDP_AS_ANY, "{flags:x?}");
    }
    assert_eq!(
        at(1701, &[0x40, 2, 0, 3, 0, 3, 0, 4], &ppp),
        UDP_AS_ANY,
        "length"
    );
}

#[test]
fn mirrored_frames_are_told_from_what_else_a_mirror_says() {
    assert_eq!(at(37008, &[1, 0, 0, 1, 1], &frame()), None);
    assert_eq!(
        at(37008, &[1, 1, 0, 1, 0, 0, 1], &frame()),
        None,
        "to be sent"
    );
    for header in [[2, 0, 0, 1, 1], [1, 4, 0, 1, 1], [1, 0, 0, 4, 1]] {
        assert_eq!(at(37008, &header, &frame()), UDP_AS_ANY, "{header:?}");
    }
    assert_eq!(
        at(37008, &[1, 0, 0, 1], &[0; 60]),
        UDP_AS_ANY,
        "fields without end"
    );
}

#[test]
fn ethernet_in_ip_has_one_version() {
    let whole = |version: u8| {
        let rest = [&[version, 0], &frame()[..]].concat();
        reason(&ethernet(IPV4, &ipv4_with(5, 97, &rest)))
    };
    assert_eq!((whole(0x30), whole(0x40)), (None, Some(Skipped::NotTcp)));
}

#[test]
fn encrypted_packets_are_told_from_others() {
    let encrypted = [ipv4_with(5, 50, &[0; 40]), ipv6(50, &[0; 40])];
    for packet in encrypted {
        assert_eq!(payload(LinkType::RAW, &packet), Err(Skipped::Encrypted));
    }
}

#[test]
fn extension_headers_of_ipv6_are_not_looked_for_behind_ipv4() {
    for number in [0, 43, 44, 60] {
        let bytes = ipv4_with(
            5,
            number,
            &[&[TCP, 0, 0, 0, 0, 0, 0, 0], &tcp(b"x")[..]].concat(),
        );
        assert_eq!(
            payload(LinkType::RAW, &bytes),
            Err(Skipped::NotTcp),
            "{number}"
        );
    }
}

#[test]
fn large_packets_in_tunnels_are_as_long_as_the_link_says() {
    // The lengths outside are left for the network card, or do not fit.
    let inside = ethernet(IPV4, &ipv4(&tcp(&[7; 9000])));
    let vxlan = [&[8, 0, 0, 0, 0, 0, 1, 0], &inside[..]].concat();
    let mut bytes = to_port(4789, &vxlan);
    bytes[16..18].fill(0);
    bytes[38..40].fill(0);
    let segment = decode_whole(LinkType::ETHERNET, &bytes).unwrap();
    assert_eq!((segment.payload.len(), segment.missing), (9000, 0));
    let cut = decode_cut(LinkType::ETHERNET, &bytes[..1000], bytes.len()).unwrap();
    assert_eq!(cut.payload.len() + cut.missing as usize, 9000);
}

#[test]
fn tunnel_in_tunnel_without_end_ends() {
    let mut packet = ipv4(&tcp(b"x"));
    for _ in 0..40 {
        packet = ipv4_with(5, 4, &packet);
    }
    assert_eq!(payload(LinkType::RAW, &packet), Err(Skipped::NestedTooDeep));
}
