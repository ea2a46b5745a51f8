//! What `check`, `frames` and `messages` are asked to choose is what they report, and they say so.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use wsblame_fixtures::{Capture, Conversation, Frame, Head, Precision, Side};

/// A conversation that begins so many seconds after 10:00:00.
fn conversation(client: &str, server: &str, seconds: u64) -> Conversation {
    let end = |text: &str| text.parse::<SocketAddr>().unwrap();
    let mut conversation = Conversation::between(end(client), end(server));
    conversation.wait(Duration::from_secs(seconds)).open();
    conversation
}

fn upgrade(conversation: &mut Conversation, target: &str, host: &str) {
    let request = Head::upgrade()
        .line(format!("GET {target} HTTP/1.1"))
        .with("Host", host);
    conversation.upgrade_with(&request, &Head::switching(&request));
}

/// Four connections, with 11 packets each but for TLS, which has 4, begun within two minutes:
///
/// 1. 10.0.0.5:50001 → 10.0.0.9:8001, api.example.com:8001/chat, sound
/// 2. 10.0.0.6:50002 → 10.0.0.9:8002, feed.example.com/feed?token=secret, RSV1
/// 3. [2001:db8::10]:50003 → [2001:db8::20]:80, WWW.example.org/chat, RSV1
/// 4. at 10:00:10, between the first two: TLS to port 443
fn capture() -> Capture {
    let mut chat = conversation("10.0.0.5:50001", "10.0.0.9:8001", 0);
    upgrade(&mut chat, "/chat", "api.example.com:8001");
    chat.client(Frame::text("hello")).close(1000);
    let mut tls = conversation("172.16.0.1:50004", "10.0.0.9:443", 10);
    tls.bytes(Side::Client, [22, 3, 1, 0, 5, 1, 0, 0, 1, 0]);
    let mut feed = conversation("10.0.0.6:50002", "10.0.0.9:8002", 60);
    upgrade(&mut feed, "/feed?token=secret", "feed.example.com");
    feed.server(Frame::text("news").rsv1()).close(1002);
    let mut other = conversation("[2001:db8::10]:50003", "[2001:db8::20]:80", 120);
    upgrade(&mut other, "/chat", "WWW.example.org");
    other.server(Frame::text("hi").rsv1()).close(1002);
    Capture::of([&chat, &tls, &feed, &other])
}

/// The capture as a file of this test.
fn file(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("choosing-{test}.pcap"));
    std::fs::write(&path, capture().to_pcap(Precision::Microseconds)).unwrap();
    path
}

fn real(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("fixtures/real").join(name).join("capture.pcap")
}

