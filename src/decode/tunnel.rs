//! Tunnels: what carries packets or frames inside of IP.

mod gre;
mod gtp;
mod l2tp;
mod overlay;
mod teredo;
mod tzsp;
mod udp;

use super::layer::Layer;
use super::passed::Passed;
use super::span::Span;
use super::{Carrier, Skipped};

/// A header of a tunnel, or one that may carry it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tunnel {
    /// UDP, which may carry a tunnel.
    Udp,
    /// GRE.
    Gre,
    /// ERSPAN of type II.
    ErspanII,
    /// ERSPAN of type III.
    ErspanIII,
    /// Ethernet in IP.
    EtherIp,
    /// VXLAN.
    Vxlan,
    /// VXLAN with the protocol that follows.
    VxlanGpe,
    /// Geneve.
    Geneve,
    /// The service header (NSH).
    Service,
    /// GTP-U.
    GtpU,
    /// An extension header of it.
    GtpExtension,
    /// L2TP.
    L2tp,
    /// Teredo.
    Teredo,
    /// TZSP.
    Tzsp,
}

/// Reads one of them.
///
/// Apart from the way of plain packets, which it would make longer.
#[inline(never)]
pub(super) fn read(
    header: Tunnel,
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    match header {
        Tunnel::Udp => udp::udp(span, passed),
        Tunnel::Gre => gre::gre(span, passed),
        Tunnel::ErspanII => gre::erspan_ii(span, passed),
        Tunnel::ErspanIII => gre::erspan_iii(span, passed),
        Tunnel::EtherIp => ether_ip(span, passed),
        Tunnel::Vxlan => overlay::vxlan(span, passed),
        Tunnel::VxlanGpe => overlay::vxlan_gpe(span, passed),
        Tunnel::Geneve => overlay::geneve(span, passed),
        Tunnel::Service => overlay::service(span, passed),
        Tunnel::GtpU => gtp::gtp_u(span, passed),
        Tunnel::GtpExtension => gtp::extension(span),
        Tunnel::L2tp => l2tp::l2tp(span, passed),
        Tunnel::Teredo => teredo::teredo(span, passed),
        Tunnel::Tzsp => tzsp::tzsp(span, passed),
    }
}

/// Ethernet directly in IP (RFC 3378): version 3 and twelve bits that are 0.
fn ether_ip(span: &mut Span<'_>, passed: &mut Passed) -> Result<Layer, Skipped> {
    match span.take_array()? {
        [0x30, 0] => {
            passed.carried_by(Carrier::EtherIp);
            Ok(Layer::Ethernet)
        }
        _ => Err(Skipped::NotTcp),
    }
}
