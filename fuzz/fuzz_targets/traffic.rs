//! A whole check of packets that are made of a script, so that the fuzzer comes to the frames of
//! a WebSocket at once. The script is described in `src/traffic.rs`.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use wsblame::analyzer::Exposure;
use wsblame::driver::{Options, check_packets};
use wsblame::limits::Limits;
use wsblame::report::model::{Outcome, Report};
use wsblame_fuzz::traffic::Traffic;

fuzz_target!(|bytes: &[u8]| {
    let traffic = Traffic::of(bytes);
    let options = |limits| Options {
        limits,
        exposure: Exposure { headers: true },
        ..Options::default()
    };
    let small = options(wsblame_fuzz::small_limits());
    let report = |options: &Options| check_packets(&mut traffic.source(), options);
    let known = wsblame_fuzz::report::check(&report(&small));
    assert_eq!(known, wsblame_fuzz::report::to_json(&report(&small)));

    // More packets let more of them agree on the time, and connections expire earlier by one.
    let for_ever = Duration::from_secs(1 << 40);
    let large = options(Limits {
        idle: for_ever,
        linger: for_ever,
        ..Limits::default()
    });
    let whole = report(&large);
    let cut = check_packets(&mut traffic.halved().source(), &large);
    if is_plain(&whole) && is_plain(&cut) && bytes_of(&whole) == bytes_of(&cut) {
        // That a page cuts into a message is told by the packet that begins with it, and absolves
        // the message.
        let has_page = bytes.windows(7).any(|window| window == b"HTTP/1.");
        assert_eq!(told(&whole, has_page), told(&cut, has_page));
    }
});

/// Whether all was read as frames, without a search, which weighs where packets begin.
fn is_plain(report: &Report) -> bool {
    const SEARCHED: [&str; 5] = [
        "capture-gap",
        "framing-lost",
        "injected-http-request",
        "injected-http-response",
        "not-websocket",
    ];
    report.connections.iter().all(|connection| {
        let mut findings = connection.findings.iter();
        connection.roles_from != "masks"
            && !findings.any(|finding| SEARCHED.contains(&finding.rule))
    })
}

/// Rules about segments: in twice as many packets there are others. And how long a capture runs is
/// told by two packets, since one may have a wrong time.
const OF_SEGMENTS: [&str; 5] = [
    "tcp-overlap-conflict",
    "foreign-segment",
    "reset-injected",
    "peer-vanished",
    "unanswered-ping",
];

/// Bytes that were read of each stream: some behind a FIN are read only where they come in one
/// packet with bytes before it.
fn bytes_of(report: &Report) -> Vec<[u64; 2]> {
    let connections = report.connections.iter();
    let bytes = connections.map(|it| [it.captured.client.bytes, it.captured.server.bytes]);
    bytes.collect()
}

/// What must not depend on how streams are cut into packets.
fn told(report: &Report, has_page: bool) -> Vec<String> {
    let connections = report.connections.iter().map(|connection| {
        // Of a connection that turns out to be something else, the rest is not read.
        if connection.handshake.outcome != Outcome::Accepted {
            return "not accepted".to_owned();
        }
        let findings = connection.findings.iter();
        let rules: Vec<_> = findings
            .filter(|it| !OF_SEGMENTS.contains(&it.rule))
            .filter(|it| !has_page || !matches!(it.rule, "invalid-utf8" | "bad-deflate"))
            .map(|it| (it.rule, it.sender, it.stream_offset, it.count))
            .collect();
        // Packets have other numbers.
        let captured = [&connection.captured.client, &connection.captured.server].map(|it| {
            (
                it.bytes,
                it.missing_bytes,
                it.gaps,
                it.unread_bytes,
                it.unjudged.len(),
            )
        });
        format!(
            "{:?} {:?} {captured:?} {rules:?}",
            connection.frames, connection.messages,
        )
    });
    connections.collect()
}
