//! Opening handshakes as they go wrong in the field, and as captures lose parts of them: what is
//! found, about whom, and that nobody is accused of what the capture lacks.

#![allow(
    clippy::unwrap_used,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use wsblame::report::model::{Connection, Finding, Outcome};
use wsblame_fixtures::Side::{Client, Server};
use wsblame_fixtures::{Capture, Conversation, Frame, Head};

fn only(capture: Capture) -> Connection {
    let report = built::report(capture.packets);
    assert_eq!(report.connections.len(), 1);
    report.connections.into_iter().next().unwrap()
}

/// `error bad-key client 4`, without what tells of gaps and ends.
fn found(capture: Capture) -> Vec<String> {
    let connection = only(capture);
    let findings = connection.findings.iter();
    findings
        .filter(|finding| !matches!(finding.rule, "capture-gap" | "abnormal-closure"))
        .map(|finding| {
            let severity = finding.severity.as_str();
            let sender = finding.sender.unwrap();
            format!("{severity} {} {sender} {}", finding.rule, finding.packet)
        })
        .collect()
}

fn finding(capture: Capture, rule: &str) -> Finding {
    let connection = only(capture);
    let mut findings = connection.findings.into_iter();
    findings.find(|finding| finding.rule == rule).unwrap()
}

fn opened() -> Conversation {
    let mut conversation = Conversation::new();
    conversation.open();
    conversation
}

fn asked() -> Conversation {
    let mut conversation = opened();
    conversation.bytes(Client, Head::upgrade().encode());
    conversation
}

/// What is found where this request gets this answer, the client's packet being 4 and the
/// server's 5.
fn answered(request: &Head, response: &Head) -> Vec<String> {
    let mut conversation = opened();
    conversation.upgrade_with(request, response).close(1000);
    found(conversation.capture())
}

/// What is found where these extensions are offered, and those answered.
fn extensions(offers: &[&str], answers: &[&str]) -> Vec<String> {
    let add = |head: Head, value: &&str| head.field("Sec-WebSocket-Extensions", *value);
    let request = offers.iter().fold(Head::upgrade(), add);
    let response = answers.iter().fold(Head::switching(&request), add);
    answered(&request, &response)
}

#[test]
fn the_side_that_ends_an_unanswered_request_is_named() {
    let mut conversation = asked();
    let capture = conversation.rst(Server).capture();
    assert_eq!(found(capture), ["warning handshake-unanswered server 5"]);

    let mut conversation = asked();
    let capture = conversation.end(Client).capture();
    assert_eq!(found(capture), ["info handshake-unanswered client 5"]);

    let mut conversation = asked();
    let capture = conversation.rst(Client).capture();
    assert_eq!(found(capture), ["info handshake-unanswered client 5"]);
}

#[test]
fn what_is_no_answer_is_told() {
    let alert = b"\x15\x03\x01\0\x02\x02\x46";
    for cut in [1, 1460] {
        let mut conversation = asked();
        conversation
            .segment_bytes(cut)
            .bytes(Server, alert)
            .end(Client);
        let capture = conversation.capture();
        assert_eq!(
            found(capture.clone()),
            ["warning handshake-unanswered server 5"]
        );
        let told = finding(capture, "handshake-unanswered").message;
        assert!(told.contains("TLS alert"), "{told}");
    }
    // A response that is too long to be read is one.
    let long = Head::response(200, "OK", "").field("X-Long", "x".repeat(70_000));
    let mut conversation = asked();
    conversation.bytes(Server, long.encode()).end(Server);
    assert!(found(conversation.capture()).is_empty());
}

#[test]
fn a_moved_server_is_told_without_the_query() {
    let moved = Head::response(302, "Found", "").field("Location", "https://b.example/ws?token=x");
    let mut conversation = opened();
    conversation
        .upgrade_with(&Head::upgrade(), &moved)
        .end(Server);
    let told = finding(conversation.capture(), "handshake-rejected").message;
    assert!(
        told.ends_with("Location \"https://b.example/ws\""),
        "{told}"
    );
}

#[test]
fn frames_behind_an_unanswered_request_make_no_connection_of_it() {
    let mut conversation = asked();
    conversation
        .client(Frame::text("hello, hello"))
        .client(Frame::text("hello, again"))
        .end(Server);
    let connection = only(conversation.capture());
    assert_eq!(connection.handshake.outcome, Outcome::Unanswered);
    let rules: Vec<_> = connection.findings.iter().map(|it| it.rule).collect();
    assert_eq!(rules, ["handshake-unanswered"]);
}

#[test]
fn an_answer_that_was_not_captured_is_an_answer() {
    let mut refused = asked();
    refused
        .bytes(Server, Head::response(403, "Forbidden", "no").encode())
        .end(Server);
    assert!(found(refused.capture().without([5])).is_empty());

    let mut accepted = Conversation::accepted();
    accepted.end(Client);
    assert!(found(accepted.capture().without([5])).is_empty());
    // The client's side alone.
    assert!(found(refused.capture().without([2, 5, 6, 8])).is_empty());
}

