//! What links and tunnels put around a packet, written from the documents that define them.

#![allow(
    clippy::indexing_slicing,
    reason = "what fails here fails the test that built it"
)]

use wsblame::driver::{Options, check_packets};
use wsblame::packet::LinkType;
use wsblame::report::model::Report;
use wsblame::source::{MemoryPacket, Packets};
use wsblame::time::Timestamp;
use wsblame_fixtures::{Capture, Conversation, Frame, Packet};

use super::ETHERNET;

/// The capture of [`broken`](super::broken) over IPv6.
pub(crate) fn broken_v6() -> Capture {
    let mut conversation = Conversation::ipv6();
    conversation
        .open()
        .upgrade()
        .client(Frame::text("hello"))
        .server(Frame::text("Hello").rsv1())
        .client(Frame::text("are you still there?"))
        .close(1002);
    Capture::of([&conversation])
}

pub(crate) const IPV4: u16 = 0x0800;
pub(crate) const IPV6: u16 = 0x86dd;
pub(crate) const BRIDGED: u16 = 0x6558;

/// Protocols of IP.
pub(crate) const UDP: u8 = 17;
pub(crate) const GRE: u8 = 47;

/// The frame that is wrapped: Ethernet, IPv4 or IPv6, TCP.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inner<'a>(pub(crate) &'a [u8]);

impl<'a> Inner<'a> {
    pub(crate) fn frame(self) -> &'a [u8] {
        self.0
    }

    /// From the IP header on.
    pub(crate) fn ip(self) -> &'a [u8] {
        &self.0[ETHERNET..]
    }

    pub(crate) fn is_v6(self) -> bool {
        self.ip()[0] >> 4 == 6
    }

    pub(crate) fn ether_type(self) -> u16 {
        if self.is_v6() { IPV6 } else { IPV4 }
    }

    /// The number of the IP packet as the payload of another.
    pub(crate) fn ip_number(self) -> u8 {
        if self.is_v6() { 41 } else { 4 }
    }

    /// Of PPP, both bytes.
    pub(crate) fn ppp_protocol(self) -> [u8; 2] {
        if self.is_v6() { [0, 0x57] } else { [0, 0x21] }
    }

    /// Address family of Linux.
    pub(crate) fn family(self) -> u8 {
        if self.is_v6() { 10 } else { 2 }
    }

    /// The sender's address on the link.
    pub(crate) fn sender(self) -> [u8; 6] {
        self.0[6..12].try_into().unwrap()
    }
}

/// How packets are wrapped.
pub(crate) type Wrap = fn(Inner<'_>) -> Vec<u8>;

/// The report of packets that are all wrapped so, captured on this link.
pub(crate) fn report_wrapped(
    link: u32,
    packets: impl IntoIterator<Item = Packet>,
    wrap: impl Fn(Inner<'_>) -> Vec<u8>,
) -> Report {
    report_on(link, packets, |_, inner| wrap(inner))
}

/// The report of packets that are wrapped by their index.
pub(crate) fn report_on(
    link: u32,
    packets: impl IntoIterator<Item = Packet>,
    wrap: impl Fn(usize, Inner<'_>) -> Vec<u8>,
) -> Report {
    let packet = |(index, packet): (usize, Packet)| MemoryPacket {
        time: Timestamp::from_nanos(i64::try_from(packet.time.as_nanos()).unwrap(), 6),
        link: LinkType(link),
        bytes: wrap(index, Inner(&packet.bytes)),
    };
    let packets = packets.into_iter().enumerate().map(packet).collect();
    check_packets(&mut Packets::new(0, packets), &Options::default())
}

fn be(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap().to_be_bytes()
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Ethernet between the ends of a tunnel.
pub(crate) fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    let addresses = [2, 0, 0, 0, 0xaa, 1, 2, 0, 0, 0, 0xaa, 2];
    joined(&[&addresses, &ether_type.to_be_bytes(), payload])
}

/// IEEE 802.3 with LLC and SNAP (RFC 1042).
pub(crate) fn snap(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    joined(&[
        &[0xaa, 0xaa, 3, 0, 0, 0],
        &ether_type.to_be_bytes(),
        payload,
    ])
}

/// What stands behind a tag's own ether type: some bytes, and that of what follows.
pub(crate) fn tag(bytes: &[u8], ether_type: u16, payload: &[u8]) -> Vec<u8> {
    joined(&[bytes, &ether_type.to_be_bytes(), payload])
}

/// Tag control information of VLAN 7.
pub(crate) fn vlan(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    tag(&[0, 7], ether_type, payload)
}

/// IPv4 between the ends of a tunnel (RFC 791), with a right checksum.
pub(crate) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut header = [
        0x45, 0, 0, 0, 0x77, 0x77, 0, 0, 200, protocol, 0, 0, 203, 0, 113, 1, 203, 0, 113, 2,
    ];
    header[2..4].copy_from_slice(&be(20 + payload.len()));
    let sum: u32 = header
        .chunks(2)
        .map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]])))
        .sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    let checksum = !u16::try_from((folded & 0xffff) + (folded >> 16)).unwrap();
    header[10..12].copy_from_slice(&checksum.to_be_bytes());
    joined(&[&header, payload])
}