fn wsblame(arguments: &[&str], capture: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .args(arguments)
        .arg(capture)
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

fn report(arguments: &[&str], capture: &Path) -> Value {
    let output = wsblame(&[&["check", "--format=json"], arguments].concat(), capture);
    assert!(
        output.status.code() < Some(2),
        "{arguments:?}: {}",
        stderr(&output)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(arguments: &[&str], capture: &Path) -> String {
    let output = wsblame(&[&["check"], arguments].concat(), capture);
    // Lines are wrapped where a word would not fit.
    stdout(&output).replace("\n  ", " ")
}

/// The ids of a report's connections.
fn ids(report: &Value) -> Vec<u64> {
    let connections = report["connections"].as_array().unwrap();
    let id = |connection: &Value| connection["id"].as_u64().unwrap();
    connections.iter().map(id).collect()
}

/// The clients' ports in lines, each once.
fn clients(command: &str, arguments: &[&str], capture: &Path) -> Vec<u64> {
    let arguments = [&[command, "--format=json"], arguments].concat();
    let output = wsblame(&arguments, capture);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{arguments:?}: {}",
        stderr(&output)
    );
    let lines = stdout(&output).lines();
    let port = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["connection"]["client"]["port"].as_u64().unwrap()
    };
    let mut ports: Vec<u64> = lines.map(port).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// Options, and the ports of the clients of the connections that they choose of [`capture`].
const CHOICES: &[(&[&str], &[u64])] = &[
    (&["--host", "10.0.0.5"], &[50_001]),
    (&["--host", "10.0.0.9"], &[50_001, 50_002]),
    (&["--host", "10.0.0.4/30"], &[50_001, 50_002]),
    (&["--host", "10.0.0.5,2001:db8::/32"], &[50_001, 50_003]),
    (&["--host", "0.0.0.0/0"], &[50_001, 50_002]),
    (&["--host", "::/0"], &[50_003]),
    (&["--host", "[2001:db8::20]"], &[50_003]),
    (&["--host", "API.example.com"], &[50_001]),
    (&["--host", "*.example.com"], &[50_001, 50_002]),
    (
        &["--host", "www.example.org", "--host", "10.0.0.6"],
        &[50_002, 50_003],
    ),
    (&["--port", "8001"], &[50_001]),
    (&["--port", "8000-8002"], &[50_001, 50_002]),
    (&["--port", "50003,8002"], &[50_002, 50_003]),
    (&["--port", "0-65535"], &[50_001, 50_002, 50_003]),
    (&["--path", "/chat"], &[50_001, 50_003]),
    (&["--path", "/feed"], &[50_002]),
    (
        &["--path", "/f*", "--path", "*at"],
        &[50_001, 50_002, 50_003],
    ),
    (&["--since", "10:01"], &[50_002, 50_003]),
    (&["--since", "+1m30s"], &[50_003]),
    (&["--since", "2026-03-01T11:02:00+01:00"], &[50_003]),
    (&["--until", "2026-03-01 10:01:30"], &[50_001, 50_002]),
    (&["--since", "+30s", "--until", "+90s"], &[50_002]),
    (&["--connection", "10.0.0.6:50002"], &[50_002]),
    (
        &["--connection", "[2001:db8::10]:50003,2"],
        &[50_002, 50_003],
    ),
    (&["--connection", "1,3"], &[50_001, 50_003]),
    // An id is one of what was analysed.
    (&["--port", "8002", "--connection", "1"], &[50_002]),
    (&["--path", "/chat", "--connection", "3"], &[50_003]),
    (&["--path", "/chat", "--host", "10.0.0.0/8"], &[50_001]),
    // A moment counts from the first packet, chosen or not.
    (&["--port", "80,8002", "--since", "+100s"], &[50_003]),
    #[cfg(feature = "libpcap")]
    (&["--filter", "host 10.0.0.6 or ip6"], &[50_002, 50_003]),
    #[cfg(feature = "libpcap")]
    (&["--filter", "tcp port 8001", "--path", "/chat"], &[50_001]),
];

#[test]
fn all_commands_choose_the_same() {
    let capture = file("same");
    for (options, expected) in CHOICES {
        let report = report(options, &capture);
        let connections = report["connections"].as_array().unwrap();
        let port = |connection: &Value| connection["client"]["port"].as_u64().unwrap();
        let ports: Vec<u64> = connections.iter().map(port).collect();
        assert_eq!(ports, *expected, "{options:?}");
        for command in ["frames", "messages"] {
            assert_eq!(
                clients(command, options, &capture),
                *expected,
                "{command} {options:?}"
            );
        }
    }
}

#[test]
fn what_is_left_out_is_counted_nowhere_else() {
    let capture = file("counted");
    let all = report(&[], &capture);
    assert_eq!(ids(&all), [1, 2, 3]);
    assert_eq!(all["summary"]["broken"], 2);
    assert_eq!(all["summary"]["other"]["tls"], 1);
    assert_eq!(all["inputs"][0]["filtered"], 0);

    // Connections are left out behind the analysis, and keep their ids.
    let feed = report(&["--path", "/feed"], &capture);
    assert_eq!(ids(&feed), [2]);
    let summary = &feed["summary"];
    assert_eq!(summary["connections"], 1);
    assert_eq!(summary["broken"], 1);
    assert_eq!(summary["other"]["tls"], 1);
    assert_eq!(
        summary["unchosen"],
        json!({
            "connections": 2,
            "hosts": { "WWW.example.org": 1, "api.example.com": 1 },
            "paths": { "/chat": 2 },
        })
    );
    assert_eq!(feed["connections"], json!([all["connections"][1]]));
    assert_eq!(feed["inputs"], all["inputs"]);

    // Packets are left out before it.
    let port = report(&["--port", "8002"], &capture);
    assert_eq!(ids(&port), [1]);
    assert_eq!(port["inputs"][0]["filtered"], 37 - 11);
    assert_eq!(port["inputs"][0]["packets"], 37);
    assert_eq!(port["summary"]["other"]["tls"], 0);
    assert_eq!(port["summary"]["unchosen"]["connections"], 0);
    let addresses = report(&["--host", "10.0.0.6,::1"], &capture);
    assert_eq!(addresses["inputs"], port["inputs"]);
}

#[test]
fn the_exit_status_is_that_of_what_is_chosen() {
    let capture = file("status");
    for (options, status) in [
        (&["--path", "/chat"][..], 1),
        (&["--path", "/feed"], 1),
        (&["--port", "8001"], 0),
        (&["--connection", "1"], 0),
        (&["--connection", "2"], 1),
        (&["--until", "+30s"], 0),
        (&["--path", "/ws"], 0),
        (
            &[
                "--path",
                "/feed",
                "--ignore",
                "rsv-without-extension,protocol-error-close",
            ],
            0,
        ),
    ] {
        let output = wsblame(&[&["check"], options].concat(), &capture);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{options:?}: {}",
            stdout(&output)
        );
    }
}

#[test]
fn a_report_says_what_was_asked_for() {
    let capture = file("said");
    let options = [
        "--host=10.0.0.0/8,*.example.com",
        "--port=8000-8010,80",
        "--path=/feed",
        "--since=10:01",
        "--until=+1h",
        "--connection=2,10.0.0.6:50002",
        "--ignore=bad-key",
    ];
    let selection = &report(&options, &capture)["selection"];
    assert_eq!(
        *selection,
        json!({
            "filter": null,
            "host": ["10.0.0.0/8", "*.example.com"],
            "port": ["8000-8010", "80"],
            "path": ["/feed"],
            "since": "2026-03-01T10:01:00Z",
            "until": "2026-03-01T11:00:00Z",
            "connection": ["2", "10.0.0.6:50002"],
            "only": [],
            "ignore": ["bad-key"],
            "severity": {},
        })
    );
    let text = text(&options, &capture);
    let expected = "chosen: --host '10.0.0.0/8,*.example.com' --port 8000-8010,80 --path /feed \
                    --since 2026-03-01T10:01:00Z --until 2026-03-01T11:00:00Z \
                    --connection 2,10.0.0.6:50002; 2 of 3 WebSocket connections left out\n";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("; 4 packets not chosen\n"), "{text}");
    assert!(!self::text(&[], &capture).contains("chosen"));
}

