//! From a packet to the TCP segment in it.
//!
//! Decoding knows the headers in front of TCP and reads them without judging: checksums are
//! verified only for whoever asks, because a capture on the sending host holds packets whose
//! checksum the network card has yet to fill in. It never guesses: what it cannot read is
//! [`Skipped`] for a named reason.
//!
//! Every header is one step that consumes its bytes and names the next header, so that an
//! encapsulation is a new step and not a new path. The steps know one packet; a [`Decoder`] knows
//! those before it, puts their fragments together, and goes on with what was in them.

mod carrier;
mod checksum;
mod decoder;
mod fragment;
mod fragments;
mod layer;
mod link;
mod network;
mod options;
mod passed;
mod segment;
mod skipped;
mod span;
mod tally;
mod tunnel;

pub use carrier::{Carrier, Carriers};
pub use checksum::Checksum;
pub use decoder::Decoder;
pub use fragment::Fragment;
pub(crate) use fragment::place_in;
pub use options::{Layout, Options};
pub use segment::{Endpoint, Segment, TcpFlags};
pub use skipped::Skipped;
pub use tally::{Counts, Tally};

use crate::packet::{LinkType, RawPacket};
use fragments::Piece;
use layer::Layer;
use passed::Passed;
use span::Span;

/// Headers read in front of TCP. Real packets have two to sixteen (a mirror of a cloud's overlay
/// network, with VLAN tags and labels); a packet made of nothing but tags must not cost more than
/// any other.
const MAX_HEADERS: usize = 32;

/// The TCP segment in `packet`; its payload is borrowed from the packet.
///
/// Total: every byte sequence gives a segment or the reason for skipping the packet. It knows no
/// other packet, so that a fragment is an [`Skipped::IpFragment`].
///
/// # Errors
///
/// The reason why this packet gives no segment, which is often that it is none.
pub fn decode<'p>(packet: &RawPacket<'p>) -> Result<Segment<'p>, Skipped> {
    let mut passed = Passed::before(packet);
    let first = link::first(packet.link)?;
    let bytes = Span::of(packet);
    read(packet, first, bytes, MAX_HEADERS, &mut passed, &mut None)
        .map_err(|reason| passed.reason(reason))
}

/// The segment behind the headers in `bytes`, at most so many, of which the first is `layer`.
///
/// Where they end at a piece of a datagram, `fragment` is that, and how many headers may still be
/// read in the datagram.
fn read<'p>(
    packet: &RawPacket<'p>,
    mut layer: Layer,
    mut bytes: Span<'p>,
    headers: usize,
    passed: &mut Passed,
    fragment: &mut Option<(Piece<'p>, usize)>,
) -> Result<Segment<'p>, Skipped> {
    let span = &mut bytes;
    for left in (0..headers).rev() {
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
            Layer::Ipv4Piece => {
                *fragment = Some((Piece::of_ipv4(bytes, passed)?, left));
                return Err(Skipped::IpFragment);
            }
            Layer::Ipv6Piece => {
                *fragment = Some((Piece::of_ipv6(bytes, passed)?, left));
                return Err(Skipped::IpFragment);
            }
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

#[cfg(test)]
mod tests;
