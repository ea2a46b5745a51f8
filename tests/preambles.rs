//! What stands before HTTP on a connection is passed over and told of, and hides nothing of what
//! is behind it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use serde_json::{Value, json};

use built::VIOLATION;
use built::preambles::{
    Broken, Cut, IPV4, IPV6, NAME, TCP4, Turn, binary, broken_behind, connect, line, socks4,
    socks5, socks5_with_login, value,
};
use wsblame::report::model::Report;
use wsblame::report::text;
use wsblame_fixtures::Side::{Client, Server};
use wsblame_fixtures::{Capture, Conversation, Frame, Head, Precision};

const LINE: &str = "TCP4 203.0.113.7 198.51.100.5 51000 443";

/// The report of a capture.
fn report(capture: Capture) -> Report {
    built::report(capture.packets)
}

/// Ways to a server, and the layers that they put before HTTP.
fn paths() -> Vec<(Vec<Turn>, Vec<&'static str>)> {
    let v1 = "proxy-protocol-v1";
    let v2 = "proxy-protocol-v2";
    let tlvs = [
        TCP4.to_vec(),
        value(0x01, b"http/1.1"),
        value(0x02, b"api.example.com"),
    ];
    let target = "api.example.com:8080";
    vec![
        (Vec::new(), vec![]),
        (line(LINE), vec![v1]),
        (line("TCP6 2001:db8::7 2001:db8::5 51000 443"), vec![v1]),
        (line("UNKNOWN"), vec![v1]),
        (line("UNKNOWN ff:: ff:: 1 1"), vec![v1]),
        (binary(1, 0x11, &TCP4), vec![v2]),
        (binary(0, 0x00, &[]), vec![v2]),
        (binary(1, 0x11, &tlvs.concat()), vec![v2]),
        (
            binary(1, 0x11, &[&TCP4[..], &value(4, &[0; 20_000])].concat()),
            vec![v2],
        ),
        (binary(1, 0x31, &[b'x'; 216]), vec![v2]),
        (socks5(IPV4), vec!["socks5"]),
        (socks5(IPV6), vec!["socks5"]),
        (socks5_with_login(NAME), vec!["socks5"]),
        (socks4([198, 51, 100, 20], b"alice\0"), vec!["socks4"]),
        (socks4([0, 0, 0, 1], b"\0api.example.com\0"), vec!["socks4"]),
        (connect(target), vec!["http-connect"]),
        (
            [connect("gate:3128"), connect(target)].concat(),
            vec!["http-connect"; 2],
        ),
        ([line(LINE), line("UNKNOWN")].concat(), vec![v1, v1]),
        ([line(LINE), binary(1, 0x11, &TCP4)].concat(), vec![v1, v2]),
        (
            [line(LINE), connect(target)].concat(),
            vec![v1, "http-connect"],
        ),
        (
            [connect(target), binary(1, 0x11, &TCP4)].concat(),
            vec!["http-connect", v2],
        ),
        (
            [binary(1, 0x11, &TCP4), socks5(NAME)].concat(),
            vec![v2, "socks5"],
        ),
        (
            [socks5(NAME), connect(target)].concat(),
            vec!["socks5", "http-connect"],
        ),
        (
            [
                line(LINE),
                socks5(NAME),
                connect(target),
                binary(1, 0x11, &TCP4),
            ]
            .concat(),
            vec![v1, "socks5", "http-connect", v2],
        ),
        (
            [connect(target), socks5(NAME)].concat(),
            vec!["http-connect", "socks5"],
        ),
    ]
}

