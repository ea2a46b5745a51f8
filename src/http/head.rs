//! Heads of HTTP/1 messages: start line and header fields, as they stood on the wire.

mod lenient;

use std::ops::RangeInclusive;

use httparse::{EMPTY_HEADER, Error, Header, ParserConfig, Status};

/// Header fields for which there is room on the stack: nearly all heads have fewer.
const USUAL_FIELDS: usize = 64;

/// Header fields that a head may have. Servers refuse more than some hundred, and a connection
/// is not to go unseen for what its server refuses; beyond this a head is an attack on its
/// readers, and on this one.
const MAX_FIELDS: usize = 4096;

/// One header field line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'h> {
    /// Its name as it was written.
    pub name: &'h str,
    /// Its value without white space around it.
    pub value: &'h [u8],
}

/// The header fields of a head, in their order: all in a few pieces of memory, since every
/// connection has two heads and keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    names: String,
    values: Vec<u8>,
    /// Where the name and the value of each field end.
    ends: Vec<(usize, usize)>,
}

impl Fields {
    fn from_parsed(headers: &[Header<'_>]) -> Self {
        let mut fields = Self {
            names: String::with_capacity(headers.iter().map(|header| header.name.len()).sum()),
            values: Vec::with_capacity(headers.iter().map(|header| header.value.len()).sum()),
            ends: Vec::with_capacity(headers.len()),
        };
        for header in headers {
            fields.push(header.name, header.value);
        }
        fields
    }

    fn push(&mut self, name: &str, value: &[u8]) {
        self.names.push_str(name);
        self.values.extend_from_slice(value);
        self.ends.push((self.names.len(), self.values.len()));
    }

    /// How many field lines there are.
    const fn count(&self) -> usize {
        self.ends.len()
    }

    /// Puts another line, where it holds anything, behind the value of the last field, with a
    /// space between (RFC 9112 section 5.2).
    fn go_on(&mut self, line: &[u8]) {
        let begin = self.begin(self.ends.len().saturating_sub(1)).1;
        if let Some((_, end)) = self.ends.last_mut() {
            if *end > begin && !line.is_empty() {
                self.values.push(b' ');
            }
            self.values.extend_from_slice(line);
            *end = self.values.len();
        }
    }

    /// Bytes of memory that they take.
    #[must_use]
    pub const fn cost(&self) -> usize {
        let ends = self.ends.capacity() * size_of::<(usize, usize)>();
        self.names.capacity() + self.values.capacity() + ends
    }

    /// Where the name and the value of a field begin: behind those before it.
    fn begin(&self, index: usize) -> (usize, usize) {
        let before = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        before.copied().unwrap_or_default()
    }

    /// All field lines.
    pub fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        self.ends.iter().scan((0, 0), |begin, end| {
            let (name, value) = std::mem::replace(begin, *end);
            Some(Field {
                name: self.names.get(name..end.0).unwrap_or_default(),
                value: self.values.get(value..end.1).unwrap_or_default(),
            })
        })
    }

    /// The values of all lines with this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value)
    }

    /// The value of the first line with this name.
    #[must_use]
    pub fn first<'a>(&'a self, name: &'a str) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// Whether one of the comma-separated elements of this name's lines is `token`, in any case.
    #[must_use]
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.all(name)
            .flat_map(|value| value.split(|byte| *byte == b','))
            .any(|element| element.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
    }
}

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHead {
    /// Method, as it was written.
    pub method: String,
    /// Request target, as it was written.
    pub target: String,
    /// The 1 or 0 of `HTTP/1.1` or `HTTP/1.0`.
    pub minor_version: u8,
    /// Header fields.
    pub fields: Fields,
}

impl RequestHead {
    /// Whether it asks for a WebSocket, or would if nobody had removed a header field.
    #[must_use]
    pub fn is_upgrade_attempt(&self) -> bool {
        self.fields.has_token("Upgrade", "websocket")
            || self.fields.first("Sec-WebSocket-Key").is_some()
            || self.fields.first("Sec-WebSocket-Version").is_some()
    }
}

