//! A TCP segment: the only thing that the stages above decoding see of a packet.

use std::fmt;
use std::net::IpAddr;

use etherparse::err::tcp::HeaderSliceError;
use etherparse::{TcpHeader, TcpHeaderSlice};

use super::passed::{IpHeader, Passed};
use super::span::Span;
use super::{Carriers, Checksum, Options, Skipped, checksum};
use crate::packet::{Direction, PacketId, RawPacket};
use crate::time::Timestamp;

bitflags::bitflags! {
    /// The control bits of a TCP header (RFC 9293 section 3.1).
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct TcpFlags: u8 {
        /// No more data from the sender.
        const FIN = 0x01;
        /// Synchronize sequence numbers.
        const SYN = 0x02;
        /// Reset the connection.
        const RST = 0x04;
        /// Push.
        const PSH = 0x08;
        /// The acknowledgement number is significant.
        const ACK = 0x10;
        /// The urgent pointer is significant.
        const URG = 0x20;
    }
}

/// One end of a TCP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// IPv4 or IPv6 address.
    pub address: IpAddr,
    /// TCP port.
    pub port: u16,
}

/// `10.0.0.5:51234`, `[2001:db8::1]:443`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        std::net::SocketAddr::new(self.address, self.port).fmt(f)
    }
}

/// A TCP segment, its payload borrowed from the packet that brought it.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'p> {
    /// The packet that brought it.
    pub packet: PacketId,
    /// When that packet was captured.
    pub time: Timestamp,
    /// The sender.
    pub source: Endpoint,
    /// The receiver.
    pub destination: Endpoint,
    /// Sequence number of the first byte (of the SYN, where that flag is set).
    pub sequence: u32,
    /// Acknowledgement number; significant with [`TcpFlags::ACK`].
    pub acknowledgement: u32,
    /// Control bits.
    pub flags: TcpFlags,
    /// Window as it stands in the header, not scaled.
    pub window: u16,
    /// Time to live (IPv4) or hop limit (IPv6).
    pub ttl: u8,
    /// IPv4 identification; IPv6 has none.
    pub ip_id: Option<u16>,
    /// Payload bytes that the segment had on the wire and the capture does not hold: they
    /// follow `payload`.
    pub missing: u32,
    /// Payload bytes that the capture holds.
    pub payload: &'p [u8],
    /// The sender's address on the link, where the capture tells it. Of a tunnel that carries a
    /// link it is the address there, and of one that carries none there is none: the link around a
    /// tunnel shows the tunnel's ends, which forward for anyone.
    pub link_source: Option<[u8; 6]>,
    /// What carried it over the link.
    pub carriers: Carriers,
    /// Which way it went, as seen from the capturing host, where the capture tells.
    pub direction: Option<Direction>,
    /// It came in fragments, of which `packet` brought the last one.
    pub came_in_fragments: bool,
    /// The TCP header, as far as the capture holds it.
    header: &'p [u8],
}

impl<'p> Segment<'p> {
    /// The bytes of its header, as far as the capture holds them.
    #[must_use]
    pub const fn header(&self) -> &'p [u8] {
        self.header
    }

    /// The bytes of the options, `None` where the capture cut them.
    #[must_use]
    pub fn option_bytes(&self) -> Option<&'p [u8]> {
        let length = 4 * usize::from(self.header.get(12)? >> 4);
        self.header.get(TcpHeader::MIN_LEN..length)
    }

    /// The options, `None` where the capture cut them.
    #[must_use]
    pub fn options(&self) -> Option<Options> {
        self.option_bytes().map(Options::read)
    }

    /// What its checksum says; computed anew with each call.
    #[must_use]
    pub fn checksum(&self) -> Checksum {
        if self.missing > 0 || self.option_bytes().is_none() {
            return Checksum::Unknown;
        }
        let (source, destination) = (self.source.address, self.destination.address);
        checksum::of(source, destination, self.header, self.payload)
    }
}

/// Reads the segment that `span` begins with (RFC 9293 section 3.1).
pub(super) fn read<'p>(
    packet: &RawPacket<'p>,
    passed: &Passed,
    span: Span<'p>,
) -> Result<Segment<'p>, Skipped> {
    let held = span.bytes();
    let mut filled;
    let header = match TcpHeaderSlice::from_slice(held) {
        Ok(header) => header,
        Err(HeaderSliceError::Content(_)) => return Err(Skipped::Malformed),
        Err(HeaderSliceError::Len(error)) => {
            // The capture cut the packet among the options. All that a segment keeps of the
            // header was in front of them, so they are taken as absent bytes of known length.
            filled = [0; TcpHeader::MAX_LEN];
            let known = filled
                .get_mut(..held.len())
                .filter(|known| known.len() >= TcpHeader::MIN_LEN)
                .filter(|_| error.required_len <= span.wire())
                .ok_or(span.shortage(error.required_len))?;
            known.copy_from_slice(held);
            TcpHeaderSlice::from_slice(&filled).map_err(|_error| Skipped::Malformed)?
        }
    };
    let ip = passed.ip.as_ref().ok_or(Skipped::NotIp)?;
    Ok(assemble(packet, ip, passed, &header, span))
}

fn assemble<'p>(
    packet: &RawPacket<'p>,
    ip: &IpHeader,
    passed: &Passed,
    header: &TcpHeaderSlice<'_>,
    span: Span<'p>,
) -> Segment<'p> {
    let header_length = header.slice().len();
    let control = header.slice().get(13).copied().unwrap_or(0);
    let payload = span.bytes().get(header_length..).unwrap_or(&[]);
    let missing = span
        .wire()
        .saturating_sub(header_length)
        .saturating_sub(payload.len());
    Segment {
        packet: packet.id,
        time: packet.time,
        source: Endpoint {
            address: ip.source,
            port: header.source_port(),
        },
        destination: Endpoint {
            address: ip.destination,
            port: header.destination_port(),
        },
        sequence: header.sequence_number(),
        acknowledgement: header.acknowledgment_number(),
        flags: TcpFlags::from_bits_truncate(control),
        window: header.window_size(),
        ttl: ip.ttl,
        ip_id: ip.id,
        missing: u32::try_from(missing).unwrap_or(u32::MAX),
        payload,
        link_source: passed.link_source,
        carriers: passed.carriers,
        direction: passed.direction,
        came_in_fragments: false,
        header: span.bytes().get(..header_length).unwrap_or(span.bytes()),
    }
}
