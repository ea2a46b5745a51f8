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

use serde_json::{Value, json};
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
        let report = report(&capture);
        let connections = report["connections"].as_array().unwrap();
        let is_whole = connections.iter().all(|connection| {
            ["client", "server"].iter().all(|side| {
                let captured = &connection["captured"][side];
                captured["missing_bytes"] == 0 && captured["from_start"] == true
            })
        });
        if is_whole {
            let lines = json_lines(&["messages"], &capture);
            let ended = of_type(&lines, "message").filter(|line| line["content"] != "unfinished");
            assert_eq!(listed(ended), counted(&report, "messages"), "{capture:?}");
        }
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
            for line in text.lines() {
                // Behind the columns may stand a reason, or several rules.
                let (columns, rest) = line.split_at_checked(73).unwrap_or((line, ""));
                let is_bounded = !columns.contains("Close") && !rest.contains(' ');
                assert!(!is_bounded || line.len() <= 100, "{capture:?}: {line}");
            }
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
    save(test, &conversation)
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lines");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn save(test: &str, conversation: &Conversation) -> PathBuf {
    let path = folder().join(format!("{test}.pcap"));
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

/// The text of the last message, in a capture of this conversation.
fn last_message(test: &str, conversation: &Conversation) -> String {
    let path = save(test, conversation);
    let lines = json_lines(&["messages", "--show-payload"], &path);
    let last = of_type(&lines, "message").last().unwrap();
    last["payload"].as_str().unwrap().to_owned()
}

#[test]
fn fragments_are_joined_however_they_travel() {
    let text = "Grüße, in fragments";
    for cut in 1..20 {
        let mut conversation = Conversation::accepted();
        let fragments = Frame::text(text).in_fragments(&[1, cut.max(2), 20]);
        for fragment in fragments {
            conversation
                .send_cut(Side::Client, fragment, &[1, 3, 7])
                .client(Frame::ping("between"))
                .server(Frame::pong("between"));
        }
        conversation.close(1000);
        assert_eq!(last_message("fragments", &conversation), text, "{cut}");
    }
}

#[test]
fn holes_are_told_of() {
    let mut conversation = Conversation::accepted();
    conversation
        .server(Frame::text("seen"))
        .server(Frame::text("not seen"))
        .server(Frame::text("seen again"))
        .close(1000);
    let lost = conversation.capture().without([7]);
    let path = folder().join("holes.pcap");
    std::fs::write(&path, lost.to_pcap(Precision::Microseconds)).unwrap();
    for command in ["frames", "messages"] {
        let text = printed(&[command], &path);
        let holes: Vec<_> = text.lines().filter(|line| line.contains("-- 10")).collect();
        let expected = "server  -- 10 bytes not captured; whole frames may be missing";
        assert!(holes.len() == 1 && holes[0].ends_with(expected), "{text}");
    }
}

#[test]
fn a_conversation_joined_in_its_middle_says_so() {
    let mut conversation = Conversation::accepted();
    for word in ["one", "two", "three", "four", "five"] {
        conversation
            .client(Frame::text(word))
            .server(Frame::text(word));
    }
    let middle = conversation.close(1000).capture().without(1..=5);
    let path = folder().join("joined.pcap");
    std::fs::write(&path, middle.to_pcap(Precision::Microseconds)).unwrap();
    let text = printed(&["frames"], &path);
    let joined = text
        .lines()
        .filter(|line| line.contains("handshake is not in"));
    assert_eq!(joined.count(), 1, "{text}");
    assert!(!text.contains("capture-gap"), "{text}");
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

#[test]
fn a_frame_whose_fault_is_certain_only_later_stands_in_its_place() {
    let name = "fixtures/real/text-spoiled/capture.pcap";
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let lines = json_lines(&["frames"], &capture);
    let frames: Vec<_> = of_type(&lines, "frame").collect();
    let packets: Vec<_> = frames.iter().map(|line| line["packet"].as_u64()).collect();
    assert!(packets.is_sorted(), "{packets:?}");
    let faults = frames
        .iter()
        .filter(|line| line["rules"] == json!(["invalid-utf8"]));
    assert_eq!(faults.count(), 1);
}
