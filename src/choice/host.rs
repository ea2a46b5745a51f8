//! Hosts: by address, or by the name that a request gives.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use wildmatch::WildMatchPattern;

use crate::decode::Endpoint;

/// A host, or several.
#[derive(Clone, Debug, PartialEq)]
pub enum Host {
    /// An address.
    Address(IpAddr),
    /// All addresses of a network.
    Network(IpNet),
    /// What the Host field of a request says; `*` stands for any characters.
    Name(Pattern),
}

/// `*` stands for any characters, and nothing else for anything but itself: the other wildcard
/// of the library is a character that neither command lines nor heads can hold.
pub(super) type Pattern = WildMatchPattern<'*', '\0'>;

impl Host {
    /// Whether it is told by addresses alone.
    pub(super) const fn is_address(&self) -> bool {
        matches!(self, Self::Address(_) | Self::Network(_))
    }

    /// Whether one of these ends is its address.
    pub(super) fn has(&self, ends: [Endpoint; 2]) -> bool {
        match self {
            Self::Address(address) => ends.iter().any(|end| end.address == *address),
            Self::Network(network) => ends.iter().any(|end| network.contains(&end.address)),
            Self::Name(_) => false,
        }
    }

    /// Whether it is what this Host field (RFC 9110 section 7.2) names; the port does not count.
    pub(super) fn is_named_by(&self, field: &str) -> bool {
        match self {
            Self::Name(pattern) => pattern.matches(without_port(field)),
            Self::Address(_) | Self::Network(_) => false,
        }
    }
}

/// A Host field without its port.
pub(crate) fn without_port(field: &str) -> &str {
    let field = field.trim();
    match field.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => field,
    }
}

impl FromStr for Host {
    type Err = String;

    fn from_str(host: &str) -> Result<Self, String> {
        let unbracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = unbracketed.unwrap_or(host);
        if let Ok(address) = host.parse() {
            return Ok(Self::Address(address));
        }
        if let Ok(network) = host.parse() {
            return Ok(Self::Network(network));
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._*".contains(&byte);
        // What has no letter is an address with an error in it.
        let has_letter = host
            .bytes()
            .any(|byte| byte.is_ascii_alphabetic() || byte == b'*');
        if has_letter && host.bytes().all(is_name) {
            return Ok(Self::Name(Pattern::new_case_insensitive(host)));
        }
        Err(match host.rsplit_once(':') {
            Some((name, port))
                if !port.is_empty() && !name.contains(':') && port.parse::<u16>().is_ok() =>
            {
                format!("the port has an option of its own: --host {name} --port {port}")
            }
            _ => "it is an address, a network as 10.0.0.0/8 or 2001:db8::/32, or a host name as \
                  api.example.com or *.example.com"
                .to_owned(),
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Network(network) => network.fmt(f),
            Self::Name(pattern) => pattern.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        text.parse().unwrap()
    }

    fn has(text: &str, address: &str) -> bool {
        let end = |address: &str| Endpoint {
            address: address.parse().unwrap(),
            port: 80,
        };
        host(text).has([end("192.0.2.1"), end(address)])
    }

    #[test]
    fn addresses_and_networks_are_told_from_names() {
        for (text, shown) in [
            ("10.0.0.5", "10.0.0.5"),
            ("[2001:DB8::1]", "2001:db8::1"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("::/0", "::/0"),
            ("API.example.com", "API.example.com"),
            ("*.example.com", "*.example.com"),
        ] {
            assert_eq!(host(text).to_string(), shown);
            assert_eq!(
                host(text).is_address(),
                !shown.contains("example"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_host_says_what_would_be_one() {
        for (text, expected) in [
            ("", "it is an address"),
            ("10.0.0", "it is an address"),
            ("10.0.0.256", "it is an address"),
            ("10.0.0.0/33", "it is an address"),
            ("example.com/chat", "it is an address"),
            ("2001:db8::zz", "it is an address"),
            ("example.com:8080", "--host example.com --port 8080"),
            ("10.0.0.5:80", "--host 10.0.0.5 --port 80"),
        ] {
            let refused = text.parse::<Host>().unwrap_err();
            assert!(refused.contains(expected), "{text}: {refused}");
        }
    }

    #[test]
    fn networks_are_compared_by_their_prefix() {
        assert!(has("10.0.0.0/8", "10.255.0.1"));
        assert!(has("10.1.2.3/8", "10.255.0.1"), "host bits do not count");
        assert!(!has("10.0.0.0/8", "11.0.0.1"));
        assert!(has("0.0.0.0/0", "203.0.113.9"));
        assert!(!has("::/0", "203.0.113.9"));
        assert!(has("2001:db8::/32", "2001:db8:5::1"));
        assert!(has("192.0.2.1", "203.0.113.9"), "either end");
    }

    #[test]
    fn names_are_compared_without_case_and_port() {
        for (pattern, field, expected) in [
            ("api.example.com", "API.Example.com", true),
            ("api.example.com", "api.example.com:8443", true),
            ("api.example.com", " api.example.com ", true),
            ("api.example.com", "api.example.com.evil.test", false),
            ("*.example.com", "a.b.example.com:80", true),
            ("*.example.com", "example.com", false),
            ("*", "[::1]:80", true),
            ("a?c.test", "abc.test", false),
        ] {
            let Ok(host) = pattern.parse::<Host>() else {
                assert!(pattern.contains('?'));
                continue;
            };
            assert_eq!(host.is_named_by(field), expected, "{pattern} {field}");
        }
        assert_eq!(without_port("[::1]:80"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
    }
}
