//! `wsblame explain` as it is run: texts as people paste them, held against captures.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn capture(name: &str) -> String {
    format!(
        "{}/fixtures/real/{name}/capture.pcap",
        env!("CARGO_MANIFEST_DIR")
    )
}

/// Runs `wsblame explain` with something on its standard input.
fn explain(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .arg("explain")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // What is not looked at is not read either.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn causes<'a>(explanation: &'a Value, supported: &str) -> Vec<&'a str> {
    let causes = explanation["causes"].as_array().unwrap().iter();
    causes
        .filter(|cause| cause["supported"] == supported)
        .map(|cause| cause["cause"].as_str().unwrap())
        .collect()
}

#[test]
fn a_text_is_explained_without_a_capture() {
    let output = explain(&["Invalid WebSocket frame: RSV1 must be clear"], b"");
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    for expected in [
        "is a text of Node ws",
        "most often: somebody took Sec-WebSocket-Extensions out of the 101",
        "at fault: intermediary",
        "Known causes, the likeliest first",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn a_text_comes_from_standard_input_with_a_log_around_it() {
    let log = b"Nov 23 17:57:13 app[99]: \x1b[31mError: Invalid frame header\x1b[0m {\"a\":1}\n";
    let output = explain(&["-"], log);
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    assert!(text.contains("a text of Chrome"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn an_unknown_text_is_no_error_of_usage() {
    let output = explain(&["segmentation fault (core dumped)"], b"");
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("is none of the texts that wsblame knows"));
    let output = explain(&["segmentation fault", &capture("injected-403")], b"");
    assert_eq!(output.status.code(), Some(1));
    let words: Vec<_> = stdout(&output).split_whitespace().collect();
    assert!(words.join(" ").contains("403 Forbidden"), "{words:?}");
}

#[test]
fn bad_usage_is_refused() {
    for arguments in [&[][..], &["--fromat", "json", "1006"], &["-", "-"]] {
        let output = explain(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(stdout(&output), "");
        assert!(!stderr(&output).is_empty());
    }
}

#[test]
fn the_exit_status_is_that_of_check() {
    let broken = explain(&["1006", &capture("injected-403")], b"");
    assert_eq!(broken.status.code(), Some(1));
    let sound = explain(&["1006", &capture("clean-nginx-deflate")], b"");
    assert_eq!(sound.status.code(), Some(0));
    let unread = explain(&["1006", "/nonexistent.pcap"], b"");
    assert_eq!(unread.status.code(), Some(2));
    assert_eq!(stderr(&unread).lines().count(), 1);
    assert!(stdout(&unread).contains("could not be read"));
}

#[test]
fn two_captures_of_one_text_have_two_causes() {
    let of = |name: &str| -> Value {
        let arguments = ["--format", "json", "RSV1 must be clear", &capture(name)];
        serde_json::from_slice(&explain(&arguments, b"").stdout).unwrap()
    };
    let stripped = of("extension-header-stripped");
    assert_eq!(stripped["schema"], "wsblame.explain/1");
    assert_eq!(stripped["matches"][0]["symptom"], "rsv1");
    assert_eq!(
        causes(&stripped, "supported"),
        ["extension-answer-stripped"]
    );
    assert!(causes(&stripped, "ruled-out").contains(&"block-page"));
    let place = &stripped["causes"][0]["places"][0];
    assert_eq!(
        (&place["connection"], &place["packet"]),
        (&1.into(), &11.into())
    );

    let injected = of("injected-403");
    assert_eq!(causes(&injected, "supported"), ["block-page"]);
    assert!(causes(&injected, "ruled-out").contains(&"extension-answer-stripped"));
    assert_eq!(injected["causes"][0]["places"][0]["packet"], 14);
}

#[test]
fn an_explanation_is_written_beside_standard_output() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explain-output");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let [text, json] = ["why.txt", "why.json"].map(|name| folder.join(name));
    let arguments = [
        "1006",
        "--output",
        text.to_str().unwrap(),
        "--output",
        json.to_str().unwrap(),
    ];
    let output = explain(&arguments, b"");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&text).unwrap(), stdout(&output));
    let json: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert_eq!(json["text"], "1006");
    assert!(
        json["decoded"][0]["means"]
            .as_str()
            .unwrap()
            .contains("never on the wire")
    );
}

#[test]
fn a_large_paste_is_bounded() {
    let paste = "WebSocket closed \u{1b}[2J code 1006\n".repeat(300_000);
    let output = explain(&["-"], paste.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.len() < 50_000);
    assert!(!output.stdout.contains(&0x1b));
}
