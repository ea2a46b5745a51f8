//! One capture of a server that does wrong by itself, with and without a proxy before it: the proxy
//! is not blamed, and nobody is for certain on whose machine a proxy may stand.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;
mod recorded;

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use wsblame::report::model::{Party, Verdict};
use wsblame_fixtures::Side::Server;
use wsblame_fixtures::{Conversation, Frame, Head};

/// A connection whose 101 is signed so.
fn signed(server: Option<&str>) -> Conversation {
    let request = Head::upgrade();
    let answer = Head::switching(&request);
    let answer = match server {
        Some(name) => answer.field("Server", name),
        None => answer,
    };
    let mut conversation = Conversation::new();
    conversation.open().upgrade_with(&request, &answer);
    conversation.client(Frame::text("hello"));
    conversation
}

fn verdict(conversation: &Conversation) -> Verdict {
    let report = built::report(conversation.capture().packets);
    report.connections[0].verdict.as_deref().cloned().unwrap()
}

#[test]
fn a_proxy_is_not_blamed_for_a_complaint_of_the_server_behind_it() {
    for reason in ["", "unknown opcode \"login\" in message"] {
        let mut conversation = signed(Some("nginx/1.22.1"));
        conversation
            .server(Frame::close(1002, reason))
            .client(Frame::close(1002, ""))
            .end(Server);
        let verdict = verdict(&conversation);
        assert_eq!(verdict.cause, "frames-altered");
        assert_eq!(verdict.party, Party::ServerSide, "{reason}");
        assert_eq!(verdict.product, None);
    }
}

#[test]
fn a_timer_is_nobodys_where_no_proxy_shows_itself() {
    for silence in [5, 60] {
        let mut conversation = signed(None);
        conversation.wait(Duration::from_secs(silence)).end(Server);
        let verdict = verdict(&conversation);
        assert_eq!(verdict.cause, "idle-timeout");
        assert_eq!(verdict.party, Party::ServerSide, "{silence}");
    }
}

#[test]
fn a_page_that_its_server_signs_is_not_the_proxys() {
    let page = "HTTP/1.1 403 Forbidden\r\nServer: app\r\nContent-Length: 2\r\n\r\nno";
    for server in [None, Some("nginx/1.22.1")] {
        let mut conversation = signed(server);
        conversation.bytes(Server, page).end(Server);
        let verdict = verdict(&conversation);
        assert_eq!(verdict.cause, "block-page-injected");
        assert_eq!(verdict.party, Party::ServerSide, "{server:?}");
    }
    // That of a product which stands between is.
    let mut conversation = signed(None);
    let page = page.replace("app", "squid/5.7");
    conversation.bytes(Server, page).end(Server);
    assert_eq!(verdict(&conversation).party, Party::Intermediary);
}

#[test]
fn on_the_servers_machine_nothing_is_certain() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/real");
    let capture = real.join("masked-server-frames-at-server/capture.pcap");
    let (_, report) = recorded::run("check", &[capture]);
    let verdict: &Value = &report["connections"][0]["verdict"];
    assert_eq!(verdict["party"], "server");
    assert_eq!(verdict["confidence"], "likely");
}