#[test]
fn a_head_that_was_cut_lacks_nothing() {
    let request = Head::upgrade();
    let mut conversation = opened();
    conversation
        .bytes_cut(Client, request.encode(), &[60])
        .bytes_cut(Server, Head::switching(&request).encode(), &[50])
        .client(Frame::text("hello, hello"))
        .close(1000);
    for lost in [4, 5, 6, 7] {
        let found = found(conversation.capture().without([lost]));
        assert!(found.is_empty(), "without {lost}: {found:?}");
    }
}

#[test]
fn a_refused_tunnel_is_a_warning_unless_the_client_then_gets_it() {
    let connect = Head::new("CONNECT server.example.com:80 HTTP/1.1")
        .field("Host", "server.example.com:80")
        .field("Proxy-Connection", "keep-alive");
    let demand = Head::response(407, "Proxy Authentication Required", "who?")
        .field("Proxy-Authenticate", "Basic realm=\"x\"");
    let tunnel = Head::new("HTTP/1.1 200 Connection established");
    let mut refused = opened();
    refused
        .upgrade_with(&connect, &Head::response(403, "Forbidden", "no"))
        .end(Server);
    assert_eq!(
        found(refused.capture()),
        ["warning handshake-rejected server 5"]
    );

    let mut satisfied = opened();
    satisfied
        .upgrade_with(&connect, &demand)
        .upgrade_with(&connect, &tunnel)
        .upgrade()
        .close(1000);
    assert_eq!(
        found(satisfied.capture()),
        ["info handshake-rejected server 5"]
    );

    // The refusal behind it is what is told.
    let mut behind = opened();
    behind
        .upgrade_with(&connect, &demand)
        .upgrade_with(&connect, &tunnel)
        .upgrade_with(&Head::upgrade(), &Head::response(404, "Not Found", "no"))
        .end(Server);
    assert_eq!(
        found(behind.capture()),
        ["error handshake-rejected server 9"]
    );
}

#[test]
fn a_refusal_says_who_speaks_however_its_page_is_cut() {
    let page = "<html><head><title>Blocked by gate</title></head></html>";
    let response = Head::response(403, "Forbidden", page).field("Via", "1.1 gate");
    for bytes in [1, 7, 1460] {
        let mut conversation = opened();
        conversation
            .bytes(Client, Head::upgrade().encode())
            .segment_bytes(bytes)
            .bytes(Server, response.encode())
            .end(Server);
        let told = finding(conversation.capture(), "handshake-rejected").message;
        assert!(told.contains("403 Forbidden"), "{told}");
        assert!(told.contains("Via \"1.1 gate\""), "{told}");
        assert!(told.contains("title \"Blocked by gate\""), "{told}");
    }
}

#[test]
fn a_refusal_follows_from_what_is_wrong_with_the_request() {
    let cause = |request: Head, status: u16| {
        let mut conversation = opened();
        conversation
            .upgrade_with(&request, &Head::response(status, "No", ""))
            .end(Server);
        let rejected = finding(conversation.capture(), "handshake-rejected");
        rejected.because_of.map(|cause| cause.rule)
    };
    let old = Head::upgrade().with("Sec-WebSocket-Version", "8");
    assert_eq!(cause(old.clone(), 426), Some("unsupported-version"));
    assert_eq!(cause(old, 503), None);
    let stripped = Head::upgrade().without("Upgrade");
    assert_eq!(cause(stripped, 200), Some("upgrade-header-missing"));
    let keyless = Head::upgrade().without("Sec-WebSocket-Key");
    assert_eq!(cause(keyless, 400), Some("bad-key"));
    assert_eq!(cause(Head::upgrade(), 400), None);
}

#[test]
fn a_101_that_lost_its_fields_is_told_and_the_client_leaves_for_it() {
    let request = Head::upgrade();
    for lost in ["Upgrade", "Connection"] {
        let mut conversation = opened();
        conversation
            .upgrade_with(&request, &Head::switching(&request).without(lost))
            .end(Client);
        assert_eq!(
            found(conversation.capture()),
            ["error upgrade-header-missing server 5"]
        );
        let left = finding(conversation.capture(), "abnormal-closure");
        let cause = left.because_of.map(|cause| cause.rule);
        assert_eq!(cause, Some("upgrade-header-missing"));
    }
}

