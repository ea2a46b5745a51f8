//! Version 4, and 4a.
//!
//! ```text
//! client  4, command (1 byte), port (2), IPv4 address (4), user ID, 0; and where the address is
//!         0.0.0.1 to 0.0.0.255 (4a): domain name, 0
//! proxy   0, code (1 byte), port (2), IPv4 address (4)
//! ```

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use nom::bytes::streaming::tag;
use nom::combinator::cond;
use nom::error::{Error, ErrorKind};
use nom::number::streaming::{be_u16, be_u32};
use nom::{IResult, Parser};

use super::{Address, Answer, Login, Tunnel, Version};

/// Bytes of a user ID or a domain name, which the protocol does not bound. No domain name is
/// longer.
const NAME: usize = 255;

const CONNECT: u8 = 1;
const GRANTED: u8 = 0x5a;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    destination: Address,
    login: Login,
}

pub(super) fn asked(bytes: &[u8]) -> IResult<&[u8], Asked> {
    let (rest, (_, port, ip)) = (tag(&[4, CONNECT][..]), be_u16, be_u32).parse(bytes)?;
    let (rest, user) = terminated(rest)?;
    let is_named = (1..256).contains(&ip);
    let (rest, name) = cond(is_named, terminated).parse(rest)?;
    let destination = match name {
        Some(name) => Address::Name(name.to_vec(), port),
        None => socket((port, ip)),
    };
    let login = if user.is_empty() {
        Login::None
    } else {
        Login::User
    };
    Ok((rest, Asked { destination, login }))
}

impl Asked {
    pub(super) fn answer<'b>(&self, bytes: &'b [u8]) -> IResult<&'b [u8], Answer> {
        let (rest, (_, bound)) = (tag(&[0, GRANTED][..]), (be_u16, be_u32)).parse(bytes)?;
        let tunnel = Tunnel {
            version: Version::V4,
            login: self.login,
            destination: self.destination.clone(),
            bound: socket(bound),
        };
        Ok((rest, Answer::Opened(tunnel)))
    }
}

const fn socket((port, ip): (u16, u32)) -> Address {
    Address::Socket(SocketAddr::new(IpAddr::V4(Ipv4Addr::from_bits(ip)), port))
}

/// Text up to the zero that ends it.
fn terminated(bytes: &[u8]) -> IResult<&[u8], &[u8]> {
    let length = bytes.iter().take_while(|byte| !byte.is_ascii_control());
    let length = length.count();
    match bytes.split_at(length) {
        (text, [0, rest @ ..]) if length <= NAME => Ok((rest, text)),
        (_, []) if length <= NAME => Err(nom::Err::Incomplete(nom::Needed::Unknown)),
        _ => Err(nom::Err::Error(Error::new(bytes, ErrorKind::TakeWhile1))),
    }
}
