//! What may be shown of bytes that are no frames: of heads the lines and names, and the values that
//! reports show; of what stands before HTTP all but logins. What is shown is as long as it was.

use super::FILL;
use crate::exposure::Exposure;
use crate::http::Field;
use crate::products;
use crate::websocket::foreign::Foreign;

/// The signature of the PROXY protocol, version 2.
const PROXY_V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A head, and whatever follows it, masked.
pub(super) fn masked(head: &[u8]) -> Vec<u8> {
    let mut shown = head.to_vec();
    let mut is_body = false;
    let mut is_shown = false;
    let mut at = 0;
    // The line ends before a head are passed over.
    let mut begun = false;
    while let Some(rest) = shown.get_mut(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().position(|byte| *byte == b'\n');
        let length = length.map_or(rest.len(), |end| end + 1);
        at += length;
        let Some(line) = rest.get_mut(..length) else {
            break;
        };
        let blank = line.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        if is_body {
            line.fill(FILL);
        } else if blank {
            is_body = begun;
        } else if !begun {
            begun = true;
            start_line(line);
        } else {
            is_shown = field_line(line, is_shown);
        }
    }
    shown
}

/// Masks the query of a request's target, up to the version behind it.
fn start_line(line: &mut [u8]) {
    let Some(query) = line.iter().position(|byte| *byte == b'?') else {
        return;
    };
    if line.starts_with(b"HTTP/") {
        return;
    }
    let end = line
        .windows(6)
        .rposition(|version| version == b" HTTP/")
        .filter(|end| *end > query)
        .unwrap_or(line.len());
    fill(line.get_mut(query + 1..end).unwrap_or_default());
}

/// Masks a field's value unless it may be shown; whether it may, which counts for a line that goes on
/// with it.
fn field_line(line: &mut [u8], was_shown: bool) -> bool {
    let goes_on = line
        .first()
        .is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    let colon = line.iter().position(|byte| *byte == b':');
    let is_shown = match colon {
        _ if goes_on => was_shown,
        Some(colon) => is_shown(line, colon),
        None => false,
    };
    if !is_shown {
        let from = if goes_on {
            0
        } else {
            colon.map_or(0, |colon| colon + 1)
        };
        fill(line.get_mut(from..).unwrap_or_default());
    }
    is_shown
}

fn is_shown(line: &[u8], colon: usize) -> bool {
    let (name, value) = line.split_at(colon);
    let Ok(name) = str::from_utf8(name) else {
        return false;
    };
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    let name = name.trim();
    Exposure::default().shows(name) || products::table().shows_intermediary(Field { name, value })
}

/// Masks all but white space and line ends.
fn fill(bytes: &mut [u8]) {
    for byte in bytes {
        if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            *byte = FILL;
        }
    }
}

/// Bytes of a body, of which these say where it ends.
pub(super) fn body(mut bytes: Vec<u8>, framing: &[bool]) -> Vec<u8> {
    for (byte, is_framing) in bytes.iter_mut().zip(framing) {
        if !is_framing {
            *byte = FILL;
        }
    }
    bytes
}

/// What stands where a frame was due: as much of it as tells what it is.
pub(super) fn foreign(kind: Foreign, bytes: &[u8]) -> Vec<u8> {
    /// The preface of HTTP/2 is the same for all.
    const PREFACE: usize = 24;
    /// The header of a TLS record.
    const RECORD: usize = 5;
    /// `PROXY `, and the family.
    const PROXY: usize = 10;
    /// The begin of a document.
    const TAG: usize = 2;
    let shown = match kind {
        Foreign::HttpResponse | Foreign::HttpRequest => return masked(bytes),
        Foreign::Http2 => PREFACE,
        Foreign::ProxyLine => PROXY,
        Foreign::Tls => RECORD,
        Foreign::LineEnd | Foreign::ChunkSize => {
            let line = bytes.iter().position(|byte| *byte == b'\n');
            line.map_or(0, |end| end + 1)
        }
        Foreign::Html | Foreign::Json => TAG,
        Foreign::Text => 0,
    };
    let mut masked = bytes.to_vec();
    fill(masked.get_mut(shown..).unwrap_or_default());
    masked
}

