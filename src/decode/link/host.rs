//! The headers that hosts write where the link has none, or none that is common to all of their
//! links.

use etherparse::EtherType;

use super::ethernet;
use crate::decode::Skipped;
use crate::decode::layer::Layer;
use crate::decode::passed::Passed;
use crate::decode::span::Span;

/// "802.2 frames" in the protocol field of a Linux cooked header (`ETH_P_802_2`).
const LINUX_802_2: u16 = 0x0004;

/// Bytes of the addresses that are kept.
const ADDRESS: u8 = 6;

/// Address families of the hosts that write `NULL` and `LOOP` captures. `AF_INET` is 2 on all
/// of them; `AF_INET6` differs: Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
const AF_INET: u32 = 2;
const AF_INET6: [u32; 5] = [10, 23, 24, 28, 30];

/// Linux cooked capture: the protocol is the last of 16 bytes' fields.
///
/// Not through etherparse, which refuses hardware types that it does not know (tunnels, for
/// one), although the protocol field does not depend on them where it names IP.
pub(in crate::decode) fn linux_sll(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let header = span.take_array::<16>()?;
    let &[_, _, _, _, _, length, ref address @ .., _, _, high, low] = header;
    passed.link_source = (length == ADDRESS).then_some(*address);
    cooked_protocol(u16::from_be_bytes([high, low]))
}

/// Linux cooked capture v2: the protocol is the first of 20 bytes' fields.
pub(in crate::decode) fn linux_sll2(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let header = span.take_array::<20>()?;
    let &[
        high,
        low,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        length,
        ref address @ ..,
        _,
        _,
    ] = header;
    passed.link_source = (length == ADDRESS).then_some(*address);
    cooked_protocol(u16::from_be_bytes([high, low]))
}

/// The protocol field of a cooked header: an ether type, or a number of Linux' own.
const fn cooked_protocol(protocol: u16) -> Result<Layer, Skipped> {
    match protocol {
        LINUX_802_2 => Ok(Layer::Llc),
        ether_type => ethernet::announced(EtherType(ether_type)),
    }
}

/// BSD loopback. `NULL` is written in the byte order of the capturing host, which need not be
/// that of the file, and `LOOP` in network byte order: families are small numbers, so only one
/// order gives one.
pub(in crate::decode) fn address_family(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let field = *span.take_array::<4>()?;
    let (big, little) = (u32::from_be_bytes(field), u32::from_le_bytes(field));
    match big.min(little) {
        AF_INET => Ok(Layer::Ipv4),
        family if AF_INET6.contains(&family) => Ok(Layer::Ipv6),
        _ => Err(Skipped::NotIp),
    }
}
