use std::path::{Path, PathBuf};

use super::*;
use crate::driver::{self, Options};
use crate::report::model::{Confidence, Party, Verdict};
use crate::report::sample;
use crate::symptoms::{Knowledge, text};

/// The names of causes, by what is said of them.
#[derive(Debug, Default)]
struct Said {
    supported: Vec<&'static str>,
    ruled_out: Vec<&'static str>,
    cannot_tell: Vec<&'static str>,
}

fn of_report(pasted: &str, report: &Report) -> Said {
    let found = text::find(pasted);
    let found = found.matches.first().unwrap();
    let causes: Vec<_> = Knowledge::get().causes_of(found.symptom).collect();
    let mut said = Said::default();
    for (cause, fit) in causes
        .iter()
        .zip(fit(&causes, report, found.complains_of()))
    {
        match fit {
            Fit::Supported { places, why } => {
                assert!(!places.is_empty() && !why.is_empty(), "{}", cause.id);
                said.supported.push(&cause.id);
            }
            Fit::RuledOut { why } => {
                assert!(!why.is_empty());
                said.ruled_out.push(&cause.id);
            }
            Fit::CannotTell { why } => {
                assert!(!why.is_empty());
                said.cannot_tell.push(&cause.id);
            }
        }
    }
    said
}

fn of_captures(pasted: &str, captures: &[&str]) -> Said {
    let path = |name: &&str| -> PathBuf {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let name = if name.starts_with("rules/") {
            format!("{name}.pcap")
        } else {
            format!("real/{name}/capture.pcap")
        };
        fixtures.join(name)
    };
    let captures: Vec<_> = captures.iter().map(path).collect();
    let report = driver::check(&captures, &Options::default(), &mut |_, _| {});
    assert!(report.inputs.iter().all(|it| it.error.is_none()));
    of_report(pasted, &report)
}

