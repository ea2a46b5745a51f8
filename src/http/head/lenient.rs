//! Heads that break the grammar of HTTP/1 and that a person would still read. It knows where
//! lines end and what a start line is, and lets stand in them whatever does: what is odd there
//! is evidence.

use super::{
    Fields, MAX_FIELDS, Parsed, RequestHead, ResponseHead, looks_like_request, looks_like_response,
    method_length,
};

/// The request head at the start of `bytes`, read by lines.
pub(super) fn parse_request(bytes: &[u8]) -> Parsed<RequestHead> {
    let head = |line: RequestLine<'_>, fields| RequestHead {
        method: lossy(line.method),
        target: lossy(line.target),
        minor_version: line.minor_version,
        fields,
    };
    parse(bytes, looks_like_request, RequestLine::read, head)
}

/// The response head at the start of `bytes`, read by lines.
pub(super) fn parse_response(bytes: &[u8]) -> Parsed<ResponseHead> {
    let head = |line: StatusLine<'_>, fields| ResponseHead {
        status: line.status,
        reason: lossy(line.reason),
        minor_version: line.minor_version,
        fields,
    };
    parse(bytes, looks_like_response, StatusLine::read, head)
}

/// The reason phrase of the response head at the start of `bytes`.
pub(super) fn reason(bytes: &[u8]) -> String {
    let line = split_line(without_blank_lines(bytes)).and_then(|(line, _)| StatusLine::read(line));
    line.map(|line| lossy(line.reason)).unwrap_or_default()
}

fn parse<'b, L, H>(
    bytes: &'b [u8],
    may_begin: fn(&[u8]) -> bool,
    read: fn(&'b [u8]) -> Option<L>,
    head: impl Fn(L, Fields) -> H,
) -> Parsed<H> {
    let begin = without_blank_lines(bytes);
    let Some((line, mut rest)) = split_line(begin) else {
        return if may_begin(begin) {
            Parsed::Partial
        } else {
            Parsed::Malformed
        };
    };
    let Some(start) = read(line) else {
        return Parsed::Malformed;
    };
    let mut fields = Fields::default();
    // A line goes on below with white space (RFC 9112 section 5.2), one that is no field, too.
    let mut is_field = true;
    while let Some((line, behind)) = split_line(rest) {
        rest = behind;
        if line.is_empty() {
            return Parsed::Whole(head(start, fields), bytes.len() - rest.len());
        }
        let goes_on = line.starts_with(b" ") || line.starts_with(b"\t");
        if goes_on && fields.count() > 0 {
            if is_field {
                fields.go_on(trimmed(line));
            }
        } else {
            let field = split_at_first(line, b':');
            is_field = field.is_some();
            if let Some((name, value)) = field {
                fields.push(&String::from_utf8_lossy(trimmed(name)), trimmed(value));
            }
        }
        if fields.count() > MAX_FIELDS {
            return Parsed::Malformed;
        }
    }
    Parsed::Partial
}

/// Method, target and version (RFC 9112 section 3): the target is all that stands between the
/// first space and the last.
struct RequestLine<'b> {
    method: &'b [u8],
    target: &'b [u8],
    minor_version: u8,
}

impl<'b> RequestLine<'b> {
    fn read(line: &'b [u8]) -> Option<Self> {
        let line = trimmed(line);
        let (method, rest) = split_at_first(line, b' ')?;
        let last = rest.iter().rposition(|byte| *byte == b' ')?;
        let target = rest.get(..last)?;
        let minor_version = minor_version(rest.get(last + 1..)?)?;
        (!method.is_empty() && method_length(method) == method.len()).then_some(Self {
            method,
            target: trimmed(target),
            minor_version,
        })
    }
}

/// Version, status code and reason phrase (RFC 9112 section 4).
struct StatusLine<'b> {
    minor_version: u8,
    status: u16,
    reason: &'b [u8],
}

impl<'b> StatusLine<'b> {
    fn read(line: &'b [u8]) -> Option<Self> {
        let (version, rest) = split_at_first(line, b' ')?;
        let rest = without_spaces(rest);
        let code = rest.get(..3)?;
        let is_code = code.iter().all(u8::is_ascii_digit);
        let reason = match rest.get(3..)? {
            [] => &[],
            [b' ', reason @ ..] => without_spaces(reason),
            _ => return None,
        };
        Some(Self {
            minor_version: minor_version(version)?,
            status: str::from_utf8(code)
                .ok()
                .filter(|_| is_code)?
                .parse()
                .ok()?,
            reason,
        })
    }
}

