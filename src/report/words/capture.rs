//! What captures hold and lack as a whole, in words.

use super::{counted, listed};
use crate::report::chosen;
use crate::report::model::{Connection, Input, Outcome, Report, Selection};
use crate::side::{Side, Sides};

/// What of the captures was asked for, and how many connections that leaves out; none where all
/// of them were.
pub(in crate::report) fn chosen(report: &Report) -> Option<String> {
    let options = chosen::options(&report.selection)?;
    let unchosen = report.summary.unchosen.connections;
    Some(match report.summary.connections.saturating_add(unchosen) {
        all if unchosen > 0 => {
            let all = counted(all, "WebSocket connection");
            format!("{options}; {unchosen} of {all} left out")
        }
        _ => options,
    })
}

/// What was asked of the findings: without it a report would say less or more than it seems to.
pub(in crate::report) fn selection(selection: &Selection) -> Option<String> {
    let listed = |rules: &[&str]| rules.join(", ");
    let mut parts = Vec::new();
    if !selection.only.is_empty() {
        parts.push(format!("only findings of {}", listed(&selection.only)));
    }
    if !selection.ignore.is_empty() {
        parts.push(format!("no findings of {}", listed(&selection.ignore)));
    }
    for (rule, level) in &selection.severity {
        parts.push(format!("{rule} taken for {}", level.as_str()));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Whom this vantage does not reach: what was changed on the way there is not in the capture.
pub(in crate::report) fn beyond(connections: &[Connection]) -> &'static str {
    let at = |side| move |it: &Connection| it.vantage.at == Some(side);
    if connections.iter().all(at(Side::Server)) {
        "the client (or behind this machine, if it is a proxy)"
    } else if connections.iter().all(at(Side::Client)) {
        "the server (or before this machine, if it is a proxy)"
    } else {
        "an endpoint"
    }
}

/// Why there is no WebSocket connection to judge, and what is there instead.
pub(in crate::report) fn nothing_because(report: &Report) -> String {
    let mut because = match (chosen::nothing(report), others(report)) {
        (Some(reason), None) => format!("{reason}."),
        (Some(reason), Some(others)) => format!("{reason}. TCP connections seen: {others}."),
        (None, Some(others)) => {
            format!("no WebSocket connection. TCP connections seen instead: {others}.")
        }
        (None, None) => "no WebSocket connection, and no other TCP connection.".to_owned(),
    };
    if report.summary.other.tls > 0 {
        because.push_str(
            " A WebSocket inside TLS (wss://) cannot be seen: capture where it is decrypted, \
             behind the machine that ends TLS.",
        );
    }
    because
}

/// The TCP connections that are no WebSocket connections; none if there are none.
pub(in crate::report) fn others(report: &Report) -> Option<String> {
    let other = report.summary.other;
    listed(&[
        (other.tls, "TLS"),
        (other.http, "HTTP without an upgrade"),
        (other.http2, "HTTP/2"),
        (other.unknown, "unknown"),
    ])
}

/// What the capture could not show; none if it shows all of every connection.
pub(in crate::report) fn not_seen(report: &Report) -> Option<String> {
    let parts = not_seen_parts(report);
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Likewise, each by itself.
pub(in crate::report) fn not_seen_parts(report: &Report) -> Vec<String> {
    let connections = &report.connections;
    let joined = |it: &&Connection| it.handshake.outcome == Outcome::Unseen;
    let missing = |it: &Connection| {
        let Sides { client, server } = &it.captured;
        client.missing_bytes.saturating_add(server.missing_bytes)
    };
    let unread = |it: &Connection| {
        let Sides { client, server } = &it.captured;
        client.unread_bytes.saturating_add(server.unread_bytes)
    };
    let is_half = |it: &&Connection| {
        let Sides { client, server } = &it.captured;
        [client, server]
            .iter()
            .any(|side| side.bytes == 0 && (!side.from_start || side.missing_bytes > 0))
    };
    let refused = |it: &&Input| it.format.is_none();
    let resumed = |it: &&Input| it.damage.iter().any(|damage| damage.resumed);
    let ended = |it: &&Input| {
        let is_read = it.damage.iter().all(|damage| damage.resumed) && resumed(it);
        it.format.is_some() && (it.truncated || it.stopped || it.error.is_some() && !is_read)
    };

    let mut parts = Vec::new();
    if let joined @ 1.. = connections.iter().filter(joined).count() as u64 {
        let joined = counted(joined, "connection");
        parts.push(format!("the handshake of {joined}"));
    }
    if let halves @ 1.. = connections.iter().filter(is_half).count() as u64 {
        let halves = counted(halves, "connection");
        parts.push(format!("one direction of {halves}"));
    }
    if let gapped @ 1.. = connections.iter().filter(|it| missing(it) > 0).count() as u64 {
        let bytes = connections.iter().map(missing).fold(0, u64::saturating_add);
        let (bytes, gapped) = (counted(bytes, "byte"), counted(gapped, "connection"));
        parts.push(format!("{bytes} of {gapped} missing"));
    }
    if let unplaced @ 1.. = connections.iter().filter(|it| unread(it) > 0).count() as u64 {
        let bytes = connections.iter().map(unread).fold(0, u64::saturating_add);
        let (bytes, unplaced) = (counted(bytes, "byte"), counted(unplaced, "connection"));
        parts.push(format!(
            "{bytes} of {unplaced} that could not be read as frames"
        ));
    }
    if let tls @ 1.. = report.summary.other.tls {
        parts.push(format!("{} (encrypted)", counted(tls, "TLS connection")));
    }
    if let damaged @ 1.. = report.inputs.iter().filter(resumed).count() as u64 {
        parts.push(format!("damaged parts of {}", counted(damaged, "capture")));
    }
    if let ended @ 1.. = report.inputs.iter().filter(ended).count() as u64 {
        parts.push(format!("the rest of {}", counted(ended, "capture")));
    }
    if let refused @ 1.. = report.inputs.iter().filter(refused).count() as u64 {
        parts.push(format!(
            "{} that could not be read",
            counted(refused, "input")
        ));
    }
    for (limit, times) in &report.summary.limits {
        parts.push(format!(
            "what lies beyond the limit {limit} (met {})",
            counted(*times, "time")
        ));
    }
    parts
}
