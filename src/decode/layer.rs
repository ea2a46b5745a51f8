//! What one step of decoding hands to the next: which header follows.

use std::net::IpAddr;

/// The header that the bytes at hand begin with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layer {
    /// Ethernet II or IEEE 802.3.
    Ethernet,
    /// A VLAN tag, behind the ether type that announces it.
    Vlan,
    /// IEEE 802.2 logical link control, perhaps with SNAP.
    Llc,
    /// The pseudo header of Linux "any" captures.
    LinuxSll,
    /// Its second version.
    LinuxSll2,
    /// Four bytes of address family, in either byte order.
    AddressFamily,
    /// IPv4 or IPv6, as the first four bits say.
    Ip,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// An extension header of IPv6, of the common form.
    Ipv6Extension(IpHeader),
    /// The fragment header of IPv6.
    Ipv6Fragment(IpHeader),
    /// The authentication header of IP.
    Authentication(IpHeader),
    /// TCP.
    Tcp(IpHeader),
}

/// What a segment keeps of the IP header before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct IpHeader {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) ttl: u8,
    pub(super) id: Option<u16>,
}
