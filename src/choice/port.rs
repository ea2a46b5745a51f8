//! Ports and ranges of them.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A port, or a range of ports with both its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports(RangeInclusive<u16>);

impl Ports {
    /// Whether this port is one of them.
    pub(super) fn contains(&self, port: u16) -> bool {
        self.0.contains(&port)
    }
}

impl FromStr for Ports {
    type Err = String;

    fn from_str(ports: &str) -> Result<Self, String> {
        let port = |digits: &str| {
            digits
                .parse()
                .map_err(|_fault| "it is a port as 8001, or a range as 8000-8010".to_owned())
        };
        let (first, last) = match ports.split_once('-') {
            Some((first, last)) => (port(first)?, port(last)?),
            None => (port(ports)?, port(ports)?),
        };
        if first > last {
            return Err(format!("a range begins with its lower end: {last}-{first}"));
        }
        Ok(Self(first..=last))
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.0.start(), self.0.end());
        write!(f, "{first}")?;
        if first < last {
            write!(f, "-{last}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_both_its_ends() {
        let ports: Ports = "8000-8010".parse().unwrap();
        let inside = [7999, 8000, 8010, 8011].map(|port| ports.contains(port));
        assert_eq!(inside, [false, true, true, false]);
        assert_eq!(ports.to_string(), "8000-8010");
        assert_eq!("80".parse::<Ports>().unwrap().to_string(), "80");
        assert!("0-65535".parse::<Ports>().unwrap().contains(65_535));
    }

    #[test]
    fn what_is_no_port_says_what_would_be_one() {
        for (text, expected) in [
            ("http", "as 8001"),
            ("65536", "as 8001"),
            ("", "as 8001"),
            ("-1", "as 8001"),
            ("1-", "as 8001"),
            ("8010-8000", "lower end: 8000-8010"),
        ] {
            let refused = text.parse::<Ports>().unwrap_err();
            assert!(refused.contains(expected), "{text}: {refused}");
        }
    }
}
