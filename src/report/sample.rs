//! Reports made by hand for the tests of the renderers. They know what a report may hold, and
//! nothing of how one comes about.

use proptest::prelude::*;

use super::model::{
    BecauseOf, Captured, Close, CloseFrame, Comment, Connection, Dropped, Finding, Frames,
    Handshake, Input, Interface, Intermediary, Label, Messages, Other, Outcome, PassedOver, Peer,
    Report, SCHEMA, Section, Selection, Summary, TcpEnd, Ties, Tool, Vantage,
};
use crate::rules::Severity;
use crate::side::{Side, Sides};
use crate::time::Timestamp;

/// 2026-03-01 10:00:00 UTC and so many microseconds.
pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_nanos(1_772_359_200_000_000_000 + micros * 1000, 6)
}

/// A capture of 9.12 s.
pub(crate) fn input(name: &str) -> Input {
    Input {
        name: name.to_owned(),
        format: Some("pcap"),
        packets: 212,
        bytes: 48_213,
        first_time: Some(at(1)),
        last_time: Some(at(9_120_000)),
        ..Input::default()
    }
}

/// A report whose summary fits its connections.
pub(crate) fn report(inputs: Vec<Input>, connections: Vec<Connection>) -> Report {
    let mut summary = Summary::default();
    summary.count(&connections);
    Report {
        schema: SCHEMA,
        tool: Tool::THIS,
        inputs,
        passed_over: PassedOver::default(),
        selection: Selection::default(),
        summary,
        hygiene: Vec::new(),
        connections,
    }
}

/// A clean connection that was captured whole.
pub(crate) fn connection(id: u64) -> Connection {
    let whole = Captured {
        from_start: true,
        bytes: 400,
        ..Captured::default()
    };
    Connection {
        id,
        input: 0,
        client: Peer {
            address: "10.0.0.5".to_owned(),
            name: None,
            port: 51_234,
        },
        server: Peer {
            address: "10.0.0.9".to_owned(),
            name: None,
            port: 8001,
        },
        roles_from: "handshake",
        layers: vec!["tcp", "http/1.1"],
        preambles: Vec::new(),
        first_packet: 1,
        last_packet: 88,
        last_input: 0,
        start: at(1),
        end: at(9_120_000),
        broken: false,
        handshake: Handshake {
            outcome: Outcome::Accepted,
            status: Some(101),
            target: Some("/ws".to_owned()),
            host: Some("api.example.com".to_owned()),
            offered_extensions: vec!["permessage-deflate; client_max_window_bits".to_owned()],
            negotiated_extensions: Some(Vec::new()),
            inferred_extensions: Vec::new(),
            offered_subprotocols: Vec::new(),
            subprotocol: None,
            intermediaries: Vec::new(),
            request: None,
            response: None,
            request_packet: Some(4),
            request_input: Some(0),
            response_packet: Some(6),
            response_input: Some(0),
            response_time: Some(at(12_000)),
        },
        frames: Sides {
            client: Frames {
                text: 3,
                close: 1,
                payload_bytes: 120,
                ..Frames::default()
            },
            server: Frames {
                text: 3,
                payload_bytes: 96,
                ..Frames::default()
            },
        },
        messages: Sides {
            client: Messages { text: 3, binary: 0 },
            server: Messages { text: 3, binary: 0 },
        },
        close: Close {
            client: Some(close(1000, "", 80, 9_000_000)),
            server: Some(close(1000, "", 81, 9_001_000)),
            tcp: Sides {
                client: Some(TcpEnd::Fin),
                server: Some(TcpEnd::Fin),
            },
            tcp_at: Sides::default(),
        },
        captured: Sides {
            client: whole.clone(),
            server: whole,
        },
        findings: Vec::new(),
        verdict: None,
        vantage: Vantage::default(),
        timeline: None,
        same_as: None,
        other_leg: None,
        ties: Ties::default(),
    }
}

/// A Close frame.
pub(crate) fn close(code: u16, reason: &str, packet: u64, micros: i64) -> CloseFrame {
    CloseFrame {
        code: Some(code),
        reason: reason.to_owned(),
        packet,
        input: 0,
        time: at(micros),
    }
}

/// A finding by the server, of one occurrence and without an excerpt.
pub(crate) fn finding(
    rule: &'static str,
    severity: Severity,
    packet: u64,
    micros: i64,
    message: &str,
) -> Finding {
    Finding {
        rule,
        severity,
        sender: Some(Side::Server),
        input: 0,
        packet,
        frame: None,
        stream_offset: None,
        time: at(micros),
        message: message.to_owned(),
        reference: "RFC 6455 section 5.2",
        bytes: String::new(),
        labels: Vec::new(),
        because_of: None,
        count: 1,
        last_input: 0,
        last_packet: packet,
    }
}

/// A label of an excerpt.
pub(crate) fn label(start: usize, length: usize, text: &str, offending: bool) -> Label {
    Label {
        start,
        length,
        text: text.to_owned(),
        offending,
    }
}

