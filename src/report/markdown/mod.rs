//! The report as Markdown, to paste into a ticket: the verdict first, for whoever reads no further,
//! then the evidence, the fix, how to see the same, and what could not be seen. It knows the order
//! in which a ticket wants that, and takes every fact from the model.
//!
//! What captures hold reaches the page through one type alone, which opens nothing.

mod clean;
mod commands;
pub mod comparison;
mod connection;
mod document;
mod escape;
mod findings;
mod plain;
mod summary;
mod timeline;
mod unseen;
mod verdict;

use std::io::{self, Write};

use self::document::{Document, Level};
use self::escape::Inline;
use super::model::{Connection, Report};
use super::names::Names;
use super::text::{SHOWN_IN_FULL, names_of};
use super::words::{counted, peer};

/// Connections of a clean report, and pairs of a comparison, that are told if nothing else is asked
/// for.
pub(super) const TOLD: usize = SHOWN_IN_FULL;

/// Writes the report, with at most `top` broken connections told in full; if that is not given, one
/// for each cause. The others are counted.
///
/// # Errors
///
/// Those of `out`.
pub fn write(
    report: &Report,
    top: Option<usize>,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let names = names_of(report);
    let broken: Vec<_> = report.connections.iter().filter(|it| it.broken).collect();
    let mut document = Document::default();
    match broken.as_slice() {
        [] if report.connections.is_empty() => clean::nothing(&mut document, report, &names),
        [] => clean::write(&mut document, report, &names, top.unwrap_or(TOLD)),
        [one] if top != Some(0) => single(&mut document, report, &names, one),
        many => several(&mut document, report, &names, many, top),
    }
    out.write_all(document.into_text().as_bytes())
}

/// A report on one broken connection.
fn single(document: &mut Document, report: &Report, names: &Names, broken: &Connection) {
    let section = Level(2);
    let title = connection::title(broken, names, connection::THIS);
    document.heading(Level(1), &title);
    document.paragraph(&Inline::text(&summary::counts(report)));
    connection::write(document, report, names, broken, section);
    close(document, report, names, section);
}

/// A report on several: the causes, then the connections that are told in full.
fn several(
    document: &mut Document,
    report: &Report,
    names: &Names,
    broken: &[&Connection],
    top: Option<usize>,
) {
    let section = Level(2);
    let all = counted(report.summary.connections, "WebSocket connection");
    let title = format!("{} of {all} are broken", broken.len());
    document.heading(Level(1), &Inline::text(&title));
    document.paragraph(&Inline::text(&summary::counts(report)));
    let causes = summary::causes(broken);
    document.heading(section, &Inline::text("Who broke how many"));
    summary::write(document, &causes);
    let told = summary::told(&causes, top);
    if told.len() < broken.len() {
        document.paragraph(
            &Inline::text("One example of each cause is told in full below:")
                .and_text(" ")
                .and(Inline::code("--top N"))
                .and_text(" tells more of them, ")
                .and(Inline::code("--connection ID"))
                .and_text(" one by itself."),
        );
    }
    for one in &told {
        let (client, server) = (peer(&one.client), peer(&one.server));
        let what = format!("connection {}", one.id);
        document.heading(section, &connection::title(one, names, &what));
        document.paragraph(&Inline::text(&format!("{client} → {server}")));
        connection::write(document, report, names, one, section.below());
    }
    if told.len() < broken.len() {
        document.heading(section, &Inline::text("The other broken connections"));
        summary::others(document, &causes, &told, names);
    }
    close(document, report, names, section);
}

/// What every report on broken connections ends with.
fn close(document: &mut Document, report: &Report, names: &Names, level: Level) {
    summary::sound(document, report, names, level);
    unseen::write(document, report, names, level);
    unseen::captures(document, &report.inputs, &report.passed_over, level);
}

#[cfg(test)]
mod tests;
