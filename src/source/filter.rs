//! Filters as tcpdump has them (pcap-filter(7)). libpcap compiles them and says of each packet
//! whether it passes; this module knows which program belongs to which link type, and where in
//! an expression a fault is.

#[cfg(not(feature = "libpcap"))]
mod absent;
mod fault;
#[cfg(feature = "libpcap")]
mod libpcap;

#[cfg(not(feature = "libpcap"))]
use absent as engine;
pub use fault::Fault;
#[cfg(feature = "libpcap")]
use libpcap as engine;

use std::fmt;
use std::str::FromStr;

use crate::packet::{LinkType, RawPacket};

/// An expression that libpcap takes, for one link type at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(String);

impl Expression {
    /// The link types of which one must do: those that captures of TCP commonly have. `wlan`
    /// means something on some of them, `ether` on others.
    const TRIED: [LinkType; 6] = [
        LinkType::ETHERNET,
        LinkType::RAW,
        LinkType::LINUX_SLL,
        LinkType::LINUX_SLL2,
        LinkType::NULL,
        // Wi-Fi with a radiotap header.
        LinkType(127),
    ];

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Expression {
    type Err = Fault;

    /// Looks up the names in it, as libpcap does: `host example.com` asks the resolver.
    fn from_str(expression: &str) -> Result<Self, Fault> {
        let compile = |link| engine::Program::compile(expression, link).map(drop);
        let Err(reason) = compile(LinkType::ETHERNET) else {
            return Ok(Self(expression.to_owned()));
        };
        if Self::TRIED
            .iter()
            .skip(1)
            .any(|link| compile(*link).is_ok())
        {
            return Ok(Self(expression.to_owned()));
        }
        Err(Fault::find(expression, reason, &|part| {
            let program = engine::Program::compile(part, LinkType::ETHERNET);
            program.map(drop)
        }))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The packets that an expression lets pass, whatever their link types.
pub struct Filter {
    expression: Expression,
    /// One for each link type that was met: a capture has few.
    programs: Vec<(LinkType, Result<engine::Program, Unfit>)>,
}

impl Filter {
    /// Nothing is compiled yet.
    #[must_use]
    pub const fn new(expression: Expression) -> Self {
        Self {
            expression,
            programs: Vec::new(),
        }
    }

    /// Whether a packet passes. The expression sees what the capture holds of it: `len` is the
    /// captured length, and bytes that were cut off pass nothing.
    ///
    /// # Errors
    ///
    /// The expression means nothing for packets of this link type.
    pub fn passes(&mut self, packet: &RawPacket<'_>) -> Result<bool, &Unfit> {
        let known = self
            .programs
            .iter()
            .position(|(link, _)| *link == packet.link);
        let place = known.unwrap_or_else(|| {
            self.compile(packet.link);
            self.programs.len() - 1
        });
        match self.programs.get(place) {
            Some((_, Ok(program))) => Ok(program.passes(packet.bytes)),
            Some((_, Err(unfit))) => Err(unfit),
            None => Ok(false),
        }
    }

    #[cold]
    fn compile(&mut self, link: LinkType) {
        let program = engine::Program::compile(self.expression.as_str(), link);
        let program = program.map_err(|reason| Unfit { link, reason });
        self.programs.push((link, program));
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let links = self.programs.iter().map(|(link, _)| link);
        f.debug_struct("Filter")
            .field("expression", &self.expression)
            .field("links", &links.collect::<Vec<_>>())
            .finish()
    }
}

/// An expression means nothing for packets of some link type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the filter cannot be applied to packets of link type {link}: {reason}")]
pub struct Unfit {
    /// The link type.
    pub link: LinkType,
    /// What libpcap says.
    pub reason: String,
}

#[cfg(test)]
mod tests;
