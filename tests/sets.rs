//! Several files as one capture: rotations, directories, patterns, captures that overlap.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use wsblame::report::text;
use wsblame_fixtures::Side::Client;
use wsblame_fixtures::{Capture, Conversation, Frame, Precision};

use built::sets::{Dealt, records, time};
use built::{VIOLATION, VIOLATION_PACKET, broken, found, report_of_files};

fn pcap(capture: &Capture) -> Vec<u8> {
    capture.to_pcap(Precision::Microseconds)
}

/// What the report of one file says.
fn whole(pcap: &[u8], folder: &Path) -> Value {
    let whole = Dealt::new(pcap, folder, &["whole.pcap"], |_| 0);
    whole.said(&report_of_files(&whole.paths))
}

fn wsblame(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(arguments)
        .current_dir(folder)
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

#[test]
fn a_connection_goes_on_across_files_wherever_they_are_cut() {
    let folder = tempfile::tempdir().unwrap();
    let pcap = pcap(&broken());
    let count = records(&pcap).len();
    let expected = whole(&pcap, folder.path());
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for first in 0..=count {
        for second in first..=count {
            let file = |index| usize::from(index >= first) + usize::from(index >= second);
            let dealt = Dealt::new(&pcap, folder.path(), &["a", "b", "c"], file);
            for order in orders {
                let dealt = dealt.ordered(&order);
                let report = report_of_files(&dealt.paths);
                assert_eq!(dealt.said(&report), expected, "{first} {second} {order:?}");
                let [(input, _)] = found(&report, VIOLATION)[..] else {
                    panic!("found once");
                };
                let index = usize::try_from(VIOLATION_PACKET).unwrap() - 1;
                assert_eq!(order[usize::try_from(input).unwrap()], file(index));
            }
        }
    }
}

#[test]
fn packets_that_two_files_share_out_are_one_capture() {
    let folder = tempfile::tempdir().unwrap();
    let pcap = pcap(&broken());
    let expected = whole(&pcap, folder.path());
    // As two interfaces that see one direction each, and worse.
    for dealing in [
        0b1010_1010_1010_1010_u32,
        0b1100_1100_1100_1100,
        0b0110_1011_0001_1101,
    ] {
        let file = |index| usize::from(dealing >> index & 1 == 1);
        let dealt = Dealt::new(&pcap, folder.path(), &["a", "b"], file);
        for order in [[0, 1], [1, 0]] {
            let dealt = dealt.ordered(&order);
            assert_eq!(dealt.said(&report_of_files(&dealt.paths)), expected);
        }
    }
}

#[test]
fn every_violation_is_the_same_in_two_files() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let folder = tempfile::tempdir().unwrap();
    let mut dealings = 0;
    for rule in fs::read_dir(rules).unwrap() {
        let pcap = fs::read(rule.unwrap().path().join("fires.pcap")).unwrap();
        let expected = whole(&pcap, folder.path());
        let records = records(&pcap);
        let is_tied = |cut: usize| time(records[cut - 1]) == time(records[cut]);
        let mut check = |file: &dyn Fn(usize) -> usize, is_tied: bool| {
            let dealt = Dealt::new(&pcap, folder.path(), &["a", "b"], file);
            for order in [[0, 1], [1, 0]] {
                let dealt = dealt.ordered(&order);
                // Between equal times the order of the arguments decides.
                if !is_tied || order == [0, 1] {
                    assert_eq!(dealt.said(&report_of_files(&dealt.paths)), expected);
                }
            }
            dealings += 1;
        };
        for cut in 1..records.len() {
            check(&|index| usize::from(index >= cut), is_tied(cut));
        }
        if !(1..records.len()).any(is_tied) {
            check(&|index| index % 2, false);
            check(&|index| index / 2 % 2, false);
        }
    }
    assert!(dealings > 300, "{dealings}");
}

#[test]
fn findings_name_their_file_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let caps = folder.path().join("caps");
    fs::create_dir(&caps).unwrap();
    let index = usize::try_from(VIOLATION_PACKET).unwrap();
    Dealt::new(&pcap(&broken()), &caps, &["ws.pcap0", "ws.pcap1"], |it| {
        usize::from(it >= index)
    });
    let run = |arguments: &[&str]| {
        let output = wsblame(arguments, folder.path());
        assert!(output.status.code() < Some(2), "{}", stderr(&output));
        stdout(&output).to_owned()
    };

    let text = run(&["check", "caps"]);
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(spaced.contains("packet 7 of ws.pcap0, frame 1"), "{text}");
    assert!(
        spaced.contains("server's rsv-without-extension in packet 7 of ws.pcap0"),
        "{text}"
    );
    assert!(spaced.contains("101 in packet 5 of ws.pcap0;"), "{text}");
    assert!(!spaced.contains("of input"), "{text}");

    let json = run(&["check", "--format", "json", "caps"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let connection = &json["connections"][0];
    assert_eq!(
        json["inputs"][1]["name"],
        Path::new("caps").join("ws.pcap1").to_str().unwrap()
    );
    assert_eq!(
        (&connection["input"], &connection["last_input"]),
        (&0.into(), &1.into())
    );
    let complaint = connection["findings"].as_array().unwrap();
    let complaint = complaint
        .iter()
        .find(|it| it["rule"] == "protocol-error-close")
        .unwrap();
    assert_eq!(complaint["because_of"]["input"], 0);
    let message = complaint["message"].as_str().unwrap();
    assert!(message.contains("in packet 7 of input 0"), "{message}");

    let frames = run(&["frames", "caps"]);
    assert!(
        frames.contains(", in ws.pcap0\n") && frames.contains(", in ws.pcap1\n"),
        "{frames}"
    );
    for command in ["frames", "messages"] {
        let lines = run(&[command, "--format", "json", "caps"]);
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let name = format!("ws.pcap{}", line["input"]);
            assert!(
                line["input_name"].as_str().unwrap().ends_with(&name),
                "{line}"
            );
        }
    }
}