#[test]
fn whoever_chooses_nothing_learns_what_there_is() {
    let capture = file("nothing");
    for (options, expected) in [
        (
            &["--path", "/ws"][..],
            "none of 3 WebSocket connections matches --path /ws; paths seen: /chat (2), /feed (1)",
        ),
        (
            &["--host", "ws.example.com"],
            "none of 3 WebSocket connections matches --host ws.example.com; hosts seen: \
             WWW.example.org (1), api.example.com (1), feed.example.com (1)",
        ),
        (
            &["--since", "+1h"],
            "none of 3 WebSocket connections matches --since 2026-03-01T11:00:00Z",
        ),
        (
            &["--port", "8001", "--path", "/ws"],
            "the only WebSocket connection does not match --port 8001 --path /ws; paths seen: \
             /chat (1)",
        ),
        (
            &["--port", "81"],
            "no WebSocket connection is left by --port 81; of 37 packets that were read 37 are \
             left out",
        ),
        (
            &["--until", "09:00"],
            "no WebSocket connection is left by --until 2026-03-01T09:00:00Z; of 2 packets that \
             were read 2 are left out",
        ),
    ] {
        let text = text(options, &capture);
        assert!(
            text.contains(&format!("nothing to judge: {expected}.")),
            "{text}"
        );
        // Where no text is printed that says it.
        for command in [
            &["check", "--quiet"][..],
            &["check", "--format=json"],
            &["frames"],
            &["messages", "--format=json"],
        ] {
            let output = wsblame(&[command, options].concat(), &capture);
            assert_eq!(output.status.code(), Some(0));
            assert_eq!(
                stderr(&output),
                format!("wsblame: {expected}\n"),
                "{command:?}"
            );
        }
    }
    let text = text(&["--port", "443"], &capture);
    assert!(text.contains("TCP connections seen: 1 TLS."), "{text}");
    assert!(text.contains("inside TLS"), "{text}");
}

