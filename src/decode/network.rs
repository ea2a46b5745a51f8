//! The headers of IP: addresses, the length that separates a packet from the padding of its
//! link, and what follows. It knows no other packet, and tells of a fragment only that it is one.

use std::net::IpAddr;

use etherparse::err::{ip_auth, ipv4, ipv6};
use etherparse::{
    IpAuthHeaderSlice, IpNumber, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice,
    Ipv6RawExtHeaderSlice, ip_number,
};

use super::layer::Layer;
use super::link::Link;
use super::passed::{IpHeader, Passed};
use super::span::Span;
use super::tunnel::Tunnel;
use super::{Carrier, Skipped};

/// A frame directly in IP, as segment routing ends (RFC 8986 section 4.9).
const ETHERNET: IpNumber = IpNumber(143);

/// IPv4 or IPv6, by the version in the first four bits.
pub(super) fn ip(span: &Span<'_>) -> Result<Layer, Skipped> {
    match span.bytes().first().map(|byte| byte >> 4) {
        Some(4) => Ok(Layer::Ipv4),
        Some(6) => Ok(Layer::Ipv6),
        Some(_) => Err(Skipped::NotIp),
        None => Err(span.shortage(1)),
    }
}

/// Whether the span holds as much as an IP header at its beginning states, where that is there to
/// be read.
pub(super) fn fits(span: &Span<'_>) -> bool {
    let stated = match *span.bytes() {
        [0x40..=0x4f, _, high, low, ..] => usize::from(u16::from_be_bytes([high, low])),
        [0x60..=0x6f, _, _, _, high, low, ..] => 40 + usize::from(u16::from_be_bytes([high, low])),
        _ => 0,
    };
    stated <= span.wire()
}

/// IPv4 (RFC 791 section 3.1), options included.
pub(super) fn ipv4(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let header = Ipv4HeaderSlice::from_slice(span.bytes()).map_err(|error| match error {
        ipv4::HeaderSliceError::Len(error) => span.shortage(error.required_len),
        ipv4::HeaderSliceError::Content(_) => Skipped::Malformed,
    })?;
    let header_length = header.slice().len();
    match usize::from(header.total_len()) {
        // Left for the network card to fill in, of each packet that it cuts this one into
        // (segmentation offload): the packet is as long as the link says.
        0 => {}
        total if total < header_length => return Err(Skipped::Malformed),
        total => span.limit(total),
    }
    passed.ip = Some(IpHeader {
        source: IpAddr::V4(header.source_addr()),
        destination: IpAddr::V4(header.destination_addr()),
        ttl: header.ttl(),
        id: Some(header.identification()),
    });
    if header.is_fragmenting_payload() {
        return Ok(Layer::Ipv4Piece);
    }
    span.take(header_length)?;
    payload(header.protocol(), passed)
}

/// IPv6 (RFC 8200 section 3).
pub(super) fn ipv6(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let header = Ipv6HeaderSlice::from_slice(span.bytes()).map_err(|error| match error {
        ipv6::HeaderSliceError::Len(error) => span.shortage(error.required_len),
        ipv6::HeaderSliceError::Content(_) => Skipped::Malformed,
    })?;
    let header_length = header.slice().len();
    match usize::from(header.payload_length()) {
        // As for IPv4; or a jumbogram, whose length is that of the link as well.
        0 => {}
        payload => span.limit(header_length + payload),
    }
    span.take(header_length)?;
    passed.ip = Some(IpHeader {
        source: IpAddr::V6(header.source_addr()),
        destination: IpAddr::V6(header.destination_addr()),
        ttl: header.hop_limit(),
        id: None,
    });
    payload(header.next_header(), passed)
}

/// The header that the protocol field of an IP header announces, or the next header field of an
/// extension header behind it: the only place that knows these numbers. Of a tunnel nothing is
/// kept of the header outside: the segment's address, time to live and identification are those
/// of its own.
pub(super) fn payload(number: IpNumber, passed: &mut Passed) -> Result<Layer, Skipped> {
    let tunnel = match number {
        ip_number::TCP => return Ok(Layer::Tcp),
        ip_number::UDP => return Ok(Layer::Tunnel(Tunnel::Udp)),
        ip_number::AUTH => return Ok(Layer::Authentication),
        ip_number::IPV6_FRAGMENTATION_HEADER if passed.is_in_ipv6() => {
            return Ok(Layer::Ipv6Fragment);
        }
        ip_number::IPV6_HEADER_HOP_BY_HOP
        | ip_number::IPV6_ROUTE_HEADER
        | ip_number::IPV6_DESTINATION_OPTIONS
        | ip_number::MOBILITY_HEADER
        | ip_number::HIP
        | ip_number::SHIM6
            if passed.is_in_ipv6() =>
        {
            return Ok(Layer::Ipv6Extension);
        }
        ip_number::IPV4 => {
            passed.carried_by(Carrier::IpInIp);
            Layer::Ipv4
        }
        ip_number::IPV6 => {
            passed.carried_by(Carrier::IpInIp);
            Layer::Ipv6
        }
        ip_number::GRE => Layer::Tunnel(Tunnel::Gre),
        ip_number::ETHER_IP => Layer::Tunnel(Tunnel::EtherIp),
        ip_number::MPLS_IN_IP => Layer::Link(Link::Mpls),
        ETHERNET => Layer::Ethernet,
        ip_number::ENCAPSULATING_SECURITY_PAYLOAD => return Err(Skipped::Encrypted),
        _ => return Err(Skipped::NotTcp),
    };
    passed.enter_tunnel();
    Ok(tunnel)
}

/// An extension header of IPv6 that has the form which all of them have but two (RFC 8200 section
/// 4, RFC 6564).
pub(super) fn extension(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let header = Ipv6RawExtHeaderSlice::from_slice(span.bytes())
        .map_err(|error| span.shortage(error.required_len))?;
    span.take(header.slice().len())?;
    payload(header.next_header(), passed)
}

/// The fragment header of IPv6 (RFC 8200 section 4.5).
pub(super) fn fragment(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let header = Ipv6FragmentHeaderSlice::from_slice(span.bytes())
        .map_err(|error| span.shortage(error.required_len))?;
    // An atomic fragment is the whole packet (RFC 6946).
    if header.is_fragmenting_payload() {
        return Ok(Layer::Ipv6Piece);
    }
    span.take(header.slice().len())?;
    payload(header.next_header(), passed)
}

/// The authentication header (RFC 4302 section 2), behind IPv4 or IPv6, which leaves what follows
/// in the clear.
pub(super) fn authentication(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let header = IpAuthHeaderSlice::from_slice(span.bytes()).map_err(|error| match error {
        ip_auth::HeaderSliceError::Len(error) => span.shortage(error.required_len),
        ip_auth::HeaderSliceError::Content(_) => Skipped::Malformed,
    })?;
    span.take(header.slice().len())?;
    payload(header.next_header(), passed)
}
