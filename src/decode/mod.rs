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
mod tunnel;

pub use carrier::{Carrier, Carriers};
pub use checksum::Checksum;
pub use options::{Layout, Options};
pub use segment::{Endpoint, Segment, TcpFlags};
pub use skipped::Skipped;

use crate::packet::{LinkType, RawPacket};
use layer::Layer;
use passed::Passed;
use span::Span;

/// Headers read in front of TCP. Real packets have two to sixteen (a mirror of a cloud's overlay
/// network, with VLAN tags and labels); a packet made of nothing but tags must not cost more than any other.
const MAX_HEADERS: usize = 32;

/// The TCP segment in `packet`; its payload is borrowed from the packet.
///
/// Total: every byte sequence gives a segment or the reason for skipping the packet.
///
/// # Errors
///
/// The reason why this packet gives no segment, which is often that it is none.
pub fn decode<'p>(packet: &RawPacket<'p>) -> Result<Segment<'p>, Skipped> {
    let mut passed = Passed::default();
    segment(packet, &mut passed).map_err(|reason| passed.reason(reason))
}

fn segment<'p>(packet: &RawPacket<'p>, passed: &mut Passed) -> Result<Segment<'p>, Skipped> {
    let mut bytes = Span::of(packet);
    let span = &mut bytes;
    let mut layer = link::first(packet.link)?;
    for _header in 0..MAX_HEADERS {
        layer = match layer {
            Layer::Ethernet => link::ethernet::ethernet(span, passed)?,
            Layer::Link(header) => link::read(header, span, passed)?,
            Layer::Ip => network::ip(span)?,
            Layer::Ipv4 => network::ipv4(span, passed)?,
            Layer::Ipv6 => network::ipv6(span, passed)?,
            Layer::Ipv6Extension => network::extension(span, passed)?,
            Layer::Ipv6Fragment => network::fragment(span, passed)?,
            Layer::Authentication => network::authentication(span, passed)?,
            Layer::Tunnel(header) => tunnel::read(header, span, passed)?,
            Layer::Tcp => return segment::read(packet, passed, bytes),
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
