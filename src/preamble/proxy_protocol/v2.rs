//! Version 2: binary.
//!
//! ```text
//!  12 bytes  signature
//!   1 byte   version (2), command
//!   1 byte   address family, transport
//!   2 bytes  length of what follows
//!            addresses: 12 bytes (IPv4), 36 (IPv6), 216 (Unix)
//!            type, length and value (1, 2 bytes, length), again and again
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use nom::bytes::complete::take as take_whole;
use nom::bytes::streaming::tag;
use nom::combinator::{iterator, map_opt};
use nom::multi::length_data;
use nom::number::complete::{be_u8 as whole_u8, be_u16 as whole_u16, be_u32, be_u128};
use nom::number::streaming::{be_u8, be_u16};
use nom::{IResult, Parser};

use super::{Address, Command, Ends, Header, Parsed, Version};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Bytes behind the fixed part that are read; what is beyond is passed over by its length, and
/// counted. Receivers read some 500 (haproxy) to 4096 (nginx).
const READ: usize = 4096;

/// Bytes before the addresses.
const FIXED: usize = 16;

/// Bytes that are read at most.
pub(super) const LONGEST: usize = FIXED + READ;

/// What a header says beside the addresses. Names of users and certificates are left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// The application protocol that the client and the proxy agreed on in TLS.
    pub alpn: Option<Vec<u8>>,
    /// The host name that the client gave, which is the server name of TLS in most cases.
    pub authority: Option<Vec<u8>>,
    /// What the proxy calls this connection.
    pub unique_id: Option<Vec<u8>>,
    /// The version of TLS between the client and the proxy.
    pub tls_version: Option<Vec<u8>>,
    /// Whether the checksum is right; `None` where there is none, or not all of the header was
    /// read.
    pub checksum_fits: Option<bool>,
    /// Bytes at its end that were not read.
    pub unread_bytes: usize,
}

impl Extras {
    /// Bytes of memory that they take.
    pub(super) const fn cost(&self) -> usize {
        const fn bytes(value: &Option<Vec<u8>>) -> usize {
            match value {
                Some(bytes) => bytes.capacity(),
                None => 0,
            }
        }
        bytes(&self.alpn)
            + bytes(&self.authority)
            + bytes(&self.unique_id)
            + bytes(&self.tls_version)
    }

    /// Takes what a type and value say; `offset` is where the value stands in `header`.
    fn note(&mut self, kind: u8, value: &[u8], offset: usize, header: &[u8]) {
        const ALPN: u8 = 0x01;
        const AUTHORITY: u8 = 0x02;
        const CRC32C: u8 = 0x03;
        const UNIQUE_ID: u8 = 0x05;
        const SSL: u8 = 0x20;
        let value_is = || Some(value.to_vec());
        match kind {
            ALPN => self.alpn = value_is(),
            AUTHORITY => self.authority = value_is(),
            UNIQUE_ID => self.unique_id = value_is(),
            SSL => self.tls_version = tls_version(value).map(<[u8]>::to_vec),
            // The first one: to reckon each of many would take long.
            CRC32C if self.unread_bytes == 0 && self.checksum_fits.is_none() => {
                let sum = checksum(header, offset).to_be_bytes();
                self.checksum_fits = Some(value == sum);
            }
            _ => {}
        }
    }
}

/// The header at the start of `bytes`.
pub(super) fn parse(bytes: &[u8]) -> Parsed<Header> {
    let (command, family, length) = match fixed(bytes) {
        Ok((_, fixed)) => fixed,
        Err(nom::Err::Incomplete(_)) => return Parsed::Partial,
        Err(_) => return Parsed::Other,
    };
    let length = usize::from(length);
    let Some(header) = bytes.get(..FIXED + length.min(READ)) else {
        return Parsed::Partial;
    };
    let behind = header.get(FIXED..).unwrap_or_default();
    // Where the addresses are cut short, nothing else in it can be told apart.
    let (mut values, ends) = ends(family, behind).unwrap_or_default();
    let mut extras = Extras {
        unread_bytes: length.saturating_sub(READ),
        ..Extras::default()
    };
    while let Ok((rest, (kind, value))) = type_and_value(values) {
        let offset = header.len() - rest.len() - value.len();
        extras.note(kind, value, offset, header);
        values = rest;
    }
    let header = Header {
        version: Version::V2,
        command,
        ends: ends.filter(|_| command == Command::Proxy),
        extras,
    };
    Parsed::Whole(header, FIXED + length)
}

