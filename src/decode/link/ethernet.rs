//! Ethernet, and what stands between it and the network layer: tags and logical link control.

use etherparse::{EtherType, Ethernet2HeaderSlice, SingleVlanHeaderSlice, ether_type};

use crate::decode::layer::Layer;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::{Carrier, Skipped};

/// Values up to here in the place of an ether type are a length in bytes (IEEE 802.3 section
/// 3.2.6).
const LONGEST_802_3: u16 = 1500;

/// Ethernet II and IEEE 802.3.
pub(in crate::decode) fn ethernet(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let header = Ethernet2HeaderSlice::from_slice(span.bytes())
        .map_err(|error| span.shortage(error.required_len))?;
    span.take(header.slice().len())?;
    passed.link_source = Some(header.source());
    type_or_length(header.ether_type(), span)
}

/// A VLAN tag: it ends in the ether type of what it wraps.
pub(in crate::decode) fn vlan(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let tag = SingleVlanHeaderSlice::from_slice(span.bytes())
        .map_err(|error| span.shortage(error.required_len))?;
    span.take(tag.slice().len())?;
    passed.carried_by(Carrier::Vlan);
    type_or_length(tag.ether_type(), span)
}

/// The header that an ether type announces.
pub(in crate::decode) const fn announced(ether_type: EtherType) -> Result<Layer, Skipped> {
    match ether_type {
        ether_type::IPV4 => Ok(Layer::Ipv4),
        ether_type::IPV6 => Ok(Layer::Ipv6),
        ether_type::VLAN_TAGGED_FRAME
        | ether_type::PROVIDER_BRIDGING
        | ether_type::VLAN_DOUBLE_TAGGED_FRAME => Ok(Layer::Vlan),
        _ => Err(Skipped::NotIp),
    }
}

/// Tells an ether type from a length, which cuts off the padding and announces LLC.
fn type_or_length(field: EtherType, span: &mut Span<'_>) -> Result<Layer, Skipped> {
    if field.0 <= LONGEST_802_3 {
        span.limit(usize::from(field.0));
        Ok(Layer::Llc)
    } else {
        announced(field)
    }
}

/// IEEE 802.2: only SNAP with an ether type (RFC 1042) can lead to IP.
pub(in crate::decode) fn llc(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    match span.take_array::<3>()? {
        [0xaa, 0xaa, 0x03] => {}
        _ => return Err(Skipped::NotIp),
    }
    match span.take_array::<5>()? {
        [0, 0, 0, high, low] => announced(EtherType(u16::from_be_bytes([*high, *low]))),
        _ => Err(Skipped::NotIp),
    }
}