/// Checks that the violation behind `layers` is found where it stands, and nothing of them is
/// found wrong.
fn assert_found(report: &Report, broken: &Broken, layers: &[&str], told: &str) {
    let [connection] = &report.connections[..] else {
        panic!("{told}: {} connections", report.connections.len());
    };
    let all = [&["tcp"], layers, &["http/1.1"]].concat();
    assert_eq!(connection.layers, all, "{told}");
    assert_eq!(connection.preambles.len(), layers.len(), "{told}");
    assert_eq!(connection.client.port, 50_000, "{told}");
    let found: Vec<_> = connection.findings.iter().map(|it| it.rule).collect();
    let complaint = "protocol-error-close";
    assert_eq!(found, [VIOLATION, complaint, complaint], "{told}");
    let violation = &connection.findings[0];
    assert_eq!(
        (violation.packet, violation.frame, violation.stream_offset),
        (broken.packet, Some(1), Some(broken.stream_offset)),
        "{told}"
    );
    assert_eq!(connection.captured.client.unread_bytes, 0, "{told}");
    assert!(report.summary.limits.is_empty(), "{told}");
}

#[test]
fn a_violation_is_found_behind_any_of_them() {
    for (turns, layers) in paths() {
        for cut in Cut::ALL {
            let broken = broken_behind(&turns, cut);
            let report = report(broken.conversation.capture());
            assert_found(&report, &broken, &layers, &format!("{layers:?}, {cut:?}"));
        }
    }
}

#[test]
fn the_order_of_packets_changes_nothing() {
    for (turns, layers) in paths() {
        let broken = broken_behind(&turns, Cut::Turns);
        // The server's are stored first, as a capture of two queues may have them.
        let segments = broken.conversation.segments();
        let (server, client): (Vec<_>, Vec<_>) =
            (1..=segments.len()).partition(|number| segments[number - 1].sender == Server);
        let order = [server, client].concat();
        let at = order
            .iter()
            .position(|number| *number as u64 == broken.packet);
        let capture = broken.conversation.capture().stored_as(order);
        let moved = Broken {
            packet: at.unwrap() as u64 + 1,
            ..broken
        };
        assert_found(&report(capture), &moved, &layers, &format!("{layers:?}"));
    }
}

/// The preambles of a report's first connection, as JSON.
fn preambles(turns: &[Turn]) -> Value {
    let broken = broken_behind(turns, Cut::Turns);
    let report = report(broken.conversation.capture());
    serde_json::to_value(&report.connections[0].preambles).unwrap()
}

#[test]
fn the_report_tells_what_they_say() {
    let values = [
        TCP4.to_vec(),
        value(0x01, b"http/1.1"),
        value(0x02, b"api.example.com"),
        value(0x05, b"\x01\xab"),
        value(
            0x20,
            &[b"\x01\0\0\0\0".to_vec(), value(0x21, b"TLSv1.3")].concat(),
        ),
        value(0x04, &[0; 5000]),
    ];
    let turns = [line(LINE), binary(1, 0x11, &values.concat())].concat();
    let ends = |rest: Value| {
        let mut all = json!({
            "kind": "proxy-protocol", "input": 0, "command": "proxy",
            "source": {"host": "203.0.113.7", "port": 51000},
            "destination": {"host": "198.51.100.5", "port": 443},
        });
        all.as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        all
    };
    assert_eq!(
        preambles(&turns),
        json!([
            ends(json!({
                "packet": 4, "version": 1, "alpn": null, "authority": null, "unique_id": null,
                "tls_version": null, "checksum_fits": null, "unread_bytes": 0,
            })),
            ends(json!({
                "packet": 5, "version": 2, "alpn": "http/1.1", "authority": "api.example.com",
                "unique_id": "01ab", "tls_version": "TLSv1.3", "checksum_fits": null,
                "unread_bytes": values.concat().len() - 4096,
            })),
        ])
    );
    let turns = [socks5_with_login(NAME), connect("[2001:db8::20]:80")].concat();
    let told = preambles(&turns);
    assert_eq!(
        told,
        json!([
            {
                "kind": "socks", "packet": 4, "input": 0, "version": 5, "login": "password",
                "destination": {"host": "api.example.com", "port": 8080},
                "bound": {"host": "0.0.0.0", "port": 0},
            },
            {"kind": "http-connect", "packet": 10, "input": 0, "target": "[2001:db8::20]:80"},
        ])
    );
    assert_eq!(preambles(&[]), json!([]));
}

