//! Whole reports as they are printed.

use proptest::prelude::*;

use super::*;
use crate::report::model::{Input, Outcome, TcpEnd};
use crate::report::sample;
use crate::side::Side;

fn styled(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn shown(report: &Report) -> String {
    anstream::adapter::strip_str(&styled(report)).to_string()
}

#[test]
fn what_carries_the_packets_is_said_where_it_is_not_the_link_alone() {
    let mut report = sample::runbook();
    report.connections[0].layers = vec!["vlan", "vxlan", "tcp", "http/1.1"];
    let shown = shown(&report);
    assert!(shown.contains("\n  carried in vlan, vxlan\n"), "{shown}");
}

#[test]
fn the_runbook_case_folds_the_complaint_under_its_cause() {
    insta::assert_snapshot!(shown(&sample::runbook()), @r#"
    ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC; 15 packets
      skipped (3 not-ip, 12 not-tcp)

    connection 1 is broken: 10.0.0.5:51234 → 10.0.0.9:8001  api.example.com/ws
      start      2026-03-01 10:00:00.000001 UTC, packet 1; times below count from
                 the handshake's answer
      handshake  101 in packet 6; offered "permessage-deflate;
                 client_max_window_bits", agreed no extension
      frames     client 3 text, 1 close (120 bytes); server 3 text (96 bytes)
      end        client Close 1002 (protocol error) "RSV1 must be clear", packet 49,
                 +1.201 s; no Close from the server; TCP: client FIN, then server
                 RST

      error: RSV1 is set and no extension was negotiated  [rsv-without-extension]
        from the server, packet 48, frame 3, stream offset 214, +1.200 s, RFC 6455
          section 5.2
        214 | c1 1e aa 56
            | ^^ -- ----- payload
            | |  |
            | |  not masked, 30 bytes
            | FIN, RSV1, opcode 0x1 (text)
        ↳ client closed with 1002 (protocol error) "RSV1 must be clear" – packet 49,
          +1.201 s  [protocol-error-close]

      info: the response passed an intermediary: Via: 1.1 squid – packet 6, +0.000 s
        [proxy-in-path]

    What it means, its usual causes, and what to change:
      wsblame rules rsv-without-extension  RFC 6455 section 5.2
      wsblame rules protocol-error-close   RFC 6455 section 7.4.1

    Not seen: 4 TLS connections (encrypted).
    1 broken of 3 WebSocket connections; 1 error, 1 warning, 1 info; beside them
      4 TLS, 12 HTTP without an upgrade, 1 unknown
    "#);
}

#[test]
fn a_clean_capture_says_so_in_one_line() {
    let report = sample::report(vec![sample::input("ws.pcap")], vec![sample::connection(1)]);
    insta::assert_snapshot!(shown(&report), @r"
    ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC

    clean: 1 WebSocket connection, no violation. No byte of it is missing here; a
      change made between here and an endpoint would not show.
    ");
}

#[test]
fn a_clean_bill_names_what_it_cannot_vouch_for() {
    insta::assert_snapshot!(shown(&sample::clean_with_gaps()), @"
    ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC

    clean: 3 WebSocket connections, no violation. Not seen: the handshake of
      1 connection, 412 bytes of 1 connection missing, 4 TLS connections
      (encrypted); a change made between here and an endpoint would not show.
    ");
}

#[test]
fn warnings_of_sound_connections_are_grouped() {
    let mut report = sample::clean_with_gaps();
    let bomb = || sample::finding("deflate-bomb", Severity::Warning, 9, 0, "it inflates");
    report.connections[0].findings.push(bomb());
    report.connections[2].findings.push(bomb());
    report.summary.findings.warning = 2;
    insta::assert_snapshot!(shown(&report), @"
    ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC

    Worth knowing of connections that are not broken:
      warning  deflate-bomb  2 connections: 1, 3
               connection 1, packet 9: it inflates

    nothing broken: 3 WebSocket connections, 2 warnings. Not seen: the handshake of
      1 connection, 412 bytes of 1 connection missing, 4 TLS connections
      (encrypted); a change made between here and an endpoint would not show.
    ");
}

#[test]
fn no_websocket_says_what_is_there_instead() {
    let mut report = sample::report(vec![sample::input("ws.pcap")], Vec::new());
    insta::assert_snapshot!(shown(&report), @r"
    ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC

    nothing to judge: no WebSocket connection, and no other TCP connection.
    ");
    report.summary.other.http = 12;
    insta::assert_snapshot!(shown(&report), @r"
    ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC

    nothing to judge: no WebSocket connection. TCP connections seen instead: 12 HTTP
      without an upgrade.
    ");
    report.summary.other.tls = 4;
    insta::assert_snapshot!(shown(&report), @r"
    ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC

    nothing to judge: no WebSocket connection. TCP connections seen instead: 4 TLS,
      12 HTTP without an upgrade. A WebSocket inside TLS (wss://) cannot be seen:
      capture where it is decrypted, behind the machine that ends TLS.
    ");
}

#[test]
fn an_unreadable_input_among_others_does_not_hide_them() {
    let unreadable = Input {
        name: "gone.pcap".to_owned(),
        error: Some("no such file".to_owned()),
        ..Input::default()
    };
    let mut report = sample::runbook();
    report.inputs.push(unreadable);
    let text = shown(&report);
    assert!(
        text.contains("gone.pcap: not read: no such file\n"),
        "{text}"
    );
    assert!(text.contains("packet 48 of ws.pcap"), "{text}");
    assert!(text.contains("1 input that could not be read"), "{text}");
}

#[test]
fn only_unreadable_inputs_leave_nothing_to_say() {
    let unreadable = Input {
        name: "gone.pcap".to_owned(),
        error: Some("no such file".to_owned()),
        ..Input::default()
    };
    let report = sample::report(vec![unreadable], Vec::new());
    insta::assert_snapshot!(shown(&report), @r"
    gone.pcap: not read: no such file

    nothing could be read
    ");
}

#[test]
fn a_refused_handshake_has_no_frames_and_no_close() {
    let mut connection = sample::connection(1);
    connection.broken = true;
    connection.handshake.outcome = Outcome::Rejected;
    connection.handshake.status = Some(400);
    connection.handshake.negotiated_extensions = None;
    connection.frames = crate::side::Sides::default();
    connection.close.client = None;
    connection.close.server = None;
    connection.close.tcp.client = None;
    connection.close.tcp.server = Some(TcpEnd::Fin);
    connection.findings.push(Finding {
        reference: "RFC 6455 section 4.2.2",
        stream_offset: Some(0),
        bytes: "485454502f312e3120343030204261642052657175657374".to_owned(),
        labels: vec![sample::label(9, 3, "status 400, 101 is due", true)],
        ..sample::finding(
            "handshake-rejected",
            Severity::Error,
            6,
            12_000,
            "the server answered 400 Bad Request to the upgrade request",
        )
    });
    let report = sample::report(vec![sample::input("ws.pcap")], vec![connection]);
    insta::assert_snapshot!(shown(&report), @r#"
    ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC

    connection 1 is broken: 10.0.0.5:51234 → 10.0.0.9:8001  api.example.com/ws
      start      2026-03-01 10:00:00.000001 UTC, packet 1; times below count from
                 the handshake's answer
      handshake  refused with 400 in packet 6; offered "permessage-deflate;
                 client_max_window_bits"
      end        TCP: server FIN, client still open

      error: the server answered 400 Bad Request to the upgrade request
        [handshake-rejected]
        from the server, packet 6, stream offset 0, +0.000 s, RFC 6455 section 4.2.2
         0 | 48 54 54 50 2f 31 2e 31 20 34 30 30 20 42 61 64  HTTP/1.1 400 Bad
           |                            ^^^^^^^^ status 400, 101 is due
        16 | 20 52 65 71 75 65 73 74                           Request

    What it means, its usual causes, and what to change:
      wsblame rules handshake-rejected  RFC 6455 section 4.2.2

    1 broken of 1 WebSocket connection; 1 error, 0 warnings, 0 infos
    "#);
}

#[test]
fn a_repeated_finding_of_a_joined_connection_with_gaps() {
    let mut report = sample::clean_with_gaps();
    let connection = &mut report.connections[1];
    connection.broken = true;
    connection.roles_from = "masks";
    connection.handshake.target = None;
    connection.handshake.host = None;
    connection.handshake.offered_extensions = Vec::new();
    connection.handshake.response_packet = None;
    connection.handshake.response_time = None;
    connection.captured.server.missing_bytes = 1;
    connection.captured.server.gaps = 1;
    connection.close.client = None;
    connection.close.server = None;
    connection.findings.push(Finding {
        sender: Some(Side::Client),
        frame: Some(2),
        count: 9,
        last_packet: 212,
        ..sample::finding(
            "non-minimal-length",
            Severity::Error,
            20,
            62_100_000,
            "a length of 5 stands in the 64-bit form, where 7 bits hold it",
        )
    });
    report.summary.broken = 1;
    insta::assert_snapshot!(shown(&report), @"
    ws.pcap: 212 packets in 9.119 s from 2026-03-01 10:00:00.000001 UTC

    connection 2 is broken: 10.0.0.5:51234 → 10.0.0.9:8001
      start      2026-03-01 10:00:00.000001 UTC, packet 1; times below count from
                 there; who is client: told by masks
      handshake  not in this capture
      frames     client 3 text, 1 close (120 bytes); server 3 text (96 bytes)
      not seen   client: the beginning; server: the beginning and 1 byte in 1 place
      end        no Close from either side; TCP: client FIN, then server FIN

      error: a length of 5 stands in the 64-bit form, where 7 bits hold it
        [non-minimal-length]
        from the client, packet 20, frame 2, +62.099 s, 9 times, last in packet 212,
          RFC 6455 section 5.2

    What it means, its usual causes, and what to change:
      wsblame rules non-minimal-length  RFC 6455 section 5.2

    Not seen: the handshake of 1 connection, 413 bytes of 2 connections missing,
      4 TLS connections (encrypted).
    1 broken of 3 WebSocket connections; 0 errors, 0 warnings, 1 info; beside them
      4 TLS
    ");
}

#[test]
fn of_many_broken_connections_an_example_is_shown_and_the_others_are_grouped() {
    let connections = (1..=25).map(sample::runbook_connection).collect();
    let report = sample::report(vec![sample::input("ws.pcap")], connections);
    let text = shown(&report);
    assert_eq!(text.matches("\nconnection ").count(), 1);
    let (_, rest) = text.split_once("\n24 more").unwrap();
    insta::assert_snapshot!(rest, @r"
     broken connections (--top N tells more of them, --connection ID one):
      error    rsv-without-extension  24 connections: 2, 3, 4, 5, 6, 7, and 18 more
      warning  protocol-error-close   24 connections: 2, 3, 4, 5, 6, 7, and 18 more
      info     proxy-in-path          24 connections: 2, 3, 4, 5, 6, 7, and 18 more

    What it means, its usual causes, and what to change:
      wsblame rules rsv-without-extension  RFC 6455 section 5.2
      wsblame rules protocol-error-close   RFC 6455 section 7.4.1

    25 broken of 25 WebSocket connections; 25 errors, 25 warnings, 25 infos
    ");
}

/// The text without the styles it may hold: what a terminal would show or act on.
fn without_styles(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let end = after
            .find(|it: char| !it.is_ascii_digit() && it != ';')
            .unwrap();
        assert_eq!(&after[end..=end], "m", "a sequence that is no style");
        rest = &after[end + 1..];
    }
    plain + rest
}

fn is_harmful(character: &char) -> bool {
    *character != '\n' && !crate::untrusted::Shown(*character).is_harmless()
}

#[test]
fn nothing_of_the_wire_can_break_the_terminal() {
    let mut report = sample::hostile();
    for broken in [true, false] {
        report.connections[0].broken = broken;
        let text = without_styles(&styled(&report));
        assert_eq!(text.chars().find(is_harmful), None);
        assert!(!text.contains("\nclean: "), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_wire_holds_a_text_has_line_ends_and_styles_only(
        texts in sample::texts(),
        broken in any::<bool>(),
    ) {
        let mut report = sample::filled(&texts);
        report.connections[0].broken = broken;
        let text = without_styles(&styled(&report));
        prop_assert_eq!(text.chars().find(is_harmful), None);
    }
}

#[test]
fn hostile_texts_do_not_flood_the_report() {
    let text = shown(&sample::hostile());
    assert!(text.len() < 12_000, "{}", text.len());
    assert!(
        text.lines().all(|line| line.chars().count() <= 400),
        "{text}"
    );
}

#[test]
fn lines_fit_a_terminal() {
    for report in [sample::runbook(), sample::clean_with_gaps()] {
        let text = shown(&report);
        assert!(
            text.lines().all(|line| line.chars().count() <= page::WIDTH),
            "{text}"
        );
        assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
    }
}
