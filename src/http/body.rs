//! Where a body ends (RFC 9112 section 6). Its bytes are passed over, never kept.

use super::head::Fields;

/// What is left of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// So many bytes.
    Length(u64),
    /// Chunks, as RFC 9112 section 7.1 has them.
    Chunked(Chunked),
    /// All that is left of the stream.
    UntilClose,
}

/// Where in the chunked coding a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunked {
    /// In a size, so far this many bytes, or behind it in its line.
    Size { size: u64, ended: bool },
    /// In a chunk, so many bytes before its end and the line end behind it.
    Data { left: u64 },
    /// In the trailer fields; `empty` if the line so far is.
    Trailer { empty: bool },
}

impl Body {
    /// No body.
    pub(super) const NONE: Self = Self::Length(0);

    /// The body that header fields announce; without any `otherwise`.
    pub(crate) fn announced(fields: &Fields, otherwise: Self) -> Self {
        if fields.has_token("Transfer-Encoding", "chunked") {
            return Self::Chunked(Chunked::Size {
                size: 0,
                ended: false,
            });
        }
        let length = fields
            .first("Content-Length")
            .and_then(|value| str::from_utf8(value).ok())
            .and_then(|value| value.parse().ok());
        length.map_or(otherwise, Self::Length)
    }

    /// Passes over what of `bytes` belongs to the body; returns the rest, once the body is over.
    pub(crate) fn pass<'s>(&mut self, bytes: &'s [u8]) -> Option<&'s [u8]> {
        match self {
            Self::UntilClose => None,
            Self::Length(left) => pass_some(left, bytes),
            Self::Chunked(state) => state.pass(bytes),
        }
    }

    /// Which of these bytes, that come next, say where the body ends: sizes of chunks, and line ends.
    pub(super) fn framing(&self, bytes: &[u8]) -> Vec<bool> {
        let Self::Chunked(mut state) = *self else {
            return vec![false; bytes.len()];
        };
        let is_framing = |byte: &u8| {
            let is_line_end = matches!(byte, b'\r' | b'\n');
            let is_framing = match state {
                Chunked::Size { ended, .. } => !ended || is_line_end,
                Chunked::Data { left } => left <= 2,
                Chunked::Trailer { .. } => is_line_end,
            };
            let _ = state.pass(&[*byte]);
            is_framing
        };
        bytes.iter().map(is_framing).collect()
    }

    /// Passes over missing bytes; returns whether the place in the stream is still known.
    pub(super) fn pass_gap(&mut self, length: u64) -> bool {
        match self {
            Self::UntilClose => true,
            Self::Length(left) | Self::Chunked(Chunked::Data { left }) if *left >= length => {
                *left -= length;
                true
            }
            _ => false,
        }
    }
}

/// Passes over at most `left` bytes; returns the rest if none is left to pass.
fn pass_some<'s>(left: &mut u64, bytes: &'s [u8]) -> Option<&'s [u8]> {
    let count = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
    *left -= count as u64;
    (*left == 0).then(|| bytes.get(count..).unwrap_or_default())
}

impl Chunked {
    fn pass<'s>(&mut self, mut bytes: &'s [u8]) -> Option<&'s [u8]> {
        loop {
            if let Self::Data { left } = self {
                bytes = pass_some(left, bytes)?;
                *self = Self::Size {
                    size: 0,
                    ended: false,
                };
            }
            let (&byte, rest) = bytes.split_first()?;
            bytes = rest;
            match self {
                Self::Size { size, ended } => match char::from(byte).to_digit(16) {
                    Some(digit) if !*ended => {
                        *size = size.saturating_mul(16).saturating_add(u64::from(digit));
                    }
                    _ if byte == b'\n' && *size == 0 => *self = Self::Trailer { empty: true },
                    // The line end behind a chunk is passed over with it.
                    _ if byte == b'\n' => {
                        *self = Self::Data {
                            left: size.saturating_add(2),
                        };
                    }
                    _ => *ended = true,
                },
                Self::Trailer { empty } => match byte {
                    b'\n' if *empty => return Some(bytes),
                    b'\n' => *empty = true,
                    b'\r' => {}
                    _ => *empty = false,
                },
                Self::Data { .. } => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked() -> Body {
        Body::Chunked(Chunked::Size {
            size: 0,
            ended: false,
        })
    }

    #[test]
    fn a_chunked_body_ends_behind_its_trailer_however_it_is_cut() {
        let bytes = b"5;a=1\r\nhello\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\nGET";
        for cut in 0..bytes.len() {
            let mut body = chunked();
            let (head, tail) = bytes.split_at(cut);
            let rest = match body.pass(head) {
                Some(rest) => [rest, tail].concat(),
                None => body.pass(tail).unwrap().to_vec(),
            };
            assert_eq!(rest, b"GET", "cut at {cut}");
        }
    }

    #[test]
    fn sizes_and_line_ends_say_where_a_chunked_body_ends() {
        let bytes = b"5;a=1\r\nhello\r\n0\r\nX: y\r\n\r\n";
        let framing = chunked().framing(bytes);
        let shown = bytes.iter().zip(framing);
        let shown: Vec<u8> = shown
            .map(|(byte, is)| if is { *byte } else { b'.' })
            .collect();
        assert_eq!(shown, b"5;...\r\n.....\r\n0\r\n....\r\n\r\n");
        assert_eq!(Body::Length(9).framing(b"ab"), [false, false]);
    }

    #[test]
    fn a_gap_inside_a_known_length_keeps_the_place() {
        let mut body = Body::Length(10);
        assert!(body.pass(b"abc").is_none());
        assert!(body.pass_gap(6));
        assert_eq!(body.pass(b"xHTTP"), Some(&b"HTTP"[..]));
        assert!(!Body::Length(3).pass_gap(4));
        assert!(!chunked().pass_gap(1));
    }

    #[test]
    fn a_body_without_a_length_never_ends() {
        assert!(Body::UntilClose.pass(b"anything").is_none());
    }
}
