//! Bytes where a frame was due that are something else: named by how they begin. A name is given
//! only to bytes that no frame begins with.

use std::fmt;

use crate::http::{looks_like_request, looks_like_response};

use super::header::FrameHeader;

/// First bytes that may belong to one of the protocols below are held until so many are there,
/// so that the cutting into segments changes nothing.
pub const ENOUGH: usize = 16;

/// Bytes that are enough to tell a protocol where no more come.
pub const TELLING: usize = 8;

/// What stands where a frame was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// The status line of an HTTP/1 response.
    HttpResponse,
    /// The request line of an HTTP/1 request.
    HttpRequest,
    /// The preface of HTTP/2.
    Http2,
    /// A PROXY protocol line.
    ProxyLine,
    /// A TLS record.
    Tls,
    /// An HTML or XML tag.
    Html,
    /// A JSON value.
    Json,
    /// A chunk size of HTTP/1.1's chunked coding.
    ChunkSize,
    /// A line end left over from HTTP.
    LineEnd,
    /// Text without any framing.
    Text,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HttpResponse => "an HTTP response",
            Self::HttpRequest => "an HTTP request",
            Self::Http2 => "an HTTP/2 connection preface",
            Self::ProxyLine => "a PROXY protocol line",
            Self::Tls => "a TLS record",
            Self::Html => "HTML or XML",
            Self::Json => "JSON without a frame around it",
            Self::ChunkSize => "a chunk size of HTTP's chunked coding",
            Self::LineEnd => "a line end (CR LF) left over from HTTP",
            Self::Text => "text without a frame around it",
        })
    }
}

/// Whether a header may be the first two bytes of some text: the rest of it tells.
#[must_use]
pub fn may_be_text(header: &FrameHeader) -> bool {
    header.to_bytes().iter().take(2).all(|byte| is_text(*byte))
}

/// Whether bytes where a header is due may be the beginning of something that is told by its
/// first 16 bytes; with that many, whether they are.
#[must_use]
pub fn may_begin(bytes: &[u8]) -> bool {
    !bytes.is_empty() && protocol(bytes).is_some()
}

/// Whether a whole message or a control frame of a server may begin with these bytes, and no text.
#[must_use]
pub fn may_be_frame(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0x81 | 0x82 | 0x88..=0x8a | 0xc1 | 0xc2, 0..=0x7f, ..]
    )
}

/// The protocol that `bytes` are the beginning of, or may be as far as they go.
#[must_use]
pub fn protocol(bytes: &[u8]) -> Option<Foreign> {
    let first = *bytes.first()?;
    // Frames begin with FIN=1 or a low opcode, also compressed ones (0x41, 0x42); all that is
    // named here has neither.
    if first & 0x80 != 0 || matches!(first, 0x00..=0x02 | 0x41 | 0x42) {
        return None;
    }
    let starts = |pattern: &[u8]| {
        bytes
            .iter()
            .zip(pattern)
            .all(|(byte, wanted)| byte == wanted)
    };
    let printable = bytes.iter().all(|byte| is_text(*byte));
    match first {
        0x14..=0x17 => is_tls_record(bytes).then_some(Foreign::Tls),
        b'<' => {
            (printable && bytes.get(1).is_none_or(|next| opens_tag(*next))).then_some(Foreign::Html)
        }
        b'H' if looks_like_response(bytes) => Some(Foreign::HttpResponse),
        _ if !printable => None,
        _ if starts(b"PRI * HTTP/2.0\r\n") => Some(Foreign::Http2),
        _ if starts(b"PROXY ") => Some(Foreign::ProxyLine),
        _ if looks_like_request(bytes) => Some(Foreign::HttpRequest),
        _ => None,
    }
}

/// What bytes are, of which is known already that they are no frames.
#[must_use]
pub fn name(bytes: &[u8]) -> Option<Foreign> {
    /// Fewer printable bytes in a row may be an accident.
    const TEXT_BYTES: usize = 8;
    if let Some(known) = protocol(bytes) {
        return Some(known);
    }
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let begin = bytes.get(..bytes.len().min(ENOUGH)).unwrap_or_default();
    let text = begin.iter().take_while(|byte| is_text(**byte)).count();
    // Frames may go on behind it.
    let behind = begin.get(text..).unwrap_or_default();
    let printable = match behind {
        [] => true,
        [0x81 | 0x82 | 0x88..=0x8a | 0xc1 | 0xc2, ..] => text >= TEXT_BYTES,
        _ => false,
    };
    match bytes {
        [b'\r', b'\n', ..] => Some(Foreign::LineEnd),
        [
            b'{' | b'[',
            b'"' | b'{' | b'[' | b'}' | b']' | b' ' | b'\r' | b'\n',
            ..,
        ] if printable => Some(Foreign::Json),
        _ if line.len() < begin.len()
            && matches!(line, [size @ .., b'\r'] if is_chunk_size(size)) =>
        {
            Some(Foreign::ChunkSize)
        }
        _ if printable && begin.len() >= TEXT_BYTES => Some(Foreign::Text),
        _ => None,
    }
}

const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

const fn opens_tag(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'!' | b'?' | b'/')
}

fn is_chunk_size(digits: &[u8]) -> bool {
    (1..=8).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit)
}

/// A content type, a version from SSL 3.0 to TLS 1.3, and a length within bounds (RFC 8446
/// section 5.1).
fn is_tls_record(bytes: &[u8]) -> bool {
    /// 2^14 bytes and what encryption may add: the length's high byte is at most this.
    const MAX_HIGH: u8 = 0x48;
    match bytes {
        [0x14..=0x17] | [0x14..=0x17, 3] => true,
        [0x14..=0x17, 3, 0..=4, rest @ ..] => rest.first().is_none_or(|high| *high <= MAX_HIGH),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_named_by_their_first_bytes() {
        for (bytes, expected) in [
            (&b"HTTP/1.1 403 Forbidden"[..], Foreign::HttpResponse),
            (b"GET / HTTP/1.1\r\n", Foreign::HttpRequest),
            (b"PRI * HTTP/2.0\r\n\r\nSM", Foreign::Http2),
            (b"PROXY TCP4 10.0.0.1 ", Foreign::ProxyLine),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01", Foreign::Tls),
            (b"<!DOCTYPE html><html>", Foreign::Html),
            (b"{\"error\": \"no such\"}", Foreign::Json),
            (b"1f4\r\nsome bytes of it", Foreign::ChunkSize),
            (b"\r\n", Foreign::LineEnd),
            (b"upstream timed out", Foreign::Text),
        ] {
            assert_eq!(name(bytes), Some(expected), "{bytes:?}");
        }
    }

    #[test]
    fn frames_are_not_held_back() {
        for bytes in [
            &b"\x81"[..],
            b"\xc1\x85",
            b"\x00\x80",
            b"\x42\x05Hello",
            b"\x02",
        ] {
            assert!(!may_begin(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn few_bytes_are_held_as_long_as_they_may_be_foreign() {
        for cut in 1..12 {
            assert!(may_begin(&b"HTTP/1.1 403"[..cut]), "{cut}");
        }
        assert!(!may_begin(b"HTTP/2"));
        assert!(!may_begin(b"GE\x80"));
    }
}