#[test]
fn what_lies_behind_the_end_is_as_if_it_had_not_been_captured() {
    let capture = file("until");
    // In the middle of the second connection, before its violation.
    let cut = report(&["--until", "10:01:00.0045"], &capture);
    assert_eq!(ids(&cut), [1, 2]);
    assert_eq!(
        cut["summary"]["findings"],
        json!({ "error": 0, "warning": 0, "info": 0 })
    );
    assert_eq!(cut["connections"][1]["last_packet"], 11 + 4 + 5);
    assert_eq!(cut["inputs"][0]["truncated"], false);
    let whole = report(&["--until", "10:01:00.005"], &capture);
    assert_eq!(whole["summary"]["findings"]["error"], 1);
}

#[test]
fn what_came_before_is_known_of_a_connection_whose_later_part_is_asked_for() {
    let capture = file("since");
    let report = report(&["--since", "10:01:00.009"], &capture);
    assert_eq!(ids(&report), [2, 3]);
    let feed = &report["connections"][0];
    assert_eq!(feed["handshake"]["outcome"], "accepted");
    assert_eq!(feed["findings"][0]["rule"], "rsv-without-extension");
    let output = wsblame(
        &["frames", "--since", "10:01:00.006", "--until", "+90s"],
        &capture,
    );
    let lines: Vec<&str> = stdout(&output).lines().collect();
    assert!(lines[2].contains("10:01:00.006"), "{}", stdout(&output));
    assert!(!stdout(&output).contains("handshake"));
}

#[test]
fn an_input_that_runs_backwards_is_read_beyond_the_end() {
    let mut capture = capture();
    // One packet of a wrong time, as a glitch of a clock leaves it, and two that changed places.
    capture.packets[3].time += Duration::from_secs(3600);
    capture.packets.swap(6, 7);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("choosing-backwards.pcap");
    std::fs::write(&path, capture.to_pcap(Precision::Microseconds)).unwrap();
    let report = report(&["--until", "+30s"], &path);
    assert_eq!(report["connections"][0]["last_packet"], 11);
    assert_eq!(
        report["inputs"][0]["filtered"], 3,
        "the glitch, and two behind the end"
    );
}

#[test]
fn a_redirected_or_refused_handshake_is_chosen_by_its_target() {
    let refused = real("handshake-rejected-403");
    let report = report(&["--path", "*", "--host", "*"], &refused);
    assert_eq!(ids(&report).len(), 1);
    let joined = real("mid-stream-start");
    let text = text(&["--path", "*"], &joined);
    assert!(text.contains("no paths were seen"), "{text}");
    assert!(clients("frames", &["--path", "*"], &joined).is_empty());
    assert!(!clients("frames", &["--port", "0-65535"], &joined).is_empty());
}

#[test]
fn wrong_usage_says_what_is_right_before_anything_is_read() {
    for (options, expected) in [
        (["--host", "10.0.0.5:80"], "--host 10.0.0.5 --port 80"),
        (["--host", "10.0.0.300"], "a network as 10.0.0.0/8"),
        (["--port", "http"], "a range as 8000-8010"),
        (["--port", "9-1"], "lower end: 1-9"),
        (["--path", "chat"], "begins with /"),
        (["--path", "/chat?x"], "no query"),
        (["--since", "noon"], "+5m30s"),
        (["--until", "+5"], "+90s"),
        (["--connection", "10.0.0.5"], "10.0.0.5:51234"),
    ] {
        for command in ["check", "frames", "messages"] {
            let output = wsblame(&[&[command], &options[..]].concat(), Path::new("missing"));
            assert_eq!(output.status.code(), Some(2), "{options:?}");
            assert!(stderr(&output).contains(expected), "{}", stderr(&output));
            assert!(!stderr(&output).contains("missing"), "{}", stderr(&output));
        }
    }
}

