//! What `frames` and `messages` list is what `check` counts, and nothing of the wire reaches a
//! reader unescaped or unasked.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use wsblame::rules::{Table, find};
use wsblame_fixtures::{Conversation, Frame, Precision, Side};

/// All captures that are fixtures.
fn captures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let folders = ["real", "rules"].map(|name| std::fs::read_dir(root.join(name)).unwrap());
    let mut captures: Vec<_> = folders
        .into_iter()
        .flatten()
        .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| !path.ends_with("expected.json"))
        .collect();
    captures.sort();
    captures
}

fn printed(arguments: &[&str], capture: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(arguments)
        .arg(capture)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.code() < Some(2), "{capture:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json_lines(arguments: &[&str], capture: &Path) -> Vec<Value> {
    let text = printed(&[arguments, &["--format", "json"]].concat(), capture);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn report(capture: &Path) -> Value {
    serde_json::from_str(&printed(&["check", "--format", "json"], capture)).unwrap()
}

/// `client text` and how many.
type Counts = BTreeMap<String, u64>;

/// What the report counts, of `what` in each connection.
fn counted(report: &Value, what: &str) -> Counts {
    let mut counts = Counts::new();
    for connection in report["connections"].as_array().unwrap() {
        for sender in ["client", "server"] {
            for (opcode, count) in connection[what][sender].as_object().unwrap() {
                let count = count.as_u64().unwrap();
                if opcode != "payload_bytes" && count > 0 {
                    *counts.entry(format!("{sender} {opcode}")).or_default() += count;
                }
            }
        }
    }
    counts
}

/// What lines of this type list.
fn listed<'a>(lines: impl Iterator<Item = &'a Value>) -> Counts {
    let mut counts = Counts::new();
    for line in lines {
        let text = |key: &str| line[key].as_str().unwrap();
        let kind = format!("{} {}", text("sender"), text("opcode"));
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

fn of_type<'a>(lines: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    lines.iter().filter(move |line| line["type"] == kind)
}

#[test]
fn every_frame_that_is_counted_has_its_line() {
    for capture in captures() {
        let lines = json_lines(&["frames"], &capture);
        let counted = counted(&report(&capture), "frames");
        assert_eq!(listed(of_type(&lines, "frame")), counted, "{capture:?}");
    }
}

#[test]
fn every_message_that_is_counted_has_its_line() {
    for capture in captures() {
        let lines = json_lines(&["messages"], &capture);
        // A message without its end is listed and not counted; of a compressed one no length is
        // known.
        let ended = of_type(&lines, "message")
            .filter(|line| !line["length"].is_null() || line["compressed"] == true);
        let counted = counted(&report(&capture), "messages");
        assert_eq!(listed(ended), counted, "{capture:?}");
    }
}

#[test]
fn a_frame_that_breaks_a_rule_says_so() {
    let mut seen = 0;
    for capture in captures() {
        let lines = json_lines(&["frames", "--errors"], &capture);
        let report = report(&capture);
        let connections = report["connections"].as_array().unwrap();
        let findings = connections
            .iter()
            .flat_map(|connection| connection["findings"].as_array().unwrap());
        for finding in findings {
            let rule = finding["rule"].as_str().unwrap();
            let by_frame = find(rule).unwrap().table == Table::Frames
                && rule != "unfinished-message"
                || rule.starts_with("invalid-close");
            if !by_frame {
                continue;
            }
            seen += 1;
            let told = of_type(&lines, "frame").any(|line| {
                ["sender", "packet", "frame", "stream_offset"]
                    .iter()
                    .all(|key| line[key] == finding[key])
                    && line["rules"].as_array().unwrap().contains(&finding["rule"])
            });
            assert!(told, "{capture:?}: {finding}");
        }
    }
    assert!(seen > 10);
}

#[test]
fn lines_without_payload_fit_a_hundred_columns() {
    for capture in captures() {
        for command in ["frames", "messages"] {
            let text = printed(&[command, "--redact"], &capture);
            // A Close has its reason behind it.
            let lines = text.lines().filter(|line| !line.contains("  Close  "));
            let long = lines.into_iter().find(|line| line.chars().count() > 100);
            assert_eq!(long, None, "{capture:?}");
        }
    }
}

/// A capture with payloads, a path and a reason that a terminal would act on.
fn hostile(test: &str) -> PathBuf {
    let mut conversation = Conversation::accepted();
    conversation
        .client(Frame::text("secret \u{1b}[2J\u{202e}\r\n\"\\"))
        .server(Frame::binary([0x1b, 0x5b, 0x00]))
        .server(Frame::ping("\u{9b}31m"))
        .send_together(
            Side::Server,
            Frame::text("one message").in_fragments(&[3, 7]),
        )
        .client(Frame::close(1000, "bye \u{7}"))
        .end(Side::Client);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lines");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{test}.pcap"));
    std::fs::write(
        &path,
        conversation.capture().to_pcap(Precision::Microseconds),
    )
    .unwrap();
    path
}

#[test]
fn nothing_of_the_wire_can_break_the_terminal() {
    let capture = hostile("terminal");
    for command in ["frames", "messages"] {
        for format in ["text", "json"] {
            let text = printed(&[command, "--show-payload", "--format", format], &capture);
            let harmful = |it: char| it != '\n' && (it.is_control() || it == '\u{202e}');
            assert_eq!(text.chars().find(|it| harmful(*it)), None, "{text}");
        }
    }
}

#[test]
fn payloads_are_shown_only_if_asked_for() {
    let capture = hostile("payloads");
    for command in ["frames", "messages"] {
        for format in ["text", "json"] {
            let text = printed(&[command, "--format", format], &capture);
            assert!(
                !text.contains("secret") && !text.contains("payload\""),
                "{text}"
            );
            assert!(text.contains("bye"), "{text}");
            let redacted = printed(&[command, "--redact", "--format", format], &capture);
            assert!(!redacted.contains("bye"), "{redacted}");
        }
    }
}

#[test]
fn payloads_read_back_as_they_were() {
    let lines = json_lines(&["messages", "--show-payload"], &hostile("exported"));
    let payloads: Vec<_> = of_type(&lines, "message")
        .map(|line| {
            (
                line["payload_encoding"].as_str().unwrap(),
                line["payload"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        payloads,
        [
            ("text", "secret \u{1b}[2J\u{202e}\r\n\"\\"),
            ("base64", "G1sA"),
            ("text", "one message"),
        ]
    );
}

#[test]
fn a_line_of_text_shows_what_a_reader_needs() {
    let text = printed(
        &["frames", "--show-payload", "--sender", "server"],
        &hostile("text"),
    );
    let lines: Vec<_> = text
        .lines()
        .skip(2)
        .map(|line| line.split_at(34).1)
        .collect();
    assert_eq!(
        lines,
        [
            "-- handshake accepted with 101 /chat",
            "binary       1   --- 0            3  1b 5b 00",
            "Ping         1   --- 0            5  \"\\u{9b}31m\"",
            "text         0   --- 0            3  \"one\"",
            "continuation 0   --- 0            4  \" mes\"",
            "continuation 1   --- 0            4  \"sage\"",
            "-- FIN",
        ]
    );
}
