//! Version 5.
//!
//! ```text
//! client  5, number of methods (1 byte), methods
//! proxy   5, method
//! client  1, length, user name, length, password     (where that is the method)
//! proxy   1, 0
//! client  5, command (1 byte), 0, address, port
//! proxy   5, code (1 byte), 0, address, port
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use nom::bytes::streaming::tag;
use nom::combinator::{cond, fail, peek, verify};
use nom::multi::length_data;
use nom::number::streaming::{be_u8, be_u16, be_u32, be_u128};
use nom::{IResult, Parser};

use super::{Address, Answer, Login, Tunnel, Version};

/// Methods of showing who one is.
const NO_LOGIN: u8 = 0;
const PASSWORD: u8 = 2;

const CONNECT: u8 = 1;
const SUCCEEDED: u8 = 0;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    methods: Vec<u8>,
    /// `None` where another method than the two that are known here may come first.
    request: Option<Request>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Request {
    login: Login,
    destination: Address,
}

pub(super) fn asked(bytes: &[u8]) -> IResult<&[u8], Asked> {
    let methods = length_data(verify(be_u8, |count| *count > 0));
    let (rest, (_, methods)) = (tag(&[5][..]), methods).parse(bytes)?;
    let (rest, request) = match request(methods.contains(&PASSWORD), rest) {
        Ok((rest, request)) => (rest, Some(request)),
        Err(nom::Err::Error(_)) if methods.iter().any(|method| !is_known(*method)) => (rest, None),
        Err(others) => return Err(others),
    };
    let methods = methods.to_vec();
    Ok((rest, Asked { methods, request }))
}

const fn is_known(method: u8) -> bool {
    matches!(method, NO_LOGIN | PASSWORD)
}

/// Where a client asks to be connected to, and the login before it, if there is one.
fn request(may_log_in: bool, bytes: &[u8]) -> IResult<&[u8], Request> {
    let (rest, first) = peek(be_u8).parse(bytes)?;
    let logs_in = may_log_in && first == 1;
    let login = (tag(&[1][..]), length_data(be_u8), length_data(be_u8));
    let (rest, _) = cond(logs_in, login).parse(rest)?;
    let (rest, (_, destination)) = (tag(&[5, CONNECT, 0][..]), address).parse(rest)?;
    let login = if logs_in {
        Login::Password
    } else {
        Login::None
    };
    Ok((rest, Request { login, destination }))
}

impl Asked {
    pub(super) fn answer<'b>(&self, bytes: &'b [u8]) -> IResult<&'b [u8], Answer> {
        let offered = verify(be_u8, |method| self.methods.contains(method));
        let (rest, (_, method)) = (tag(&[5][..]), offered).parse(bytes)?;
        let login = match method {
            NO_LOGIN => Login::None,
            PASSWORD => Login::Password,
            _ => return Ok((rest, Answer::Unreadable)),
        };
        let Some(request) = self.request.as_ref().filter(|it| it.login == login) else {
            return fail().parse(rest);
        };
        let (rest, _) = cond(login == Login::Password, tag(&[1, SUCCEEDED][..])).parse(rest)?;
        let (rest, (_, bound)) = (tag(&[5, SUCCEEDED, 0][..]), address).parse(rest)?;
        let tunnel = Tunnel {
            version: Version::V5,
            login,
            destination: request.destination.clone(),
            bound,
        };
        Ok((rest, Answer::Opened(tunnel)))
    }
}

/// The type of an address, the address, and a port.
fn address(bytes: &[u8]) -> IResult<&[u8], Address> {
    const IPV4: u8 = 1;
    const NAME: u8 = 3;
    const IPV6: u8 = 4;
    let socket = |(ip, port)| Address::Socket(SocketAddr::new(ip, port));
    let (rest, kind) = be_u8(bytes)?;
    match kind {
        IPV4 => {
            let ip = be_u32.map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
            (ip, be_u16).map(socket).parse(rest)
        }
        IPV6 => {
            let ip = be_u128.map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)));
            (ip, be_u16).map(socket).parse(rest)
        }
        NAME => {
            let name = length_data(be_u8);
            let named = |(name, port): (&[u8], u16)| Address::Name(name.to_vec(), port);
            (name, be_u16).map(named).parse(rest)
        }
        _ => fail().parse(rest),
    }
}