#[test]
fn what_a_capture_shows_is_supported_and_what_it_would_show_is_ruled_out() {
    const RSV1: &str = "Invalid WebSocket frame: RSV1 must be clear";
    const ABNORMAL: &str = "1006";
    let mut wrong = Vec::new();
    for (capture, pasted, supported, ruled_out) in [
        (
            "extension-header-stripped",
            RSV1,
            "extension-answer-stripped",
            "block-page http-timer compression-not-negotiated extension-offer-stripped reserved-bits-altered changed-behind-here",
        ),
        (
            "injected-403",
            RSV1,
            "block-page",
            "extension-answer-stripped compression-not-negotiated http-timer competing-upgrade gateway-error",
        ),
        (
            "injected-403-mid-frame",
            RSV1,
            "block-page",
            "extension-answer-stripped second-request",
        ),
        (
            "rsv1-set-by-proxy",
            RSV1,
            "reserved-bits-altered",
            "extension-answer-stripped compression-not-negotiated block-page",
        ),
        (
            "rules/rsv-without-extension/fires",
            RSV1,
            "compression-not-negotiated",
            "extension-answer-stripped",
        ),
        (
            "injected-403",
            "failed: Invalid frame header",
            "block-page",
            "non-minimal-length broken-control-frame",
        ),
        (
            "rules/non-minimal-length/fires",
            "Invalid frame header",
            "non-minimal-length",
            "block-page competing-upgrade",
        ),
        (
            "client-unmasked",
            "MASK must be set",
            "client-does-not-mask",
            "only-the-pong-unmasked second-request",
        ),
        (
            "masked-server-frames",
            "A server must not mask any frames that it sends to the client.",
            "server-masks",
            "framing-lost",
        ),
        (
            "dropped-first-fragment",
            "Received unexpected continuation frame.",
            "orphan-continuation",
            "interleaved-messages state-reset-by-control-frame",
        ),
        (
            "rules/interleaved-data-frame/fires",
            "Invalid WebSocket frame: invalid opcode 2",
            "interleaved-messages",
            "orphan-continuation",
        ),
        (
            "rules/not-websocket/fires",
            "reserved1 = 0, reserved2 = 1, reserved3 = 1",
            "body-after-101",
            "framing-lost endpoint-security",
        ),
        (
            "rules/injected-http-request/fires",
            "Invalid WebSocket frame: invalid opcode 7",
            "second-request",
            "reserved-opcode",
        ),
        (
            "rules/framing-lost/fires",
            "invalid status code 22373",
            "framing-lost",
            "changed-behind-here",
        ),
        (
            "rules/rsv1-on-wrong-frame/fires",
            "RSV1 not allowed to be set",
            "rsv1-beyond-first-frame",
            "extension-answer-stripped",
        ),
        (
            "rules/invalid-close-code/fires",
            "invalid status code 1006",
            "code-must-not-be-sent",
            "framing-lost",
        ),
        (
            "text-spoiled",
            "Could not decode a text frame as UTF-8.",
            "invalid-utf8",
            "changed-behind-here",
        ),
        (
            "rules/invalid-data-close/fires",
            "1007",
            "changed-behind-here",
            "invalid-utf8",
        ),
        (
            "deflate-block-spoiled",
            "invalid distance too far back",
            "contexts-drifted compressed-bytes-changed",
            "changed-behind-here",
        ),
        (
            "accept-of-another-key",
            "Incorrect 'Sec-WebSocket-Accept' header value",
            "accept-of-another-key",
            "",
        ),
        (
            "handshake-rejected-403",
            "Unexpected server response: 403",
            "refused-by-server",
            "upstream-unreachable request-upgrade-stripped",
        ),
        (
            "handshake-rejected-502",
            "Unexpected response code: 502",
            "upstream-unreachable",
            "refused-by-server redirected",
        ),
        (
            "handshake-rejected-302",
            "Unexpected response code: 302",
            "redirected",
            "refused-by-server",
        ),
        (
            "connect-refused-403",
            "net::ERR_TUNNEL_CONNECTION_FAILED",
            "proxy-authentication refused-by-proxy",
            "",
        ),
        (
            "upgrade-header-missing-http10",
            "'upgrade' token not found in 'Connection' header",
            "request-upgrade-stripped",
            "",
        ),
        (
            "version-8-answered-426",
            "Missing or invalid Sec-WebSocket-Version header",
            "wrong-version",
            "request-upgrade-stripped",
        ),
        (
            "subprotocol-not-offered",
            "Server sent an invalid subprotocol",
            "subprotocol-not-offered",
            "",
        ),
        (
            "extension-not-offered",
            "Found an unsupported extension 'permessage-deflate'",
            "extension-not-offered",
            "extension-parameters",
        ),
        (
            "hung-up-on-request",
            "socket hang up",
            "hung-up-on",
            "upstream-unreachable",
        ),
        (
            "first-frame-before-101",
            "Junk after client request",
            "frames-too-early",
            "second-request",
        ),
        (
            "too-big-1009",
            "received 1009 (message too big)",
            "message-too-big",
            "deflate-bomb",
        ),
        (
            "unsupported-data-1003",
            "1003 (unsupported data)",
            "unsupported-type",
            "",
        ),
        (
            "pings-unanswered",
            "keepalive ping timeout",
            "ping-unanswered",
            "pong-not-read",
        ),
        (
            "rules/idle-timeout-closure/fires",
            ABNORMAL,
            "idle-60",
            "idle-haproxy age-limit endpoint-died died-of-what-it-read",
        ),
        (
            "server-killed-mid-message",
            ABNORMAL,
            "endpoint-died",
            "idle-60 died-of-what-it-read path-forgot",
        ),
        (
            "reset-forged",
            ABNORMAL,
            "reset-forged",
            "endpoint-died idle-60",
        ),
        ("server-vanished", ABNORMAL, "path-forgot", ""),
        (
            "injected-403",
            ABNORMAL,
            "died-of-what-it-read",
            "endpoint-died idle-60",
        ),
        (
            "101-with-content-length",
            ABNORMAL,
            "content-length-on-101",
            "idle-60",
        ),
        // A silence of 5 s may be by chance: it rules out nothing.
        (
            "haproxy-idle-5s",
            ABNORMAL,
            "idle-other endpoint-died",
            "idle-60",
        ),
    ] {
        let said = of_captures(pasted, &[capture]);
        let supported: Vec<_> = supported.split_whitespace().collect();
        let mut missed = ruled_out.split_whitespace();
        if sorted(&said.supported) != sorted(&supported)
            || missed.any(|cause| !said.ruled_out.contains(&cause))
        {
            wrong.push(format!("{capture}: {pasted}: {said:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

#[test]
fn what_is_not_captured_rules_nothing_out() {
    for capture in ["mid-stream-start", "snaplen-96", "mid-stream-start-deflate"] {
        let said = of_captures("RSV1 must be clear", &[capture]);
        assert_eq!(
            (said.supported.len(), said.ruled_out.len()),
            (0, 0),
            "{capture}: {said:?}"
        );
    }
}

#[test]
fn a_clean_capture_rules_out_what_it_would_show_and_no_more() {
    let said = of_captures("RSV1 must be clear", &["clean-nginx-deflate"]);
    assert_eq!(said.supported, [""; 0]);
    assert!(said.ruled_out.contains(&"block-page"));
    assert_eq!(
        said.cannot_tell,
        ["extension-offer-stripped", "changed-behind-here"]
    );
}

#[test]
fn the_side_that_wrote_the_text_did_not_send_what_it_complains_of() {
    // The client's frames are not masked; Chrome, a client, complains of the server's.
    let said = of_captures(
        "A server must not mask any frames that it sends to the client.",
        &["client-unmasked"],
    );
    assert_eq!(said.supported, [""; 0]);
    assert!(said.ruled_out.contains(&"server-masks"), "{said:?}");
}

#[test]
fn among_others_the_connection_that_fits_is_the_one() {
    let said = of_captures(
        "RSV1 must be clear",
        &["injected-403", "clean-nginx-deflate", "mid-stream-start"],
    );
    assert_eq!(said.supported, ["block-page"]);
    assert!(
        said.ruled_out.contains(&"extension-answer-stripped"),
        "{said:?}"
    );
}

#[test]
fn what_cannot_be_read_may_be_the_one() {
    let mut report = sample::report(vec![sample::input("a.pcap")], vec![sample::connection(1)]);
    assert!(
        of_report("MASK must be clear", &report)
            .ruled_out
            .contains(&"server-masks")
    );
    report.summary.other.tls = 1;
    assert!(
        of_report("MASK must be clear", &report)
            .cannot_tell
            .contains(&"server-masks")
    );
    let empty = sample::report(vec![sample::input("a.pcap")], Vec::new());
    let said = of_report("MASK must be clear", &empty);
    assert_eq!((said.supported.len(), said.ruled_out.len()), (0, 0));
}

#[test]
fn connections_that_end_together_are_seen_among_five() {
    let together = |number: u64| {
        let mut connections: Vec<_> = (1..=number).map(sample::connection).collect();
        for connection in &mut connections {
            connection.close.tcp_at.server = Some(crate::report::model::EndPlace {
                packet: 80 + connection.id,
                input: 0,
                time: sample::at(9_000_000 + i64::try_from(connection.id).unwrap() * 1000),
            });
        }
        of_report(
            "1006",
            &sample::report(vec![sample::input("a.pcap")], connections),
        )
    };
    assert!(together(5).supported.contains(&"reload-storm"));
    assert!(together(4).cannot_tell.contains(&"reload-storm"));
}

#[test]
fn an_injected_response_is_told_by_its_status() {
    let of = |message: &str| {
        let mut connection = sample::connection(1);
        let finding = sample::finding(
            "injected-http-response",
            rules::Severity::Error,
            9,
            1,
            message,
        );
        connection.findings.push(finding);
        let report = sample::report(vec![sample::input("a.pcap")], vec![connection]);
        of_report("Invalid frame header", &report).supported
    };
    for (what, expected) in [
        ("408 Request Timeout", "http-timer"),
        ("400 Bad Request", "competing-upgrade"),
        ("407 Proxy Authentication Required", "block-page"),
        ("200 OK, title \"Blocked\"", "block-page"),
        ("504 Gateway Timeout", "gateway-error"),
        ("200 OK", "other-http-response"),
    ] {
        let message = format!("an HTTP response stands where a frame was due: {what}");
        assert_eq!(of(&message), [expected], "{what}");
    }
    assert_eq!(
        of("an HTTP response cuts into a frame: \"HTTP/1.1 408 Req\""),
        ["http-timer"]
    );
}

#[test]
fn a_verdict_speaks_for_its_cause_but_not_against_the_bytes() {
    let verdict = |cause| Verdict {
        party: Party::Intermediary,
        confidence: Confidence::Likely,
        cause,
        product: None,
        explanation: String::new(),
        remedy: String::new(),
        snippets: Vec::new(),
        confirm: None,
        evidence: Vec::new(),
        against: Vec::new(),
        alternatives: Vec::new(),
        next_capture: None,
    };
    let mut connection = sample::connection(1);
    connection.captured.server.missing_bytes = 10;
    connection.verdict = Some(Box::new(verdict("frames-altered")));
    let report = sample::report(vec![sample::input("a.pcap")], vec![connection]);
    let said = of_report("RSV1 must be clear", &report);
    assert!(said.supported.contains(&"changed-behind-here"), "{said:?}");

    let mut connection = sample::connection(1);
    connection.verdict = Some(Box::new(verdict("masking-bug")));
    let report = sample::report(vec![sample::input("a.pcap")], vec![connection]);
    let said = of_report("MASK must be clear", &report);
    assert!(said.ruled_out.contains(&"server-masks"), "{said:?}");
}
