//! When something that is not in a report was not on the wire either. It knows what of a
//! connection must have been captured for that, and no causes.

use super::Truth;
use crate::report::model::{Connection, Finding, Outcome, Report, TcpEnd};
use crate::rules::{self, Rule, Severity, Table};
use crate::side::Side;

/// What a connection without a finding of this rule says: by that side, or by either.
pub(super) fn of_rule(rule: &Rule, connection: &Connection, sender: Option<Side>) -> Truth {
    match rule.table {
        Table::Handshake => of_handshake(rule, connection, sender),
        Table::Closing => of_end(rule, connection),
        Table::Stream if matches!(rule.name, "reset-injected" | "foreign-segment") => {
            of_reset(connection)
        }
        Table::Frames | Table::Messages | Table::Stream => of_bytes(rule, connection, sender),
    }
}

fn of_handshake(rule: &Rule, connection: &Connection, sender: Option<Side>) -> Truth {
    let handshake = &connection.handshake;
    let status = match handshake.status {
        Some(status) => format!("the handshake was answered with {status}"),
        None => "the handshake was not answered".to_owned(),
    };
    let no = |why: String| Truth::No(why);
    match (rule.name, handshake.outcome) {
        (_, Outcome::Unseen) => {
            Truth::Unknown("the handshake is not in this capture, or not whole".to_owned())
        }
        ("handshake-rejected", Outcome::Accepted) => no(status),
        ("handshake-rejected", Outcome::Unanswered) => no(status),
        ("handshake-unanswered", Outcome::Accepted | Outcome::Rejected) => no(status),
        _ => {
            let needs_request = sender != Some(Side::Server);
            let needs_answer = sender != Some(Side::Client);
            if needs_request && handshake.request_packet.is_none() {
                Truth::Unknown("the request is not in this capture".to_owned())
            } else if needs_answer && handshake.response_packet.is_none() {
                Truth::Unknown("the answer is not in this capture".to_owned())
            } else {
                let head = match sender {
                    Some(Side::Client) => "the request is",
                    Some(Side::Server) => "the answer is",
                    None => "both heads are",
                };
                no(format!("{head} in this capture, and it is not so"))
            }
        }
    }
}

fn of_end(rule: &Rule, connection: &Connection) -> Truth {
    let close = &connection.close;
    let has_ended = match (close.tcp.client, close.tcp.server) {
        (Some(_), Some(_)) => true,
        (one, other) => one == Some(TcpEnd::Rst) || other == Some(TcpEnd::Rst),
    };
    if rule.name == "peer-vanished" {
        return if has_ended {
            Truth::No("both sides are there up to the end of TCP".to_owned())
        } else {
            Truth::Unknown("the end of TCP is not in this capture".to_owned())
        };
    }
    let said = |side: Side| {
        let of = match side {
            Side::Client => &close.client,
            Side::Server => &close.server,
        };
        let end = *close.tcp.of(side);
        match (of, end) {
            (Some(frame), _) => frame.code.map_or_else(
                || format!("the {side} sent a Close without a code"),
                |code| format!("the {side} sent Close {code}"),
            ),
            (None, Some(TcpEnd::Fin)) => format!("the {side} sent FIN and no Close"),
            (None, Some(TcpEnd::Rst)) => format!("the {side} sent RST and no Close"),
            (None, None) => format!("no end of the {side}'s is there"),
        }
    };
    let told = format!("{}, {}", said(Side::Client), said(Side::Server));
    let both_closed = close.client.is_some() && close.server.is_some();
    let whole = Side::BOTH
        .iter()
        .all(|side| Reach::of(connection, *side).is_whole());
    if both_closed || (has_ended && whole) {
        Truth::No(told)
    } else if !has_ended {
        Truth::Unknown(format!("the end is not in this capture: {told}"))
    } else {
        Truth::Unknown("not all that was sent before the end is in this capture".to_owned())
    }
}

fn of_reset(connection: &Connection) -> Truth {
    let tcp = connection.close.tcp;
    match (tcp.client, tcp.server) {
        (Some(TcpEnd::Rst), _) | (_, Some(TcpEnd::Rst)) => Truth::Unknown(
            "there is a RST, and no mark in it of another sender: a good forgery has none"
                .to_owned(),
        ),
        (Some(TcpEnd::Fin), Some(TcpEnd::Fin)) => {
            Truth::No("there is no RST: both sides sent FIN".to_owned())
        }
        _ => Truth::Unknown("the end of TCP is not in this capture".to_owned()),
    }
}

