//! A TCP segment: the only thing that the stages above decoding see of a packet.

use std::fmt;
use std::net::IpAddr;

use crate::packet::PacketId;
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
}
