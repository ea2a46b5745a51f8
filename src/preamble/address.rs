//! Addresses as preambles name them.

use std::net::SocketAddr;

/// One end of a connection, as a preamble names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// An IP address and a TCP port.
    Socket(SocketAddr),
    /// A domain name, as it was written, and a TCP port.
    Name(Vec<u8>, u16),
    /// The path of a Unix socket; empty where the socket has none.
    Path(Vec<u8>),
}

impl Address {
    /// IP address, domain name or path, as text.
    #[must_use]
    pub fn host(&self) -> String {
        match self {
            Self::Socket(address) => address.ip().to_string(),
            Self::Name(bytes, _) | Self::Path(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// The TCP port, where there is one.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        match self {
            Self::Socket(address) => Some(address.port()),
            Self::Name(_, port) => Some(*port),
            Self::Path(_) => None,
        }
    }

    /// Bytes of memory that it takes beside itself.
    pub(super) const fn cost(&self) -> usize {
        match self {
            Self::Socket(_) => 0,
            Self::Name(bytes, _) | Self::Path(bytes) => bytes.capacity(),
        }
    }
}
