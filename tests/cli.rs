//! The program as it is run: usage, streams, exit status.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const BROKEN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/fixtures/real/rsv1-set-by-proxy/capture.pcap"
);

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
            &["check", "--format", "pdf", "x"],
            "[possible values: text, json, markdown, html]",
        ),
        (
            &["frames", "--format", "markdown", "x"],
            "[possible values: text, json]",
        ),
        (
            &["check", "--output", "x.pdf", "x"],
            ".txt, .json, .md or .html",
        ),
        (&["explain", "--output", "x.md", "1006"], ".txt or .json"),
        (&["check", "--only", "no-such-rule", "x"], "no such rule"),
        (&["check", "--severity", "bad-key", "x"], "RULE=LEVEL"),
        (&["rules", "no-such-rule"], "no such rule"),
        (&["frames", "--opcode", "0x10", "x"], "0x0"),
        (
            &["frames", "--connection", "10.0.0.5", "x"],
            "10.0.0.5:51234",
        ),
        (&["messages", "--sender", "proxy", "x"], "client"),
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
    assert_eq!(stdout(&output), "", "it is said once");
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
    let plain = wsblame(&["check", BROKEN]);
    assert!(stdout(&plain).contains("is broken"));
    assert!(!stdout(&plain).contains('\u{1b}'));
    let styled = wsblame(&["check", "--color", "always", BROKEN]);
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
        BROKEN,
    ]);
    assert_eq!(output.status.code(), Some(1));
    let report = std::fs::read(&json).unwrap();
    serde_json::from_slice::<serde_json::Value>(&report).unwrap();
    let text = std::fs::read_to_string(&text).unwrap();
    assert!(text.contains("is broken") && !text.contains('\u{1b}'));
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

