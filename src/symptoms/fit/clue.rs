//! One clue held against one connection.

use super::absence;
use super::{Place, Truth};
use crate::report::model::{CloseFrame, Connection, Finding, Outcome, Report};
use crate::rules::{self, Rule, Severity, Table};
use crate::side::Side;
use crate::symptoms::data::Clue;
use crate::untrusted::Untrusted;

/// Whether all that a clue asks for holds.
pub(super) fn holds(
    clue: &Clue,
    report: &Report,
    connection: &Connection,
    complained_of: Option<Side>,
) -> Truth {
    let finding = clue.rule.as_deref().and_then(rules::find).map(|rule| {
        match found(clue, rule, connection, complained_of) {
            // The complaint tells of it.
            Truth::Yes(places, _) if clue.complaint => Truth::Yes(places, String::new()),
            truth => truth,
        }
    });
    let parts = [
        finding,
        clue.offered
            .as_deref()
            .map(|it| offers(it, true, connection)),
        clue.not_offered
            .as_deref()
            .map(|it| offers(it, false, connection)),
        clue.agreed
            .as_deref()
            .map(|it| agrees(it, true, connection)),
        clue.not_agreed
            .as_deref()
            .map(|it| agrees(it, false, connection)),
        (!clue.status.is_empty()).then(|| status(&clue.status, true, connection)),
        (!clue.unless_status.is_empty()).then(|| status(&clue.unless_status, false, connection)),
        (!clue.closed.is_empty() || clue.closed_between.is_some())
            .then(|| closed(clue, connection)),
        clue.complaint.then(|| complaint(connection)),
        (clue.together > 0).then(|| together(clue.together, report, connection)),
    ];
    parts
        .into_iter()
        .flatten()
        .reduce(Truth::and)
        .unwrap_or_else(|| Truth::Unknown("nothing is known to show it".to_owned()))
}

/// Whether a finding is more than a remark: rules that are more than infos say info where a case
/// is none of their own, as an echo.
fn counts(rule: &Rule, finding: &Finding) -> bool {
    finding.severity > Severity::Info || rule.severity == Severity::Info
}

/// A finding of the rule, that says what it should.
fn found(clue: &Clue, rule: &Rule, connection: &Connection, complained_of: Option<Side>) -> Truth {
    let is_of_bytes = matches!(rule.table, Table::Frames | Table::Messages | Table::Stream);
    let sender = clue.sender.or(complained_of.filter(|_| is_of_bytes));
    let mut findings = connection.findings.iter().filter(|finding| {
        finding.rule == rule.name
            && counts(rule, finding)
            && sender.is_none_or(|sender| finding.sender == Some(sender))
    });
    let Some(first) = findings.clone().next() else {
        return absence::of_rule(rule, connection, sender);
    };
    let told = findings.find(|finding| says(clue, finding));
    // What is said of the payload of frames, is said where it could be read.
    let is_about_payload = matches!(rule.table, Table::Frames | Table::Messages)
        && !(clue.says.is_empty() && clue.lacks.is_empty());
    let lacks_bytes = first
        .sender
        .is_some_and(|side| connection.captured.of(side).missing_bytes > 0);
    let is_positive = told.is_some() && clue.lacks.is_empty();
    if is_about_payload && lacks_bytes && !is_positive {
        return Truth::Unknown(format!(
            "packet {} may be it, but bytes around it are not in this capture",
            first.packet
        ));
    }
    match told {
        Some(finding) => Truth::Yes(
            vec![Place::of(connection, finding)],
            finding.message.clone(),
        ),
        None => Truth::No(otherwise(clue, first)),
    }
}

fn says(clue: &Clue, finding: &Finding) -> bool {
    let message = finding.message.to_lowercase();
    let has = |words: &String| message.contains(words.as_str());
    (clue.says.is_empty() || clue.says.iter().any(has))
        && !clue.lacks.iter().any(has)
        && (!clue.unexplained || finding.because_of.is_none())
}

/// In which way a finding is not what the clue asks for.
fn otherwise(clue: &Clue, finding: &Finding) -> String {
    match &finding.because_of {
        Some(of) if clue.unexplained => format!(
            "packet {}: {}, which {} in packet {} explains",
            finding.packet, finding.message, of.rule, of.packet
        ),
        _ => format!(
            "packet {} shows it otherwise: {}",
            finding.packet, finding.message
        ),
    }
}

/// Whether the request offers an extension, or does not.
fn offers(extension: &str, wanted: bool, connection: &Connection) -> Truth {
    let handshake = &connection.handshake;
    let Some(packet) = handshake.request_packet else {
        return Truth::Unknown("the request is not in this capture".to_owned());
    };
    let offers = handshake
        .offered_extensions
        .iter()
        .any(|offer| offer.trim_start().starts_with(extension));
    let told = if offers {
        format!("the request offers {extension}")
    } else {
        format!("the request does not offer {extension}")
    };
    let told = format!("{told} (packet {packet})");
    if offers == wanted {
        Truth::Yes(Vec::new(), told)
    } else {
        Truth::No(told)
    }
}

/// Whether the 101 names an extension, or does not.
fn agrees(extension: &str, wanted: bool, connection: &Connection) -> Truth {
    let handshake = &connection.handshake;
    let Some(agreed) = &handshake.negotiated_extensions else {
        return Truth::Unknown("the answer is not in this capture".to_owned());
    };
    if handshake.outcome != Outcome::Accepted {
        return Truth::No("the upgrade was not accepted".to_owned());
    }
    let names = agreed
        .iter()
        .any(|it| it.trim_start().starts_with(extension));
    let verb = if names { "names" } else { "does not name" };
    let packet = handshake.response_packet.unwrap_or_default();
    let told = format!("the 101 {verb} {extension} (packet {packet})");
    if names == wanted {
        Truth::Yes(Vec::new(), told)
    } else {
        Truth::No(told)
    }
}

