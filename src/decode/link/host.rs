//! The headers that hosts write where the link has none, or none that is common to all of their
//! links.

use etherparse::EtherType;

use super::{ethernet, first};
use crate::decode::Skipped;
use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::packet::{Direction, LinkType};

/// "802.2 frames" in the protocol field of a Linux cooked header (`ETH_P_802_2`).
const LINUX_802_2: u16 = 0x0004;

/// Hardware whose packets begin with a radiotap header (`ARPHRD_IEEE80211_RADIOTAP`).
const LINUX_RADIOTAP: u16 = 803;

/// Bytes of the addresses that are kept.
const ADDRESS: u8 = 6;

/// Address families of the hosts that write captures. `AF_INET` is 2 on all of them; `AF_INET6`
/// differs: Linux, Windows, NetBSD and OpenBSD, Solaris, FreeBSD, macOS.
const AF_INET: u32 = 2;
const AF_INET6: [u32; 6] = [10, 23, 24, 26, 28, 30];

/// Linux cooked capture: the protocol is the last of 16 bytes' fields.
///
/// Not through etherparse, which refuses hardware types that it does not know (tunnels, for
/// one), although the protocol field does not depend on them where it names IP.
pub(in crate::decode) fn linux_sll(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let &[
        kind_high,
        kind_low,
        hard,
        ware,
        _,
        length,
        ref address @ ..,
        _,
        _,
        high,
        low,
    ] = span.take_array::<16>()?;
    passed.link_source = (length == ADDRESS).then_some(*address);
    passed.direction = direction(u16::from_be_bytes([kind_high, kind_low])).or(passed.direction);
    cooked([hard, ware], [high, low])
}

/// Linux cooked capture v2: the protocol is the first of 20 bytes' fields.
pub(in crate::decode) fn linux_sll2(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let &[
        high,
        low,
        _,
        _,
        _,
        _,
        _,
        _,
        hard,
        ware,
        kind,
        length,
        ref address @ ..,
        _,
        _,
    ] = span.take_array::<20>()?;
    passed.link_source = (length == ADDRESS).then_some(*address);
    passed.direction = direction(u16::from(kind)).or(passed.direction);
    cooked([hard, ware], [high, low])
}

/// Which way a packet of this type went (`sll_pkttype`). What was sent by one host to another and
/// only overheard went neither.
const fn direction(kind: u16) -> Option<Direction> {
    match kind {
        0..=2 => Some(Direction::Inbound),
        4 => Some(Direction::Outbound),
        _ => None,
    }
}

/// The protocol field of a cooked header is an ether type, or a number of Linux' own; of some
/// hardware it says nothing.
const fn cooked(hardware: [u8; 2], protocol: [u8; 2]) -> Result<Layer, Skipped> {
    match (u16::from_be_bytes(hardware), u16::from_be_bytes(protocol)) {
        (LINUX_RADIOTAP, _) => Ok(Layer::Link(Link::Radiotap)),
        (_, LINUX_802_2) => Ok(Layer::Link(Link::Llc)),
        (_, ether_type) => ethernet::announced(EtherType(ether_type)),
    }
}

/// BSD loopback. `NULL` is written in the byte order of the capturing host, which need not be
/// that of the file, and `LOOP` in network byte order.
pub(in crate::decode) fn address_family(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    of_family(*span.take_array()?)
}

/// The BSDs' `enc` interface: address family, security parameters index and flags, each of four
/// bytes in the byte order of the host. What was encrypted on the wire is in the clear here.
pub(in crate::decode) fn enc(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let &[family @ .., _, _, _, _, _, _, _, _] = span.take_array::<12>()?;
    of_family(family)
}

/// Solaris' `ipnet` devices: of the 24 bytes, the second is the address family.
pub(in crate::decode) fn ipnet(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let &[_, family, ..] = span.take_array::<24>()?;
    of_family([0, 0, 0, family])
}

/// macOS' `pktap` devices, in the byte order of the hosts there: the header's length, the type of
/// record, the link type of what follows, and what is known of the interface and the process.
pub(in crate::decode) fn pktap(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    const PACKET: u32 = 1;
    let [length, record, link] = [
        *span.take_array()?,
        *span.take_array()?,
        *span.take_array()?,
    ]
    .map(u32::from_le_bytes);
    span.take_rest(length, 12)?;
    if record != PACKET {
        return Err(Skipped::NotIp);
    }
    first(LinkType(link))
}

/// An address family in either byte order: families are small numbers, so only one order gives
/// one.
pub(super) fn of_family(field: [u8; 4]) -> Result<Layer, Skipped> {
    let (big, little) = (u32::from_be_bytes(field), u32::from_le_bytes(field));
    match big.min(little) {
        AF_INET => Ok(Layer::Ipv4),
        family if AF_INET6.contains(&family) => Ok(Layer::Ipv6),
        _ => Err(Skipped::NotIp),
    }
}