#[test]
fn keys_and_answers_are_held_against_each_other() {
    let request = Head::upgrade();
    let key = request.get("Sec-WebSocket-Key").unwrap().to_owned();
    let response = Head::switching(&request);
    let twice = request.clone().field("sec-websocket-key", key);
    assert_eq!(answered(&twice, &response), ["error bad-key client 4"]);
    let without = Head::upgrade().without("Sec-WebSocket-Key");
    assert_eq!(answered(&without, &response), ["error bad-key client 4"]);
    let silent = response.clone().without("Sec-WebSocket-Accept");
    assert_eq!(
        answered(&request, &silent),
        ["error accept-mismatch server 5"]
    );
    let two = response.field("Sec-WebSocket-Accept", "x");
    assert_eq!(answered(&request, &two), ["error accept-mismatch server 5"]);
    let versionless = Head::upgrade().without("Sec-WebSocket-Version");
    assert_eq!(
        answered(&versionless, &Head::switching(&versionless)),
        ["error unsupported-version client 4"]
    );
}

#[test]
fn an_answer_must_fit_one_offer() {
    const BAD: &str = "error invalid-extension-parameters server 5";
    const NOT_OFFERED: &str = "error extension-not-offered server 5";
    const HINT: &str = "permessage-deflate; client_max_window_bits";
    let plain = "permessage-deflate";
    assert_eq!(
        extensions(&[], &[plain]),
        [NOT_OFFERED],
        "nothing was offered"
    );
    assert_eq!(
        extensions(&[plain], &["permessage-deflate; client_max_window_bits=10"]),
        [NOT_OFFERED]
    );
    assert_eq!(extensions(&[HINT], &[HINT]), [BAD]);
    assert_eq!(extensions(&[plain], &[plain, plain]), [BAD], "twice");
    for fine in [
        "permessage-deflate",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; client_max_window_bits=\"12\"",
        ",, PERMESSAGE-DEFLATE ,",
    ] {
        assert!(extensions(&["x; a=\"1,2\"", HINT], &[fine]).is_empty());
    }
    for bad in [
        "permessage-deflate; client_max_window_bits=08",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_no_context_takeover=true",
        "permessage-deflate; client_max_window_bits=9; client_max_window_bits=9",
        "permessage-deflate; threshold=1",
        "permessage-deflate;",
    ] {
        assert_eq!(extensions(&[HINT], &[bad]), [BAD], "{bad}");
    }
    // Larger than every offer allows; one that says nothing allows all.
    let narrow = "permessage-deflate; server_max_window_bits=10";
    let wide = "permessage-deflate; server_max_window_bits=12";
    assert_eq!(extensions(&[narrow], &[wide]), [BAD]);
    assert!(extensions(&[narrow, plain], &[wide]).is_empty());
    // Each parameter has an offer, but no offer has both.
    let narrow = "permessage-deflate; server_max_window_bits=10; client_max_window_bits";
    let both = "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12";
    assert_eq!(extensions(&[narrow, plain], &[both]), [NOT_OFFERED]);
    assert!(extensions(&[plain, HINT], &[both]).is_empty());
}

#[test]
fn one_subprotocol_is_named_and_one_that_was_offered() {
    let named = |offers: &str, answer: &str| {
        let request = Head::upgrade().field("Sec-WebSocket-Protocol", offers);
        let response = Head::switching(&request).field("Sec-WebSocket-Protocol", answer);
        answered(&request, &response)
    };
    const NOT_OFFERED: [&str; 1] = ["error subprotocol-not-offered server 5"];
    assert!(named("a, b", "b").is_empty());
    assert!(named("", "").is_empty());
    assert_eq!(named("a, b", "a, b"), NOT_OFFERED);
    assert_eq!(named("", "a"), NOT_OFFERED);
    assert_eq!(named("a", "A"), NOT_OFFERED);
    assert_eq!(named("a", ""), ["info subprotocol-unanswered server 5"]);
}

#[test]
fn only_frames_that_know_nothing_of_the_101_came_before_it() {
    let request = Head::upgrade();
    let switch = Head::switching(&request).encode();
    let early = ["error frames-before-handshake client 5"];
    // Behind the request, in a segment of its own, before any answer and behind a 103.
    let mut conversation = asked();
    conversation
        .client(Frame::text("hello"))
        .bytes(Server, &switch)
        .close(1000);
    assert_eq!(found(conversation.capture()), early);
    // Its first copy was lost, and the second one acknowledges the 101: nothing is known.
    let mut lost = asked();
    lost.client(Frame::text("hello"))
        .bytes(Server, &switch)
        .retransmit(Client)
        .close(1000);
    assert!(found(lost.capture().without([5])).is_empty());
    // Half of the 101 had come.
    let mut half = asked();
    half.bytes_cut(Server, &switch, &[20]).close(1000);
    half.segments_mut()[6].acknowledgement -= 30;
    assert!(found(half.capture()).is_empty());
    // A body is no frame.
    let posting = Head::upgrade().field("Content-Length", "4");
    let mut body = opened();
    body.bytes(
        Client,
        [posting.encode(), b"\x81\x80\0\0".to_vec()].concat(),
    )
    .bytes(Server, &switch)
    .client(Frame::text("hello"))
    .close(1000);
    assert!(found(body.capture()).is_empty());
}
