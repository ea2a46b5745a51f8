//! Packets cut into fragments, as a host or router before a smaller link does it.

#![allow(
    clippy::indexing_slicing,
    reason = "what fails here fails the test that built it"
)]

use etherparse::{IpFragOffset, Ipv4Header, Ipv6FragmentHeader, Ipv6Header, ip_number};
use wsblame_fixtures::Packet;

use super::ETHERNET;

/// The fragments of a packet (Ethernet, IPv4 without options or IPv6), each with at most so many
/// bytes of its datagram, a multiple of 8; the packet itself where it has no more. They have the
/// packet's time, its link addresses and, in IPv6, this identification.
pub(crate) fn fragments(packet: &Packet, bytes: usize, id: u32) -> Vec<Packet> {
    assert!(bytes.is_multiple_of(8));
    let (link, ip) = packet.bytes.split_at(ETHERNET);
    let header = if link[12..] == [0x86, 0xdd] { 40 } else { 20 };
    let (header, datagram) = ip.split_at(header);
    if datagram.len() <= bytes {
        return vec![packet.clone()];
    }
    let count = datagram.len().div_ceil(bytes);
    let pieces = datagram.chunks(bytes).enumerate().map(|(index, piece)| {
        let offset = IpFragOffset::try_new(u16::try_from(index * bytes / 8).unwrap()).unwrap();
        let more = index + 1 < count;
        let headers = match header.len() {
            20 => ipv4(header, offset, more, piece.len()),
            _ => ipv6(header, offset, more, piece.len(), id),
        };
        let bytes = [link, &headers, piece].concat();
        Packet {
            time: packet.time,
            wire_length: bytes.len(),
            bytes,
        }
    });
    pieces.collect()
}

/// The packet with this identification, which it has only in IPv4.
pub(crate) fn identified(packet: &Packet, id: u16) -> Packet {
    let mut packet = packet.clone();
    if let Ok((mut header, _)) = Ipv4Header::from_slice(&packet.bytes[ETHERNET..]) {
        header.identification = id;
        header.header_checksum = header.calc_header_checksum();
        packet.bytes[ETHERNET..ETHERNET + 20].copy_from_slice(&header.to_bytes());
    }
    packet
}

fn ipv4(header: &[u8], offset: IpFragOffset, more: bool, length: usize) -> Vec<u8> {
    let (mut header, _) = Ipv4Header::from_slice(header).unwrap();
    header.dont_fragment = false;
    header.fragment_offset = offset;
    header.more_fragments = more;
    header.set_payload_len(length).unwrap();
    header.header_checksum = header.calc_header_checksum();
    header.to_bytes().to_vec()
}

fn ipv6(header: &[u8], offset: IpFragOffset, more: bool, length: usize, id: u32) -> Vec<u8> {
    let (mut header, _) = Ipv6Header::from_slice(header).unwrap();
    let fragment = Ipv6FragmentHeader::new(header.next_header, offset, more, id);
    header.next_header = ip_number::IPV6_FRAGMENTATION_HEADER;
    let length = length + Ipv6FragmentHeader::LEN;
    header.set_payload_length(length).unwrap();
    [&header.to_bytes()[..], &fragment.to_bytes()].concat()
}
