//! The opening handshake (RFC 6455 section 4): what its two heads say, as it stood on the wire.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD, STANDARD};
use sha1::{Digest, Sha1};

use crate::http::{Attempt, Field, Fields, Located, Page, Purpose, RequestHead, ResponseHead};
use crate::products;
use crate::side::Side;

use super::extensions::{Agreement, elements};

/// The GUID that a server hashes with the key (RFC 6455 section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
#[must_use]
pub fn accept_for(key: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(key.trim_ascii());
    hash.update(GUID);
    STANDARD.encode(hash.finalize())
}

/// Whether a Sec-WebSocket-Key is 16 bytes in base64.
#[must_use]
pub fn is_key(key: &[u8]) -> bool {
    /// The RFC's own example (section 4.1) has bits behind its last byte that are not zero.
    const LOOSE_END: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        PAD.with_decode_allow_trailing_bits(true),
    );
    key.len() == 24 && LOOSE_END.decode(key).is_ok_and(|bytes| bytes.len() == 16)
}

/// An opening handshake, as far as the capture holds it.
#[derive(Clone, Debug)]
pub struct Handshake {
    attempt: Attempt,
    page: Vec<u8>,
}

impl Handshake {
    /// The handshake of an attempt.
    #[must_use]
    pub const fn new(attempt: Attempt) -> Self {
        Self {
            attempt,
            page: Vec::new(),
        }
    }

    /// Bytes of memory that its heads take.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.attempt.cost() + self.page.len()
    }

    /// Keeps the beginning of its answer's body, if it is that.
    pub fn keep_page(&mut self, page: Page) {
        let answer = self.response().map(|answer| answer.place.stream_offset);
        if answer == Some(page.of) {
            self.page = page.bytes;
        }
    }

    /// The beginning of the body of an answer that refuses.
    #[must_use]
    pub fn page(&self) -> &[u8] {
        &self.page
    }

    /// Sequence number of the byte behind the request.
    #[must_use]
    pub const fn request_end(&self) -> Option<u32> {
        self.attempt.request_end
    }

    /// Forgets the request where the answer came when the client had sent more than it, and
    /// does not fit it, or the client goes on with another one: then it answers that one.
    pub fn drop_request_of_another_answer(&mut self, goes_on_with_http: bool) {
        let accept = self
            .response()
            .and_then(|response| response.head.fields.first("Sec-WebSocket-Accept"));
        let expected = self.expected_accept();
        let fits = accept.is_some() && accept == expected.as_deref().map(str::as_bytes);
        if self.attempt.is_answered_late && (goes_on_with_http || !fits) {
            self.attempt.request = None;
        }
    }

    /// Whether it is for a tunnel through a forward proxy, and for no WebSocket yet.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.attempt.purpose == Purpose::Connect
    }

    /// The request, if the capture holds it.
    #[must_use]
    pub const fn request(&self) -> Option<&Located<RequestHead>> {
        self.attempt.request.as_ref()
    }

    /// The final answer, if the capture holds it.
    #[must_use]
    pub const fn response(&self) -> Option<&Located<ResponseHead>> {
        self.attempt.response.as_ref()
    }

    /// Status code of the answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.response().map(|response| response.head.status)
    }

    /// Whether the answer is a 101.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.status() == Some(101)
    }

    /// Elements of a list field of the request.
    #[must_use]
    pub fn offered<'a>(&'a self, name: &'a str) -> Vec<&'a [u8]> {
        self.request()
            .map(|request| elements(request.head.fields.all(name)))
            .unwrap_or_default()
    }

    /// Elements of a list field of the 101: none where the answer is another one, `None` where
    /// no answer is in the capture.
    #[must_use]
    pub fn answered<'a>(&'a self, name: &'a str) -> Option<Vec<&'a [u8]>> {
        let response = self.response()?;
        if !self.is_accepted() {
            return Some(Vec::new());
        }
        Some(elements(response.head.fields.all(name)))
    }

    /// Which extensions the 101 in this capture names.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        self.answered("Sec-WebSocket-Extensions")
            .map_or(Agreement::UNSEEN, |elements| {
                Agreement::of_elements(&elements)
            })
    }

    /// The Sec-WebSocket-Accept that the request's key calls for; `None` where the capture
    /// lacks the request, or it has no key.
    #[must_use]
    pub fn expected_accept(&self) -> Option<String> {
        let request = self.request()?;
        request
            .head
            .fields
            .first("Sec-WebSocket-Key")
            .map(accept_for)
    }

    /// Whether a Sec-WebSocket-Accept answers the request's key: of several keys, one of them,
    /// or all of them as one list, which is how some servers read them.
    #[must_use]
    pub fn is_accept(&self, accept: &[u8]) -> bool {
        let Some(request) = self.request() else {
            return false;
        };
        let keys = || request.head.fields.all("Sec-WebSocket-Key");
        let fits = |key: &[u8]| accept_for(key).as_bytes() == accept;
        keys().any(fits) || fits(&keys().collect::<Vec<_>>().join(&b", "[..]))
    }

    /// Header fields by which intermediaries show themselves.
    pub fn intermediaries(&self) -> impl Iterator<Item = Field<'_>> {
        let sides = Side::BOTH.into_iter();
        sides.flat_map(|side| self.intermediaries_before(side))
    }

    /// Those in the head of one side.
    pub fn intermediaries_before(&self, side: Side) -> impl Iterator<Item = Field<'_>> {
        let fields = match side {
            Side::Client => self.request().map(|request| &request.head.fields),
            Side::Server => self.response().map(|response| &response.head.fields),
        };
        fields
            .into_iter()
            .flat_map(Fields::iter)
            .filter(|field| products::table().shows_intermediary(*field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_of_the_standards_example() {
        let accept = accept_for(b"dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn keys_are_16_bytes_in_base64() {
        for key in ["dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEC=="] {
            assert!(is_key(key.as_bytes()), "{key}");
        }
        for key in [
            "",
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZQ=",
            "dGhlIHNhbXBsZSBub25jZSE=",
            "dGhlIHNhbXBsZSBub25jZSEh",
            "dGhlIHNhbXBsZSBub25j ZQ==",
            "dGhl_HNhbXBsZSBub25jZQ==",
        ] {
            assert!(!is_key(key.as_bytes()), "{key}");
        }
    }
}
