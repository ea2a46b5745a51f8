//! The numbers of a pasted text, read by the words around them: codes of Close frames, reserved
//! bits, opcodes, sizes, times, statuses of HTTP.

use std::time::Duration;

use serde::Serialize;

use super::first_byte;
use super::meaning;
use super::text::{Word, looked_at, words};

/// A number, or some that belong together, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decoded {
    /// As it was read.
    pub number: String,
    /// What it means.
    pub means: String,
}

/// Numbers that are told of: a log has thousands.
const TOLD: usize = 8;

/// Reads the numbers of a text; those that mean nothing in particular are left out.
#[must_use]
pub fn decode(text: &str) -> Vec<Decoded> {
    let words = words(looked_at(text));
    let mut decoded: Vec<Decoded> = Vec::new();
    let mut add = |it: Decoded| {
        if decoded.len() < TOLD && !decoded.contains(&it) {
            decoded.push(it);
        }
    };
    named_bits(&words).into_iter().for_each(&mut add);
    for at in 0..words.len() {
        if let Some(decoded) = Context::of(&words, at).and_then(|context| context.decode()) {
            add(decoded);
        }
    }
    decoded
}

/// Reserved bits that are named one by one: `reserved1 = 0, ...`, `RSV1: true ...`, `RSV1 set`.
fn named_bits(words: &[Word]) -> Option<Decoded> {
    let value = |names: [&str; 2]| {
        let at = words
            .iter()
            .position(|word| names.contains(&word.text.as_str()))?;
        let is_chrome = words.get(at)?.text.starts_with("reserved");
        match words.get(at + 1) {
            Some(next) if is_chrome => next.number.map(|number| number == 1),
            Some(next) if next.text == "true" || next.text == "set" => Some(true),
            Some(next) if next.text == "false" => Some(false),
            _ => None,
        }
    };
    let all = [
        value(["reserved1", "rsv1"]),
        value(["reserved2", "rsv2"]),
        value(["reserved3", "rsv3"]),
    ];
    if all.iter().all(Option::is_none) {
        return None;
    }
    let bits = all.map(|bit| bit == Some(true));
    let in_chrome = words.iter().any(|word| word.text == "reserved1");
    let shown: Vec<_> = (1..)
        .zip(bits)
        .map(|(number, bit)| format!("RSV{number}={}", u8::from(bit)))
        .collect();
    Some(Decoded {
        number: shown.join(" "),
        means: first_byte::with_reserved(bits, in_chrome),
    })
}

/// A number and the words around it.
struct Context<'a> {
    words: &'a [Word],
    at: usize,
    word: &'a Word,
    number: u64,
}

impl<'a> Context<'a> {
    fn of(words: &'a [Word], at: usize) -> Option<Self> {
        let word = words.get(at)?;
        Some(Self {
            words,
            at,
            word,
            number: word.number?,
        })
    }

    /// Whether one of these words is among so many before it.
    fn follows(&self, any: &[&str], within: usize) -> bool {
        let begin = self.at.saturating_sub(within);
        let before = self.words.get(begin..self.at).unwrap_or_default();
        before.iter().any(|word| any.contains(&word.text.as_str()))
    }

    /// The word behind it.
    fn next(&self) -> &str {
        self.words
            .get(self.at + 1)
            .map_or("", |word| word.text.as_str())
    }

    /// Whether it is a part of a date, a time, an address or a version.
    fn is_part(&self) -> bool {
        let joins = |it: Option<char>| matches!(it, Some('-' | '/' | ':' | '.' | '_'));
        let digit = |index: Option<usize>| {
            let word = index.and_then(|index| self.words.get(index));
            word.is_some_and(|word| word.number.is_some())
        };
        (joins(self.word.before) && digit(self.at.checked_sub(1)))
            || (joins(self.word.after) && digit(Some(self.at + 1)))
            // The port of an address.
            || (self.word.before == Some(':') && !self.follows(&["code", "status", "rsv", "opcode"], 1))
    }

