//! One fragment: the headers that say which datagram it belongs to, and where in that.

use std::net::IpAddr;

use etherparse::{IpNumber, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice};

use crate::decode::passed::{IpHeader, Passed};
use crate::decode::span::Span;
use crate::decode::{Skipped, network};

/// The longest datagram, in bytes: headers give its length in 16 bits.
pub(super) const LONGEST: usize = u16::MAX as usize;

/// A fragment.
#[derive(Clone, Copy, Debug)]
pub(in crate::decode) struct Piece<'p> {
    /// What is kept of the IP header in front of it.
    pub(super) header: IpHeader,
    /// The identification, of 16 bits in IPv4 and of 32 in IPv6.
    id: u32,
    /// What its datagram begins with.
    pub(super) protocol: IpNumber,
    /// Where it begins in its datagram.
    pub(in crate::decode) start: usize,
    /// Where it ends there.
    pub(super) end: usize,
    /// It is not the last one.
    pub(super) more: bool,
    /// Those of its bytes that the capture holds.
    pub(in crate::decode) bytes: &'p [u8],
}

impl<'p> Piece<'p> {
    /// The fragment behind an IPv4 header (RFC 791 section 3.1).
    pub(in crate::decode) fn of_ipv4(mut span: Span<'p>, passed: &Passed) -> Result<Self, Skipped> {
        let header =
            Ipv4HeaderSlice::from_slice(span.bytes()).map_err(|_error| Skipped::Malformed)?;
        span.take(header.slice().len())?;
        let start = header.fragments_offset().byte_offset().into();
        Self {
            header: passed.ip.ok_or(Skipped::NotIp)?,
            id: header.identification().into(),
            protocol: header.protocol(),
            start,
            end: start + span.wire(),
            more: header.more_fragments(),
            bytes: span.bytes(),
        }
        .checked(*passed)
    }

    /// The fragment behind a fragment header of IPv6 (RFC 8200 section 4.5).
    pub(in crate::decode) fn of_ipv6(mut span: Span<'p>, passed: &Passed) -> Result<Self, Skipped> {
        let header = Ipv6FragmentHeaderSlice::from_slice(span.bytes())
            .map_err(|error| span.shortage(error.required_len))?;
        span.take(header.slice().len())?;
        let start = header.fragment_offset().byte_offset().into();
        Self {
            header: passed.ip.ok_or(Skipped::NotIp)?,
            id: header.identification(),
            protocol: header.next_header(),
            start,
            end: start + span.wire(),
            more: header.more_fragments(),
            bytes: span.bytes(),
        }
        .checked(*passed)
    }

    /// Lets through what a host may send and what may have to do with TCP. A fragment has bytes,
    /// none of them behind the end of the longest datagram, and whole words of eight unless it
    /// is the last one.
    fn checked(self, mut passed: Passed) -> Result<Self, Skipped> {
        // Each says what its datagram begins with: no memory is needed for those of others.
        network::payload(self.protocol, &mut passed)?;
        let length = self.end - self.start;
        let whole_words = length.is_multiple_of(8) || !self.more;
        if length > 0 && self.end <= LONGEST && whole_words {
            Ok(self)
        } else {
            Err(Skipped::Malformed)
        }
    }
}

/// What tells the fragments of one datagram from those of others. They may come over several
/// links, and in captures of several places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    source: IpAddr,
    destination: IpAddr,
    id: u32,
    /// Counts in IPv4 alone.
    protocol: Option<u8>,
}

impl Key {
    pub(super) fn of(piece: &Piece<'_>) -> Self {
        let IpHeader {
            source,
            destination,
            ..
        } = piece.header;
        Self {
            source,
            destination,
            id: piece.id,
            protocol: source.is_ipv4().then_some(piece.protocol.0),
        }
    }
}