/// Whether the answer's status is one of these, or is none of them.
fn status(wanted: &[u16], one_of: bool, connection: &Connection) -> Truth {
    let handshake = &connection.handshake;
    match handshake.status {
        Some(status) if wanted.contains(&status) == one_of => {
            Truth::Yes(Vec::new(), format!("the status is {status}"))
        }
        Some(status) => Truth::No(format!("the handshake was answered with {status}")),
        None if handshake.outcome == Outcome::Unseen => {
            Truth::Unknown("the answer is not in this capture".to_owned())
        }
        None => Truth::No("the handshake was not answered".to_owned()),
    }
}

/// Whether a side closed with one of these codes, and said so.
fn closed(clue: &Clue, connection: &Connection) -> Truth {
    let close = &connection.close;
    let fits = |frame: &CloseFrame| {
        let reason = frame.reason.to_lowercase();
        let is_meant = |code: u16| {
            let range = clue.closed_between;
            clue.closed.contains(&code)
                || range.is_some_and(|(first, last)| (first..=last).contains(&code))
        };
        frame.code.is_some_and(is_meant)
            && (clue.reason.is_empty() || clue.reason.iter().any(|it| reason.contains(it)))
    };
    let sides = [(Side::Client, &close.client), (Side::Server, &close.server)];
    // The one that closed first: the other one echoes.
    let first = sides
        .into_iter()
        .filter_map(|(side, frame)| Some((side, frame.as_ref()?)))
        .filter(|(_, frame)| fits(frame))
        .min_by_key(|(_, frame)| (frame.time, frame.packet));
    let Some((side, frame)) = first else {
        return match rules::find("protocol-error-close") {
            Some(rule) => absence::of_rule(rule, connection, None),
            None => Truth::Unknown("the end is not known".to_owned()),
        };
    };
    let code = frame.code.unwrap_or_default();
    let said = if frame.reason.is_empty() {
        format!("the {side} closed with {code}")
    } else {
        let reason = Untrusted(frame.reason.as_bytes());
        format!("the {side} closed with {code}, \"{reason}\"")
    };
    let place = Place {
        connection: connection.id,
        packet: frame.packet,
        input: frame.input,
        sender: Some(side),
    };
    Truth::Yes(vec![place], said)
}

/// Whether a side ended the connection because of a violation by the other one.
fn complaint(connection: &Connection) -> Truth {
    let is_violation = |rule: &str| {
        !matches!(rule, "reset-injected" | "foreign-segment" | "capture-gap")
            && rules::find(rule).is_some_and(|rule| {
                matches!(rule.table, Table::Frames | Table::Messages | Table::Stream)
            })
    };
    let complaint = connection.findings.iter().find_map(|finding| {
        let of = finding.because_of.as_ref()?;
        (finding.severity > Severity::Info && is_violation(of.rule)).then_some((finding, of))
    });
    if let Some((finding, of)) = complaint {
        let cause = Place {
            connection: connection.id,
            packet: of.packet,
            input: of.input,
            sender: of.sender,
        };
        let told = if finding.message.contains(of.rule) {
            finding.message.clone()
        } else {
            format!(
                "{}, after {} in packet {}",
                finding.message, of.rule, of.packet
            )
        };
        return Truth::Yes(vec![cause, Place::of(connection, finding)], told);
    }
    match rules::find("protocol-error-close") {
        Some(rule) => match absence::of_rule(rule, connection, None) {
            Truth::No(told) => Truth::No(format!("no violation explains the end: {told}")),
            other => other,
        },
        None => Truth::Unknown("the end is not known".to_owned()),
    }
}

/// Whether so many connections with an address of this one ended within the same second.
fn together(wanted: u64, report: &Report, connection: &Connection) -> Truth {
    let end = |of: &Connection| {
        let ends = [of.close.tcp_at.client, of.close.tcp_at.server];
        ends.into_iter().flatten().min_by_key(|end| end.time)
    };
    let all = report.connections.len() as u64;
    if all < wanted {
        return Truth::Unknown(format!(
            "it takes {wanted} connections to see, and this capture holds {all}"
        ));
    }
    let Some(own) = end(connection) else {
        return Truth::Unknown("the end of TCP is not in this capture".to_owned());
    };
    let with = |peer: fn(&Connection) -> &str| {
        report
            .connections
            .iter()
            .filter(|other| peer(other) == peer(connection))
            .filter_map(end)
            .filter(|other| {
                other
                    .time
                    .since(own.time)
                    .max(own.time.since(other.time))
                    .as_secs()
                    == 0
            })
            .count() as u64
    };
    let (by_client, by_server) = (with(|it| &it.client.address), with(|it| &it.server.address));
    let ended = by_client.max(by_server);
    if ended >= wanted {
        let place = Place {
            connection: connection.id,
            packet: own.packet,
            input: own.input,
            sender: None,
        };
        Truth::Yes(
            vec![place],
            format!("{ended} connections of one address end within a second"),
        )
    } else {
        Truth::No(format!(
            "at most {ended} of the {all} connections here end within a second of each other"
        ))
    }
}