/// The connection of the runbook: RSV1 without an extension, and the client's 1002 about it.
pub(crate) fn runbook_connection(id: u64) -> Connection {
    let rsv = Finding {
        frame: Some(3),
        stream_offset: Some(214),
        bytes: "c11eaa56".to_owned(),
        labels: vec![
            label(0, 1, "FIN, RSV1, opcode 0x1 (text)", true),
            label(1, 1, "not masked, 30 bytes", false),
            label(2, 2, "payload", false),
        ],
        ..finding(
            "rsv-without-extension",
            Severity::Error,
            48,
            1_212_000,
            "RSV1 is set and no extension was negotiated",
        )
    };
    let complaint = Finding {
        sender: Some(Side::Client),
        frame: Some(4),
        reference: "RFC 6455 section 7.4.1",
        because_of: Some(BecauseOf {
            rule: "rsv-without-extension",
            sender: Some(Side::Server),
            packet: 48,
            input: 0,
        }),
        ..finding(
            "protocol-error-close",
            Severity::Warning,
            49,
            1_213_000,
            "client closed with 1002 (protocol error) \"RSV1 must be clear\"",
        )
    };
    let via = Finding {
        reference: "RFC 9110 section 7.6.3",
        ..finding(
            "proxy-in-path",
            Severity::Info,
            6,
            12_000,
            "the response passed an intermediary: Via: 1.1 squid",
        )
    };
    let mut connection = connection(id);
    connection.broken = true;
    connection.handshake.intermediaries = vec![Intermediary {
        header: "Via".to_owned(),
        value: "1.1 squid".to_owned(),
    }];
    connection.close = Close {
        client: Some(close(1002, "RSV1 must be clear", 49, 1_213_000)),
        server: None,
        tcp: Sides {
            client: Some(TcpEnd::Fin),
            server: Some(TcpEnd::Rst),
        },
        tcp_at: Sides::default(),
    };
    connection.findings = vec![via, rsv, complaint];
    connection
}

/// The runbook's capture: one broken connection, two clean ones, and others.
pub(crate) fn runbook() -> Report {
    let mut capture = input("ws.pcap");
    capture.skipped.insert("not-ip", 3);
    capture.skipped.insert("not-tcp", 12);
    let mut report = report(
        vec![capture],
        vec![runbook_connection(1), connection(2), connection(3)],
    );
    report.summary.other = Other {
        tls: 4,
        http: 12,
        http2: 0,
        unknown: 1,
    };
    report
}

/// Three clean connections, one joined in its middle, one with a gap, and TLS beside them.
pub(crate) fn clean_with_gaps() -> Report {
    let mut joined = connection(2);
    joined.handshake.outcome = Outcome::Unseen;
    joined.handshake.status = None;
    joined.handshake.negotiated_extensions = None;
    joined.captured.client.from_start = false;
    joined.captured.server.from_start = false;
    let mut gap = connection(3);
    gap.captured.server.missing_bytes = 412;
    gap.captured.server.gaps = 1;
    gap.findings = vec![finding(
        "capture-gap",
        Severity::Info,
        60,
        3_000_000,
        "412 bytes are missing from the capture",
    )];
    let mut report = report(vec![input("ws.pcap")], vec![connection(1), joined, gap]);
    report.summary.other.tls = 4;
    report
}

/// Hostile text in every field that comes from the wire or the command line.
pub(crate) fn hostile() -> Report {
    let text = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\nclean: \u{202e}drow\u{9b}31m\u{200b}";
    let long = || format!("{}{}", "\u{1b}".repeat(5000), "A".repeat(5000));
    let mut report = filled(&[text.to_owned()]);
    let connection = &mut report.connections[0];
    connection.handshake.offered_extensions = vec![text.to_owned(); 500];
    connection.handshake.intermediaries[0].value = long();
    if let Some(close) = &mut connection.close.client {
        close.reason = long();
    }
    for finding in &mut connection.findings {
        finding.message = text.to_owned() + &long();
    }
    report
}

/// These texts, in turn, in every field that comes from the wire or the command line.
pub(crate) fn filled(texts: &[String]) -> Report {
    let mut texts = texts.iter().cycle();
    let mut text = || texts.next().cloned().unwrap_or_default();
    let mut connection = runbook_connection(1);
    connection.handshake.target = Some(text());
    connection.handshake.host = Some(text());
    connection.handshake.offered_extensions = vec![text(), text()];
    connection.handshake.negotiated_extensions = Some(vec![text()]);
    connection.handshake.offered_subprotocols = vec![text()];
    connection.handshake.subprotocol = Some(text());
    connection.handshake.intermediaries = vec![Intermediary {
        header: text(),
        value: text(),
    }];
    connection.client.address = text();
    connection.server.address = text();
    connection.server.name = Some(text());
    if let Some(close) = &mut connection.close.client {
        close.reason = text();
    }
    connection.close.server = Some(close(1000, &text(), 50, 1_300_000));
    for finding in &mut connection.findings {
        finding.message = text();
        for label in &mut finding.labels {
            label.text = text();
        }
    }
    let mut capture = input(&text());
    capture.error = Some(text());
    let mut interface = || Interface {
        name: Some(text()),
        description: Some(text()),
        filter: Some(text()),
        packets: 3,
        dropped: Dropped {
            total: Some(1),
            ..Dropped::default()
        },
        ..Interface::default()
    };
    capture.interfaces = vec![interface(), interface()];
    capture.sections = vec![Section {
        application: Some(text()),
        ..Section::default()
    }];
    capture.comments = vec![Comment {
        packet: Some(48),
        text: text(),
    }];
    let unreadable = Input {
        name: text(),
        error: Some(text()),
        ..Input::default()
    };
    report(vec![capture, unreadable], vec![connection])
}

/// Texts of characters of which many are not harmless.
pub(crate) fn texts() -> impl Strategy<Value = Vec<String>> {
    let telling: Vec<char> = "\0\t\n\r\u{1b}\"\\ [m;A\u{7f}\u{9b}\u{202e}\u{200b}\u{e0041}"
        .chars()
        .collect();
    let character = prop_oneof![prop::sample::select(telling), any::<char>()];
    let text = prop::collection::vec(character, 0..20).prop_map(String::from_iter);
    prop::collection::vec(text, 1..30)
}
