//! Texts to look for, whatever their case. Looking takes as long as the text that is looked at is,
//! whatever is looked for.

use memchr::memmem::find;
use serde::Deserialize;

/// Bytes that a text to look for may have.
const LONGEST: usize = 200;

/// A text that is looked for inside of another one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Text(String);

impl Text {
    /// Shorter ones stand anywhere by chance.
    const SHORTEST: usize = 4;

    /// As it is looked for, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands in a text that is in lower case.
    #[must_use]
    pub fn stands_in(&self, lower: &[u8]) -> bool {
        find(lower, self.0.as_bytes()).is_some()
    }
}

impl TryFrom<String> for Text {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let length = text.trim().len();
        if length < Self::SHORTEST || text.len() > LONGEST {
            let least = Self::SHORTEST;
            return Err(format!("a text to look for has {least} to {LONGEST} bytes"));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// What a whole text is held to; `*` in it stands for anything.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern {
    written: String,
    /// What stands before the first `*`.
    begin: String,
    /// What stands behind each `*`, in lower case.
    pieces: Vec<String>,
}

impl Pattern {
    /// Whether a text, whatever its case, is as the pattern says.
    #[must_use]
    pub fn fits(&self, text: &[u8]) -> bool {
        let begins = text.get(..self.begin.len());
        if !begins.is_some_and(|begin| begin.eq_ignore_ascii_case(self.begin.as_bytes())) {
            return false;
        }
        let rest = text.get(self.begin.len()..).unwrap_or_default();
        let Some((end, middle)) = self.pieces.split_last() else {
            return rest.is_empty();
        };
        let mut rest = rest.to_ascii_lowercase();
        for piece in middle {
            let Some(at) = find(&rest, piece.as_bytes()) else {
                return false;
            };
            rest.drain(..at + piece.len());
        }
        rest.ends_with(end.as_bytes())
    }

    /// What a text that fits begins with, in lower case; nothing where that may be anything.
    pub(super) fn first_letter(&self) -> Option<u8> {
        self.begin.bytes().next()
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        /// More `*` than this are a slip.
        const PIECES: usize = 4;
        if text.is_empty() || text.len() > LONGEST || text.matches('*').count() > PIECES {
            return Err(format!(
                "a pattern has 1 to {LONGEST} bytes and at most {PIECES} `*`"
            ));
        }
        let lower = text.to_ascii_lowercase();
        let mut parts = lower.split('*').map(str::to_owned);
        Ok(Self {
            begin: parts.next().unwrap_or_default(),
            pieces: parts.collect(),
            written: text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        let pattern = Pattern::try_from(pattern.to_owned()).unwrap();
        pattern.fits(text.as_bytes())
    }

    #[test]
    fn a_pattern_is_held_against_the_whole_text() {
        for (pattern, text) in [
            ("cloudflare", "CloudFlare"),
            ("squid*", "squid/5.7"),
            ("squid*", "Squid"),
            ("*(squid/*", "1.1 vm (squid/5.7)"),
            ("*.google", "1.1.google"),
            ("a*b*c", "aXbYc"),
            ("*", ""),
            ("a*a", "aa"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("cloudflare", "cloudflare-nginx"),
            ("squid*", "my squid"),
            ("*(squid/*", "1.1 vm (squid)"),
            ("a*a", "a"),
            ("a*b*c", "acb"),
            ("nginx", ""),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_too_short_or_too_long_is_refused() {
        for text in ["", "abc", "   a   ", &"x".repeat(201)] {
            assert!(Text::try_from(text.to_owned()).is_err(), "{text}");
        }
        for pattern in ["", &"x".repeat(201), "*****"] {
            assert!(Pattern::try_from(pattern.to_owned()).is_err(), "{pattern}");
        }
    }
}