#[test]
fn markdown_goes_to_a_file_and_to_standard_output_alike() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("incident.md");
    let capture = "fixtures/real/reload-storm/capture.pcap";
    let markdown = [
        "check", "--color", "always", "--format", "markdown", capture,
    ];
    let output = wsblame(&[&markdown[..], &["--output", file.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), std::fs::read_to_string(&file).unwrap());
    for (top, told) in [("0", 0), ("3", 3), ("100", 8)] {
        let output = wsblame(&[&markdown[..], &["--top", top]].concat());
        let text = stdout(&output);
        assert_eq!(
            text.matches("side broke connection ").count(),
            told,
            "{top}"
        );
        let output = wsblame(&["check", "--top", top, capture]);
        let text = stdout(&output);
        assert_eq!(text.matches(" is broken: ").count(), told, "{top}");
    }
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
        &["frames", BROKEN],
        &["frames", "--format", "json", BROKEN],
        &["messages", "--show-payload", BROKEN],
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

/// A capture of `fixtures/real`.
fn capture(name: &str) -> String {
    format!(
        "{}/fixtures/real/{name}/capture.pcap",
        env!("CARGO_MANIFEST_DIR")
    )
}

#[test]
fn the_exit_status_says_whether_anything_is_broken() {
    for (name, status) in [("connect-through-squid", 0), ("masked-server-frames", 1)] {
        let output = wsblame(&["check", &capture(name)]);
        assert_eq!(output.status.code(), Some(status), "{name}");
    }
    let both = wsblame(&[
        "check",
        &capture("masked-server-frames"),
        "no-such-file.pcap",
    ]);
    assert_eq!(both.status.code(), Some(2));
    assert!(
        stdout(&both).contains("masked-server-frame"),
        "still reported"
    );
}

#[test]
fn ignored_rules_break_nothing() {
    let rules = "rsv-without-extension,protocol-error-close";
    let output = wsblame(&["check", "--ignore", rules, BROKEN]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let output = wsblame(&["check", "--only", "orphan-continuation", BROKEN]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn a_severity_decides_what_is_broken_and_stands_in_the_report() {
    let status = |arguments: &[&str]| {
        let output = wsblame(&[&["check", BROKEN], arguments].concat());
        (output.status.code(), stdout(&output).to_owned())
    };
    let (code, text) = status(&[
        "--severity",
        "rsv-without-extension=warning,protocol-error-close=info",
    ]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("As asked: protocol-error-close taken for info"),
        "{text}"
    );
    let (code, json) = status(&[
        "--format=json",
        "--ignore=rsv-without-extension",
        "--severity=protocol-error-close=error",
    ]);
    assert_eq!(code, Some(1), "{json}");
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        report["selection"]["severity"]["protocol-error-close"],
        "error"
    );
    assert_eq!(report["selection"]["ignore"][0], "rsv-without-extension");
    assert_eq!(report["summary"]["findings"]["error"], 1);
}

#[test]
fn standard_input_gives_the_report_that_its_file_gives() {
    let from_file = wsblame(&["check", "--format", "json", BROKEN]);
    let piped = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(["check", "--format", "json", "-"])
        .stdin(std::fs::File::open(BROKEN).unwrap())
        .output()
        .unwrap();
    let named = stdout(&from_file).replace(BROKEN, "-");
    assert_eq!(stdout(&piped), named);
}

/// How many lines a command prints.
fn count(arguments: &[&str]) -> usize {
    let output = wsblame(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output).lines().count()
}

#[test]
fn frames_are_no_verdict() {
    let output = wsblame(&["frames", BROKEN]);
    assert_eq!(output.status.code(), Some(0));
    let output = wsblame(&["frames", BROKEN, "no-such-file.pcap"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("wsblame: no-such-file.pcap: "));
    assert!(
        stdout(&output).contains("rsv-without-extension"),
        "still read"
    );
    let output = wsblame(&["messages", "no-such-file.pcap"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
}

#[test]
fn a_connection_is_followed_by_its_id_or_its_client() {
    let reports = wsblame(&["check", "--format", "json", BROKEN]);
    let report: serde_json::Value = serde_json::from_str(stdout(&reports)).unwrap();
    let client = report["connections"][0]["client"].clone();
    let client = format!("{}:{}", client["address"].as_str().unwrap(), client["port"]);
    for command in ["frames", "messages"] {
        let all = count(&[command, BROKEN]);
        assert!(all > 5);
        assert_eq!(count(&[command, "--connection", "1", BROKEN]), all);
        assert_eq!(count(&[command, "--connection", &client, BROKEN]), all);
        assert_eq!(count(&[command, "--connection", "10.9.9.9:1", BROKEN]), 0);
        let output = wsblame(&[command, "--connection", "2", BROKEN]);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).contains("no connection 2"),
            "{}",
            stderr(&output)
        );
        let output = wsblame(&[command, "--connection", "1", "-"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("cannot be read twice"));
    }
}

#[test]
fn frames_of_standard_input_are_those_of_its_file() {
    let from_file = wsblame(&["frames", "--show-payload", BROKEN]);
    let piped = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(["frames", "--show-payload", "-"])
        .stdin(std::fs::File::open(BROKEN).unwrap())
        .output()
        .unwrap();
    assert_eq!(stdout(&piped), stdout(&from_file));
}

#[test]
fn frames_are_filtered() {
    let json = |more: &[&str]| count(&[&["frames", "--format=json", BROKEN], more].concat());
    let all = json(&[]);
    assert_eq!(json(&["--opcode", "close"]), 2);
    assert_eq!(
        json(&["--opcode", "0x1,close"]),
        json(&["--opcode", "text"]) + 2
    );
    assert_eq!(json(&["--opcode", "reserved"]), 0);
    assert_eq!(json(&["--errors"]), 1);
    // The handshake belongs to both.
    let (client, server) = (json(&["--sender=client"]), json(&["--sender=server"]));
    assert_eq!(client + server, all + 1);
}

#[test]
fn a_capture_cut_anywhere_is_read_up_to_there() {
    let folder = folder("cut");
    let whole = std::fs::read(BROKEN).unwrap();
    let cut = folder.join("cut.pcap");
    for length in (24..whole.len()).step_by(61) {
        std::fs::write(&cut, &whole[..length]).unwrap();
        let output = wsblame(&["check", "--format", "json", cut.to_str().unwrap()]);
        assert!(
            output.status.code() < Some(2),
            "{length}: {}",
            stderr(&output)
        );
        assert_eq!(stderr(&output), "");
    }
}

#[test]
fn unreadable_inputs_are_one_clear_line_each() {
    let folder = folder("unreadable");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for (input, reason) in [
        (
            folder.join("missing").to_str().unwrap().to_owned(),
            "no such file",
        ),
        (
            folder.to_str().unwrap().to_owned(),
            "no capture in this directory",
        ),
        (file("empty.pcap", b""), "is empty"),
        (file("notes.txt", b"no capture\x1b[2J\n"), "not a capture"),
    ] {
        let output = wsblame(&["check", &input]);
        assert_eq!(output.status.code(), Some(2), "{input}");
        let complaint = stderr(&output);
        assert!(complaint.contains(&format!(": {reason}")), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(!complaint.contains('\u{1b}'), "{complaint:?}");
        assert_eq!(stdout(&output), "");
    }
}

/// The capture is the evidence.
#[test]
fn a_report_does_not_take_the_place_of_a_capture() {
    let folder = folder("report-over-capture");
    let (capture, other) = (folder.join("ws.txt"), folder.join("report.txt"));
    std::fs::copy(BROKEN, &capture).unwrap();
    let place = folder.join(".").join("ws.txt");
    for input in [&capture, &folder] {
        let output = wsblame(&[
            "check",
            "--output",
            place.to_str().unwrap(),
            "--output",
            other.to_str().unwrap(),
            input.to_str().unwrap(),
        ]);
        assert_eq!(output.status.code(), Some(2));
        let told = stderr(&output);
        assert!(told.contains("is one of the captures"), "{told}");
        // It is said before anything is read.
        assert_eq!(stdout(&output), "");
        assert!(!other.exists());
        let kept = std::fs::read(&capture).unwrap();
        assert_eq!(kept, std::fs::read(BROKEN).unwrap());
    }
}

#[test]
fn lines_of_a_capture_that_is_cut_off_are_not_taken_for_all() {
    let cut = folder("cut-off").join("cut.pcap");
    let bytes = std::fs::read(BROKEN).unwrap();
    std::fs::write(&cut, bytes.split_last().unwrap().1).unwrap();
    for command in ["frames", "messages"] {
        let output = wsblame(&[command, cut.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0));
        let told = stderr(&output);
        assert!(told.contains("ends in the middle of a packet"), "{told}");
        assert!(!stdout(&output).is_empty());
    }
}

/// Nothing printed would read as nothing wrong.
#[test]
fn lines_that_there_are_none_of_say_why() {
    let folder = folder("no-lines");
    let mut bytes = std::fs::read(BROKEN).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let none = file("none.pcap", &bytes[..24]);
    bytes[20] = 189;
    let usb = file("usb.pcap", &bytes);
    for command in ["frames", "messages"] {
        for (path, link) in [
            (&none, ""),
            (&usb, "link type 189, USB_LINUX, cannot be read"),
        ] {
            let output = wsblame(&[command, path.to_str().unwrap()]);
            assert_eq!(output.status.code(), Some(0));
            assert_eq!(stdout(&output), "");
            let told = stderr(&output);
            assert!(told.contains("no WebSocket connection"), "{told}");
            assert!(told.contains(link), "{told}");
        }
    }
}

/// A capture of a block page, and a file of products with this text.
fn with_products(test: &str, text: &str) -> Output {
    let file = folder(test).join("ours.toml");
    std::fs::write(&file, text).unwrap();
    let capture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/rules/injected-http-response/fires.pcap"
    );
    wsblame(&["check", "--products", file.to_str().unwrap(), capture])
}

#[test]
fn products_of_ones_own_are_named() {
    let output = with_products(
        "products",
        "[[product]]\nname = 'our gate'\nkind = 'filter'\npages = ['<title>Blocked']\n",
    );
    assert_eq!(output.status.code(), Some(1));
    let report = stdout(&output).split_whitespace().collect::<Vec<_>>();
    assert!(report.join(" ").contains("bears the marks of our gate"));
}

#[test]
fn a_wrong_file_of_products_is_told_by_line_and_key() {
    let output = with_products(
        "wrong-products",
        "[[product]]\nname = 'our gate'\nkind = 'wall'\n",
    );
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    let told = stderr(&output);
    assert!(told.contains("ours.toml: line 3, `kind`: unknown variant `wall`"));
    assert_eq!(told.lines().count(), 1, "{told}");
}

#[test]
fn a_comparison_says_by_its_exit_status_what_it_found() {
    let legs = |name: &str| {
        let folder = format!("{}/fixtures/legs-built/{name}", env!("CARGO_MANIFEST_DIR"));
        ["client", "server"].map(|near| format!("{folder}/near-{near}.pcap"))
    };
    let status = |arguments: &[&str]| wsblame(&[&["compare"], arguments].concat()).status.code();
    let [own, other] = legs("extension-stripped-from-101");
    assert_eq!(status(&[&own, &other]), Some(1));
    assert_eq!(status(&["--quiet", &own, &other]), Some(1));
    let [own, other] = legs("frames-made-anew");
    assert_eq!(status(&[&own, &other]), Some(0));
    assert_eq!(status(&[&own]), Some(0));
    assert_eq!(status(&[&own, "no-such-file.pcap"]), Some(2));
    assert_eq!(status(&[&own, &other, &own]), Some(2));
    assert_eq!(status(&[]), Some(2));
    let folder = folder("comparison");
    let (json, text) = (folder.join("report.json"), folder.join("report.txt"));
    let run = wsblame(&[
        "compare",
        "--format",
        "json",
        "--output",
        json.to_str().unwrap(),
        "--output",
        text.to_str().unwrap(),
        &own,
        &other,
    ]);
    assert_eq!(run.status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&json).unwrap(), stdout(&run));
    assert!(stdout(&run).contains("\"wsblame.compare/1\""));
    let text = std::fs::read_to_string(&text).unwrap();
    assert!(text.contains("what the proxy changed"), "{text}");
}