#[test]
fn the_text_tells_who_and_where() {
    let told = |turns: &[Turn]| {
        let broken = broken_behind(turns, Cut::Turns);
        let mut out = Vec::new();
        text::write(&report(broken.conversation.capture()), &mut out).unwrap();
        let text = anstream::adapter::strip_bytes(&out).into_vec();
        let text = String::from_utf8(text).unwrap();
        let (_, behind) = text.split_once("\n  before ").unwrap_or_default();
        let (before, _) = behind.split_once("\n  handshake").unwrap_or_default();
        before.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(told(&[]), "");
    assert_eq!(
        told(&[line(LINE), socks5_with_login(NAME)].concat()),
        "PROXY protocol v1: true client 203.0.113.7:51000 → 198.51.100.5:443, \
         SOCKS5 to api.example.com:8080"
    );
    assert_eq!(
        told(&[binary(0, 0, &[]), line("UNKNOWN"), connect("b:80")].concat()),
        "PROXY protocol v2: a connection of the proxy's own, PROXY protocol v1: no client named, \
         CONNECT to b:80"
    );
    let wrong = [&TCP4[..], &value(0x03, &[0; 4])].concat();
    assert_eq!(
        told(&binary(1, 0x11, &wrong)),
        "PROXY protocol v2: true client 203.0.113.7:51000 → 198.51.100.5:443 (its checksum is \
         wrong)"
    );
    // What a name on the wire may do to a terminal, it does not do.
    assert_eq!(
        told(&socks5(b"\x03\x06a\x1b[2Jb\x00\x50")),
        "SOCKS5 to a\\u{1b}[2Jb:80"
    );
}

/// What connections were that are none of a WebSocket: TLS, HTTP, HTTP/2, unknown.
fn others(conversation: &Conversation) -> [u64; 4] {
    let report = report(conversation.capture());
    assert!(report.connections.is_empty());
    let other = &report.summary.other;
    [other.tls, other.http, other.http2, other.unknown]
}

const TLS: [u64; 4] = [1, 0, 0, 0];
const HTTP: [u64; 4] = [0, 1, 0, 0];
const HTTP2: [u64; 4] = [0, 0, 1, 0];
const UNKNOWN: [u64; 4] = [0, 0, 0, 1];

/// Turns, and then what a client says and a server answers.
fn followed(turns: &[Turn], client: &[u8], server: &[u8]) -> Conversation {
    let mut conversation = Conversation::new();
    conversation.open();
    for (side, bytes) in turns {
        conversation.bytes(*side, bytes);
    }
    conversation
        .bytes(Client, client)
        .bytes(Server, server)
        .end(Client);
    conversation
}

const CLIENT_HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
const SERVER_HELLO: &[u8] = b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03";
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";

#[test]
fn what_is_behind_them_is_counted_as_what_it_is() {
    for (turns, layers) in paths() {
        let told = |client: &[u8], server: &[u8]| others(&followed(&turns, client, server));
        assert_eq!(told(CLIENT_HELLO, SERVER_HELLO), TLS, "{layers:?}");
        assert_eq!(told(PREFACE, SETTINGS), HTTP2, "{layers:?}");
        let plain = Head::response(200, "OK", "hello").encode();
        assert_eq!(told(b"GET / HTTP/1.1\r\n\r\n", &plain), HTTP, "{layers:?}");
        // A CONNECT is HTTP, whatever it led to.
        let ssh = if layers.contains(&"http-connect") {
            HTTP
        } else {
            UNKNOWN
        };
        assert_eq!(told(b"SSH-2.0-a\r\n", b"SSH-2.0-b\r\n"), ssh, "{layers:?}");
        assert_eq!(told(b"", b""), ssh, "{layers:?}");
    }
}

#[test]
fn a_way_that_was_refused_is_no_attempt() {
    let refusals: [&[Turn]; 4] = [
        // No method; a wrong password; no way there; the same in version 4.
        &[
            (Client, b"\x05\x01\x00".to_vec()),
            (Server, b"\x05\xff".to_vec()),
        ],
        &[
            (Client, b"\x05\x01\x02".to_vec()),
            (Server, b"\x05\x02".to_vec()),
            (Client, b"\x01\x01a\x01b".to_vec()),
            (Server, b"\x01\x01".to_vec()),
        ],
        &[
            (Client, b"\x05\x01\x00".to_vec()),
            (Server, b"\x05\x00".to_vec()),
            (Client, [b"\x05\x01\x00", NAME].concat()),
            (Server, b"\x05\x04\x00\x01\0\0\0\0\0\0".to_vec()),
        ],
        &[
            (Client, b"\x04\x01\x00\x50\xc6\x33\x64\x14\0".to_vec()),
            (Server, b"\x00\x5b\0\0\0\0\0\0".to_vec()),
        ],
    ];
    for turns in refusals {
        assert_eq!(others(&followed(turns, b"", b"")), UNKNOWN);
    }
    // A refused CONNECT is an attempt, behind whatever it stands.
    let refused = followed(
        &[line(LINE), socks5(NAME)].concat(),
        b"CONNECT api.example.com:80 HTTP/1.1\r\nHost: api.example.com:80\r\n\r\n",
        &Head::response(403, "Forbidden", "no").encode(),
    );
    let report = report(refused.capture());
    let connection = &report.connections[0];
    assert_eq!(
        connection.layers,
        ["tcp", "proxy-protocol-v1", "socks5", "http/1.1"]
    );
    let findings: Vec<_> = connection.findings.iter().map(|it| it.rule).collect();
    assert_eq!(findings, ["handshake-rejected"]);
}

#[test]
fn what_only_looks_like_them_is_read_as_before() {
    let answer = Head::response(200, "OK", "").encode();
    for (client, server, expected) in [
        (
            &b"PROXY /chat HTTP/1.1\r\nHost: a\r\n\r\n"[..],
            &answer[..],
            HTTP,
        ),
        (b"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", &answer, HTTP),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            &answer,
            HTTP,
        ),
        (b"PROXY is what I am\r\n\r\n", b"", UNKNOWN),
        (
            b"PROXY TCP4 somewhere over the rainbow\r\n\r\n",
            b"",
            UNKNOWN,
        ),
        (b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0", b"", UNKNOWN),
        (b"\x05\x01\x00", b"\x00\x01", UNKNOWN),
        (b"\x05\x01\x00\x07\x08\x09", b"\x05\x00\x01", UNKNOWN),
        (b"\x04\x01\x00\x50\x00", b"\x00", UNKNOWN),
    ] {
        for bytes in [1, 1460] {
            let mut conversation = Conversation::new();
            conversation.open().segment_bytes(bytes);
            conversation
                .bytes(Client, client)
                .bytes(Server, server)
                .end(Client);
            assert_eq!(others(&conversation), expected, "{client:?}");
        }
    }
}

#[test]
fn a_request_after_a_false_beginning_is_still_found() {
    // Line ends before a head are passed over, and so they are where they may begin a header.
    for bytes in [1, 1460] {
        let request = Head::upgrade();
        let mut conversation = Conversation::new();
        conversation.open().segment_bytes(bytes);
        conversation
            .bytes(Client, [b"\r\n\r\n", &request.encode()[..]].concat())
            .bytes(Server, Head::switching(&request).encode())
            .client(Frame::text("hello"))
            .close(1000);
        let report = report(conversation.capture());
        assert_eq!(report.connections.len(), 1);
        assert!(report.connections[0].preambles.is_empty());
        assert!(report.connections[0].findings.is_empty());
    }
}

/// The report of a conversation without the packets for which `lost` says so, counted from 1.
fn without(conversation: &Conversation, lost: impl Fn(usize) -> bool) -> Report {
    let numbers = 1..=conversation.segments().len();
    report(
        conversation
            .capture()
            .without(numbers.filter(|number| lost(*number))),
    )
}

#[test]
fn a_dialogue_with_missing_bytes_hides_nothing() {
    let broken = broken_behind(&socks5_with_login(NAME), Cut::Turns);
    // Packets 4 to 9 are the dialogue, 10 and 11 the handshake.
    for lost in 4..10 {
        let report = without(&broken.conversation, |number| number == lost);
        let findings = &report.connections[0].findings;
        let rules: Vec<_> = findings.iter().map(|it| it.rule).collect();
        assert!(rules.contains(&VIOLATION), "{lost}: {rules:?}");
        assert!(rules.contains(&"capture-gap"), "{lost}: {rules:?}");
    }
}

#[test]
fn a_header_with_missing_bytes_hides_nothing() {
    let long = [&TCP4[..], &value(4, &[0; 100])].concat();
    for header in [line(LINE), binary(1, 0x11, &long)] {
        let broken = broken_behind(&header, Cut::Turns);
        let bytes = &header[0].1;
        // Packet 4 is the header: of its bytes so many are kept.
        for kept in [6, 16, bytes.len() - 1] {
            let mut capture = broken.conversation.capture();
            let packet = &mut capture.packets[3].bytes;
            packet.truncate(packet.len() - bytes.len() + kept);
            let report = report(capture);
            let found = built::found(&report, VIOLATION);
            assert_eq!(found, [(0, broken.packet)], "{kept} of {header:?}");
        }
    }
}

#[test]
fn one_side_alone_is_enough() {
    let alone = |broken: &Broken, side| {
        let segments = broken.conversation.segments();
        without(&broken.conversation, |number| {
            segments[number - 1].sender != side
        })
    };
    // What a CONNECT was answered tells where the tunnel begins.
    let paths = paths().into_iter();
    for (turns, layers) in paths.filter(|(_, layers)| !layers.contains(&"http-connect")) {
        let broken = broken_behind(&turns, Cut::Turns);
        let found = built::found(&alone(&broken, Server), VIOLATION);
        assert_eq!(found.len(), 1, "{layers:?}");
        let client = alone(&broken, Client);
        let [connection] = &client.connections[..] else {
            panic!("{layers:?}");
        };
        assert_eq!(connection.handshake.target.as_deref(), Some("/chat"));
        assert_eq!(connection.frames.client.text, 2, "{layers:?}");
    }
}

#[test]
fn a_header_is_recognised_where_the_capture_begins() {
    for header in [line(LINE), binary(1, 0x11, &TCP4)] {
        for cut in [Cut::Turns, Cut::Together] {
            let broken = broken_behind(&header, cut);
            let report = without(&broken.conversation, |number| number <= 3);
            let connection = &report.connections[0];
            assert_eq!(connection.client.port, 50_000, "{cut:?}");
            assert_eq!(connection.preambles.len(), 1, "{cut:?}");
            assert_eq!(connection.handshake.target.as_deref(), Some("/chat"));
            assert_eq!(built::found(&report, VIOLATION), [(0, broken.packet - 3)]);
        }
    }
}

#[test]
fn frames_are_shown_behind_them() {
    let (turns, _) = paths().pop().unwrap();
    let broken = broken_behind(&turns, Cut::Bytes);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("behind.pcap");
    std::fs::write(
        &path,
        broken
            .conversation
            .capture()
            .to_pcap(Precision::Microseconds),
    )
    .unwrap();
    for (command, kind, lines) in [("frames", "frame", 5), ("messages", "message", 3)] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_wsblame"))
            .args([command, "--format", "json"])
            .arg(&path)
            .output()
            .unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        let kind = format!("{{\"type\":\"{kind}\"");
        let of_type = |line: &&str| line.starts_with(&kind);
        assert_eq!(shown.lines().filter(of_type).count(), lines, "{shown}");
    }
}

#[test]
fn two_connections_do_not_share_what_was_before_them() {
    let behind = broken_behind(&line(LINE), Cut::Turns).conversation;
    let mut plain = Conversation::between(
        "192.0.2.10:50001".parse().unwrap(),
        "198.51.100.20:80".parse().unwrap(),
    );
    plain.open().upgrade().close(1000);
    let report = report(Capture::of([&behind, &plain]));
    let preambles: Vec<_> = report
        .connections
        .iter()
        .map(|it| it.preambles.len())
        .collect();
    assert_eq!(preambles, [1, 0]);
}
