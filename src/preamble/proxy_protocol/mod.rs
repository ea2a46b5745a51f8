//! The header of the PROXY protocol, versions 1 and 2 (haproxy, `doc/proxy-protocol.txt`): the
//! first thing that a proxy sends on a connection, to say whose connection it passes on.

mod v1;
mod v2;

pub use v2::Extras;

use super::{Address, Parsed};

/// Bytes of a header that are read at most.
pub(super) const LONGEST: usize = v2::LONGEST;

/// A header of the PROXY protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which version it is written in.
    pub version: Version,
    /// What the connection is for.
    pub command: Command,
    /// Who is connected to whom, as the proxy knows it; `None` where it does not say.
    pub ends: Option<Ends>,
    /// What version 2 says beside.
    pub extras: Extras,
}

/// How a header is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// A line of text (section 2.1).
    V1,
    /// Binary (section 2.2).
    V2,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The proxy's own purposes, such as looking whether the server is there. Only version 2 says
    /// so.
    Local,
    /// Somebody else's connection.
    Proxy,
}

/// Who is connected to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The client whose connection it is.
    pub source: Address,
    /// Where that client connected to.
    pub destination: Address,
}

impl Header {
    /// Bytes of memory that it takes.
    pub(super) const fn cost(&self) -> usize {
        let ends = match &self.ends {
            Some(ends) => ends.source.cost() + ends.destination.cost(),
            None => 0,
        };
        size_of::<Self>() + ends + self.extras.cost()
    }
}

/// The header at the start of `bytes`. What it says is told once the bytes that are read of it are
/// there; it may be longer.
#[must_use]
pub fn parse(bytes: &[u8]) -> Parsed<Header> {
    match bytes.first() {
        Some(b'P') => v1::parse(bytes),
        _ => v2::parse(bytes),
    }
}

/// The header at the start of `bytes`, and its length, if all of it is there.
#[must_use]
pub fn whole(bytes: &[u8]) -> Option<(Header, usize)> {
    match parse(bytes) {
        Parsed::Whole(header, length) if length <= bytes.len() => Some((header, length)),
        _ => None,
    }
}

/// Whether `bytes`, which are the beginning of a header, are so much of it that they are likely
/// one.
#[must_use]
pub fn is_begun(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(b'P') => v1::is_begun(bytes),
        _ => v2::is_begun(bytes),
    }
}

#[cfg(test)]
mod tests;
