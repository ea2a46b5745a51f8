//! Connections that are asked for one by one.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use super::Traits;
use crate::decode::Endpoint;
use crate::packet::PacketId;

/// A connection as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// By the number that a report of the same packets gives it.
    Id {
        /// That number.
        id: u64,
        /// Its first packet, where such a report was made before.
        first_packet: Option<PacketId>,
    },
    /// By its client.
    Client(Endpoint),
}

impl Named {
    /// Whether it is the one with these traits.
    pub(super) fn names(&self, traits: &Traits<'_>) -> bool {
        match self {
            Self::Id { id, first_packet } => {
                traits.id == Some(*id) || *first_packet == Some(traits.first_packet)
            }
            Self::Client(client) => traits.client == *client,
        }
    }
}

impl FromStr for Named {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if let Ok(id) = name.parse() {
            return Ok(Self::Id {
                id,
                first_packet: None,
            });
        }
        let client: SocketAddr = name.parse().map_err(|_fault| {
            "it is an id, or a client as 10.0.0.5:51234 or [2001:db8::1]:51234".to_owned()
        })?;
        Ok(Self::Client(Endpoint {
            address: client.ip(),
            port: client.port(),
        }))
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id { id, .. } => id.fmt(f),
            Self::Client(client) => client.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_named_by_its_id_or_its_client() {
        let id = |id| Named::Id {
            id,
            first_packet: None,
        };
        assert_eq!("7".parse(), Ok(id(7)));
        for client in ["10.0.0.5:51234", "[2001:db8::1]:51234"] {
            let named: Named = client.parse().unwrap();
            assert!(matches!(named, Named::Client(_)));
            assert_eq!(named.to_string(), client);
        }
        for other in ["", "-1", "10.0.0.5", "2001:db8::1:443", "host:80"] {
            assert!(other.parse::<Named>().is_err(), "{other}");
        }
    }
}
