//! What is known of a connection, in words: what was agreed, what was sent, how it ended.

use std::fmt::Write as _;

use super::finding::Scale;
use super::{address, counted, date_and_time, first_few, listed, packet, quoted, since, untrusted};
use crate::report::model::{
    Captured, CloseFrame, Connection, Finding, Frames, Handshake, Outcome, Preamble, PreambleKind,
    TcpEnd, Unjudged,
};
use crate::report::names::Names;
use crate::side::Side;
use crate::websocket::close::code_name;

/// What carries its packets over the link, from outside; none where they are plain.
pub(in crate::report) fn carriers(connection: &Connection) -> Option<String> {
    let outside = connection.layers.split(|layer| *layer == "tcp").next()?;
    (!outside.is_empty()).then(|| outside.join(", "))
}

/// Host and path; a target that names a host itself (of CONNECT, or to a proxy) stands alone.
pub(in crate::report) fn asked_for(handshake: &Handshake) -> String {
    let shown = |text: &Option<String>| text.as_deref().map(untrusted).unwrap_or_default();
    let (host, target) = (shown(&handshake.host), shown(&handshake.target));
    if target.is_empty() || target.starts_with('/') {
        host + &target
    } else {
        target
    }
}

/// When and with which packet it began, and what its times count from.
pub(in crate::report) fn start(connection: &Connection, names: &Names) -> String {
    let first = packet(connection.first_packet, connection.input, names);
    let start = date_and_time(connection.start);
    let zero = match connection.handshake.response_time {
        Some(_) => "times below count from the handshake's answer",
        None => "times below count from there",
    };
    format!("{start} UTC, {first}; {zero}")
}

/// What told the client from the server, where that was no handshake.
pub(in crate::report) fn told_by(connection: &Connection) -> Option<String> {
    match connection.roles_from {
        "handshake" => None,
        others => Some(format!("who is client: told by {others}")),
    }
}

/// What stood before HTTP: who it says the client is, or where it leads.
pub(in crate::report) fn preamble(preamble: &Preamble) -> String {
    match &preamble.kind {
        PreambleKind::ProxyProtocol {
            version,
            command,
            source,
            destination,
            checksum_fits,
            ..
        } => {
            let who = match (source, destination) {
                (Some(source), Some(destination)) => {
                    format!("true client {} → {}", address(source), address(destination))
                }
                _ if *command == "local" => "a connection of the proxy's own".to_owned(),
                _ => "no client named".to_owned(),
            };
            let doubt = match checksum_fits {
                Some(false) => " (its checksum is wrong)",
                Some(true) | None => "",
            };
            format!("PROXY protocol v{version}: {who}{doubt}")
        }
        PreambleKind::Socks {
            version,
            destination,
            ..
        } => format!("SOCKS{version} to {}", address(destination)),
        PreambleKind::HttpConnect { target } => format!("CONNECT to {}", untrusted(target)),
    }
}

/// How the handshake was answered.
pub(in crate::report) fn answer(handshake: &Handshake) -> String {
    match (handshake.outcome, handshake.status) {
        (Outcome::Unseen, _) => "not in this capture".to_owned(),
        (Outcome::Unanswered, _) => "not answered".to_owned(),
        (Outcome::Accepted, status) => status.unwrap_or(101).to_string(),
        (Outcome::Rejected, None) => "refused".to_owned(),
        (Outcome::Rejected, Some(status)) => format!("refused with {status}"),
    }
}

/// What stands behind the answer: where it is, and what was agreed.
pub(in crate::report) fn after_answer(handshake: &Handshake, names: &Names) -> String {
    let mut rest = String::new();
    let response = handshake.response_packet.zip(handshake.response_input);
    if let (Some((number, input)), true) = (response, handshake.status.is_some()) {
        // Writing to a string cannot fail.
        let _ = write!(rest, " in {}", packet(number, input, names));
    }
    if let Some(extensions) = extensions(handshake) {
        let _ = write!(rest, "; {extensions}");
    }
    if !handshake.inferred_extensions.is_empty() {
        let inferred = handshake.inferred_extensions.join(", ");
        let _ = write!(rest, "; {inferred} inferred from messages that inflate");
    }
    if let Some(subprotocols) = subprotocols(handshake) {
        let _ = write!(rest, "; {subprotocols}");
    }
    rest
}

