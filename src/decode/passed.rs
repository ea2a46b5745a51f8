//! What a segment keeps of the headers in front of it.

use std::net::IpAddr;

use super::Skipped;
use super::carrier::{Carrier, Carriers};
use crate::packet::{Direction, RawPacket};

/// What is known from the headers that were read so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passed {
    /// The sender's address on the innermost link, where that is one of six bytes.
    pub(super) link_source: Option<[u8; 6]>,
    pub(super) carriers: Carriers,
    /// Which way the packet went, as seen from the capturing host; of what is in a tunnel that says
    /// nothing.
    pub(super) direction: Option<Direction>,
    /// The innermost IP header.
    //
    // Here and not in the layer behind it: the bytes of two addresses that are handed from step to
    // step cost as much as all the rest of a plain packet.
    pub(super) ip: Option<IpHeader>,
    /// What follows was told by a UDP port alone.
    is_told_by_port: bool,
}

/// What a segment keeps of the IP header before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct IpHeader {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) ttl: u8,
    pub(super) id: Option<u16>,
}

impl Passed {
    /// Before the first header of a packet.
    pub(super) fn before(packet: &RawPacket<'_>) -> Self {
        Self {
            direction: packet.reception.direction,
            ..Self::default()
        }
    }

    /// Whether the innermost IP header is of IPv6.
    pub(super) fn is_in_ipv6(&self) -> bool {
        self.ip.is_some_and(|ip| ip.source.is_ipv6())
    }

    /// Notes what carries the rest of the packet.
    pub(super) fn carried_by(&mut self, carrier: Carrier) {
        self.carriers.push(carrier);
    }

    /// A tunnel begins: the addresses of the link so far are those of its ends.
    pub(super) const fn enter_tunnel(&mut self) {
        self.link_source = None;
        self.direction = None;
    }

    /// A UDP packet has the port of a tunnel, which any may have by chance.
    pub(super) const fn enter_tunnel_told_by_port(&mut self) {
        self.enter_tunnel();
        self.is_told_by_port = true;
    }

    /// Why there is no segment, given what the header at hand says: where the tunnel may be none,
    /// what cannot be read is no damage but UDP.
    pub(super) const fn reason(&self, reason: Skipped) -> Skipped {
        match reason {
            Skipped::NotIp | Skipped::Malformed if self.is_told_by_port => Skipped::NotTcp,
            reason => reason,
        }
    }
}