/// The head of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// Status code.
    pub status: u16,
    /// Reason phrase, as it was written.
    pub reason: String,
    /// The 1 or 0 of `HTTP/1.1` or `HTTP/1.0`.
    pub minor_version: u8,
    /// Header fields.
    pub fields: Fields,
}

impl ResponseHead {
    /// Whether it says that the protocol is WebSocket from here on.
    #[must_use]
    pub fn accepts_websocket(&self) -> bool {
        self.status == 101
            && (self.fields.has_token("Upgrade", "websocket")
                || self.fields.first("Sec-WebSocket-Accept").is_some())
    }
}

/// What a parser makes of the first bytes of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parsed<T> {
    /// The head is not whole yet.
    Partial,
    /// The head, and its length in bytes.
    Whole(T, usize),
    /// This is no head.
    Malformed,
}

/// Strict with header fields, so that none is passed over in silence: a head with an odd one is
/// read by lines instead.
fn config() -> ParserConfig {
    let mut config = ParserConfig::default();
    config
        .allow_spaces_after_header_name_in_responses(true)
        .allow_multiple_spaces_in_request_line_delimiters(true)
        .allow_multiple_spaces_in_response_status_delimiters(true);
    config
}

/// The request head at the start of `bytes`.
pub(crate) fn parse_request(bytes: &[u8]) -> Parsed<RequestHead> {
    with_room(bytes, request).unwrap_or_else(|| lenient::parse_request(bytes))
}

/// The response head at the start of `bytes`.
pub(crate) fn parse_response(bytes: &[u8]) -> Parsed<ResponseHead> {
    with_room(bytes, response).unwrap_or_else(|| lenient::parse_response(bytes))
}

/// Reads a head as far as there is room for its fields.
type Parse<'b, T> = fn(&'b [u8], &mut [Header<'b>]) -> Result<Parsed<T>, Error>;

/// What `parse` makes of a head, with room for as many fields as it has; nothing where the head
/// breaks the grammar.
fn with_room<'b, T>(bytes: &'b [u8], parse: Parse<'b, T>) -> Option<Parsed<T>> {
    let mut usual = [EMPTY_HEADER; USUAL_FIELDS];
    let parsed = match parse(bytes, &mut usual) {
        Err(Error::TooManyHeaders) => {
            // No head has more fields than lines.
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
            parse(bytes, &mut vec![EMPTY_HEADER; lines.min(MAX_FIELDS)])
        }
        others => others,
    };
    match parsed {
        Err(Error::TooManyHeaders) => Some(Parsed::Malformed),
        others => others.ok(),
    }
}

fn request<'b>(bytes: &'b [u8], fields: &mut [Header<'b>]) -> Result<Parsed<RequestHead>, Error> {
    let mut head = httparse::Request::new(fields);
    let Status::Complete(length) = config().parse_request(&mut head, bytes)? else {
        return Ok(Parsed::Partial);
    };
    let request = RequestHead {
        method: head.method.unwrap_or_default().to_owned(),
        target: head.path.unwrap_or_default().to_owned(),
        minor_version: head.version.unwrap_or_default(),
        fields: Fields::from_parsed(head.headers),
    };
    Ok(Parsed::Whole(request, length))
}

fn response<'b>(bytes: &'b [u8], fields: &mut [Header<'b>]) -> Result<Parsed<ResponseHead>, Error> {
    let mut head = httparse::Response::new(fields);
    let Status::Complete(length) = config().parse_response(&mut head, bytes)? else {
        return Ok(Parsed::Partial);
    };
    let response = ResponseHead {
        status: head.code.unwrap_or_default(),
        // One that is not ASCII is left out by the parser.
        reason: match head.reason.unwrap_or_default() {
            "" => lenient::reason(bytes),
            reason => reason.to_owned(),
        },
        minor_version: head.version.unwrap_or_default(),
        fields: Fields::from_parsed(head.headers),
    };
    Ok(Parsed::Whole(response, length))
}

