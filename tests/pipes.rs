//! Captures that come through a pipe, as they are made: read as they come, and ended by Ctrl-C
//! with the report of what came.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use built::{VIOLATION, VIOLATION_PACKET, broken};
use rustix::fs::{CWD, Mode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::{NamedTempFile, TempDir};
use wsblame_fixtures::{Capture, Conversation, Frame, Precision};

fn capture() -> Vec<u8> {
    broken().to_pcap(Precision::Microseconds)
}

/// Starts the program with its streams piped.
fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What the program says of a whole capture on its standard input.
fn piped(arguments: &[&str], capture: &[u8]) -> Output {
    let mut child = start(arguments);
    let mut stdin = child.stdin.take().unwrap();
    let capture = capture.to_vec();
    let writer = thread::spawn(move || stdin.write_all(&capture));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// The first input of a report in JSON.
fn input(output: &Output) -> Value {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["inputs"][0].clone()
}

/// The packets with the violation, in a report in JSON.
fn violations(output: &Output) -> Vec<u64> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let connections = report["connections"].as_array().unwrap().iter();
    connections
        .flat_map(|it| it["findings"].as_array().unwrap())
        .filter(|finding| finding["rule"] == VIOLATION)
        .map(|finding| finding["packet"].as_u64().unwrap())
        .collect()
}

/// Waits for something that is certain to come.
fn until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Waits until the program catches Ctrl-C: before, that ends it.
fn wait_until_it_catches(child: &Child) {
    let status = format!("/proc/{}/status", child.id());
    until(|| {
        let status = fs::read_to_string(&status).unwrap();
        let caught = status.lines().find_map(|it| it.strip_prefix("SigCgt:"));
        let caught = u64::from_str_radix(caught.unwrap().trim(), 16).unwrap();
        // SIGINT is 2 and SIGTERM 15, and the mask begins with signal 1.
        caught & 0x4002 == 0x4002
    });
}

/// Waits until the program has analysed all that was written to its standard input.
fn wait_until_it_took_all(child: &Child, stdin: &ChildStdin) {
    let tasks = format!("/proc/{}/task", child.id());
    let sleeps = |of_pipe: bool| {
        fs::read_dir(&tasks).unwrap().any(|task| {
            let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
            let is_of_pipe = status.starts_with("Name:\tpipe\n");
            is_of_pipe == of_pipe && status.contains("\nState:\tS ")
        })
    };
    // In this order: nothing is left in the pipe, nor with the thread that reads it, nor
    // between that and the thread that analyses.
    until(|| rustix::io::ioctl_fionread(stdin).unwrap() == 0 && sleeps(true) && sleeps(false));
}

fn signal(child: &Child, signal: Signal) {
    let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(id, signal).unwrap();
}

#[test]
fn one_byte_after_the_other_gives_the_report_of_the_file() {
    let mut child = start(&["check", "--format=json", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    for byte in capture() {
        stdin.write_all(&[byte]).unwrap();
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(violations(&output), [VIOLATION_PACKET]);
    assert_eq!(input(&output)["stopped"], false);
    let whole = piped(&["check", "--format=json", "-"], &capture());
    assert_eq!(stdout(&output), stdout(&whole));
}

#[test]
fn compressed_captures_come_through_pipes() {
    let zstd = zstd::encode_all(&*capture(), 1).unwrap();
    let output = piped(&["check", "--format=json", "-"], &zstd);
    assert_eq!(violations(&output), [VIOLATION_PACKET]);
}

#[test]
fn lines_are_printed_before_more_comes() {
    let capture = capture();
    for command in ["frames", "messages"] {
        let mut child = start(&[command, "--format=json", "-"]);
        let mut stdin = child.stdin.take().unwrap();
        // All but the end of the connection.
        stdin.write_all(&capture[..capture.len() - 250]).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // These would wait for ever if nothing were printed before the pipe's end.
        let handshake = lines.next().unwrap().unwrap();
        assert!(handshake.contains(r#""packet":5,"#), "{handshake}");
        let frame = lines.next().unwrap().unwrap();
        assert!(frame.contains(r#""packet":6,"#), "{frame}");
        wait_until_it_catches(&child);
        signal(&child, Signal::INT);
        // The pipe is still open.
        assert_eq!(child.wait().unwrap().code(), Some(0));
        drop(stdin);
    }
}

#[test]
fn ctrl_c_on_a_silent_pipe_gives_the_report_of_what_came() {
    for (wish, format) in [
        (Signal::INT, "json"),
        (Signal::TERM, "json"),
        (Signal::INT, "text"),
    ] {
        let mut child = start(&["check", "--format", format, "-"]);
        let mut stdin = child.stdin.take().unwrap();
        wait_until_it_catches(&child);
        stdin.write_all(&capture()).unwrap();
        // Half a packet counts for nothing.
        stdin.write_all(&[0; 7]).unwrap();
        wait_until_it_took_all(&child, &stdin);
        signal(&child, wish);
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert_eq!(stderr(&output), "");
        let packets = broken().packets.len();
        if format == "text" {
            let report = stdout(&output).split_whitespace().collect::<Vec<_>>();
            let stopped = format!("stopped by the user after packet {packets}");
            assert!(report.join(" ").contains(&stopped), "{report:?}");
        } else {
            assert_eq!(violations(&output), [VIOLATION_PACKET]);
            assert_eq!(input(&output)["stopped"], true);
            assert_eq!(input(&output)["truncated"], false);
            assert_eq!(input(&output)["packets"], packets);
        }
    }
}

#[test]
fn ctrl_c_before_anything_came_says_that_nothing_was_read() {
    let mut child = start(&["check", "--format=json", "-"]);
    let stdin = child.stdin.take().unwrap();
    wait_until_it_catches(&child);
    signal(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "wsblame: -: stopped by the user before its file header was read\n"
    );
    assert_eq!(input(&output)["stopped"], true);
}

/// A capture of so many short messages, after the violation.
fn long(messages: usize) -> Vec<u8> {
    let mut conversation = Conversation::accepted();
    conversation.server(Frame::text("Hello").rsv1());
    for _ in 0..messages {
        conversation.client(Frame::text("and another"));
    }
    Capture::of([&conversation]).to_pcap(Precision::Microseconds)
}

#[test]
fn a_pipe_that_never_falls_silent_is_stopped() {
    let capture = long(500);
    let mut child = start(&["check", "--format=json", "-"]);
    let mut stdin = child.stdin.take().unwrap();
    let (begun, has_begun) = channel();
    let writer = thread::spawn(move || {
        stdin.write_all(&capture).unwrap();
        let mut written = capture.len();
        // Repetitions, until nobody reads them.
        while stdin.write_all(&capture[24..]).is_ok() {
            written += capture.len();
            // More than can wait on the way: some of it was analysed.
            if written > 2 << 20 {
                let _ = begun.send(());
            }
        }
    });
    has_begun.recv().unwrap();
    signal(&child, Signal::INT);
    let mut report = Vec::new();
    let stdout = child.stdout.as_mut().unwrap();
    stdout.read_to_end(&mut report).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["inputs"][0]["stopped"], true);
    writer.join().unwrap();
}

/// `frames` of a file, when it waits for room for its lines, of which nobody reads any.
fn stuck(path: &Path) -> Child {
    let child = start(&["frames", "--format=json", path.to_str().unwrap()]);
    let status = format!("/proc/{}/status", child.id());
    let stdout = child.stdout.as_ref().unwrap();
    until(|| {
        let has_written = rustix::io::ioctl_fionread(stdout).unwrap() > 0;
        // Of all that it does, only writing to a full pipe sleeps.
        let status = fs::read_to_string(&status).unwrap();
        has_written && status.lines().any(|it| it == "State:\tS (sleeping)")
    });
    child
}

#[test]
fn ctrl_c_ends_the_reading_of_a_file_between_two_packets() {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&long(10_000)).unwrap();
    let child = stuck(file.path());
    signal(&child, Signal::INT);
    // From here on there is room for all of it.
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines = stdout(&output).lines();
    let mut count = 0;
    for line in lines {
        let _: Value = serde_json::from_str(line).unwrap();
        count += 1;
    }
    assert!((2..9_000).contains(&count), "{count}");
}

#[test]
fn the_second_ctrl_c_ends_the_program_at_once() {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&long(10_000)).unwrap();
    let mut child = stuck(file.path());
    // Nobody reads what it prints, so that it cannot end by itself. Signals that come before the
    // last was taken are one.
    let status = loop {
        signal(&child, Signal::INT);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.signal(), Some(Signal::INT.as_raw()));
}

/// A named pipe.
fn fifo(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("fifo");
    rustix::fs::mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
    path
}

#[test]
fn named_pipes_are_read_like_standard_input() {
    let folder = TempDir::new().unwrap();
    let path = fifo(&folder);
    let mut child = start(&["frames", "--format=json", path.to_str().unwrap()]);
    let mut pipe = OpenOptions::new().write(true).open(&path).unwrap();
    pipe.write_all(&capture()).unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let handshake = lines.next().unwrap().unwrap();
    assert!(handshake.contains(r#""packet":5,"#), "{handshake}");
    drop(pipe);
    assert!(lines.any(|line| line.unwrap().contains(VIOLATION)));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_named_pipe_without_a_writer_is_stopped() {
    let folder = TempDir::new().unwrap();
    let path = fifo(&folder);
    let child = start(&["check", path.to_str().unwrap()]);
    wait_until_it_catches(&child);
    signal(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).ends_with("stopped by the user before its file header was read\n"));
}

#[test]
fn a_terminal_is_refused_with_what_to_do() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let keyboard = File::open(name.to_str().unwrap()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(["check", "-"])
        .stdin(keyboard)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "wsblame: -: standard input is a terminal; pipe a capture into it: tcpdump -U -w - | \
         wsblame check -\n"
    );
}
