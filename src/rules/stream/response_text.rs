//! An HTTP response in one line: its status, and what it says of who wrote it.

use crate::http::ResponseHead;
use crate::products;
use crate::untrusted::Untrusted;

/// `403 Forbidden, Server "squid/5.7", Via "1.1 proxy", title "Access denied", which bears the
/// marks of squid`;
/// without a title, the text that the body begins with.
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
    } else if let text @ [_, ..] = beginning(body).as_slice() {
        line.push_str(&format!(", body \"{}\"", Untrusted(text)));
    }
    if let Some(product) = product(head, body) {
        line.push_str(&format!(", which bears the marks of {product}"));
    }
    line
}

/// The product whose answer this is, unless Server or Via say so as well as this could.
fn product(head: &ResponseHead, body: &[u8]) -> Option<&'static str> {
    let said = ["Server", "Via"].into_iter();
    let said = said.filter_map(|name| head.fields.first(name));
    let said = said.map(<[u8]>::to_ascii_lowercase).collect::<Vec<_>>();
    let is_said = |name: &str| {
        let name = name.to_ascii_lowercase();
        let holds = |text: &Vec<u8>| text.windows(name.len()).any(|it| it == name.as_bytes());
        said.iter().any(holds)
    };
    let matches = products::table().of_response(head, body).into_iter();
    let mut names = matches
        .filter(|found| found.is_between || found.wrote)
        .map(|found| found.product.name.as_str());
    names.find(|name| !is_said(name))
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

/// The text that a body begins with: without tags, white space in one piece, and no more than a
/// line's worth of it. Nothing where it is no text.
fn beginning(body: &[u8]) -> Vec<u8> {
    const SHOWN: usize = 80;
    let mut text: Vec<u8> = Vec::new();
    let mut in_tag = false;
    for byte in body {
        match byte {
            b'<' => in_tag = true,
            b'>' if in_tag => in_tag = false,
            _ if in_tag => {}
            byte if byte.is_ascii_whitespace() => {
                if text.last().is_some_and(|last| *last != b' ') {
                    text.push(b' ');
                }
            }
            0x20..=0x7e | 0x80.. => text.push(*byte),
            _ => return Vec::new(),
        }
        if text.len() >= SHOWN {
            break;
        }
    }
    text.trim_ascii_end().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Parsed, parse_response};

    fn described(answer: &str) -> String {
        let Parsed::Whole(head, length) = parse_response(answer.as_bytes()) else {
            panic!("a whole head");
        };
        describe_response(&head, &answer.as_bytes()[length..])
    }

    #[test]
    fn a_page_without_a_title_tells_how_it_begins() {
        assert_eq!(
            described("HTTP/1.1 502 Bad Gateway\r\n\r\n\r\n <p>no\n  upstream</p>\x1b"),
            "502 Bad Gateway"
        );
        assert_eq!(
            described("HTTP/1.1 502 Bad Gateway\r\n\r\n\r\n <p>no\n  upstream</p>"),
            "502 Bad Gateway, body \"no upstream\""
        );
        let long = "x".repeat(500);
        let line = described(&format!("HTTP/1.1 400 Bad Request\r\n\r\n{long}"));
        assert!(line.len() < 120, "{line}");
    }

    #[test]
    fn a_block_page_tells_who_wrote_it() {
        let bytes = "HTTP/1.1 403 Forbidden\r\nServer: gate\u{202e}\r\nVia: 1.1 p\r\n\r\n\
            <html><TITLE> Access denied </title>";
        assert_eq!(
            described(bytes),
            "403 Forbidden, Server \"gate\\u{202e}\", Via \"1.1 p\", title \"Access denied\""
        );
    }
}