/// Letters that a method may be made of, at the start of `bytes`: tokens allow more, but no
/// method that is in use has any.
fn method_length(bytes: &[u8]) -> usize {
    let letters = bytes
        .iter()
        .enumerate()
        .take_while(|(at, byte)| match byte {
            b'A'..=b'Z' => true,
            b'-' | b'_' => *at > 0,
            _ => false,
        });
    letters.count()
}

/// Whether `bytes` begin like a status line; with few bytes, whether they may.
pub(crate) fn looks_like_response(bytes: &[u8]) -> bool {
    let pattern = b"HTTP/1.d ddd";
    bytes
        .iter()
        .zip(pattern)
        .all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            _ => byte == wanted,
        })
}

/// Methods of more than [`ANY_METHOD`] letters: those of the IANA registry "HTTP Method", of UPnP
/// and of remote desktop gateways.
const LONG_METHODS: [&[u8]; 22] = [
    b"BASELINE-CONTROL",
    b"CHECKIN",
    b"CHECKOUT",
    b"CONNECT",
    b"M-SEARCH",
    b"MKACTIVITY",
    b"MKCALENDAR",
    b"MKREDIRECTREF",
    b"MKWORKSPACE",
    b"OPTIONS",
    b"ORDERPATCH",
    b"PROPFIND",
    b"PROPPATCH",
    b"RDG_IN_DATA",
    b"RDG_OUT_DATA",
    b"RPC_IN_DATA",
    b"RPC_OUT_DATA",
    b"SUBSCRIBE",
    b"UNCHECKOUT",
    b"UNSUBSCRIBE",
    b"UPDATEREDIRECTREF",
    b"VERSION-CONTROL",
];

/// Letters of a method that need not be known: the target behind such a one begins within 8
/// bytes. A run of capital letters longer than that is text, or a payload.
const ANY_METHOD: RangeInclusive<usize> = 3..=6;

/// Whether `bytes` begin like a request line; with few bytes, whether they may.
///
/// With 8 bytes its target is in sight, or the method is one of those that are known. What is
/// told of more bytes is told of fewer, so that the cutting into segments changes nothing.
pub(crate) fn looks_like_request(bytes: &[u8]) -> bool {
    let length = method_length(bytes);
    let Some((method, rest)) = bytes.split_at_checked(length) else {
        return false;
    };
    match rest {
        [] => {
            length <= *ANY_METHOD.end() || LONG_METHODS.iter().any(|long| long.starts_with(method))
        }
        // Of HTTP/2's preface, and of a PROXY protocol line.
        _ if matches!(method, b"PRI" | b"PROXY") => false,
        [b' ', target @ ..] => {
            (ANY_METHOD.contains(&length) || LONG_METHODS.contains(&method))
                && looks_like_target(target, method == b"CONNECT")
        }
        _ => false,
    }
}

