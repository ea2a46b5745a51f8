//! What of the wire may stand in a report as it is, and what stands there in its place. It knows
//! which header fields hold no credentials; all others may.

use sha1::{Digest, Sha1};

/// What of the wire may stand in a report as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exposure {
    /// Query strings and header values, which often hold credentials.
    pub headers: bool,
}

/// Fields that hold no credentials, beside those whose names begin with `Sec-WebSocket-`.
const HARMLESS: [&str; 20] = [
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "host",
    "keep-alive",
    "origin",
    "proxy-agent",
    "proxy-connection",
    "server",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-cache",
    "x-forwarded-proto",
    "x-powered-by",
];

impl Exposure {
    /// Whether a field's value may be shown.
    #[must_use]
    pub fn shows(self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        self.headers || lower.starts_with("sec-websocket-") || HARMLESS.contains(&lower.as_str())
    }

    /// A request target, its query string masked unless it may be shown.
    #[must_use]
    pub fn target(self, target: &str) -> String {
        match target.split_once('?') {
            Some((path, query)) if !self.headers => {
                format!("{path}?{}", masked(query.as_bytes()))
            }
            _ => target.to_owned(),
        }
    }
}

/// What stands in the place of a value: its length, and so much of its hash that two can be held
/// against each other, and that nobody can tell the value from it.
#[must_use]
pub fn masked(value: &[u8]) -> String {
    let hash = Sha1::digest(value);
    let [high, low, ..] = *hash.as_slice() else {
        return "[masked]".to_owned();
    };
    format!("[{} bytes masked, #{high:02x}{low:02x}]", value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked_and_can_be_compared() {
        let exposure = Exposure::default();
        let target = exposure.target("/ws?token=secret");
        assert!(target.starts_with("/ws?[12 bytes masked, #"), "{target}");
        assert_eq!(target, exposure.target("/ws?token=secret"));
        assert_ne!(target, exposure.target("/ws?token=Secret"));
        assert_eq!(exposure.target("/ws"), "/ws");
        assert_eq!(Exposure { headers: true }.target("/ws?a=b"), "/ws?a=b");
    }

    #[test]
    fn fields_are_masked_unless_they_are_known_to_be_harmless() {
        let exposure = Exposure::default();
        for name in [
            "Cookie",
            "Authorization",
            "X-Api-Key",
            "X-Forwarded-For",
            "Set-Cookie",
        ] {
            assert!(!exposure.shows(name), "{name}");
            assert!(Exposure { headers: true }.shows(name), "{name}");
        }
        for name in ["Sec-WebSocket-Extensions", "upgrade", "SERVER"] {
            assert!(exposure.shows(name), "{name}");
        }
    }
}