#[test]
fn a_directory_a_pattern_and_the_list_of_files_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let caps = folder.path().join("caps");
    fs::create_dir(&caps).unwrap();
    let names = ["ws.pcap0", "ws.pcap1", "ws.pcap2"];
    Dealt::new(&pcap(&broken()), &caps, &names, |index| index / 4 % 3);
    fs::write(caps.join("notes.txt"), "not one byte of a capture").unwrap();
    let report = |arguments: &[&str]| {
        let output = wsblame(
            &[&["check", "--format=json"], arguments].concat(),
            folder.path(),
        );
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let listed = report(&["caps/ws.pcap0", "caps/ws.pcap1", "caps/ws.pcap2"]);
    let pattern = report(&["caps/ws.pcap[0-9]"]);
    assert_eq!(pattern, listed);
    let directory = report(&["caps"]);
    assert_eq!(directory["inputs"], listed["inputs"]);
    assert_eq!(directory["connections"], listed["connections"]);
    let notes = Path::new("caps").join("notes.txt");
    assert_eq!(
        directory["passed_over"]["not_captures"][0],
        notes.to_str().unwrap()
    );
    let twice = report(&["caps/ws.pcap2", "caps", "./caps/ws.pcap2"]);
    assert_eq!(twice["inputs"].as_array().unwrap().len(), 3);
    assert_eq!(
        twice["passed_over"]["repeated"].as_array().unwrap().len(),
        2
    );
    assert_eq!(twice["summary"], listed["summary"]);

    let frames = wsblame(&["frames", "caps"], folder.path());
    assert_eq!(frames.status.code(), Some(0));
    assert_eq!(stderr(&frames).lines().count(), 1, "{}", stderr(&frames));
    assert!(stderr(&frames).contains("no captures, passed over: 1"));
}

#[test]
fn what_leads_to_no_capture_is_one_line_and_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::write(folder.path().join("ws.pcap"), pcap(&broken())).unwrap();
    for (argument, reason) in [
        ("empty", "no capture in this directory"),
        (
            "pg*.pcap",
            "no such file, and no file that matches this pattern",
        ),
        ("ws[.pcap", "no such file, and no pattern"),
        ("gone", "no such file"),
    ] {
        let output = wsblame(&["check", argument, "ws.pcap"], folder.path());
        assert_eq!(output.status.code(), Some(2), "{argument}");
        let complaint = format!("wsblame: {argument}: {reason}");
        assert!(
            stderr(&output).starts_with(&complaint),
            "{}",
            stderr(&output)
        );
        assert_eq!(stderr(&output).lines().count(), 1);
        assert!(stdout(&output).contains(VIOLATION), "still read");
    }
}

/// Conversations of as many hosts at the same time, each a broken one in a file of its own.
fn hosts(count: u8, folder: &Path) -> Vec<PathBuf> {
    (0..count)
        .map(|host| {
            let mut capture = broken();
            for packet in &mut capture.packets {
                packet.time += Duration::from_micros(u64::from(host));
                // The client's address in either direction, and the checksum, which it adds to.
                let addresses = [built::ETHERNET + 12, built::ETHERNET + 16];
                for address in addresses {
                    let bytes = &mut packet.bytes[address..address + 4];
                    if bytes[..3] == [192, 0, 2] {
                        bytes[1] = host;
                    }
                }
            }
            let path = folder.join(format!("host{host:03}.pcap"));
            fs::write(&path, pcap(&capture)).unwrap();
            path
        })
        .collect()
}