    fn decode(&self) -> Option<Decoded> {
        let means = self
            .bits()
            .or_else(|| self.opcode())
            .or_else(|| self.time())
            .or_else(|| self.size())
            .or_else(|| self.length_byte())
            .or_else(|| self.status())
            .or_else(|| self.close_code())?;
        Some(Decoded {
            number: self.word.text.clone(),
            means,
        })
    }

    /// Reserved bits as one number: `RSV:4`, `bad rsv 4`, `reserved bits 0x40`.
    fn bits(&self) -> Option<String> {
        let number = if self.word.text.starts_with("0x") && self.follows(&["bits", "rsv"], 1) {
            self.number >> 4
        } else if self.follows(&["rsv"], 2) && self.word.before != Some('-') {
            self.number
        } else {
            return None;
        };
        (1..=7).contains(&number).then(|| {
            let bits = [4, 2, 1].map(|bit| number & bit != 0);
            let names: Vec<_> = ["RSV1", "RSV2", "RSV3"]
                .into_iter()
                .zip(bits)
                .filter_map(|(name, bit)| bit.then_some(name))
                .collect();
            let fits = first_byte::with_reserved(bits, false);
            format!("reserved bits: {}; {fits}", names.join(" and "))
        })
    }

    fn opcode(&self) -> Option<String> {
        if !self.follows(&["opcode"], 2) && !self.follows(&["type"], 1) {
            return None;
        }
        let opcode = u8::try_from(self.number).ok().filter(|it| *it <= 0xf)?;
        Some(match opcode {
            0 => "opcode 0: a continuation frame".to_owned(),
            1 => "opcode 1: a text frame".to_owned(),
            2 => "opcode 2: a binary frame".to_owned(),
            8 => "opcode 8: a Close frame".to_owned(),
            9 => "opcode 9: a Ping frame".to_owned(),
            10 => "opcode 10: a Pong frame".to_owned(),
            other => {
                let fits = first_byte::with_opcode(other);
                format!("opcode {other}: reserved, so mostly no frame at all; {fits}")
            }
        })
    }

    fn time(&self) -> Option<String> {
        let took = match self.next() {
            "s" | "sec" | "secs" | "second" | "seconds" => Duration::from_secs(self.number),
            "ms" | "millis" | "milliseconds" => Duration::from_millis(self.number),
            "min" | "mins" | "minute" | "minutes" => {
                Duration::from_secs(self.number.checked_mul(60)?)
            }
            _ => return None,
        };
        // The fraction of a longer number.
        (self.word.before != Some('.')).then(|| meaning::timer(took))?
    }

    fn size(&self) -> Option<String> {
        let is_size = matches!(self.next(), "bytes" | "byte" | "octets" | "b")
            || self.follows(
                &[
                    "length", "size", "limit", "limited", "exceeds", "exceed", "max", "actual",
                ],
                3,
            );
        if !is_size {
            return None;
        }
        meaning::limit(self.number).map(str::to_owned)
    }

    /// The length of a control frame that Node ws complains of: the second byte of foreign text.
    fn length_byte(&self) -> Option<String> {
        let is_length = self.follows(&["payload"], 2) && self.follows(&["length"], 1);
        if !is_length {
            return None;
        }
        let byte = u8::try_from(self.number).ok()?;
        match byte {
            1 => Some("a Close with one byte, which holds no code".to_owned()),
            b'T' => Some(
                "0x54, the letter T: as in \"HTTP/1.1 ...\" read as a frame's header".to_owned(),
            ),
            126 | 127 => Some(format!(
                "{byte}: a length in its longer form, which a control frame must not have"
            )),
            _ => byte.is_ascii_graphic().then(|| {
                let letter = char::from(byte);
                format!("{byte:#04x}, the letter {letter}, if text is read as a frame's header")
            }),
        }
    }

    fn status(&self) -> Option<String> {
        let is_status = self.follows(&["status", "response", "http"], 3)
            || (self.follows(&["code"], 1) && self.number < 1000)
            || self.follows(&["nginx"], 2);
        if !is_status || self.is_part() {
            return None;
        }
        meaning::http_status(self.number).map(str::to_owned)
    }

