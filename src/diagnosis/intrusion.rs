//! Something that stood where a frame was due, kept while a connection is read.

use crate::http::{Parsed, ResponseHead, parse_response};
use crate::place::Place;
use crate::websocket::foreign::Foreign;

/// Something that stood where a frame was due, or cut into one.
#[derive(Clone, Debug)]
pub struct Intrusion {
    /// What it is.
    pub kind: Foreign,
    /// Where it begins.
    pub place: Place,
    /// Its bytes, or as many as were needed to tell more of it.
    pub bytes: Vec<u8>,
    /// It cuts into a frame.
    pub inside_frame: bool,
}

impl Intrusion {
    /// The head and the body's beginning, where it is an HTTP response.
    #[must_use]
    pub fn response(&self) -> Option<(ResponseHead, &[u8])> {
        match parse_response(&self.bytes) {
            Parsed::Whole(head, length) => {
                Some((head, self.bytes.get(length..).unwrap_or_default()))
            }
            Parsed::Partial | Parsed::Malformed => None,
        }
    }

    /// The status code, also of a response whose head is not whole.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let code = self.bytes.strip_prefix(b"HTTP/1.")?.get(2..5)?;
        std::str::from_utf8(code).ok()?.parse().ok()
    }
}
