//! Tunnels in UDP, known by their ports. Any application may have such a port by chance, so the
//! header behind it must be the tunnel's, and what cannot be read further on makes it UDP as any
//! other.

use etherparse::UdpHeaderSlice;

use crate::decode::Skipped;
use crate::decode::layer::Layer;
use crate::decode::link::Link;
use crate::decode::passed::Passed;
use crate::decode::span::Span;
use crate::decode::tunnel::Tunnel;

/// UDP (RFC 768), and the tunnel that its ports announce.
pub(in crate::decode) fn udp(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    let header = UdpHeaderSlice::from_slice(span.bytes())
        .map_err(|error| span.shortage(error.required_len))?;
    let (source, destination) = (header.source_port(), header.destination_port());
    let layer = by_port(destination).or_else(|| by_either_port(source));
    let layer = layer.ok_or(Skipped::NotTcp)?;
    let header_length = header.slice().len();
    match usize::from(header.length()) {
        // A jumbogram (RFC 2675 section 4), or left for the network card: as IP's.
        0 => {}
        length if length < header_length => return Err(Skipped::NotTcp),
        length => span.limit(length),
    }
    span.take(header_length)?;
    passed.enter_tunnel_told_by_port();
    Ok(layer)
}

/// Of what is always sent to its own port, from any.
const fn by_port(destination: u16) -> Option<Layer> {
    match destination {
        2152 => Some(Layer::Tunnel(Tunnel::GtpU)),
        // The second is Linux' own from before there was a standard.
        4789 | 8472 => Some(Layer::Tunnel(Tunnel::Vxlan)),
        4790 => Some(Layer::Tunnel(Tunnel::VxlanGpe)),
        6081 => Some(Layer::Tunnel(Tunnel::Geneve)),
        // RFC 7510.
        6635 => Some(Layer::Link(Link::Mpls)),
        37008 => Some(Layer::Tunnel(Tunnel::Tzsp)),
        port => by_either_port(port),
    }
}

/// Of what is answered from that port as well.
const fn by_either_port(port: u16) -> Option<Layer> {
    match port {
        1701 => Some(Layer::Tunnel(Tunnel::L2tp)),
        3544 => Some(Layer::Tunnel(Tunnel::Teredo)),
        _ => None,
    }
}
