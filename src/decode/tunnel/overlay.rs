//! The overlay networks of data centres: VXLAN, Geneve, and the service chains of NSH.

use etherparse::EtherType;

use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::link::ethernet;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::tunnel::Tunnel;
use crate::decode::{Carrier, Skipped};

/// Bits of the first byte of VXLAN: the network's number is there; the next protocol is; and the
/// packet is for the tunnel's end itself.
const HAS_NUMBER: u8 = 0x08;
const HAS_PROTOCOL: u8 = 0x04;
const FOR_THE_END: u8 = 0x01;

/// VXLAN (RFC 7348 section 5). Extensions use the reserved bits, so only the one that must be set
/// is looked at.
pub(in crate::decode) fn vxlan(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let &[flags, ..] = span.take_array::<8>()?;
    if flags & HAS_NUMBER == 0 {
        return Err(Skipped::NotTcp);
    }
    passed.carried_by(Carrier::Vxlan);
    Ok(Layer::Ethernet)
}

/// VXLAN with the number of what follows (draft-ietf-nvo3-vxlan-gpe section 3.1).
pub(in crate::decode) fn vxlan_gpe(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let &[flags, _, _, protocol, ..] = span.take_array::<8>()?;
    let version = flags >> 4 & 3;
    if version != 0 || flags & HAS_NUMBER == 0 || flags & FOR_THE_END != 0 {
        return Err(Skipped::NotTcp);
    }
    passed.carried_by(Carrier::Vxlan);
    if flags & HAS_PROTOCOL == 0 {
        return Ok(Layer::Ethernet);
    }
    next(protocol)
}

/// The service header in front of what is led through a chain (RFC 8300 section 2.2). Its length
/// is counted in words.
pub(in crate::decode) fn service(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let &[version, length, _, protocol] = span.take_array()?;
    if version >> 6 != 0 {
        return Err(Skipped::NotIp);
    }
    span.take_rest(4 * u32::from(length & 0x3f), 4)?;
    passed.carried_by(Carrier::Service);
    next(protocol)
}

/// The numbers that the two share (RFC 8300 section 11.2.5).
const fn next(protocol: u8) -> Result<Layer, Skipped> {
    match protocol {
        1 => Ok(Layer::Ipv4),
        2 => Ok(Layer::Ipv6),
        3 => Ok(Layer::Ethernet),
        4 => Ok(Layer::Tunnel(Tunnel::Service)),
        5 => Ok(Layer::Link(Link::Mpls)),
        _ => Err(Skipped::NotIp),
    }
}

/// Geneve (RFC 8926 section 3.4), its options of so many words included.
pub(in crate::decode) fn geneve(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    const CONTROL: u8 = 0x80;
    let &[version_and_length, flags, high, low, ..] = span.take_array::<8>()?;
    if version_and_length >> 6 != 0 || flags & CONTROL != 0 {
        return Err(Skipped::NotTcp);
    }
    span.take(4 * usize::from(version_and_length & 0x3f))?;
    passed.carried_by(Carrier::Geneve);
    ethernet::announced(EtherType(u16::from_be_bytes([high, low])))
}