/// Whether `bytes` begin like a request target (RFC 9112 section 3.2), or may.
fn looks_like_target(bytes: &[u8], is_connect: bool) -> bool {
    const SCHEMES: [&[u8]; 4] = [b"http://", b"https://", b"ws://", b"wss://"];
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    match bytes {
        [] | [b'/', ..] | [b'*'] | [b'*', b' ', ..] => true,
        [b'[', ..] => is_connect,
        _ if is_connect => match bytes.iter().find(|byte| !is_host(**byte)) {
            None => true,
            Some(end) => *end == b':' && bytes.first() != Some(end),
        },
        _ => SCHEMES.iter().any(|scheme| {
            let mut pairs = bytes.iter().zip(*scheme);
            pairs.all(|(byte, wanted)| byte.eq_ignore_ascii_case(wanted))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_values_kept_as_they_are() {
        let bytes = b"GET /chat?x=1 HTTP/1.1\r\nHOST: a\r\nConnection: keep-alive, Upgrade\r\n\
            sec-websocket-key: k\r\n\r\nrest";
        let Parsed::Whole(head, length) = parse_request(bytes) else {
            panic!("a whole head");
        };
        assert_eq!(&bytes[length..], b"rest");
        assert_eq!(head.target, "/chat?x=1");
        assert_eq!(head.fields.first("Host"), Some(&b"a"[..]));
        assert!(head.fields.has_token("connection", "upgrade"));
        assert!(head.is_upgrade_attempt());
    }

    #[test]
    fn a_head_that_is_not_whole_is_partial_and_garbage_is_malformed() {
        assert_eq!(parse_response(b"HTTP/1.1 101 Swi"), Parsed::Partial);
        assert_eq!(parse_response(b"\x16\x03\x01\x02\x00"), Parsed::Malformed);
        assert_eq!(parse_request(b"\x81\x05hello"), Parsed::Malformed);
    }

    #[test]
    fn a_head_of_very_many_fields_is_read() {
        let head = |fields: usize| {
            let field = |number| format!("X-{number}: {number}\r\n");
            let fields: String = (0..fields).map(field).collect();
            format!("GET / HTTP/1.1\r\n{fields}Upgrade: websocket\r\n\r\n")
        };
        for fields in [USUAL_FIELDS - 1, USUAL_FIELDS, 200, MAX_FIELDS - 1] {
            let bytes = head(fields);
            let Parsed::Whole(request, length) = parse_request(bytes.as_bytes()) else {
                panic!("a whole head of {fields} fields");
            };
            assert_eq!(length, bytes.len());
            assert_eq!(request.fields.iter().count(), fields + 1);
            assert!(request.is_upgrade_attempt());
        }
        assert_eq!(
            parse_request(head(MAX_FIELDS).as_bytes()),
            Parsed::Malformed
        );
    }

    #[test]
    fn status_lines_and_request_lines_are_told_by_their_first_bytes() {
        assert!(looks_like_response(b"HTTP/1.1 403 Forbidden"));
        assert!(looks_like_response(b"HT"));
        assert!(!looks_like_response(b"HTTP/2 200"));
        assert!(looks_like_request(b"POST /"));
        assert!(!looks_like_request(b"PRI * HTTP/2.0"));
    }

    #[test]
    fn a_request_line_of_any_method_is_told_however_little_of_it_is_there() {
        for line in [
            &b"GET /chat HTTP/1.1\r\n"[..],
            b"LOCK /a HTTP/1.1\r\n",
            b"PROPFIND / HTTP/1.1\r\n",
            b"MKCOL /a/ HTTP/1.1\r\n",
            b"VERSION-CONTROL /a HTTP/1.1\r\n",
            b"UPDATEREDIRECTREF /a HTTP/1.1\r\n",
            b"RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1\r\n",
            b"BREW /pot HTTP/1.1\r\n",
            b"OPTIONS * HTTP/1.1\r\n",
            b"GET HTTP://a/ HTTP/1.1\r\n",
            b"GET wss://a/ HTTP/1.1\r\n",
            b"CONNECT a.example:443 HTTP/1.1\r\n",
            b"CONNECT [::1]:443 HTTP/1.1\r\n",
        ] {
            for cut in 0..line.len() {
                assert!(looks_like_request(&line[..cut]), "{:?}", &line[..cut]);
            }
        }
    }

    #[test]
    fn text_and_other_protocols_are_no_requests() {
        for bytes in [
            &b"PRI * HTTP/2.0\r\n\r\nSM"[..],
            b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n",
            b"QUIT\r\n",
            b"AAAAAAAA",
            b"AAAAAAA ",
            b"HELLO WORLD",
            b"GET OFF MY LAWN",
            b"GET *x",
            b"CONNECT THE DOTS",
            b"CONNECT :443",
            b"OK /",
            b"-GET /",
            b"get /",
            b"PROPFINDS /",
            b"\x41\x41\x00",
        ] {
            assert!(!looks_like_request(bytes), "{bytes:?}");
        }
    }
}