fn minor_version(version: &[u8]) -> Option<u8> {
    match version {
        b"HTTP/1.0" => Some(0),
        b"HTTP/1.1" => Some(1),
        _ => None,
    }
}

/// Line ends before a head are passed over (RFC 9112 section 2.2).
fn without_blank_lines(mut bytes: &[u8]) -> &[u8] {
    while let [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// The first line without its end, and what follows; `None` where its end is not there.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, rest) = split_at_first(bytes, b'\n')?;
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

/// What stands before the first such byte, and behind it.
fn split_at_first(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == separator)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

fn without_spaces(mut bytes: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// Without the white space of HTTP around it: other control characters are kept.
fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Puts the next line of a folded value behind it, with the space that the fold stands for.
fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    use crate::http::head;

    fn request(bytes: &[u8]) -> RequestHead {
        match head::parse_request(bytes) {
            Parsed::Whole(head, length) if length == bytes.len() => head,
            other => panic!("a whole head: {other:?}"),
        }
    }

    fn response(bytes: &[u8]) -> ResponseHead {
        match head::parse_response(bytes) {
            Parsed::Whole(head, length) if length == bytes.len() => head,
            other => panic!("a whole head: {other:?}"),
        }
    }

    fn values(fields: &Fields) -> Vec<(&str, &[u8])> {
        fields.iter().map(|it| (it.name, it.value)).collect()
    }

    #[test]
    fn a_control_character_in_a_value_is_kept_and_loses_no_field() {
        let bytes = b"HTTP/1.1 101 Switching Protocols\r\nServer: a\x1b[2Jb\r\nVia: \0\rx\x7f\r\n\
            Upgrade: websocket\r\nSec-WebSocket-Accept: \x01\r\n\r\n";
        let head = response(bytes);
        assert!(head.accepts_websocket());
        assert_eq!(
            values(&head.fields),
            [
                ("Server", &b"a\x1b[2Jb"[..]),
                ("Via", b"\0\rx\x7f"),
                ("Upgrade", b"websocket"),
                ("Sec-WebSocket-Accept", b"\x01"),
            ]
        );
    }

    #[test]
    fn a_target_is_all_between_method_and_version() {
        for (line, target) in [
            ("GET /a b HTTP/1.1", "/a b"),
            ("GET   /a  b\tc  HTTP/1.0", "/a  b\tc"),
            ("GET  HTTP/1.1", ""),
            ("PROPFIND /\u{7}\u{e4} HTTP/1.1 ", "/\u{7}\u{e4}"),
        ] {
            let head = request(format!("{line}\r\nUpgrade: websocket\r\n\r\n").as_bytes());
            assert_eq!(head.target, target);
            assert_eq!(head.minor_version, u8::from(!line.contains("1.0")));
            assert!(head.is_upgrade_attempt());
        }
        let head = request(b"GET /\xff HTTP/1.1\r\n\r\n");
        assert_eq!(head.target, "/\u{fffd}");
    }

    #[test]
    fn odd_field_lines_are_read_as_far_as_they_are_fields() {
        let bytes =
            b"GET / HTTP/1.1\r\n before: a\r\nno colon\r\n nor: here\r\nUpgrade : websocket\n\
            X (y): 1:2\r\n: nameless\r\nFolded: a \r\n\t b:\x02\r\n \r\n c\r\nEmpty:\r\n\r\n";
        assert_eq!(
            values(&request(bytes).fields),
            [
                ("before", &b"a"[..]),
                ("Upgrade", b"websocket"),
                ("X (y)", b"1:2"),
                ("", b"nameless"),
                ("Folded", b"a b:\x02 c"),
                ("Empty", b""),
            ]
        );
    }

    #[test]
    fn a_line_of_white_space_ends_no_head() {
        let bytes = b"GET / HTTP/1.1\r\n \r\nUpgrade: websocket\r\n\r\n";
        assert!(request(bytes).is_upgrade_attempt());
    }

    #[test]
    fn a_reason_phrase_that_is_no_ascii_is_kept() {
        let head = response("HTTP/1.1 403  Zugriff verw\u{e4}hrt\r\nA: b\r\n\r\n".as_bytes());
        assert_eq!(head.reason, "Zugriff verw\u{e4}hrt");
        assert_eq!(
            response(b"HTTP/1.0 403 no\x07\xff\n\n").reason,
            "no\x07\u{fffd}"
        );
        assert_eq!(response(b"HTTP/1.1 101 \r\n\r\n").reason, "");
    }

    #[test]
    fn an_odd_head_whose_end_is_not_there_is_partial() {
        for whole in [
            &b"HTTP/1.1 403 Forbidden\r\nServer: \x01\r\nVia: a\r\n\r\n"[..],
            b"HTTP/1.1 403 \x01\r\n\r\n",
        ] {
            for cut in 0..whole.len() {
                assert_eq!(
                    head::parse_response(&whole[..cut]),
                    Parsed::Partial,
                    "{cut}"
                );
            }
            let body = [whole, b"a: b\r\n\r\n"].concat();
            let Parsed::Whole(_, length) = head::parse_response(&body) else {
                panic!("a whole head");
            };
            assert_eq!(length, whole.len());
        }
        let whole = b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n";
        for cut in 0..whole.len() {
            assert_eq!(head::parse_request(&whole[..cut]), Parsed::Partial, "{cut}");
        }
    }

    #[test]
    fn what_has_no_start_line_is_malformed() {
        for bytes in [
            &b"\x16\x03\x01\x02\x00\x01\x00\n\n"[..],
            b"upstream timed out\r\n\r\n",
            b"HELLO WORLD\r\nHost: a\r\n\r\n",
            b"GET / HTTP/2.0\r\n\r\n",
            b"GET / HTTP/1.1x\r\n\r\n",
            b"GET HTTP/1.1\r\n\r\n",
            b"G\x01T /a b HTTP/1.1\r\n\r\n",
            b" / HTTP/1.1\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n\r\n",
        ] {
            assert_eq!(head::parse_request(bytes), Parsed::Malformed, "{bytes:?}");
        }
        for bytes in [
            &b"\x16\x03\x01\x02\x00\x01\x00\n\n"[..],
            b"HTTP/1.1 4x3 No\r\n\r\n",
            b"HTTP/1.1 4033\r\n\r\n",
            b"HTTP/1.1 +40 No\r\n\r\n",
            b"HTTP/1.1\r\n\r\n",
            b"HTTP/2 200 OK\r\n\r\n",
            b"XHTTP/1.1 200 OK\r\n\r\n",
        ] {
            assert_eq!(head::parse_response(bytes), Parsed::Malformed, "{bytes:?}");
        }
    }

    /// Bytes of which some mean something in a head.
    fn head_bytes() -> impl Strategy<Value = Vec<u8>> {
        let telling = prop::sample::select(b" \t\r\n:a\0\x1b\xff".to_vec());
        prop::collection::vec(prop_oneof![telling, any::<u8>()], 0..80)
    }

    fn field_line() -> impl Strategy<Value = String> {
        let name = "[!#-'*+.^_`|~0-9A-Za-z-]{1,8}";
        let value = "([!-~]|[!-~][ -~\t]{0,9}[!-~])?";
        let space = "[ \t]{0,2}";
        (name, space, value, space)
            .prop_map(|(name, before, value, behind)| format!("{name}:{before}{value}{behind}\r\n"))
    }

    proptest! {
        #[test]
        fn no_field_is_lost_whatever_stands_behind_the_start_line(middle in head_bytes()) {
            let bytes = [b"HTTP/1.1 101 \r\n", middle.as_slice(), b"\r\n\r\nbody"].concat();
            let Parsed::Whole(head, length) = head::parse_response(&bytes) else {
                panic!("a whole head");
            };
            let ends = [&b"\n\n"[..], b"\n\r\n"].map(|end| {
                let at = bytes.windows(end.len()).position(|window| window == end);
                at.map(|at| at + end.len())
            });
            prop_assert_eq!(Some(length), ends.into_iter().flatten().min());
            let lines = bytes[..length].split(|byte| *byte == b'\n').skip(1);
            let fields = lines.filter(|line| {
                line.contains(&b':') && !line.starts_with(b" ") && !line.starts_with(b"\t")
            });
            prop_assert!(head.fields.iter().count() >= fields.count());
        }

        #[test]
        fn a_head_that_keeps_to_the_grammar_is_read_the_same(
            fields in prop::collection::vec(field_line(), 0..9),
            target in "[!-~]{1,9}",
            reason in "([!-~][ -~]{0,9})?",
        ) {
            let fields = fields.concat();
            let bytes = format!("\r\nGET {target} HTTP/1.1\r\n{fields}\r\nrest");
            let bytes = bytes.as_bytes();
            prop_assert_eq!(parse_request(bytes), head::parse_request(bytes));
            let bytes = format!("HTTP/1.0 403 {reason}\r\n{fields}\r\nrest");
            let bytes = bytes.as_bytes();
            prop_assert_eq!(parse_response(bytes), head::parse_response(bytes));
        }
    }
}