    fn close_code(&self) -> Option<String> {
        let is_code = self.follows(
            &[
                "code",
                "close",
                "closed",
                "closing",
                "status",
                "received",
                "sent",
                "event",
                "disconnect",
                "disconnected",
                "websocket",
            ],
            3,
        );
        let is_alone = self.words.len() <= 3;
        let code = u16::try_from(self.number).ok();
        if let Some(told) = code.and_then(meaning::close_code) {
            let is_registered = (1000..=1015).contains(&self.number);
            let wanted = is_code || is_alone || (is_registered && !self.is_part());
            return wanted.then_some(told);
        }
        let may_be_text = self.follows(&["code"], 1) || (is_alone && self.number > 5000);
        may_be_text
            .then(|| meaning::text_as_code(self.number))
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(text: &str, number: &str) -> String {
        let decoded = decode(text);
        let found = decoded.iter().find(|it| it.number == number);
        found.map_or_else(|| format!("{decoded:?}"), |it| it.means.clone())
    }

    #[test]
    fn numbers_are_read_by_the_words_around_them() {
        for (text, number, expected) in [
            ("1006", "1006", "never on the wire"),
            (
                "websocket: close 1006 (abnormal closure)",
                "1006",
                "abnormal closure",
            ),
            ("disconnected (code: 4003)", "4003", "application's own"),
            ("invalid status code 22373", "22373", "\"We\""),
            ("22373", "22373", "\"We\""),
            ("RSV != 0 and no extension negotiated, RSV:4", "4", "RSV1; "),
            ("bad rsv 4", "4", "RSV1; "),
            ("bad rsv 6", "6", "RSV1 and RSV2; "),
            ("unexpected reserved bits 0x40", "0x40", "RSV1; "),
            ("invalid opcode 7", "7", "GET"),
            ("unknown opcode 13", "13", "CR LF"),
            ("Unrecognized frame opcode: 5", "5", "ends in 5"),
            ("read limited at 32769 bytes", "32769", "coder/websocket"),
            (
                "Max frame length of 65536 has been exceeded.",
                "65536",
                "netty",
            ),
            (
                "frame with 2000000 bytes exceeds limit of 1048576 bytes",
                "1048576",
                "Python",
            ),
            ("closed after 60s", "60", "nginx"),
            ("duration=59998ms", "59998", "nginx"),
            ("Unexpected response code: 502", "502", "gateway"),
            ("Unexpected server response: 403", "403", "Origin"),
            (
                "server rejected WebSocket connection: HTTP 426",
                "426",
                "Upgrade got lost",
            ),
            ("invalid payload length 84", "84", "HTTP"),
        ] {
            let told = means(text, number);
            assert!(told.contains(expected), "{text}: {told}");
        }
    }

    #[test]
    fn named_bits_are_read_together() {
        let told = means(
            "One or more reserved bits are on: reserved1 = 0, reserved2 = 1, reserved3 = 1",
            "RSV1=0 RSV2=1 RSV3=1",
        );
        assert!(told.contains("3c (a page") && told.contains("Invalid frame header"));
        let told = means(
            "bad rsv RSV1: true RSV2: false RSV3: false",
            "RSV1=1 RSV2=0 RSV3=0",
        );
        assert!(told.contains("c1 or c2"));
        let told = means("RSV1 set, FIN not set on control", "RSV1=1 RSV2=0 RSV3=0");
        assert!(told.contains("HTTP/1.1"), "{told}");
    }

    #[test]
    fn dates_ports_and_versions_are_left_alone() {
        for text in [
            "2026-03-01T10:00:05.1006Z ws://10.0.0.9:1006/chat HTTP/1.1",
            "connecting to localhost:4000 and 192.0.2.1:3000",
            "RSV1 must be clear",
        ] {
            assert_eq!(decode(text), [], "{text}");
        }
    }

    #[test]
    fn no_more_is_told_than_helps() {
        let many: String = (1000..1016).map(|code| format!("close {code}, ")).collect();
        assert_eq!(decode(&many).len(), TOLD);
    }
}
