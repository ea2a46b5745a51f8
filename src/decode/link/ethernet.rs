//! Ethernet, and what stands between it and the network layer: tags and logical link control.

use etherparse::{EtherType, Ethernet2HeaderSlice, SingleVlanHeaderSlice, ether_type};

use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::tunnel::Tunnel;
use crate::decode::{Carrier, Skipped};

/// VLAN tags of some vendors' outer VLANs.
const VLAN_9200: EtherType = EtherType(0x9200);
/// RFC 3032 section 5.
const MPLS: EtherType = EtherType(0x8847);
const MPLS_MULTICAST: EtherType = EtherType(0x8848);
/// RFC 2516 section 4.
const PPPOE_SESSION: EtherType = EtherType(0x8864);
/// PPP without framing (RFC 2637 section 4.1, in GRE).
const PPP: EtherType = EtherType(0x880b);
/// A whole Ethernet frame, in tunnels ("transparent Ethernet bridging", RFC 1701).
const BRIDGED: EtherType = EtherType(0x6558);
/// RFC 8300 section 9.
const NSH: EtherType = EtherType(0x894f);
/// IEEE 802.1ah.
const SERVICE_TAG: EtherType = EtherType(0x88e7);
/// Tags between a switch and what extends it, of four bytes and of six: VN-Tag and IEEE 802.1BR.
const VN_TAG: EtherType = EtherType(0x8926);
const E_TAG: EtherType = EtherType(0x893f);
/// Cisco's security group tag: version, length, one option of four bytes.
const CISCO_METADATA: EtherType = EtherType(0x8909);
/// Linux' number for the tag between a host and a Marvell switch, two bytes and four.
const SWITCH_TAG: EtherType = EtherType(0xdada);

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

/// Ethernet between a host and the switch that it manages: the switch's own tag stands behind the
/// addresses.
pub(in crate::decode) fn switch_port(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    let &[_, _, _, _, _, _, ref source @ .., _, _, _, _, high, low] = span.take_array::<18>()?;
    passed.link_source = Some(*source);
    type_or_length(EtherType(u16::from_be_bytes([high, low])), span)
}

/// The same with the tag in front of the addresses.
pub(in crate::decode) fn switch_port_prepended(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    span.take(4)?;
    Ok(Layer::Ethernet)
}

/// A VLAN tag: it ends in the ether type of what it wraps.
pub(in crate::decode) fn vlan(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let tag = SingleVlanHeaderSlice::from_slice(span.bytes())
        .map_err(|error| span.shortage(error.required_len))?;
    span.take(tag.slice().len())?;
    passed.carried_by(Carrier::Vlan);
    type_or_length(tag.ether_type(), span)
}

/// A tag of so many bytes, and the ether type of what it wraps.
pub(in crate::decode) fn tag(length: usize, span: &mut Span<'_>) -> Result<Layer, Skipped> {
    span.take(length)?;
    let field = u16::from_be_bytes(*span.take_array()?);
    type_or_length(EtherType(field), span)
}

/// The tag of a backbone service instance (IEEE 802.1ah): a whole frame of the customer follows.
pub(in crate::decode) fn service_tag(
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    span.take(4)?;
    passed.carried_by(Carrier::ProviderBackbone);
    Ok(Layer::Ethernet)
}

/// The header that an ether type announces: the only place that knows these numbers.
pub(in crate::decode) const fn announced(ether_type: EtherType) -> Result<Layer, Skipped> {
    match ether_type {
        ether_type::IPV4 => Ok(Layer::Ipv4),
        ether_type::IPV6 => Ok(Layer::Ipv6),
        ether_type::VLAN_TAGGED_FRAME
        | ether_type::PROVIDER_BRIDGING
        | ether_type::VLAN_DOUBLE_TAGGED_FRAME
        | VLAN_9200 => Ok(Layer::Link(Link::Vlan)),
        MPLS | MPLS_MULTICAST => Ok(Layer::Link(Link::Mpls)),
        PPPOE_SESSION => Ok(Layer::Link(Link::Pppoe)),
        PPP => Ok(Layer::Link(Link::Ppp)),
        BRIDGED => Ok(Layer::Ethernet),
        NSH => Ok(Layer::Tunnel(Tunnel::Service)),
        SERVICE_TAG => Ok(Layer::Link(Link::ServiceTag)),
        VN_TAG => Ok(Layer::Link(Link::Tag { length: 4 })),
        E_TAG | CISCO_METADATA | SWITCH_TAG => Ok(Layer::Link(Link::Tag { length: 6 })),
        ether_type::MACSEC => Err(Skipped::Encrypted),
        _ => Err(Skipped::NotIp),
    }
}

/// Whether bytes that may be an Ethernet frame are one: what it says to carry is known, and where
/// that is IP, its version follows.
pub(in crate::decode) fn is_believable(bytes: &[u8]) -> bool {
    let Some(([.., high, low], rest)) = bytes.split_first_chunk::<14>() else {
        return false;
    };
    let version = rest.first().map(|byte| byte >> 4);
    match announced(EtherType(u16::from_be_bytes([*high, *low]))) {
        Ok(Layer::Ipv4) => version == Some(4),
        Ok(Layer::Ipv6) => version == Some(6),
        announced => announced.is_ok(),
    }
}

/// Tells an ether type from a length, which cuts off the padding and announces LLC.
fn type_or_length(field: EtherType, span: &mut Span<'_>) -> Result<Layer, Skipped> {
    if field.0 <= LONGEST_802_3 {
        span.limit(usize::from(field.0));
        Ok(Layer::Link(Link::Llc))
    } else {
        announced(field)
    }
}

/// IEEE 802.2: SNAP with an ether type (RFC 1042) leads to IP, and IP's own address.
pub(in crate::decode) fn llc(span: &mut Span<'_>) -> Result<Layer, Skipped> {
    match span.take_array::<3>()? {
        [0xaa, 0xaa, 0x03] => {}
        [0x06, 0x06, 0x03] => return Ok(Layer::Ipv4),
        _ => return Err(Skipped::NotIp),
    }
    match span.take_array::<5>()? {
        [0, 0, 0, high, low] => announced(EtherType(u16::from_be_bytes([*high, *low]))),
        _ => Err(Skipped::NotIp),
    }
}