/// The header fields by which intermediaries show themselves, unless a finding tells of them: it
/// says more, as in whose head they stand.
pub(in crate::report) fn passed_by(connection: &Connection) -> Option<String> {
    let headers = &connection.handshake.intermediaries;
    let found = |finding: &Finding| finding.rule == "proxy-in-path";
    if headers.is_empty() || connection.findings.iter().any(found) {
        return None;
    }
    let shown = headers.iter().map(|it| {
        let (header, value) = (untrusted(&it.header), untrusted(&it.value));
        format!("{header}: {value}")
    });
    Some(first_few(shown))
}

fn extensions(handshake: &Handshake) -> Option<String> {
    let list = |elements: &[String]| first_few(elements.iter().map(|it| quoted(it)));
    let offered = list(&handshake.offered_extensions);
    let agreed = handshake.negotiated_extensions.as_deref();
    if handshake.outcome == Outcome::Rejected {
        return (!offered.is_empty()).then(|| format!("offered {offered}"));
    }
    Some(match (offered.as_str(), agreed) {
        ("", None) => return None,
        ("", Some([])) => "no extension offered, none agreed".to_owned(),
        ("", Some(agreed)) => format!("no extension offered, agreed {}", list(agreed)),
        (offered, None) => format!("offered {offered}"),
        (offered, Some([])) => format!("offered {offered}, agreed no extension"),
        (offered, Some(agreed)) => format!("offered {offered}, agreed {}", list(agreed)),
    })
}

fn subprotocols(handshake: &Handshake) -> Option<String> {
    let offered = first_few(handshake.offered_subprotocols.iter().map(|it| quoted(it)));
    match (&handshake.subprotocol, offered.as_str()) {
        (Some(agreed), _) => Some(format!("subprotocol {}", quoted(agreed))),
        (None, "") => None,
        (None, offered) if handshake.outcome != Outcome::Accepted => {
            Some(format!("subprotocols offered {offered}"))
        }
        (None, offered) => Some(format!("subprotocols offered {offered}, none agreed")),
    }
}

/// The frames of each side; none where no frame can be expected.
pub(in crate::report) fn frames(connection: &Connection) -> Option<String> {
    let none = Frames::default();
    let seen = connection.frames.client != none || connection.frames.server != none;
    let expected = matches!(
        connection.handshake.outcome,
        Outcome::Accepted | Outcome::Unseen
    );
    (seen || expected).then(|| {
        Side::BOTH
            .map(|side| format!("{side} {}", frames_of(connection.frames.of(side))))
            .join("; ")
    })
}

pub(in crate::report) fn frames_of(frames: &Frames) -> String {
    let counts = [
        (frames.text, "text"),
        (frames.binary, "binary"),
        (frames.continuation, "continuation"),
        (frames.ping, "ping"),
        (frames.pong, "pong"),
        (frames.close, "close"),
        (frames.reserved, "with a reserved opcode"),
    ];
    listed(&counts).map_or_else(
        || "none".to_owned(),
        |counts| format!("{counts} ({})", counted(frames.payload_bytes, "byte")),
    )
}

/// What the capture lacks of each side's stream; none if nothing.
pub(in crate::report) fn captured(connection: &Connection) -> Option<String> {
    let lacks = |side: Side| {
        let Captured {
            from_start,
            missing_bytes,
            gaps,
            unread_messages,
            ..
        } = *connection.captured.of(side);
        let start = (!from_start).then(|| "the beginning".to_owned());
        let gaps = (gaps > 0 || missing_bytes > 0).then(|| {
            format!(
                "{} in {}",
                counted(missing_bytes, "byte"),
                counted(gaps, "place")
            )
        });
        let lacks: Vec<_> = start.into_iter().chain(gaps).collect();
        let unread = if unread_messages > 0 {
            let messages = counted(unread_messages, "compressed message");
            format!(", so that {messages} could not be read")
        } else {
            String::new()
        };
        (!lacks.is_empty()).then(|| format!("{side}: {}{unread}", lacks.join(" and ")))
    };
    let sides: Vec<_> = Side::BOTH.into_iter().filter_map(lacks).collect();
    (!sides.is_empty()).then(|| sides.join("; "))
}

