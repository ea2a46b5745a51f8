use super::*;
use crate::symptoms::Knowledge;
use proptest::prelude::*;

fn first(text: &str) -> String {
    let found = find(text);
    found
        .matches
        .first()
        .map_or_else(|| "none".to_owned(), |it| it.symptom.id.clone())
}

/// A known text as a library would write it, with a number for each placeholder.
fn written(text: &str) -> String {
    let number = |word: &str| match word.trim_end_matches(['.', ',', ']', ')']) {
        "N" | "M" => word.replace(['N', 'M'], "77"),
        "0xN" | "'0xN'." => word.replace('N', "7"),
        "'N'" => word.replace('N', "77"),
        _ => word.to_owned(),
    };
    let words: Vec<_> = text.split(' ').map(number).collect();
    words
        .join(" ")
        .replace("RSV:N", "RSV:4")
        .replace("opcode=N", "opcode=3")
}

/// What every known text finds when it was changed so; those that find another meaning.
fn astray(change: impl Fn(&str) -> Option<String>) -> Vec<(String, String, String)> {
    let mut astray = Vec::new();
    for symptom in &Knowledge::get().symptoms {
        for (_, text) in &symptom.texts {
            let Some(pasted) = change(&written(text)) else {
                continue;
            };
            let found = first(&pasted);
            if found != symptom.id {
                astray.push((pasted, symptom.id.clone(), found));
            }
        }
    }
    astray
}

#[test]
fn every_text_finds_its_meaning() {
    assert_eq!(astray(|text| Some(text.to_owned())), []);
}

#[test]
fn every_text_finds_its_meaning_in_any_case() {
    assert_eq!(astray(|text| Some(text.to_lowercase())), []);
    assert_eq!(astray(|text| Some(text.to_uppercase())), []);
}

#[test]
fn every_text_finds_its_meaning_in_a_line_of_a_log() {
    let line = |text: &str| {
        format!(
            "2026-11-23T17:57:13.739Z \u{1b}[31mERROR\u{1b}[0m [worker-3] {{\"url\": \
             \"wss://api.example.com:8443/chat?room=7\", \"error\": \"{text}\", \"pid\": 4711}}"
        )
    };
    assert_eq!(astray(|text| Some(line(text))), []);
}

#[test]
fn long_texts_find_their_meaning_when_cut_off() {
    let words = |text: &str| text.split_whitespace().count();
    let without_head =
        |text: &str| (words(text) >= 7).then(|| text.chars().skip(4).collect::<String>());
    let without_tail = |text: &str| {
        let left = text.chars().count().saturating_sub(3);
        // The last number of some is what tells them apart.
        let tells = text.ends_with(|last: char| last.is_ascii_digit());
        (words(text) >= 7 && !tells).then(|| text.chars().take(left).collect::<String>())
    };
    assert_eq!(astray(without_head), []);
    assert_eq!(astray(without_tail), []);
}

#[test]
fn texts_as_they_are_pasted_find_their_meaning() {
    for (text, expected) in [
        ("RSV1 must be clear", "rsv1"),
        ("RSV1 must be clea", "rsv1"),
        ("invalid websocket frame rsv1 must be clear", "rsv1"),
        ("Invalid WebSocket frame: RSV1 must be cleared", "rsv1"),
        (
            "RangeError: Invalid WebSocket frame: RSV1 must be clear\n    at Receiver.getInfo \
             (/app/node_modules/ws/lib/receiver.js:216:28) {\n  code: 'WS_ERR_UNEXPECTED_RSV_1',\n \
             [Symbol(status-code)]: 1002\n}",
            "rsv1",
        ),
        ("1006", "1006"),
        ("code 1006", "1006"),
        ("Disconnected (code: 1006, reason: \"\")", "1006"),
        (
            "One or more reserved bits are on: reserved1 = 0, reserved2 = 1, reserved3 = 1",
            "chrome-reserved-011",
        ),
        (
            "WebSocket connection to 'ws://10.0.0.9:8001/ws' failed: One or more reserved bits are \
             on: reserved1 = 1, reserved2 = 0, reserved3 = 0",
            "chrome-reserved-100",
        ),
        (
            "(index):23 WebSocket connection to 'wss://a.example/b?c=d' failed: Invalid frame header",
            "invalid-frame-header",
        ),
        ("invalid status code 22373", "close-code-is-text"),
        (
            "Invalid WebSocket frame: invalid status code 21587",
            "close-code-is-text",
        ),
        (
            "Invalid WebSocket frame: invalid status code 1006",
            "invalid-close-code",
        ),
        (
            "Invalid WebSocket frame: invalid opcode 5",
            "unknown-opcode",
        ),
        (
            "websocket: close 1006 (abnormal closure): unexpected EOF",
            "1006",
        ),
        (
            "websockets.exceptions.ConnectionClosedError: received 1009 (message too big) Max frame \
             length of 65536 has been exceeded.; then sent 1009 (message too big) Max frame length \
             of 65536 has been exceeded.",
            "too-big",
        ),
        ("failed to read: read limited at 32769 bytes", "too-big"),
        (
            "Error during WebSocket handshake: Unexpected response code: 504",
            "refused",
        ),
        (
            "recieved unexpected continuation frme",
            "orphan-continuation",
        ),
        (
            "websocket: RSV1 set, FIN not set on control, bad MASK",
            "fin-must-be-set",
        ),
        (
            "The connection to wss://x.example/ was interrupted while the page was loading.",
            "1001",
        ),
        (
            "Firefox can\u{2019}t establish a connection to the server at wss://x.example/.",
            "cannot-connect",
        ),
    ] {
        assert_eq!(first(text), expected, "{text}");
    }
}

#[test]
fn what_is_like_nothing_is_said_to_be() {
    for text in [
        "",
        " ",
        "segmentation fault (core dumped)",
        "TypeError: Cannot read properties of undefined (reading 'map')",
        "the quick brown fox jumps over the lazy dog",
        "connection",
        "frame",
        "42",
    ] {
        assert_eq!(first(text), "none", "{text}");
    }
    let near = find("the frame header of this picture is invalid and wrong");
    assert!(near.nearest.len() <= OTHERS);
}

#[test]
fn the_libraries_of_one_text_stand_together() {
    let found = find("Received unexpected continuation frame.");
    let first = found.matches.first().unwrap();
    assert!(
        first.library().starts_with("Chrome, Safari (old WebKit)"),
        "{}",
        first.library()
    );
    assert!((first.similarity - 1.0).abs() < f64::EPSILON);
    // faye is a server, too.
    assert_eq!(first.complains_of(), None);
    let found = find("Invalid frame header");
    assert_eq!(
        found.matches.first().unwrap().complains_of(),
        Some(Side::Server)
    );
}

#[test]
fn a_log_of_any_length_is_looked_at_in_bounded_time() {
    let begin = std::time::Instant::now();
    for text in [
        "frame ".repeat(2_000_000),
        "Invalid WebSocket frame: ".repeat(500_000),
        "\u{1b}[31m".repeat(2_000_000),
        (0..500_000).map(|n| format!("w{n:x}rd ")).collect(),
        "\u{e9}".repeat(5_000_000),
    ] {
        let _found = find(&text);
    }
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}

proptest! {
    #[test]
    fn any_text_is_looked_at(text in "\\PC{0,300}|(\\x1b\\[[0-9;]*m|[a-z0-9 =\\\\:._\\x00]){0,200}") {
        let found = find(&text);
        prop_assert!(found.matches.iter().all(|it| (0.0..=1.0).contains(&it.similarity)));
    }
}