/// Whether the signature is there up to its zero, which no text has; empty lines may stand in front
/// of a request.
pub(super) fn is_begun(bytes: &[u8]) -> bool {
    SIGNATURE
        .get(..5)
        .is_some_and(|telling| bytes.starts_with(telling))
}

/// Command, address family with transport, and the length of what follows.
fn fixed(bytes: &[u8]) -> IResult<&[u8], (Command, u8, u16)> {
    let command = map_opt(be_u8, |byte| match byte {
        0x20 => Some(Command::Local),
        0x21 => Some(Command::Proxy),
        _ => None,
    });
    let (rest, (_, command, family, length)) =
        (tag(SIGNATURE), command, be_u8, be_u16).parse(bytes)?;
    Ok((rest, (command, family, length)))
}

/// The addresses, as far as they are of a family that is known.
fn ends(family: u8, bytes: &[u8]) -> IResult<&[u8], Option<Ends>> {
    let (rest, [source, destination]) = match family >> 4 {
        0x1 => {
            let ip = || be_u32.map(|bits| IpAddr::from(Ipv4Addr::from_bits(bits)));
            sockets((ip(), ip()), bytes)?
        }
        0x2 => {
            let ip = || be_u128.map(|bits| IpAddr::from(Ipv6Addr::from_bits(bits)));
            sockets((ip(), ip()), bytes)?
        }
        0x3 => {
            let (rest, (source, destination)) = (path, path).parse(bytes)?;
            (rest, [source, destination])
        }
        _ => return Ok((bytes, None)),
    };
    let ends = Ends {
        source,
        destination,
    };
    Ok((rest, Some(ends)))
}

/// Two addresses, then the ports of both.
fn sockets<'b>(
    addresses: impl Parser<&'b [u8], Output = (IpAddr, IpAddr), Error = nom::error::Error<&'b [u8]>>,
    bytes: &'b [u8],
) -> IResult<&'b [u8], [Address; 2]> {
    let both = (addresses, whole_u16, whole_u16);
    let end = |ip, port| Address::Socket(SocketAddr::new(ip, port));
    both.map(|((source, destination), from, to)| [end(source, from), end(destination, to)])
        .parse(bytes)
}

/// The path of a Unix socket, which ends with the first zero.
fn path(bytes: &[u8]) -> IResult<&[u8], Address> {
    const BYTES: usize = 108;
    let (rest, padded) = take_whole(BYTES)(bytes)?;
    let path = padded.split(|byte| *byte == 0).next().unwrap_or_default();
    Ok((rest, Address::Path(path.to_vec())))
}

/// A type and its value.
fn type_and_value(bytes: &[u8]) -> IResult<&[u8], (u8, &[u8])> {
    (whole_u8, length_data(whole_u16)).parse(bytes)
}

/// The version of TLS in the value of type SSL: flags (1 byte), whether the client's certificate
/// was verified (4 bytes), then types and values again.
fn tls_version(bytes: &[u8]) -> Option<&[u8]> {
    const VERSION: u8 = 0x21;
    let mut values = iterator(bytes.get(5..)?, type_and_value);
    values
        .by_ref()
        .find_map(|(kind, value)| (kind == VERSION).then_some(value))
}

/// CRC-32C (RFC 9260 appendix A) of a header whose own checksum at `offset` counts as zeros.
fn checksum(header: &[u8], offset: usize) -> u32 {
    /// The polynomial, its bits in reverse.
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let own = offset..offset + 4;
    let sum = header.iter().enumerate().fold(u32::MAX, |sum, (at, byte)| {
        let byte = if own.contains(&at) { 0 } else { *byte };
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            let carry = if sum & 1 == 0 { 0 } else { POLYNOMIAL };
            sum >> 1 ^ carry
        })
    });
    !sum
}
