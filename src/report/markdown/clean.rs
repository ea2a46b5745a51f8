//! Captures without a broken connection: a clean bill of health to paste, with what it stands on.

use super::document::{Document, Level};
use super::escape::Inline;
use super::{summary, unseen};
use crate::report::model::{Connection, Report};
use crate::report::names::Names;
use crate::report::words::capture::{not_seen_parts, nothing_because, others};
use crate::report::words::connection::{after_answer, answer, asked_for, end, frames};
use crate::report::words::finding::Scale;
use crate::report::words::{counted, peer};

/// Tells what was checked and found in order; at most so many connections by themselves.
pub(super) fn write(document: &mut Document, report: &Report, names: &Names, top: usize) {
    let section = Level(2);
    let connections = counted(report.summary.connections, "WebSocket connection");
    let is_whole = not_seen_parts(report).is_empty();
    let as_far = if is_whole {
        ""
    } else {
        " in what was captured"
    };
    let (title, found) = match report.summary.findings.warning {
        0 => (
            format!("Clean: {connections}, no violation{as_far}"),
            "no rule of the protocol is broken in it".to_owned(),
        ),
        warnings => {
            let warnings = counted(warnings, "warning");
            (
                format!("Nothing broken: {connections}, {warnings}{as_far}"),
                format!("no connection is broken in it; {warnings} below"),
            )
        }
    };
    document.heading(Level(1), &Inline::text(&title));
    let packets: u64 = report.inputs.iter().map(|it| it.packets).sum();
    let packets = counted(packets, "packet");
    let mut bill = if is_whole {
        format!("Every handshake, frame, message and ending in {packets} was checked: {found}.")
    } else {
        format!(
            "Every handshake, frame, message and ending that is in {packets} was checked: {found}. \
             Not all of it was captured: what is missing stands below, and nobody vouches for it."
        )
    };
    if let Some(others) = others(report) {
        bill.push_str(&format!(" Beside them: {others}."));
    }
    document.paragraph(&Inline::text(&bill));
    document.heading(section, &Inline::text("The connections"));
    let rows = report.connections.iter().take(top);
    document.table(
        [
            "No.",
            "Client → server",
            "Asked for",
            "Handshake",
            "Frames",
            "End",
        ],
        rows.map(|it| row(it, names)),
    );
    if let more @ 1.. = report.connections.len().saturating_sub(top) {
        document.paragraph(&Inline::text(&format!("And {more} more like these.")));
    }
    summary::sound(document, report, names, section);
    unseen::write(document, report, names, section);
    unseen::captures(document, &report.inputs, &report.passed_over, section);
}

fn row(connection: &Connection, names: &Names) -> [Inline; 6] {
    let handshake = &connection.handshake;
    let (client, server) = (peer(&connection.client), peer(&connection.server));
    let answered = format!("{}{}", answer(handshake), after_answer(handshake, names));
    [
        Inline::text(&connection.id.to_string()),
        Inline::text(&format!("{client} → {server}")),
        Inline::text(&asked_for(handshake)),
        Inline::text(&answered),
        Inline::text(&frames(connection).unwrap_or_default()),
        Inline::text(&end(connection, Scale::of(connection, names))),
    ]
}

/// Tells that there is nothing to judge, and why.
pub(super) fn nothing(document: &mut Document, report: &Report, names: &Names) {
    let section = Level(2);
    let is_unread = |error: &Option<String>, packets| error.is_some() && packets == 0;
    let inputs = &report.inputs;
    if inputs.iter().all(|it| is_unread(&it.error, it.packets)) {
        document.heading(Level(1), &Inline::text("Nothing could be read"));
    } else {
        document.heading(Level(1), &Inline::text("Nothing to judge"));
        document.paragraph(&Inline::text(&format!("Why: {}", nothing_because(report))));
    }
    unseen::write(document, report, names, section);
    unseen::captures(document, &report.inputs, &report.passed_over, section);
}
