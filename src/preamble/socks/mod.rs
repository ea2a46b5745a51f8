//! SOCKS: a client asks a proxy for a connection to somewhere, and what follows is that
//! connection's. Version 5 (RFC 1928, with the login of RFC 1929), version 4 and its extension 4a.
//!
//! Each side's part is read for itself, since a client need not wait for what it knows it will be
//! told; what the two say together is told by the answer. That is also what makes sure of it: a
//! few small numbers at the start of a stream may be anything's. Names of users and passwords are
//! passed over.

mod v4;
mod v5;

use super::{Address, Parsed};

/// A dialogue that opened a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tunnel {
    /// Which version was spoken.
    pub version: Version,
    /// How the client showed who it is.
    pub login: Login,
    /// Where the client asked to be connected to.
    pub destination: Address,
    /// From where the proxy says that it has connected. Many say 0.0.0.0, which says nothing.
    pub bound: Address,
}

impl Tunnel {
    /// Bytes of memory that it takes.
    pub(super) const fn cost(&self) -> usize {
        size_of::<Self>() + self.destination.cost() + self.bound.cost()
    }
}

/// The version of SOCKS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 4 and 4a, which differs in that the client may give a name instead of an address.
    V4,
    /// 5.
    V5,
}

/// How a client showed who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// Not at all.
    None,
    /// By the name of a user, which nobody verifies (SOCKS 4).
    User,
    /// By user name and password (RFC 1929), which the proxy took.
    Password,
}

/// A client's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked(By);

#[derive(Clone, Debug, PartialEq, Eq)]
enum By {
    V4(v4::Asked),
    V5(v5::Asked),
}

/// What a proxy answered to a client's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The connection is there: what follows is its own.
    Opened(Tunnel),
    /// They agreed on a login that is not known here. What follows it may be anything.
    Unreadable,
}

/// A client's part at the start of `bytes`.
#[must_use]
pub fn asked(bytes: &[u8]) -> Parsed<Asked> {
    let asked = match bytes.first() {
        Some(4) => v4::asked(bytes).map(|(rest, asked)| (rest, By::V4(asked))),
        _ => v5::asked(bytes).map(|(rest, asked)| (rest, By::V5(asked))),
    };
    Parsed::of(bytes, asked.map(|(rest, asked)| (rest, Asked(asked))))
}

impl Asked {
    /// The proxy's part at the start of `bytes`: something else where the two do not fit, and
    /// where the proxy refuses, behind which nothing comes.
    #[must_use]
    pub fn answer(&self, bytes: &[u8]) -> Parsed<Answer> {
        let answer = match &self.0 {
            By::V4(asked) => asked.answer(bytes),
            By::V5(asked) => asked.answer(bytes),
        };
        Parsed::of(bytes, answer)
    }
}

/// Whether `bytes` are so much of a client's part that it is likely one.
#[must_use]
pub fn is_begun(bytes: &[u8]) -> bool {
    match bytes {
        [5, count, methods @ ..] => *count > 0 && methods.len() >= usize::from(*count),
        [4, 1, rest @ ..] => rest.len() >= 6,
        _ => false,
    }
}

/// Whether all of `bytes` are one of the things that a proxy says which opens a way.
#[must_use]
pub fn is_answer(bytes: &[u8]) -> bool {
    match bytes {
        // A method, the end of a login, and all of version 4.
        [5, 0 | 2] | [1, 0] | [0, 0x5a, _, _, _, _, _, _] => true,
        [5, 0, 0, 1, rest @ ..] => rest.len() == 4 + 2,
        [5, 0, 0, 4, rest @ ..] => rest.len() == 16 + 2,
        [5, 0, 0, 3, length, rest @ ..] => rest.len() == usize::from(*length) + 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