fn of_bytes(rule: &Rule, connection: &Connection, sender: Option<Side>) -> Truth {
    match connection.handshake.outcome {
        Outcome::Rejected => {
            return Truth::No("the upgrade was refused: no frames were exchanged".to_owned());
        }
        Outcome::Unanswered => {
            return Truth::No("the upgrade was not answered: no frames were exchanged".to_owned());
        }
        Outcome::Unseen if matches!(rule.name, "rsv-without-extension" | "rsv1-on-wrong-frame") => {
            return Truth::Unknown(
                "the handshake is not in this capture, and with it what was agreed".to_owned(),
            );
        }
        Outcome::Unseen | Outcome::Accepted => {}
    }
    let unknown_extension = connection
        .findings
        .iter()
        .any(|finding| finding.rule == "unknown-extension");
    if unknown_extension && rule.table != Table::Stream {
        return Truth::Unknown(
            "an extension was agreed that is not known here, so that frames were not judged"
                .to_owned(),
        );
    }
    let sides = match sender {
        Some(side) => vec![side],
        None => Side::BOTH.to_vec(),
    };
    let mut all_whole = true;
    let mut told: Vec<String> = Vec::new();
    for side in &sides {
        if rule.table == Table::Messages && connection.captured.of(*side).unread_messages > 0 {
            return Truth::Unknown(format!(
                "not every message of the {side} could be read in this capture"
            ));
        }
        match Reach::of(connection, *side) {
            Reach::Whole => told.push(format!("all that the {side} sent")),
            Reach::UpTo(finding) => {
                all_whole = false;
                told.push(format!(
                    "what the {side} sent up to packet {}, where {} is",
                    finding.packet, finding.rule
                ));
            }
            Reach::Unknown(why) => return Truth::Unknown(why),
        }
    }
    Truth::No(if all_whole && sides.len() > 1 {
        "both directions are in this capture, whole, and there is none".to_owned()
    } else {
        format!("in {} there is none", told.join(" and "))
    })
}

/// How much of one direction the capture holds and could be judged.
enum Reach<'a> {
    /// All of it.
    Whole,
    /// All of it up to what the other side failed at.
    UpTo(&'a Finding),
    /// Not all, and what is missing.
    Unknown(String),
}

impl<'a> Reach<'a> {
    fn of(connection: &'a Connection, side: Side) -> Self {
        let captured = connection.captured.of(side);
        if !captured.from_start {
            return Self::Unknown(format!("the capture begins after the {side}'s stream did"));
        }
        let is_judged = captured.unread_bytes == 0 && captured.unjudged.is_empty();
        if captured.missing_bytes == 0 && is_judged {
            return Self::Whole;
        }
        match failed_at(connection, side).filter(|at| is_whole_up_to(connection, side, at)) {
            Some(finding) => Self::UpTo(finding),
            None if captured.missing_bytes > 0 => Self::Unknown(format!(
                "{} bytes of what the {side} sent are not in this capture",
                captured.missing_bytes
            )),
            None => Self::Unknown(format!("not all that the {side} sent could be judged")),
        }
    }

    const fn is_whole(&self) -> bool {
        matches!(self, Self::Whole)
    }
}

/// What of a side's bytes the other side failed at: what it complains of, or else the first
/// violation, behind which a receiver reads no frames.
fn failed_at(connection: &Connection, side: Side) -> Option<&Finding> {
    let is_of_bytes = |rule: &str| {
        rules::find(rule).is_some_and(|rule| {
            matches!(rule.table, Table::Frames | Table::Messages | Table::Stream)
        })
    };
    let findings = &connection.findings;
    let complaint = findings.iter().find_map(|finding| {
        let of = finding.because_of.as_ref()?;
        (of.sender == Some(side) && is_of_bytes(of.rule)).then_some(of)
    });
    let violations = findings
        .iter()
        .filter(|finding| finding.sender == Some(side) && is_of_bytes(finding.rule));
    match complaint {
        Some(of) => violations
            .into_iter()
            .find(|finding| finding.rule == of.rule && finding.packet == of.packet),
        None => violations
            .into_iter()
            .find(|finding| finding.severity == Severity::Error),
    }
}

/// Whether nothing of a side's stream is missing or unjudged before this finding.
fn is_whole_up_to(connection: &Connection, side: Side, at: &Finding) -> bool {
    let mut unjudged = connection.captured.of(side).unjudged.iter();
    let is_judged = unjudged.all(|range| range.input == at.input && range.from_packet >= at.packet);
    let mut gaps = connection
        .findings
        .iter()
        .filter(|finding| finding.rule == "capture-gap" && finding.sender == Some(side));
    let missing = connection.captured.of(side).missing_bytes > 0;
    let mut seen = 0_usize;
    let is_there = gaps.all(|gap| {
        seen += 1;
        gap.input == at.input && gap.packet > at.packet
    });
    is_judged && is_there && (!missing || seen > 0)
}

/// Why the connection that a text is of may be none of those that can be seen.
pub(super) fn hidden(report: &Report) -> Option<String> {
    let other = &report.summary.other;
    let unchosen = report.summary.unchosen.connections;
    let (count, what) = if other.tls > 0 {
        (other.tls, "encrypted (TLS)")
    } else if other.http2 > 0 {
        (other.http2, "HTTP/2, which is not read")
    } else if unchosen > 0 {
        (unchosen, "left out, as was asked for")
    } else {
        return None;
    };
    let be = if count == 1 {
        "1 more connection is".to_owned()
    } else {
        format!("{count} more connections are")
    };
    Some(format!(
        "nothing of it in what can be read, but {be} {what}, and may be the one"
    ))
}
