//! What Close codes are called. It knows the IANA registry, and not which codes may be sent.

/// The meaning of a Close code, as the IANA registry "WebSocket Close Code Number" has it, in
/// words; none for a number that nobody registered.
#[must_use]
pub const fn name(code: u16) -> Option<&'static str> {
    Some(match code {
        1000 => "normal closure",
        1001 => "going away",
        1002 => "protocol error",
        1003 => "unsupported data",
        1004 => "reserved",
        1005 => "no status received",
        1006 => "abnormal closure",
        1007 => "invalid frame payload data",
        1008 => "policy violation",
        1009 => "message too big",
        1010 => "mandatory extension",
        1011 => "internal error",
        1012 => "service restart",
        1013 => "try again later",
        1014 => "bad gateway",
        1015 => "TLS handshake",
        3000 => "unauthorized",
        3003 => "forbidden",
        3008 => "timeout",
        3001..=3999 => "for libraries, not registered",
        4000..=4999 => "the application's own",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_registry_or_its_ranges() {
        assert_eq!(name(1002), Some("protocol error"));
        assert_eq!(name(3008), Some("timeout"));
        assert_eq!(name(3999), Some("for libraries, not registered"));
        assert_eq!(name(4000), Some("the application's own"));
        for unknown in [0, 999, 1016, 2999, 5000, u16::MAX] {
            assert_eq!(name(unknown), None);
        }
    }
}
