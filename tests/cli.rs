//! The program as it is run: usage, streams, exit status.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn wsblame(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// An empty folder of this test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn without_arguments_it_helps_and_fails() {
    let output = wsblame(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("Usage: wsblame"));
    assert_eq!(stdout(&output), "");
}

#[test]
fn help_and_version_succeed_on_standard_output() {
    let help = wsblame(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(stdout(&help).contains("1  a connection is broken"));
    let version = wsblame(&["--version"]);
    assert_eq!(version.status.code(), Some(0));
    let expected = concat!("wsblame ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(stdout(&version), expected);
}

#[test]
fn bad_usage_names_what_would_be_right() {
    for (arguments, expected) in [
        (&["check"][..], "CAPTURE"),
        (
            &["check", "--format", "html", "x"],
            "[possible values: text, json]",
        ),
        (&["check", "--output", "x.pdf", "x"], ".json or .txt"),
        (&["check", "--only", "no-such-rule", "x"], "no such rule"),
        (&["rules", "no-such-rule"], "no such rule"),
        (&["chekc"], "'check'"),
    ] {
        let output = wsblame(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn an_input_that_is_not_there_is_one_line_on_standard_error() {
    let output = wsblame(&["check", "no-such-file.pcap"]);
    assert_eq!(output.status.code(), Some(2));
    let complaint = stderr(&output);
    assert!(
        complaint.starts_with("wsblame: no-such-file.pcap: "),
        "{complaint}"
    );
    assert_eq!(complaint.lines().count(), 1);
    assert!(stdout(&output).contains("no-such-file.pcap: not read: "));
}

#[test]
fn quiet_leaves_standard_output_empty_and_errors_where_they_are() {
    let output = wsblame(&["check", "--quiet", "no-such-file.pcap"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("no-such-file.pcap"));
}

#[test]
fn json_goes_to_standard_output_without_anything_else() {
    let output = wsblame(&[
        "check",
        "--format",
        "json",
        "--color",
        "always",
        "no-such-file.pcap",
    ]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], "wsblame.report/1");
    assert_eq!(report["inputs"][0]["name"], "no-such-file.pcap");
    assert!(report["inputs"][0]["format"].is_null());
}

#[test]
fn a_pipe_gets_no_styles_unless_they_are_asked_for() {
    let plain = wsblame(&["check", "no-such-file.pcap"]);
    assert!(!stdout(&plain).contains('\u{1b}'));
    let styled = wsblame(&["check", "--color", "always", "no-such-file.pcap"]);
    assert!(stdout(&styled).contains('\u{1b}'));
}

#[test]
fn reports_are_written_in_the_format_of_their_ending() {
    let folder = folder("reports");
    let (json, text) = (folder.join("a.json"), folder.join("a.txt"));
    let output = wsblame(&[
        "check",
        "--quiet",
        "--color=always",
        "--output",
        json.to_str().unwrap(),
        "--output",
        text.to_str().unwrap(),
        "no-such-file.pcap",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let report = std::fs::read(&json).unwrap();
    serde_json::from_slice::<serde_json::Value>(&report).unwrap();
    let text = std::fs::read_to_string(&text).unwrap();
    assert!(text.contains("not read: ") && !text.contains('\u{1b}'));
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn a_report_that_cannot_be_written_is_named() {
    let output = wsblame(&[
        "check",
        "--output",
        "no-such-folder/a.json",
        "no-such-file.pcap",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("wsblame: no-such-folder/a.json: "));
}

/// Runs with a standard output that nobody reads any more.
fn with_closed_pipe(arguments: &[&str]) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap()
}

#[test]
fn a_closed_pipe_is_no_error() {
    for arguments in [
        &["rules"][..],
        &["rules", "--format", "json"],
        &["rules", "--color=always"],
    ] {
        let output = with_closed_pipe(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(stderr(&output), "");
    }
    let output = with_closed_pipe(&["check", "no-such-file.pcap"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output).lines().count(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .arg("rules")
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("wsblame: standard output: "));
}

#[test]
fn the_list_of_rules_reads_back_as_json() {
    let output = wsblame(&["rules", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let rules: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rules["schema"], "wsblame.rules/1");
}
