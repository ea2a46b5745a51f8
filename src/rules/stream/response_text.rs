//! An HTTP response in one line: its status, and what it says of who wrote it.

use crate::http::ResponseHead;
use crate::untrusted::Untrusted;

/// `403 Forbidden, Server "squid/5.7", Via "1.1 proxy", title "Access denied"`.
pub(crate) fn describe_response(head: &ResponseHead, body: &[u8]) -> String {
    let mut line = head.status.to_string();
    if !head.reason.is_empty() {
        line.push_str(&format!(" {}", Untrusted(head.reason.as_bytes())));
    }
    for name in ["Server", "Via"] {
        if let Some(value) = head.fields.first(name) {
            line.push_str(&format!(", {name} \"{}\"", Untrusted(value)));
        }
    }
    if let Some(title) = title(body) {
        line.push_str(&format!(", title \"{}\"", Untrusted(title)));
    }
    line
}

/// What stands between `<title>` and `</title>`.
fn title(body: &[u8]) -> Option<&[u8]> {
    let find = |from: usize, tag: &[u8]| {
        let tail = body.get(from..)?;
        let found = tail
            .windows(tag.len())
            .position(|window| window.eq_ignore_ascii_case(tag));
        found.map(|at| from + at)
    };
    let open = b"<title>";
    let start = find(0, open)? + open.len();
    let end = find(start, b"</title")?;
    body.get(start..end).map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Parsed, parse_response};

    #[test]
    fn a_block_page_tells_who_wrote_it() {
        let bytes = "HTTP/1.1 403 Forbidden\r\nServer: gate\u{202e}\r\nVia: 1.1 p\r\n\r\n\
            <html><TITLE> Access denied </title>"
            .as_bytes();
        let Parsed::Whole(head, length) = parse_response(bytes) else {
            panic!("a whole head");
        };
        assert_eq!(
            describe_response(&head, &bytes[length..]),
            "403 Forbidden, Server \"gate\\u{202e}\", Via \"1.1 p\", title \"Access denied\""
        );
    }
}