/// Where nothing of a side's stream could be judged; none if nowhere.
pub(in crate::report) fn unjudged(connection: &Connection, names: &Names) -> Option<String> {
    let range = |range: &Unjudged| {
        let from = packet(range.from_packet, range.input, names);
        match (range.to_packet, range.to_input) {
            (Some(to), Some(input)) => format!("{from} to {}", packet(to, input, names)),
            _ => format!("{from} to its end"),
        }
    };
    let of = |side: Side| {
        let ranges = &connection.captured.of(side).unjudged;
        (!ranges.is_empty()).then(|| format!("{side}: {}", first_few(ranges.iter().map(range))))
    };
    let sides: Vec<_> = Side::BOTH.into_iter().filter_map(of).collect();
    (!sides.is_empty()).then(|| sides.join("; "))
}

/// How it ended: the Closes, then TCP.
pub(in crate::report) fn end(connection: &Connection, scale: Scale<'_>) -> String {
    let close = &connection.close;
    let mut closes: Vec<_> = [(Side::Client, &close.client), (Side::Server, &close.server)]
        .into_iter()
        .filter_map(|(side, close)| Some((side, close.as_ref()?)))
        .collect();
    closes.sort_by_key(|(_, close)| (close.time, close.input, close.packet));
    let mut parts: Vec<_> = closes
        .iter()
        .map(|(side, close)| close_frame(*side, close, scale))
        .collect();
    let upgraded = matches!(
        connection.handshake.outcome,
        Outcome::Accepted | Outcome::Unseen
    );
    match closes.as_slice() {
        [] if upgraded => parts.push("no Close from either side".to_owned()),
        [(side, _)] => parts.push(format!("no Close from the {}", side.peer())),
        _ => {}
    }
    parts.push(tcp_end(connection));
    parts.join("; ")
}

fn close_frame(side: Side, close: &CloseFrame, scale: Scale<'_>) -> String {
    let packet = packet(close.packet, close.input, scale.names);
    let since = since(scale.zero, close.time);
    format!("{}, {packet}, {since}", close_by(side, close))
}

/// Whose Close it is, and what stands in it.
pub(in crate::report) fn close_by(side: Side, close: &CloseFrame) -> String {
    let code = match close.code {
        None => "without a code".to_owned(),
        Some(code) => match code_name(code) {
            Some(name) => format!("{code} ({name})"),
            None => code.to_string(),
        },
    };
    match close.reason.as_str() {
        "" => format!("{side} Close {code}"),
        reason => format!("{side} Close {code} {}", quoted(reason)),
    }
}

/// How TCP ended, the side that left first before the other one.
fn tcp_end(connection: &Connection) -> String {
    let close = &connection.close;
    let end = |side: Side| {
        let flag = match close.tcp.of(side).as_ref()? {
            TcpEnd::Fin => "FIN",
            TcpEnd::Rst => "RST",
        };
        let at = close.tcp_at.of(side).as_ref();
        let at = at.map(|at| (at.time, at.input, at.packet));
        Some((at, side, flag))
    };
    let mut ends: Vec<_> = Side::BOTH.into_iter().filter_map(end).collect();
    ends.sort();
    match ends.as_slice() {
        [(_, first, with), (_, second, by), ..] => {
            format!("TCP: {first} {with}, then {second} {by}")
        }
        [(_, one, with)] => format!("TCP: {one} {with}, {} still open", one.peer()),
        [] => "TCP still open where the capture ends".to_owned(),
    }
}
