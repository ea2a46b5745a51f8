//! What of the captures is analysed, and what of that is reported.
//!
//! A choice of packets (a filter, addresses, ports, an end in time) is made before anything is
//! analysed: what it leaves out is as if it had not been captured. A choice of connections (host
//! names, paths, a begin in time, ids and clients) is made of what was analysed, so that the
//! handshake of a connection is known whose later part was asked for.

mod host;
mod named;
mod path;
mod port;
mod time;

pub use host::Host;
pub(crate) use host::without_port;
pub use named::Named;
pub use path::{Path, path_of};
pub use port::Ports;
pub use time::When;

use crate::decode::{Endpoint, Segment};
use crate::packet::PacketId;
use crate::source::Expression;
use crate::time::Timestamp;

/// What is chosen. Of several values for one thing any will do; of several things each must.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// Packets that pass this filter.
    pub filter: Option<Expression>,
    /// Connections of these hosts. As long as all of them are addresses, other segments are not
    /// analysed.
    pub hosts: Vec<Host>,
    /// Segments from or to these ports.
    pub ports: Vec<Ports>,
    /// Connections whose request asked for these paths.
    pub paths: Vec<Path>,
    /// Connections that had a packet at this moment or later.
    pub since: Option<When>,
    /// Packets up to this moment.
    pub until: Option<When>,
    /// Connections that were named.
    pub connections: Vec<Named>,
}

/// What a connection is chosen by.
#[derive(Clone, Copy, Debug)]
pub struct Traits<'t> {
    /// Its number in a report, once it is known.
    pub id: Option<u64>,
    /// Its first packet.
    pub first_packet: PacketId,
    /// The end that asked for it.
    pub client: Endpoint,
    /// The end that was asked.
    pub server: Endpoint,
    /// The Host field of its request.
    pub host: Option<&'t str>,
    /// The target of its request.
    pub target: Option<&'t str>,
}

impl Choice {
    /// Whether nothing is left out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a segment may belong to what is chosen.
    #[must_use]
    pub fn has_segment(&self, segment: &Segment<'_>) -> bool {
        let ends = [segment.source, segment.destination];
        self.has_port(ends) && (!self.is_by_address() || self.hosts.iter().any(|it| it.has(ends)))
    }

    /// Whether a connection is chosen, as far as its traits tell.
    #[must_use]
    pub fn has_connection(&self, traits: &Traits<'_>) -> bool {
        let ends = [traits.client, traits.server];
        let is_host = |host: &Host| {
            host.has(ends) || traits.host.is_some_and(|field| host.is_named_by(field))
        };
        let is_path = |path: &Path| {
            traits
                .target
                .is_some_and(|target| path.matches(path_of(target)))
        };
        (self.hosts.is_empty() || self.hosts.iter().any(is_host))
            && (self.paths.is_empty() || self.paths.iter().any(is_path))
            && (self.connections.is_empty() || self.connections.iter().any(|it| it.names(traits)))
    }

    /// Whether segments are left out by their addresses: a name among the hosts may be that of
    /// any address.
    fn is_by_address(&self) -> bool {
        !self.hosts.is_empty() && self.hosts.iter().all(Host::is_address)
    }

    fn has_port(&self, ends: [Endpoint; 2]) -> bool {
        let is_port = |ports: &Ports| ends.iter().any(|end| ports.contains(end.port));
        self.ports.is_empty() || self.ports.iter().any(is_port)
    }

    /// The choice of packets that is in it: with that alone, connections have the same ids.
    #[must_use]
    pub fn of_packets(&self) -> Self {
        Self {
            hosts: if self.is_by_address() {
                self.hosts.clone()
            } else {
                Vec::new()
            },
            paths: Vec::new(),
            since: None,
            connections: Vec::new(),
            ..self.clone()
        }
    }
}

/// A choice while packets are read: times are moments from the first packet on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Period {
    /// The first moment.
    pub since: Option<Timestamp>,
    /// The last moment.
    pub until: Option<Timestamp>,
}

impl Period {
    /// The period that is chosen of captures whose first packet is of this time.
    #[must_use]
    pub fn of(choice: &Choice, first: Timestamp) -> Self {
        Self {
            since: choice.since.map(|when| when.resolve(first)),
            until: choice.until.map(|when| when.resolve(first)),
        }
    }
}

#[cfg(test)]
mod tests;
