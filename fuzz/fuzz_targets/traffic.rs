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
    if is_plain(&whole) && is_plain(&cut) {
        assert_eq!(told(&whole), told(&cut));
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

/// What must not depend on how streams are cut into packets.
fn told(report: &Report) -> Vec<String> {
    let connections = report.connections.iter().map(|connection| {
        // Of a connection that turns out to be something else, the rest is not read.
        if connection.handshake.outcome != Outcome::Accepted {
            return "not accepted".to_owned();
        }
        let findings = connection.findings.iter();
        let rules: Vec<_> = findings
            .map(|it| (it.rule, it.sender, it.stream_offset, it.count))
            .collect();
        format!(
            "{:?} {:?} {:?} {rules:?}",
            connection.frames, connection.messages, connection.captured,
        )
    });
    connections.collect()
}
