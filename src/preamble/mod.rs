//! What a connection carries before HTTP. A header of the PROXY protocol says whose connection a
//! proxy passes on; in a dialogue of SOCKS a client asks a proxy for a connection to somewhere.
//! Behind either the connection begins anew, so that several may follow each other, also inside
//! the tunnel that an HTTP CONNECT opened.
//!
//! The parsers ([`proxy_protocol`], [`socks`]) are functions of the first bytes of a stream: more
//! bytes are needed, these bytes are something else, or this stands there and is so long. They
//! say the same however the bytes came. [`Opening`] asks them, keeps the bytes that it has to ask
//! about again, and gives back what turns out to be something else.

mod address;
mod opening;
pub mod proxy_protocol;
pub mod socks;

pub use address::Address;
pub use opening::{Held, Opening, Remains, Step};

use nom::IResult;

use crate::place::Place;

/// What a parser makes of the first bytes of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed<T> {
    /// More bytes are needed to tell.
    Partial,
    /// What stands there, and its length in bytes, which may be more than were given.
    Whole(T, usize),
    /// Something else.
    Other,
}

impl<T> Parsed<T> {
    /// What a streaming parser of nom said of `bytes`.
    fn of(bytes: &[u8], parsed: IResult<&[u8], T>) -> Self {
        match parsed {
            Ok((rest, value)) => Self::Whole(value, bytes.len() - rest.len()),
            Err(nom::Err::Incomplete(_)) => Self::Partial,
            Err(_) => Self::Other,
        }
    }

    /// The same of what `change` makes of it.
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        match self {
            Self::Partial => Parsed::Partial,
            Self::Whole(value, length) => Parsed::Whole(change(value), length),
            Self::Other => Parsed::Other,
        }
    }
}

/// What stood before HTTP, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preamble {
    /// What it was.
    pub kind: Kind,
    /// Where the client's first byte of it stands.
    pub place: Place,
}

/// What may stand before HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A header of the PROXY protocol.
    ProxyProtocol(Box<proxy_protocol::Header>),
    /// A dialogue of SOCKS that opened a way.
    Socks(Box<socks::Tunnel>),
    /// An HTTP CONNECT that was answered with 2xx (RFC 9110 section 9.3.6).
    Connect {
        /// The request's target, as it was written.
        target: String,
    },
}

impl Kind {
    /// As the layers of a connection are named in reports.
    #[must_use]
    pub const fn layer(&self) -> &'static str {
        match self {
            Self::ProxyProtocol(header) => match header.version {
                proxy_protocol::Version::V1 => "proxy-protocol-v1",
                proxy_protocol::Version::V2 => "proxy-protocol-v2",
            },
            Self::Socks(tunnel) => match tunnel.version {
                socks::Version::V4 => "socks4",
                socks::Version::V5 => "socks5",
            },
            Self::Connect { .. } => "http-connect",
        }
    }

    /// Bytes of memory that it takes.
    const fn cost(&self) -> usize {
        match self {
            Self::ProxyProtocol(header) => header.cost(),
            Self::Socks(tunnel) => tunnel.cost(),
            Self::Connect { target } => target.capacity(),
        }
    }
}
