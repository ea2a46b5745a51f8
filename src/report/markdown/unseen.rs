//! The captures, and what could not be seen in them: what a reader of the verdicts must know.

use super::document::{Document, Level};
use super::escape::Inline;
use crate::report::model::{Comparison, Input, Note, PassedOver, Report, Tool};
use crate::report::names::Names;
use crate::report::text::lines_of_captures;
use crate::report::words::capture::{beyond, chosen, not_seen_parts, selection};
use crate::report::words::{counted, first_few, hygiene};

/// Tells what is not in the captures.
pub(super) fn write(document: &mut Document, report: &Report, names: &Names, level: Level) {
    document.heading(level, &Inline::text("What could not be seen"));
    let mut items = Vec::new();
    if !report.connections.is_empty() {
        let beyond = beyond(&report.connections);
        items.push(Inline::text(&format!(
            "From this vantage a change made between here and {beyond} would not show."
        )));
    }
    let parts = not_seen_parts(report);
    if parts.is_empty() && !report.connections.is_empty() {
        let nothing = "No byte of these connections is missing from the capture.";
        items.push(Inline::text(nothing));
    }
    let parts = parts.iter().map(|it| format!("Not seen: {it}."));
    items.extend(parts.map(|it| Inline::text(&it)));
    items.extend(notes(&report.hygiene, names));
    let chosen = chosen(report);
    if let Some(chosen) = &chosen {
        let chosen = Inline::text("Only what was asked for is in this report:")
            .and_text(" ")
            .and(Inline::code(chosen))
            .and_text(".");
        items.push(chosen);
    }
    if let Some(selection) = selection(&report.selection) {
        items.push(Inline::text(&format!("As asked: {selection}.")));
    }
    document.list(items);
}

/// Tells what was not in two captures that were compared.
pub(super) fn of_comparison(
    document: &mut Document,
    comparison: &Comparison,
    names: &Names,
    level: Level,
) {
    let mut items = vec![Inline::text(
        "A change made before the capture near the client, or behind the one near the server, would \
         not show.",
    )];
    items.extend(notes(&comparison.hygiene, names));
    if comparison.swapped {
        items.push(Inline::text(
            "The captures were given in the other order: everything passed the second one first \
             on its way to the server, so that it is taken for the one near the client.",
        ));
    }
    let alone = &comparison.unpaired.near_server;
    if !alone.is_empty() {
        let ids = first_few(alone);
        items.push(Inline::text(&format!(
            "Near the server only, in no pair: connection {ids}."
        )));
    }
    let limits = comparison.summary.limits.iter();
    items.extend(limits.map(|(bound, times)| {
        let times = counted(*times, "time");
        Inline::text(&format!(
            "A bound of the analysis was met: {bound}, {times}."
        ))
    }));
    document.heading(level, &Inline::text("What could not be seen"));
    document.list(items);
}

fn notes(notes: &[Note], names: &Names) -> impl Iterator<Item = Inline> {
    hygiene::told(notes, names).into_iter().map(|note| {
        Inline::text(&note.what)
            .and_text(" (")
            .and(Inline::code(note.kind))
            .and_text("). Next time: ")
            .and_prose(note.advice.trim_end_matches('.'))
            .and_text(".")
    })
}

/// Tells which captures were read, and by whom.
pub(super) fn captures(
    document: &mut Document,
    inputs: &[Input],
    passed_over: &PassedOver,
    level: Level,
) {
    document.heading(level, &Inline::text("The captures"));
    let lines = lines_of_captures(inputs, passed_over);
    document.list(lines.iter().map(|line| Inline::text(line.trim_start())));
    let Tool { name, version } = Tool::THIS;
    document.paragraph(&Inline::text(&format!(
        "Written by {name} {version}; times are in UTC, packets are counted from 1 in each file."
    )));
}