/// IPv6 between them (RFC 8200 section 3).
pub(crate) fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut address = [0; 16];
    address[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    let [mut one, mut other] = [address; 2];
    (one[15], other[15]) = (0xa1, 0xa2);
    let start = [0x60, 0, 0, 0];
    joined(&[
        &start,
        &be(payload.len()),
        &[next, 200],
        &one,
        &other,
        payload,
    ])
}

/// UDP (RFC 768) without a checksum.
pub(crate) fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let ports = [source.to_be_bytes(), destination.to_be_bytes()].concat();
    joined(&[&ports, &be(8 + payload.len()), &[0, 0], payload])
}

/// Ethernet, IPv4 and UDP to this port.
pub(crate) fn to_port(destination: u16, payload: &[u8]) -> Vec<u8> {
    ethernet(IPV4, &ipv4(UDP, &udp(49_152, destination, payload)))
}

/// Ethernet, IPv6 and UDP to this port.
pub(crate) fn to_port_v6(destination: u16, payload: &[u8]) -> Vec<u8> {
    ethernet(IPV6, &ipv6(UDP, &udp(49_152, destination, payload)))
}

/// GRE (RFC 2784) with these flags, protocol and fields.
pub(crate) fn gre(flags: u16, protocol: u16, fields: &[u8], payload: &[u8]) -> Vec<u8> {
    joined(&[
        &flags.to_be_bytes(),
        &protocol.to_be_bytes(),
        fields,
        payload,
    ])
}

/// ERSPAN of type II: version 1, session 5.
pub(crate) fn erspan_ii(payload: &[u8]) -> Vec<u8> {
    joined(&[&[0x10, 7, 0, 5, 0, 0, 0, 9], payload])
}

/// ERSPAN of type III: version 2, session 5, a frame of Ethernet; perhaps with the platform's
/// eight bytes.
pub(crate) fn erspan_iii(platform: &[u8], payload: &[u8]) -> Vec<u8> {
    let options = u8::from(!platform.is_empty());
    let header = [0x20, 7, 0, 5, 1, 2, 3, 4, 0, 0, 0x80, options];
    joined(&[&header, platform, payload])
}

/// VXLAN (RFC 7348 section 5), network 42.
pub(crate) fn vxlan(payload: &[u8]) -> Vec<u8> {
    joined(&[&[8, 0, 0, 0, 0, 0, 42, 0], payload])
}

/// VXLAN-GPE with the number of what follows.
pub(crate) fn vxlan_gpe(protocol: u8, payload: &[u8]) -> Vec<u8> {
    joined(&[&[0x0c, 0, 0, protocol, 0, 0, 42, 0], payload])
}

/// Geneve (RFC 8926 section 3.4), network 42, with options of whole words.
pub(crate) fn geneve(options: &[u8], protocol: u16, payload: &[u8]) -> Vec<u8> {
    let words = u8::try_from(options.len() / 4).unwrap();
    let network = [0, 0, 42, 0];
    joined(&[
        &[words, 0],
        &protocol.to_be_bytes(),
        &network,
        options,
        payload,
    ])
}

/// NSH (RFC 8300 section 2) with metadata of type 1: 16 bytes of context.
pub(crate) fn nsh(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let header = [0x0f, 0xc6, 1, protocol, 0, 0, 1, 255];
    joined(&[&header, &[0; 16], payload])
}

/// GTP-U (3GPP TS 29.281 section 5.1): a packet, with these flags and optional bytes.
pub(crate) fn gtp_u(flags: u8, optional: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = be(optional.len() + payload.len());
    joined(&[
        &[0x30 | flags, 255],
        &length,
        &[0, 0, 0, 7],
        optional,
        payload,
    ])
}

/// L2TP (RFC 2661 section 3.1): tunnel 3, session 4.
pub(crate) fn l2tp(payload: &[u8]) -> Vec<u8> {
    joined(&[&[0, 2, 0, 3, 0, 4], payload])
}

