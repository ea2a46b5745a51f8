//! From a packet to the TCP segment in it.
//!
//! Decoding knows the headers in front of TCP and reads them without judging: checksums are
//! verified only for whoever asks, because a capture on the sending host holds packets whose
//! checksum the network card has yet to fill in. It knows nothing of other packets, so the fragments of an IP packet are not
//! put together here, and it never guesses: what it cannot read is [`Skipped`] for a named reason.
//!
//! Every header is one step that consumes its bytes and names the next header, so that an
//! encapsulation is a new step and not a new path.

mod carrier;
mod checksum;
mod layer;
mod link;
mod network;
mod options;
mod passed;
mod segment;
mod skipped;
mod span;

pub use carrier::{Carrier, Carriers};
pub use checksum::Checksum;
pub use options::{Layout, Options};
pub use segment::{Endpoint, Segment, TcpFlags};
pub use skipped::Skipped;

use crate::packet::{LinkType, RawPacket};
use layer::Layer;
use link::{ethernet, host};
use passed::Passed;
use span::Span;

/// Headers read in front of TCP. Real packets have two to eight (a cloud's overlay network with
/// VLAN tags); a packet made of nothing but tags must not cost more than any other.
const MAX_HEADERS: usize = 32;

/// The TCP segment in `packet`; its payload is borrowed from the packet.
///
/// Total: every byte sequence gives a segment or the reason for skipping the packet.
///
/// # Errors
///
/// The reason why this packet gives no segment, which is often that it is none.
pub fn decode<'p>(packet: &RawPacket<'p>) -> Result<Segment<'p>, Skipped> {
    let mut span = Span::of(packet);
    let mut passed = Passed::default();
    let mut layer = link::first(packet.link)?;
    for _header in 0..MAX_HEADERS {
        layer = match layer {
            Layer::Ethernet => ethernet::ethernet(&mut span, &mut passed)?,
            Layer::Vlan => ethernet::vlan(&mut span, &mut passed)?,
            Layer::Llc => ethernet::llc(&mut span)?,
            Layer::LinuxSll => host::linux_sll(&mut span, &mut passed)?,
            Layer::LinuxSll2 => host::linux_sll2(&mut span, &mut passed)?,
            Layer::AddressFamily => host::address_family(&mut span)?,
            Layer::Ip => network::ip(&span)?,
            Layer::Ipv4 => network::ipv4(&mut span)?,
            Layer::Ipv6 => network::ipv6(&mut span)?,
            Layer::Ipv6Extension(header) => network::extension(header, &mut span)?,
            Layer::Ipv6Fragment(header) => network::fragment(header, &mut span)?,
            Layer::Authentication(header) => network::authentication(header, &mut span)?,
            Layer::Tcp(header) => return segment::read(packet, &header, &passed, span),
        };
    }
    Err(Skipped::NestedTooDeep)
}

/// Whether packets of this link type can be read.
#[must_use]
pub const fn is_readable(link: LinkType) -> bool {
    link::first(link).is_ok()
}

/// Gives the TCP segments in the packets of a capture, one after the other.
#[derive(Debug, Default)]
pub struct Decoder {}

impl Decoder {
    /// The TCP segment in `packet`; its payload is borrowed from the packet.
    ///
    /// # Errors
    ///
    /// As for [`decode`].
    // Mutable, since a packet may complete what earlier ones began.
    pub fn decode<'p>(&'p mut self, packet: &RawPacket<'p>) -> Result<Segment<'p>, Skipped> {
        decode(packet)
    }
}

#[cfg(test)]
mod tests;
