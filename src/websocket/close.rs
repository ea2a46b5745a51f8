//! Close frames (RFC 6455 sections 5.5.1 and 7.4): the code, the reason, and what codes mean.

use super::notable::MAX_CONTROL_PAYLOAD;

/// Whether a code may stand in a Close frame: 1000-1003, 1007-1014 and 3000-4999.
#[must_use]
pub const fn is_sendable_code(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// The meaning of a status code, as the IANA registry "WebSocket Close Code Number" has it, in
/// words; `None` for a number that nobody registered.
#[must_use]
pub const fn code_name(code: u16) -> Option<&'static str> {
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

/// The payload of a Close frame, unmasked; of an oversized one only as much as is legal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosePayload {
    bytes: Vec<u8>,
    whole: bool,
}

impl ClosePayload {
    /// Takes the next bytes, unmasked.
    pub fn push(&mut self, bytes: impl IntoIterator<Item = u8>) {
        let room = usize::try_from(MAX_CONTROL_PAYLOAD).unwrap_or(0);
        let room = room.saturating_sub(self.bytes.len());
        self.bytes.extend(bytes.into_iter().take(room));
    }

    /// Marks it as whole: the frame ended and no byte of it is missing.
    pub const fn end(&mut self) {
        self.whole = true;
    }

    /// Whether every byte was captured.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The status code; `None` for an empty payload or a single byte.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        match self.bytes.as_slice() {
            [high, low, ..] => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        }
    }

    /// The reason: what follows the code.
    #[must_use]
    pub fn reason(&self) -> &[u8] {
        self.bytes.get(2..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_a_code_and_a_reason() {
        let mut payload = ClosePayload::default();
        assert_eq!(payload.code(), None);
        payload.push([3]);
        assert_eq!(payload.code(), None);
        payload.push(*b"\xeaRSV1 must be clear");
        assert_eq!(payload.code(), Some(1002));
        assert_eq!(payload.reason(), b"RSV1 must be clear");
    }

    #[test]
    fn an_oversized_payload_is_kept_as_far_as_is_legal() {
        let mut payload = ClosePayload::default();
        payload.push([b'x'; 500]);
        assert_eq!(payload.bytes().len(), 125);
    }

    #[test]
    fn codes_that_are_for_local_use_may_not_be_sent() {
        for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535] {
            assert!(!is_sendable_code(code), "{code}");
        }
        for code in [1000, 1003, 1007, 1014, 3000, 4999] {
            assert!(is_sendable_code(code), "{code}");
        }
    }

    #[test]
    fn names_come_from_the_registry_or_its_ranges() {
        assert_eq!(code_name(1002), Some("protocol error"));
        assert_eq!(code_name(3008), Some("timeout"));
        assert_eq!(code_name(3999), Some("for libraries, not registered"));
        assert_eq!(code_name(4000), Some("the application's own"));
        for unknown in [0, 999, 1016, 2999, 5000, u16::MAX] {
            assert_eq!(code_name(unknown), None);
        }
    }
}
