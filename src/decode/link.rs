//! The headers of the link: which of them a capture's packets begin with, and what each says
//! about the header behind it. Of the link's addresses only the sender's is kept.

pub(super) mod ethernet;
pub(super) mod host;

use super::Skipped;
use super::layer::Layer;
use crate::packet::LinkType;

/// What packets of this link type begin with.
pub(super) const fn first(link: LinkType) -> Result<Layer, Skipped> {
    match link {
        LinkType::ETHERNET => Ok(Layer::Ethernet),
        LinkType::LINUX_SLL => Ok(Layer::LinuxSll),
        LinkType::LINUX_SLL2 => Ok(Layer::LinuxSll2),
        LinkType::NULL | LinkType::LOOP => Ok(Layer::AddressFamily),
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD => Ok(Layer::Ip),
        LinkType::IPV4 => Ok(Layer::Ipv4),
        LinkType::IPV6 => Ok(Layer::Ipv6),
        _ => Err(Skipped::LinkTypeUnknown),
    }
}
