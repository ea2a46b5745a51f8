//! The packets of a capture, one after the other: what one packet means for another is known
//! here, and nowhere else in decoding.

use super::fragment::{Fragment, place_in};
use super::fragments::{Fragments, Piece};
use super::passed::Passed;
use super::span::Span;
use super::tally::{Packets, Tally};
use super::{Checksum, MAX_HEADERS, Segment, Skipped, link, network, read};
use crate::limits::Limits;
use crate::packet::RawPacket;

/// Datagrams put together for one packet: its own, and those of which that is a fragment again.
/// Real packets have two at most, a fragment in a tunnel whose packets are fragmented too.
const MAX_DATAGRAMS: usize = 4;

/// Gives the TCP segments in the packets of a capture, one after the other, and counts the
/// packets that give none.
///
/// The fragments of an IP datagram (RFC 791 section 3.2, RFC 8200 section 4.5) give its segment
/// with the packet that completes it, as Wireshark numbers it.
#[derive(Debug)]
pub struct Decoder {
    pub(super) fragments: Fragments,
    /// The datagrams put together last, each one read out of the one before it.
    datagrams: [Vec<u8>; MAX_DATAGRAMS],
    tally: Tally,
    /// The latest packet that brought a fragment.
    fragment: Option<Fragment>,
}

impl Decoder {
    /// Nothing decoded yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            fragments: Fragments::new(limits),
            datagrams: Default::default(),
            tally: Tally::default(),
            fragment: None,
        }
    }

    /// The latest packet that brought a fragment, and the datagrams that this belongs to.
    #[must_use]
    pub const fn fragment(&self) -> Option<&Fragment> {
        self.fragment.as_ref()
    }

    /// The TCP segment in `packet`, or in the datagram that it completes.
    ///
    /// # Errors
    ///
    /// As for [`decode`](super::decode); but of an [`IpFragment`](Skipped::IpFragment) only
    /// [`finish`](Self::finish) knows what became of it.
    // Inlined, since a segment is large and would be copied on its way.
    #[inline]
    pub fn decode<'p>(&'p mut self, packet: &RawPacket<'p>) -> Result<Segment<'p>, Skipped> {
        let mut passed = Passed::before(packet);
        let mut fragment = None;
        let segment = link::first(packet.link).and_then(|first| {
            let span = Span::of(packet);
            read(packet, first, span, MAX_HEADERS, &mut passed, &mut fragment)
        });
        match segment {
            Ok(_) => segment,
            Err(Skipped::IpFragment) => self.complete(packet, passed, fragment),
            Err(reason) => {
                let reason = passed.reason(reason);
                self.tally.skip(packet.id.input, reason);
                Err(reason)
            }
        }
    }

    /// The segment in the datagram that a fragment completes, behind what was passed up to there.
    #[cold]
    fn complete<'p>(
        &'p mut self,
        packet: &RawPacket<'p>,
        mut passed: Passed,
        mut fragment: Option<(Piece<'p>, usize)>,
    ) -> Result<Segment<'p>, Skipped> {
        let Self {
            fragments,
            datagrams,
            tally,
            fragment: noted,
        } = self;
        *noted = None;
        let mut packets = Packets::one(packet.id.input);
        let mut segment = Err(Skipped::IpFragment);
        for bytes in datagrams {
            let Some((piece, headers)) = fragment.take() else {
                break;
            };
            let whole = fragments.take(&piece, packet.time, packets, bytes, tally);
            let note = noted.get_or_insert_with(|| Fragment {
                packet: packet.id,
                datagrams: Vec::new(),
                at: place_in(packet.bytes, piece.bytes).unwrap_or(packet.bytes.len()),
                length: piece.bytes.len(),
                start: piece.start,
                segment_at: None,
            });
            note.datagrams.extend(fragments.latest());
            let whole = whole.ok_or(Skipped::IpFragment)?;
            packets = whole.packets;
            passed.ip = Some(whole.header);
            segment = network::payload(whole.protocol, &mut passed)
                .and_then(|first| {
                    let span = Span::of_datagram(bytes, whole.length);
                    read(packet, first, span, headers, &mut passed, &mut fragment)
                })
                .and_then(undamaged)
                .map_err(|reason| passed.reason(reason));
            note.segment_at = segment
                .as_ref()
                .ok()
                .and_then(|segment| place_in(bytes, segment.header()));
        }
        if fragment.is_some() {
            segment = Err(Skipped::NestedTooDeep);
        }
        match &mut segment {
            Ok(segment) => {
                segment.came_in_fragments = true;
                tally.put_together(&packets, packet.id.input);
            }
            Err(reason) => tally.skip_all(&packets, *reason),
        }
        segment
    }

    /// The capture ends here: what became of its packets. What still waits was waiting in vain.
    #[must_use]
    pub fn finish(mut self) -> Tally {
        self.fragments.give_up_all(&mut self.tally);
        self.tally
    }
}

/// A segment that was put together, unless its checksum is wrong. Nothing else tells fragments of
/// two datagrams with the same identification (RFC 4963), and who receives them drops
/// them for it.
fn undamaged(segment: Segment<'_>) -> Result<Segment<'_>, Skipped> {
    match segment.checksum() {
        Checksum::Invalid => Err(Skipped::FragmentConflict),
        Checksum::Valid | Checksum::Unknown => Ok(segment),
    }
}
