//! The headers of the link: which of them a capture's packets begin with, and what each says
//! about the header behind it. Of the link's addresses only the sender's is kept.

use etherparse::{EtherType, Ethernet2HeaderSlice, SingleVlanHeaderSlice, ether_type};

use super::Skipped;
use super::layer::{Layer, Span};
use crate::packet::{LinkType, RawPacket};

/// Values up to here in the place of an ether type are a length in bytes (IEEE 802.3 section
/// 3.2.6).
const LONGEST_802_3: u16 = 1500;

/// "802.2 frames" in the protocol field of a Linux cooked header (`ETH_P_802_2`).
const LINUX_802_2: u16 = 0x0004;

/// Address families of the hosts that write `NULL` and `LOOP` captures. `AF_INET` is 2 on all
/// of them; `AF_INET6` differs: Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
const AF_INET: u32 = 2;
const AF_INET6: [u32; 5] = [10, 23, 24, 28, 30];

/// What packets of this link type begin with.
pub(super) const fn first(link: LinkType) -> Result<Layer, Skipped> {
    match link {
        LinkType::ETHERNET => Ok(Layer::Ethernet),
        LinkType::LINUX_SLL => Ok(Layer::LinuxSll),
        LinkType::LINUX_SLL2 => Ok(Layer::LinuxSll2),
        LinkType::NULL | LinkType::LOOP => Ok(Layer::AddressFamily),
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD => Ok(Layer::Ip),
        LinkType::IPV4 => Ok(Layer::Ipv4),
        LinkType::IPV6 => Ok(Layer::Ipv6),
        _ => Err(Skipped::LinkTypeUnknown),
    }
}

/// The sender's address on the link, where it is one of six bytes.
pub(super) fn source(packet: &RawPacket<'_>) -> Option<[u8; 6]> {
    const ADDRESS: u8 = 6;
    let at = match packet.link {
        LinkType::ETHERNET => 6,
        LinkType::LINUX_SLL if packet.bytes.get(5) == Some(&ADDRESS) => 6,
        LinkType::LINUX_SLL2 if packet.bytes.get(11) == Some(&ADDRESS) => 12,
        _ => return None,
    };
    packet.bytes.get(at..)?.first_chunk().copied()
}

/// Ethernet II and IEEE 802.3.
pub(super) fn ethernet(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let header = Ethernet2HeaderSlice::from_slice(span.bytes())
        .map_err(|error| span.shortage(error.required_len))?;
    span.take(header.slice().len())?;
    Ok(type_or_length(header.ether_type(), span))
}

/// The header that an ether type announces. A VLAN tag is consumed here: it ends in the ether
/// type of what it wraps.
pub(super) fn ether_type(announced: EtherType, span: &mut Span<'_>) -> Result<Layer, Skipped> {
    match announced {
        ether_type::IPV4 => Ok(Layer::Ipv4),
        ether_type::IPV6 => Ok(Layer::Ipv6),
        ether_type::VLAN_TAGGED_FRAME
        | ether_type::PROVIDER_BRIDGING
        | ether_type::VLAN_DOUBLE_TAGGED_FRAME => {
            let tag = SingleVlanHeaderSlice::from_slice(span.bytes())
                .map_err(|error| span.shortage(error.required_len))?;
            span.take(tag.slice().len())?;
            Ok(type_or_length(tag.ether_type(), span))
        }
        _ => Err(Skipped::NotIp),
    }
}

/// Tells an ether type from a length, which cuts off the padding and announces LLC.
fn type_or_length(field: EtherType, span: &mut Span<'_>) -> Layer {
    if field.0 <= LONGEST_802_3 {
        span.limit(usize::from(field.0));
        Layer::Llc
    } else {
        Layer::EtherType(field)
    }
}

/// IEEE 802.2: only SNAP with an ether type (RFC 1042) can lead to IP.
pub(super) fn llc(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    match span.take_array::<3>()? {
        [0xaa, 0xaa, 0x03] => {}
        _ => return Err(Skipped::NotIp),
    }
    match span.take_array::<5>()? {
        [0, 0, 0, high, low] => Ok(Layer::EtherType(EtherType(u16::from_be_bytes([
            *high, *low,
        ])))),
        _ => Err(Skipped::NotIp),
    }
}

/// Linux cooked capture: the protocol is the last of 16 bytes' fields.
///
/// Not through etherparse, which refuses hardware types that it does not know (tunnels, for
/// one), although the protocol field does not depend on them where it names IP.
pub(super) fn linux_sll(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let [.., high, low] = span.take_array::<16>()?;
    Ok(cooked_protocol(u16::from_be_bytes([*high, *low])))
}

/// Linux cooked capture v2: the protocol is the first of 20 bytes' fields.
pub(super) fn linux_sll2(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let [high, low, ..] = span.take_array::<20>()?;
    Ok(cooked_protocol(u16::from_be_bytes([*high, *low])))
}

/// The protocol field of a cooked header: an ether type, or a number of Linux' own.
const fn cooked_protocol(protocol: u16) -> Layer {
    match protocol {
        LINUX_802_2 => Layer::Llc,
        ether_type => Layer::EtherType(EtherType(ether_type)),
    }
}

/// BSD loopback. `NULL` is written in the byte order of the capturing host, which need not be
/// that of the file, and `LOOP` in network byte order: families are small numbers, so only one
/// order gives one.
pub(super) fn address_family(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let field = *span.take_array::<4>()?;
    let (big, little) = (u32::from_be_bytes(field), u32::from_le_bytes(field));
    match big.min(little) {
        AF_INET => Ok(Layer::Ipv4),
        family if AF_INET6.contains(&family) => Ok(Layer::Ipv6),
        _ => Err(Skipped::NotIp),
    }
}
