//! A broken connection: who, what was agreed, what was sent, how it ended, what is wrong with
//! it. It knows how these are told, and takes every fact from the model.

use super::finding;
use super::page::{BAD, FAINT, Line, PLAIN, Page, STRONG};
use super::verdict;
use super::words::connection::{
    answer, asked_for, captured, carriers, end, frames, passed_by, preamble, told_by, unjudged,
};
use super::words::finding::Scale;
use super::words::{self, first_few, peer};
use crate::report::folded::Folded;
use crate::report::model::{Connection, Finding, Handshake, Outcome};
use crate::report::names::Names;
use crate::rules::Severity;

/// Tells everything about one connection.
pub(super) fn write(page: &mut Page, names: &Names, connection: &Connection) {
    let scale = Scale::of(connection, names);
    page.line(0, heading(connection));
    if let Some(verdict) = &connection.verdict {
        verdict::write(page, names, connection, verdict);
    }
    if let Some(other) = connection.other_leg {
        page.field(
            "other leg",
            format!("connection {other}: this capture holds both sides of a proxy"),
        );
    }
    if let Some(same) = connection.same_as {
        page.field(
            "the same",
            format!("as connection {same}, behind address translation"),
        );
    }
    page.field("start", start(connection, names));
    if let Some(carriers) = carriers(connection) {
        page.field("carried in", carriers);
    }
    if !connection.preambles.is_empty() {
        let preambles = connection.preambles.iter().map(preamble);
        page.field("before", first_few(preambles));
    }
    page.field("handshake", handshake(&connection.handshake, names));
    if let Some(headers) = passed_by(connection) {
        page.field("passed by", headers);
    }
    if let Some(frames) = frames(connection) {
        page.field("frames", frames);
    }
    if let Some(captured) = captured(connection) {
        page.field("not seen", captured);
    }
    if let Some(unjudged) = unjudged(connection, names) {
        page.field("not judged", unjudged);
    }
    page.field("end", end(connection, scale));
    findings(page, scale, connection);
}

/// Tells of a rule's finding, if there is one, as it is told within its connection: below its
/// cause, where it has one.
pub(super) fn write_finding(
    page: &mut Page,
    names: &Names,
    connection: &Connection,
    rule: &str,
) -> bool {
    let folded = Folded::new(&connection.findings);
    let of_rule = |finding: &Finding| finding.rule == rule;
    let own = folded.roots().find(|(cause, _)| of_rule(cause));
    let any = || {
        let mut roots = folded.roots();
        roots.find(|(_, following)| following.iter().any(|it| of_rule(it)))
    };
    let Some((cause, following)) = own.or_else(any) else {
        return false;
    };
    let write = match cause.severity {
        Severity::Info => finding::write_short,
        Severity::Warning | Severity::Error => finding::write,
    };
    write(page, Scale::of(connection, names), cause, &following);
    true
}

fn heading(connection: &Connection) -> Line {
    let (client, server) = (peer(&connection.client), peer(&connection.server));
    let asked_for = asked_for(&connection.handshake);
    let line = Line::default()
        .and(STRONG, format!("connection {} is ", connection.id))
        .and(BAD, "broken")
        .and(STRONG, format!(": {client} → {server}"));
    if asked_for.is_empty() {
        line
    } else {
        line.and(PLAIN, format!("  {asked_for}"))
    }
}

fn start(connection: &Connection, names: &Names) -> Line {
    let line = Line::new(words::connection::start(connection, names));
    match told_by(connection) {
        None => line,
        Some(others) => line.and(FAINT, format!("; {others}")),
    }
}

fn handshake(handshake: &Handshake, names: &Names) -> Line {
    let style = match handshake.outcome {
        Outcome::Unanswered | Outcome::Rejected => BAD,
        Outcome::Unseen | Outcome::Accepted => PLAIN,
    };
    let rest = words::connection::after_answer(handshake, names);
    Line::default()
        .and(style, answer(handshake))
        .and(PLAIN, rest)
}

/// The causes in full, then what is only worth knowing.
fn findings(page: &mut Page, scale: Scale<'_>, connection: &Connection) {
    let folded = Folded::new(&connection.findings);
    let (infos, causes): (Vec<_>, Vec<_>) = folded
        .roots()
        .partition(|(finding, _)| finding.severity == Severity::Info);
    for (finding, following) in causes {
        page.blank();
        finding::write(page, scale, finding, &following);
    }
    if !infos.is_empty() {
        page.blank();
    }
    for (finding, following) in infos {
        finding::write_short(page, scale, finding, &following);
    }
}