#[cfg(not(feature = "libpcap"))]
#[test]
fn without_libpcap_a_filter_is_refused_and_everything_else_works() {
    let output = wsblame(&["check", "--filter", "tcp"], &file("without"));
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("built without libpcap"),
        "{}",
        stderr(&output)
    );
    assert_eq!(stdout(&output), "");
}

#[cfg(feature = "libpcap")]
mod filters {
    use super::*;

    #[test]
    fn a_wrong_filter_is_shown_with_its_place() {
        let output = wsblame(
            &["check", "--filter", "tcp prot 8001"],
            Path::new("missing"),
        );
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).contains("\n  tcp prot 8001\n      ^^^^\n"),
            "{}",
            stderr(&output)
        );
        assert!(!stderr(&output).contains("missing"));
    }

    #[test]
    fn packets_that_do_not_pass_are_counted() {
        let capture = file("passed");
        let report = report(&["--filter", "tcp port 8002 or port 443"], &capture);
        assert_eq!(ids(&report), [1]);
        assert_eq!(report["inputs"][0]["filtered"], 22);
        assert_eq!(report["inputs"][0]["filter_error"], Value::Null);
        assert_eq!(report["summary"]["other"]["tls"], 1);
        assert_eq!(report["selection"]["filter"], "tcp port 8002 or port 443");
        let text = text(&["--filter", "tcp port 8002"], &capture);
        assert!(text.contains("; 26 packets not chosen\n"), "{text}");
        assert!(
            text.contains("chosen: --filter 'tcp port 8002'\n"),
            "{text}"
        );
    }

    /// A pcap with these packets on another link: without their Ethernet headers.
    fn raw(test: &str) -> PathBuf {
        let mut capture = capture();
        for packet in &mut capture.packets {
            packet.bytes.drain(..14);
            packet.wire_length -= 14;
        }
        let mut file = capture.to_pcap(Precision::Microseconds);
        file[20] = 101;
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("choosing-{test}.pcap"));
        std::fs::write(&path, file).unwrap();
        path
    }

    #[test]
    fn a_filter_is_compiled_for_the_link_type() {
        let report = report(&["--filter", "port 8002"], &raw("raw"));
        assert_eq!(ids(&report), [1]);
        assert_eq!(report["inputs"][0]["filtered"], 26);
    }

    #[test]
    fn a_filter_that_means_nothing_on_a_link_is_an_error_of_its_input() {
        let (ethernet, raw) = (file("ethernet"), raw("unfit"));
        let filter = ["--filter", "ether host 02:00:00:00:00:01 or tcp"];
        for command in ["check", "frames"] {
            let both = [&[command], &filter[..], &[raw.to_str().unwrap()]].concat();
            let output = wsblame(&both, &ethernet);
            assert_eq!(output.status.code(), Some(2), "{command}");
            let complaint = stderr(&output);
            assert_eq!(complaint.lines().count(), 1, "{complaint}");
            let expected = "choosing-unfit.pcap: packet 1: the filter cannot be applied to packets \
                            of link type 101, RAW (raw IP): ";
            assert!(complaint.contains(expected), "{complaint}");
            assert!(
                stdout(&output).contains("rsv-without-extension"),
                "the other is read"
            );
        }
        let output = wsblame(&[&["check", "--format=json"], &filter[..]].concat(), &raw);
        assert_eq!(output.status.code(), Some(2));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["inputs"][0]["filtered"], 37);
        assert_eq!(report["inputs"][0]["error"], Value::Null);
    }

    #[test]
    fn a_filter_and_its_opposite_part_a_capture() {
        let any = real("any-doubled");
        let all = report(&[], &any)["inputs"][0]["packets"].as_u64().unwrap();
        let some = report(&["--filter", "tcp"], &any);
        let left_out = some["inputs"][0]["filtered"].as_u64().unwrap();
        assert!(left_out < all);
        assert_eq!(ids(&some), ids(&report(&[], &any)));
        let none = report(&["--filter", "not tcp"], &any);
        assert_eq!(none["inputs"][0]["filtered"], all - left_out);
        assert_eq!(none["connections"], json!([]));
    }
}
