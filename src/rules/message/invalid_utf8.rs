//! Text that is no text.

use crate::rules::Severity;
use crate::rules::judge::{Judge, MessageFacts, Telling};
use crate::rules::{Rule, Table};
use crate::websocket::assembly::{Compression, Fault};

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "invalid-utf8",
    table: Table::Messages,
    severity: Severity::Error,
    reference: "RFC 6455 section 8.1",
    summary: "a text message, its fragments joined and inflated, is not UTF-8",
    meaning: "The payload of a text message must be UTF-8 as a whole. A character may be split \
        over two fragments, but bytes that cannot be UTF-8 any more, whatever follows, are wrong \
        where they stand, and so is a message that ends in the middle of a character.",
    harm: "A receiver must fail the connection. Browsers and most libraries do so with Close \
        1007, some at the first bad byte and some at the end of the message; a few pass the \
        bytes on, so that it works with one client and not with the next.",
    says: &[
        "Node ws: Invalid WebSocket frame: invalid UTF-8 sequence",
        "Chrome: Could not decode a text frame as UTF-8.",
        "fastwebsockets: Invalid UTF-8",
    ],
    causes: &[
        "binary data sent as text (opcode 0x1 where 0x2 was meant)",
        "a length counted in characters and not in bytes, or a text cut at a fixed number of \
            bytes: the last character is cut in two",
        "text in another encoding (Latin-1, Windows-1252, GBK), or lone surrogates written as \
            three bytes each (CESU-8)",
        "an intermediary that changed the payload, or several writers on one connection",
    ],
    fix: "Send binary data as binary messages. Encode text as UTF-8 first and count its bytes; cut \
        only at the end of a character. If the sender's own log shows the right text, capture on \
        both sides of the proxy and compare the bytes.",
    judge: Judge::Message { fires, tell },
};

fn fires(rule: &Rule, facts: &MessageFacts<'_>) -> Option<Severity> {
    let is_text = matches!(facts.seen.fault, Fault::NotUtf8 { .. });
    // What is compressed and was not agreed to be is read only to learn whether it inflates.
    let is_read = matches!(
        facts.seen.compression,
        Compression::None | Compression::Agreed
    );
    (is_text && is_read && facts.is_certain()).then_some(rule.severity)
}

fn tell(facts: &MessageFacts<'_>) -> Telling {
    let seen = facts.seen;
    let shown = seen.shown();
    let (at, is_cut_off) = match seen.fault {
        Fault::NotUtf8 { at, is_cut_off } => (at, is_cut_off),
        Fault::BadDeflate(_) | Fault::Bomb(_) => (0, false),
    };
    let how = if facts.is_compressed_as_agreed() {
        "inflated"
    } else if seen.frame.header.masked() {
        "unmasked"
    } else {
        "as sent"
    };
    let byte = shown.last().copied().unwrap_or_default();
    let message = if is_cut_off {
        format!("a text message ends in the middle of a character, with byte {at} ({byte:#04x})")
    } else {
        match begun(shown) {
            Some(lead) => format!(
                "a text message is not UTF-8: byte {at} ({byte:#04x}) cannot go on the character \
                 that {lead:#04x} begins"
            ),
            None => {
                format!("a text message is not UTF-8: byte {at} ({byte:#04x}) begins no character")
            }
        }
    };
    let (telling, begin) = facts.tell(&seen.frame, message);
    let bad = begin + shown.len().saturating_sub(1);
    let label = if is_cut_off {
        format!("the message ends here, {how}")
    } else {
        format!("not UTF-8, {how}")
    };
    telling
        .context(begin..bad, format!("the text before it, {how}"))
        .offending(bad..bad + 1, label)
}

/// The byte that began the character into which the last byte does not fit, if one was begun.
fn begun(shown: &[u8]) -> Option<u8> {
    let (_, before) = shown.split_last()?;
    let (behind, lead) = before
        .iter()
        .rev()
        .enumerate()
        .find(|(_, byte)| !matches!(byte, 0x80..=0xbf))?;
    let length = match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    (behind + 1 < length).then_some(*lead)
}

#[cfg(test)]
mod tests {
    use super::begun;

    #[test]
    fn the_character_that_a_bad_byte_breaks_off_is_known() {
        assert_eq!(begun(b"caf\xe9 "), Some(0xe9));
        assert_eq!(begun(b"\xf0\x9f("), Some(0xf0));
        assert_eq!(begun(b"a\xbf"), None);
        assert_eq!(begun(b"\xc3\xbc\xbf"), None);
        assert_eq!(begun(b"\xff"), None);
        assert_eq!(begun(b""), None);
    }
}
