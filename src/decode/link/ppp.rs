//! PPP and what frames it: HDLC of both kinds, and PPPoE.

use etherparse::EtherType;

use super::ethernet;
use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::{Carrier, Skipped};

/// The address field of HDLC-like framing, and what follows it (RFC 1662 section 3.1).
const ALL_STATIONS: u8 = 0xff;
const UNNUMBERED: u8 = 0x03;
/// The address field of Cisco's HDLC: to one station, to all (RFC 1547 section 4.3.1).
const CISCO: [u8; 2] = [0x0f, 0x8f];

/// Protocols of PPP (RFC 1332, 5072, 3032).
const IPV4: u16 = 0x0021;
const IPV6: u16 = 0x0057;
const MPLS: u16 = 0x0281;
const MPLS_MULTICAST: u16 = 0x0283;

/// PPP (RFC 1661 section 2), in HDLC-like framing or without it. Both ends may agree to leave out
/// the address and control fields, and the first byte of protocols below 256: no protocol begins
/// as the framing does, and only the last byte of one is odd.
pub(in crate::decode) fn ppp(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    if span.bytes().first() == Some(&ALL_STATIONS) {
        let [_, control] = span.take_array()?;
        if *control != UNNUMBERED {
            return Err(Skipped::NotIp);
        }
    }
    let &[first] = span.take_array()?;
    let protocol = if first & 1 == 1 {
        u16::from(first)
    } else {
        let &[second] = span.take_array()?;
        u16::from_be_bytes([first, second])
    };
    match protocol {
        IPV4 => Ok(Layer::Ipv4),
        IPV6 => Ok(Layer::Ipv6),
        MPLS | MPLS_MULTICAST => Ok(Layer::Link(Link::Mpls)),
        _ => Err(Skipped::NotIp),
    }
}

/// PPP, or Cisco's HDLC: address, control and an ether type.
pub(in crate::decode) fn hdlc(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    let is_cisco = span.bytes().first().is_some_and(|it| CISCO.contains(it));
    if !is_cisco {
        return Ok(Layer::Link(Link::Ppp));
    }
    let &[_, _, high, low] = span.take_array()?;
    ethernet::announced(EtherType(u16::from_be_bytes([high, low])))
}

/// Either of them behind one byte that says which way a packet went; Linux' pppd writes that in
/// place of the address.
pub(in crate::decode) fn direction(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    span.take(1)?;
    if span.bytes().first() == Some(&UNNUMBERED) {
        span.take(1)?;
    }
    Ok(Layer::Link(Link::Hdlc))
}

/// A packet of a PPPoE session (RFC 2516 section 4).
pub(in crate::decode) fn pppoe(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    const SESSION_DATA: u8 = 0;
    let &[version_and_type, code, _, _, high, low] = span.take_array()?;
    if version_and_type != 0x11 {
        return Err(Skipped::Malformed);
    }
    if code != SESSION_DATA {
        return Err(Skipped::NotIp);
    }
    span.limit(usize::from(u16::from_be_bytes([high, low])));
    passed.carried_by(Carrier::Pppoe);
    Ok(Layer::Link(Link::Ppp))
}