#[test]
fn more_captures_overlap_than_are_held_open() {
    let folder = tempfile::tempdir().unwrap();
    let paths = hosts(100, folder.path());
    let report = report_of_files(&paths);
    let expected: Vec<_> = (0..100).map(|host| (host, VIOLATION_PACKET)).collect();
    assert_eq!(found(&report, VIOLATION), expected);
    assert!(report.inputs.iter().all(|input| input.error.is_none()));
    let mut page = Vec::new();
    text::write(&report, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    let page = anstream::adapter::strip_str(&page).to_string();
    assert!(page.starts_with("100 captures, "), "{page}");
}

/// A Ping in the first file; in the second another connection runs for a minute, which had
/// begun in the first one or not, a while after the end of that.
fn pinged(goes_on: bool, gap: Duration) -> (Capture, Capture) {
    let mut silent = Conversation::accepted();
    silent.server(Frame::ping("hello?")).ack(Client);
    let other = |port| {
        let client = ([192, 0, 2, 11], port).into();
        let mut other = Conversation::between(client, ([198, 51, 100, 20], 80).into());
        other.at(Duration::from_millis(9)).open();
        other
    };
    let (mut known, mut new) = (other(40_000), other(40_001));
    let first = Capture::of([&silent, &known]);
    let running = if goes_on { &mut known } else { &mut new };
    let seen = running.segments().len();
    running.wait(gap).bytes(Client, "anybody");
    running.wait(Duration::from_secs(60)).end(Client);
    let segments = running.segments().iter().skip(seen);
    let packets = segments.map(wsblame_fixtures::Segment::packet).collect();
    (first, Capture { packets })
}

#[test]
fn what_never_came_is_missed_in_the_files_that_follow() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["ws.pcap0", "ws.pcap1"].map(|name| folder.path().join(name));
    let unanswered = |(first, second): (Capture, Capture)| {
        fs::write(&paths[0], pcap(&first)).unwrap();
        fs::write(&paths[1], pcap(&second)).unwrap();
        found(&report_of_files(&paths), "unanswered-ping")
    };
    let at_once = Duration::from_millis(5);
    assert_eq!(unanswered(pinged(true, at_once)), [(0, 6)]);
    // Nothing shows that the second file was captured where the first one was.
    assert_eq!(unanswered(pinged(false, at_once)), []);
    // The Pong may have come between the two.
    assert_eq!(unanswered(pinged(true, Duration::from_secs(5))), []);
}

#[test]
fn files_with_nothing_or_a_strange_first_time_disturb_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let capture = broken();
    let file = |name: &str, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let mut strange = Capture {
        packets: vec![capture.packets[0].clone(); 2],
    };
    for (name, time) in [("zero", 0), ("future", u64::from(u32::MAX))] {
        strange.packets[0].time = Duration::from_secs(time);
        let paths = [
            file("nothing", pcap(&Capture::default())),
            file(name, pcap(&strange)),
            file("ws", pcap(&capture)),
        ];
        let report = report_of_files(&paths);
        assert_eq!(found(&report, VIOLATION), [(2, VIOLATION_PACKET)], "{name}");
        assert!(report.inputs.iter().all(|input| input.error.is_none()));
        let packets: Vec<_> = report.inputs.iter().map(|input| input.packets).collect();
        assert_eq!(packets, [0, 2, capture.packets.len() as u64]);
    }
}

#[test]
fn a_file_that_ends_early_or_is_damaged_ends_alone() {
    let folder = tempfile::tempdir().unwrap();
    let pcap = pcap(&broken());
    let names = ["ws.pcap0", "ws.pcap1"];
    let dealt = Dealt::new(&pcap, folder.path(), &names, |index| {
        usize::from(index >= 4)
    });
    let mut first = fs::read(&dealt.paths[0]).unwrap();
    // The beginning of a fifth record.
    first.extend_from_within(24..31);
    fs::write(&dealt.paths[0], &first).unwrap();
    let report = report_of_files(&dealt.paths);
    assert!(report.inputs[0].truncated, "{:?}", report.inputs[0]);
    assert!(!report.inputs[1].truncated, "{:?}", report.inputs[1]);
    assert_eq!(found(&report, VIOLATION), [(1, VIOLATION_PACKET - 4)]);
}

#[cfg(unix)]
#[test]
fn pipes_take_part_and_are_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a", "b", "c"];
    let dealt = Dealt::new(&pcap(&broken()), folder.path(), &names, |index| index % 3);
    let expected = dealt.said(&report_of_files(&dealt.paths));
    let fifo = folder.path().join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let bytes = fs::read(&dealt.paths[1]).unwrap();
    let writer = {
        let fifo = fifo.clone();
        std::thread::spawn(move || fs::write(fifo, bytes).unwrap())
    };
    let output = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(["check", "--format=json", "a", "fifo", "-"])
        .current_dir(folder.path())
        .stdin(fs::File::open(&dealt.paths[2]).unwrap())
        .output()
        .unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["summary"], expected["summary"]);
    assert_eq!(report["inputs"].as_array().unwrap().len(), 3);

    let twice = wsblame(&["frames", "--connection", "1", "fifo"], folder.path());
    assert_eq!(twice.status.code(), Some(2));
    assert!(
        stderr(&twice).contains("cannot be read twice"),
        "{}",
        stderr(&twice)
    );
}

#[cfg(target_os = "linux")]
#[test]
fn few_descriptors_are_enough_for_many_files() {
    let folder = tempfile::tempdir().unwrap();
    hosts(100, folder.path());
    let limited = "ulimit -n 40 && exec \"$0\" check --format json .";
    let output = Command::new("sh")
        .args(["-c", limited, env!("CARGO_BIN_EXE_wsblame")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["summary"]["broken"], 100);
}
