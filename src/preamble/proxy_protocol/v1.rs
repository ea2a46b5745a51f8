//! Version 1: a line of text.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{Address, Command, Ends, Extras, Header, Parsed, Version};

/// Bytes of the longest line, its end included.
const LONGEST: usize = 107;

/// How lines begin.
const BEGINNINGS: [&[u8]; 3] = [b"PROXY TCP4 ", b"PROXY TCP6 ", b"PROXY UNKNOWN"];

/// The line at the start of `bytes`.
pub(super) fn parse(bytes: &[u8]) -> Parsed<Header> {
    let may_begin = |beginning: &&[u8]| {
        bytes
            .iter()
            .zip(*beginning)
            .all(|(one, other)| one == other)
    };
    if !BEGINNINGS.iter().any(may_begin) {
        return Parsed::Other;
    }
    let line = bytes.get(..LONGEST).unwrap_or(bytes);
    let text = line.iter().take_while(|byte| matches!(byte, b' '..=b'~'));
    let (text, end) = line.split_at(text.count());
    match end {
        [] | [b'\r'] if line.len() < LONGEST => Parsed::Partial,
        [b'\r', b'\n', ..] => match ends(text) {
            Some(ends) => Parsed::Whole(header(ends), text.len() + 2),
            None => Parsed::Other,
        },
        _ => Parsed::Other,
    }
}

/// Whether the first word is there, which is no method of HTTP.
pub(super) fn is_begun(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PROXY ")
}

fn header(ends: Option<Ends>) -> Header {
    Header {
        version: Version::V1,
        command: Command::Proxy,
        ends,
        extras: Extras::default(),
    }
}

/// Who is connected to whom, if that is said; `None` where the line is malformed.
fn ends(line: &[u8]) -> Option<Option<Ends>> {
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ').skip(1);
    let address: fn(&str) -> Option<IpAddr> = match words.next()? {
        "TCP4" => |word| word.parse::<Ipv4Addr>().ok().map(IpAddr::from),
        "TCP6" => |word| word.parse::<Ipv6Addr>().ok().map(IpAddr::from),
        // Whatever follows is to be passed over.
        "UNKNOWN" => return Some(None),
        _ => return None,
    };
    let [source, destination] = [address(words.next()?)?, address(words.next()?)?];
    let [source_port, destination_port] = [port(words.next()?)?, port(words.next()?)?];
    let end = |address, port| Address::Socket(SocketAddr::new(address, port));
    words.next().is_none().then_some(Some(Ends {
        source: end(source, source_port),
        destination: end(destination, destination_port),
    }))
}

/// A port in decimal digits; a sign is none of them.
fn port(word: &str) -> Option<u16> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| digits)
}
