//! What one step of decoding hands to the next: which header follows.

use super::link::Link;
use super::tunnel::Tunnel;

/// The header that the bytes at hand begin with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layer {
    /// Ethernet II or IEEE 802.3.
    Ethernet,
    /// Another header of the link.
    Link(Link),
    /// IPv4 or IPv6, as the first four bits say.
    Ip,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// An extension header of IPv6, of the common form.
    Ipv6Extension,
    /// IPv4, with a piece of a datagram behind it.
    Ipv4Piece,
    /// The fragment header of IPv6.
    Ipv6Fragment,
    /// The same, with a piece of a datagram behind it.
    Ipv6Piece,
    /// The authentication header of IP.
    Authentication,
    /// A header of a tunnel.
    Tunnel(Tunnel),
    /// TCP.
    Tcp,
}