/// What a client sends before HTTP, or a proxy answers, up to here; logins are masked, and what is of
/// none of these protocols.
pub(super) fn preamble(bytes: &[u8]) -> Vec<u8> {
    let mut shown = bytes.to_vec();
    let mut at = 0;
    while let Some(rest) = shown.get_mut(at..).filter(|rest| !rest.is_empty()) {
        at += match rest {
            [5, ..] => socks5(rest),
            [4, ..] => socks4(rest),
            // An answer of SOCKS: a version of its login, or of version 4.
            [0 | 1, ..] => rest.len(),
            [b'P', ..] => {
                let end = rest.iter().position(|byte| *byte == b'\n');
                end.map_or(rest.len(), |end| end + 1)
            }
            _ if rest.starts_with(PROXY_V2) || PROXY_V2.starts_with(rest) => proxy_v2(rest),
            _ => {
                rest.fill(FILL);
                rest.len()
            }
        };
    }
    shown
}

/// Length of a header of the PROXY protocol, version 2, as far as it is there.
fn proxy_v2(bytes: &[u8]) -> usize {
    const FIXED: usize = 16;
    let length = bytes.get(14..FIXED).and_then(<[u8]>::first_chunk);
    let length = length.map_or(0, |length| u16::from_be_bytes(*length).into());
    bytes.len().min(FIXED + length)
}

/// Masks the login of a dialogue of version 5, and gives its length, as far as it is there.
fn socks5(bytes: &mut [u8]) -> usize {
    let end = bytes.len();
    let count = bytes.get(1).map_or(0, |count| usize::from(*count));
    let mut at = 2 + count;
    if bytes.get(at) == Some(&1) {
        // User name and password, each behind its length.
        at += 1;
        for _ in 0..2 {
            let Some(length) = bytes.get(at).copied().map(usize::from) else {
                return end;
            };
            let to = (at + 1 + length).min(end);
            if let Some(secret) = bytes.get_mut(at + 1..to) {
                secret.fill(FILL);
            }
            at = to;
        }
    }
    end
}

/// Masks the user of a request of version 4, and gives its length, as far as it is there.
fn socks4(bytes: &mut [u8]) -> usize {
    const FIXED: usize = 8;
    for byte in bytes.iter_mut().skip(FIXED) {
        if *byte == 0 {
            break;
        }
        *byte = FILL;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_and_values_do_not() {
        let head = b"\r\nGET /chat?token=a?b HTTP/1.1\r\nHost: x.example\r\nCookie: s=1; t=2\r\n folded\r\n\
            via: 1.1 proxy\r\nnonsense\r\n\r\nbody\r\n";
        let shown = String::from_utf8(masked(head)).unwrap();
        assert_eq!(
            shown,
            "\r\nGET /chat?xxxxxxxxx HTTP/1.1\r\nHost: x.example\r\nCookie: xxxx xxx\r\n xxxxxx\r\n\
             via: 1.1 proxy\r\nxxxxxxxx\r\n\r\nxxxxxx"
        );
        let refusal = b"HTTP/1.1 403 Why? No\r\n\r\n";
        assert_eq!(masked(refusal), refusal);
        assert_eq!(masked(b""), b"");
    }

    #[test]
    fn logins_are_masked() {
        let shown =
            preamble(b"\x05\x02\0\x02\x01\x04user\x06secret\x05\x01\0\x01\x7f\0\0\x01\0\x50");
        assert_eq!(
            shown,
            b"\x05\x02\0\x02\x01\x04xxxx\x06xxxxxx\x05\x01\0\x01\x7f\0\0\x01\0\x50"
        );
        let shown = preamble(b"\x04\x01\0\x50\x7f\0\0\x01joe\0");
        assert_eq!(shown, b"\x04\x01\0\x50\x7f\0\0\x01xxx\0");
        // What is behind a header is looked at again.
        let shown = preamble(b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n\x05\x01\x02\x01\x01a\x01b");
        assert_eq!(
            shown,
            b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n\x05\x01\x02\x01\x01x\x01x"
        );
        assert_eq!(preamble(b"secret"), b"xxxxxx");
    }

    #[test]
    fn what_is_foreign_tells_what_it_is() {
        assert_eq!(
            foreign(Foreign::Tls, b"\x16\x03\x01\x02\0secret"),
            b"\x16\x03\x01\x02\0xxxxxx"
        );
        assert_eq!(foreign(Foreign::Json, b"{\"a\": 1}"), b"{\"xxx xx");
        assert_eq!(
            foreign(Foreign::ChunkSize, b"1f\r\nsecret"),
            b"1f\r\nxxxxxx"
        );
        assert_eq!(foreign(Foreign::Text, b"a secret"), b"x xxxxxx");
    }
}