/// L2TP with a length, sequence numbers and an offset of two bytes.
pub(crate) fn l2tp_full(payload: &[u8]) -> Vec<u8> {
    let length = be(16 + payload.len());
    let rest = [0, 3, 0, 4, 0, 1, 0, 0, 0, 2, 0xee, 0xee];
    joined(&[&[0x4a, 2], &length, &rest, payload])
}

/// PPP (RFC 1661) without framing.
pub(crate) fn ppp(inner: Inner<'_>) -> Vec<u8> {
    joined(&[&inner.ppp_protocol(), inner.ip()])
}

/// PPP in HDLC-like framing (RFC 1662).
pub(crate) fn ppp_framed(inner: Inner<'_>) -> Vec<u8> {
    joined(&[&[0xff, 3], &ppp(inner)])
}

/// PPP with its protocol in one byte (RFC 1661 section 6.5).
pub(crate) fn ppp_short(inner: Inner<'_>) -> Vec<u8> {
    ppp(inner)[1..].to_vec()
}

/// A PPPoE session (RFC 2516 section 4).
pub(crate) fn pppoe(payload: &[u8]) -> Vec<u8> {
    joined(&[&[0x11, 0, 0, 5], &be(payload.len()), payload])
}

/// One MPLS label (RFC 3032 section 2.1).
pub(crate) fn label(label: u32, is_bottom: bool, payload: &[u8]) -> Vec<u8> {
    let entry = label << 12 | u32::from(is_bottom) << 8 | 64;
    joined(&[&entry.to_be_bytes(), payload])
}

/// TZSP with a field, padding and the end of fields.
pub(crate) fn tzsp(protocol: u16, payload: &[u8]) -> Vec<u8> {
    let fields = [10, 1, 0xc0, 0, 1];
    joined(&[&[1, 0], &protocol.to_be_bytes(), &fields, payload])
}

/// A data frame of IEEE 802.11 to the access point, with these bits of the first byte and these
/// fields behind the addresses.
pub(crate) fn wireless(subtype: u8, fields: &[u8], inner: Inner<'_>) -> Vec<u8> {
    let access_point = [2, 0, 0, 0, 0xaa, 9];
    joined(&[
        &[0x08 | subtype, 0x01, 0, 0],
        &access_point,
        &inner.sender(),
        &inner.frame()[..6],
        &[0x10, 0],
        fields,
        &snap(inner.ether_type(), inner.ip()),
    ])
}

/// Linux' cooked header (`LINKTYPE_LINUX_SLL`), of this hardware.
pub(crate) fn cooked(hardware: u16, protocol: u16, payload: &[u8]) -> Vec<u8> {
    joined(&[
        &[0, 0],
        &hardware.to_be_bytes(),
        &[0, 6, 2, 0, 0, 0, 0, 0x10, 0, 0],
        &protocol.to_be_bytes(),
        payload,
    ])
}

/// Its second version (`LINKTYPE_LINUX_SLL2`).
pub(crate) fn cooked2(hardware: u16, protocol: u16, payload: &[u8]) -> Vec<u8> {
    joined(&[
        &protocol.to_be_bytes(),
        &[0, 0, 0, 0, 0, 3],
        &hardware.to_be_bytes(),
        &[0, 6, 2, 0, 0, 0, 0, 0x10, 0, 0],
        payload,
    ])
}

/// The log of Linux' netfilter in this byte order: a mark, a prefix that needs padding, the packet.
pub(crate) fn nflog(number: fn(u16) -> [u8; 2], inner: Inner<'_>) -> Vec<u8> {
    let field = |kind: u16, value: &[u8]| {
        let length = number(u16::try_from(4 + value.len()).unwrap());
        let mut field = joined(&[&length, &number(kind), value]);
        field.resize(field.len().next_multiple_of(4), 0);
        field
    };
    joined(&[
        &[inner.family(), 0, 0, 1],
        &field(1, &[8, 0, 0, 0]),
        &field(10, b"ws\0"),
        &field(9, inner.ip()),
    ])
}

/// The log of the BSDs' packet filter, its header of 61 bytes and three of padding.
pub(crate) fn pflog(inner: Inner<'_>) -> Vec<u8> {
    let family = if inner.is_v6() { 24 } else { 2 };
    let mut header = vec![61, family, 0, 0];
    header.extend(b"em0");
    header.resize(64, 0);
    joined(&[&header, inner.ip()])
}

/// macOS' `pktap` header around a packet of this link type.
pub(crate) fn pktap(link: u32, payload: &[u8]) -> Vec<u8> {
    const LENGTH: u32 = 108;
    let mut header: Vec<u8> = [LENGTH, 1, link]
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .collect();
    header.extend(b"en0");
    header.resize(LENGTH as usize, 0);
    joined(&[&header, payload])
}
