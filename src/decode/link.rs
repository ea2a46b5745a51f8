//! The headers of the link: which of them a capture's packets begin with, and what each says
//! about the header behind it. Of the link's addresses only the sender's is kept.

pub(super) mod ethernet;
mod host;
mod log;
mod mpls;
mod ppp;
mod wireless;

use super::Skipped;
use super::layer::Layer;
use super::passed::Passed;
use super::span::Span;
use crate::packet::LinkType;

/// A header of the link, beside plain Ethernet.
#[derive(Clone, Copy, Debug)]
pub(super) enum Link {
    /// Ethernet between a host and a switch, with the switch's tag behind the addresses.
    SwitchPort,
    /// The same with the tag in front.
    SwitchPortPrepended,
    /// A VLAN tag, behind the ether type that announces it.
    Vlan,
    /// A tag of so many bytes and an ether type.
    Tag {
        /// Bytes in front of the ether type.
        length: usize,
    },
    /// The tag of a backbone service instance (IEEE 802.1ah).
    ServiceTag,
    /// IEEE 802.2 logical link control, perhaps with SNAP.
    Llc,
    /// The pseudo header of Linux "any" captures.
    LinuxSll,
    /// Its second version.
    LinuxSll2,
    /// Four bytes of address family, in either byte order.
    AddressFamily,
    /// The BSDs' IPsec interface.
    Enc,
    /// Solaris' `ipnet`.
    Ipnet,
    /// macOS' `pktap`.
    Pktap,
    /// The log of the BSDs' packet filter.
    Pflog,
    /// The log of Linux' netfilter.
    Nflog,
    /// PPP, in HDLC-like framing or without.
    Ppp,
    /// PPP, or Cisco's HDLC.
    Hdlc,
    /// One byte for the direction, and either of them.
    Direction,
    /// The header of a PPPoE session.
    Pppoe,
    /// One MPLS label.
    Mpls,
    /// IEEE 802.11.
    Wireless,
    /// Radiotap, in front of it.
    Radiotap,
    /// Prism or AVS, in front of it.
    Prism,
    /// AVS, in front of it.
    Avs,
    /// Per-packet information, in front of a link type of its own.
    Ppi,
}

/// What packets of this link type begin with.
pub(super) const fn first(link: LinkType) -> Result<Layer, Skipped> {
    match link {
        // A tag with an ether type of its own stands where any other would.
        LinkType::ETHERNET | LinkType::DSA_TAG_EDSA => Ok(Layer::Ethernet),
        LinkType::LINUX_SLL => Ok(Layer::Link(Link::LinuxSll)),
        LinkType::LINUX_SLL2 => Ok(Layer::Link(Link::LinuxSll2)),
        LinkType::NULL | LinkType::LOOP => Ok(Layer::Link(Link::AddressFamily)),
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD => Ok(Layer::Ip),
        LinkType::IPV4 => Ok(Layer::Ipv4),
        LinkType::IPV6 => Ok(Layer::Ipv6),
        LinkType::PPP => Ok(Layer::Link(Link::Ppp)),
        LinkType::PPP_HDLC | LinkType::C_HDLC => Ok(Layer::Link(Link::Hdlc)),
        LinkType::PPP_PPPD | LinkType::PPP_WITH_DIR | LinkType::C_HDLC_WITH_DIR => {
            Ok(Layer::Link(Link::Direction))
        }
        LinkType::PPP_ETHER => Ok(Layer::Link(Link::Pppoe)),
        LinkType::ENC => Ok(Layer::Link(Link::Enc)),
        LinkType::PFLOG => Ok(Layer::Link(Link::Pflog)),
        LinkType::NFLOG => Ok(Layer::Link(Link::Nflog)),
        LinkType::IPNET => Ok(Layer::Link(Link::Ipnet)),
        LinkType::PKTAP => Ok(Layer::Link(Link::Pktap)),
        LinkType::IEEE802_11 => Ok(Layer::Link(Link::Wireless)),
        LinkType::IEEE802_11_RADIO => Ok(Layer::Link(Link::Radiotap)),
        LinkType::IEEE802_11_PRISM => Ok(Layer::Link(Link::Prism)),
        LinkType::IEEE802_11_AVS => Ok(Layer::Link(Link::Avs)),
        LinkType::PPI => Ok(Layer::Link(Link::Ppi)),
        LinkType::DSA_TAG_BRCM | LinkType::DSA_TAG_DSA => Ok(Layer::Link(Link::SwitchPort)),
        LinkType::DSA_TAG_BRCM_PREPEND => Ok(Layer::Link(Link::SwitchPortPrepended)),
        _ => Err(Skipped::LinkTypeUnknown),
    }
}

/// Reads one of them.
///
/// Apart from the way of plain packets, which it would make longer.
#[inline(never)]
pub(super) fn read(
    header: Link,
    span: &mut Span<'_>,
    passed: &mut Passed,
) -> Result<Layer, Skipped> {
    match header {
        Link::SwitchPort => ethernet::switch_port(span, passed),
        Link::SwitchPortPrepended => ethernet::switch_port_prepended(span),
        Link::Vlan => ethernet::vlan(span, passed),
        Link::Tag { length } => ethernet::tag(length, span),
        Link::ServiceTag => ethernet::service_tag(span, passed),
        Link::Llc => ethernet::llc(span),
        Link::LinuxSll => host::linux_sll(span, passed),
        Link::LinuxSll2 => host::linux_sll2(span, passed),
        Link::AddressFamily => host::address_family(span),
        Link::Enc => host::enc(span),
        Link::Ipnet => host::ipnet(span),
        Link::Pktap => host::pktap(span),
        Link::Pflog => log::pflog(span),
        Link::Nflog => log::nflog(span),
        Link::Ppp => ppp::ppp(span),
        Link::Hdlc => ppp::hdlc(span),
        Link::Direction => ppp::direction(span),
        Link::Pppoe => ppp::pppoe(span, passed),
        Link::Mpls => mpls::label(span, passed),
        Link::Wireless => wireless::frame(span, passed),
        Link::Radiotap => wireless::radiotap(span),
        Link::Prism => wireless::prism(span),
        Link::Avs => wireless::avs(span),
        Link::Ppi => wireless::ppi(span),
    }
}
