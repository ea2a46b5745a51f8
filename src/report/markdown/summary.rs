//! Many broken connections by their causes, and what else is worth knowing of those that are not
//! broken. It knows which of them speak for the others.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::TOLD;
use super::document::{Document, Level};
use super::escape::Inline;
use super::findings::worst;
use crate::report::groups::Groups;
use crate::report::model::{Confidence, Connection, Party, Report};
use crate::report::names::Names;
use crate::report::words::capture;
use crate::report::words::finding::{Scale, in_one_line};
use crate::report::words::verdict::sentence;
use crate::report::words::{bounded, counted, first_few, packet, peer, with_names};
use crate::rules::Severity;

/// Broken connections that the same party broke in the same way.
#[derive(Debug)]
pub(super) struct Cause<'r> {
    /// Its name; none where there is no verdict.
    name: Option<&'static str>,
    /// In the order of the report.
    connections: Vec<&'r Connection>,
}

/// The causes, those of most connections first.
pub(super) fn causes<'r>(broken: &[&'r Connection]) -> Vec<Cause<'r>> {
    let mut counted: BTreeMap<(Option<&'static str>, Option<Party>), Vec<&Connection>> =
        BTreeMap::new();
    for connection in broken {
        let verdict = connection.verdict.as_ref();
        let key = (verdict.map(|it| it.cause), verdict.map(|it| it.party));
        counted.entry(key).or_default().push(connection);
    }
    let mut causes: Vec<_> = counted
        .into_iter()
        .map(|((name, _), connections)| Cause { name, connections })
        .collect();
    causes.sort_by_key(|it| Reverse(it.connections.len()));
    causes
}

/// The connections that are told in full: the first of each cause, the most frequent cause first,
/// and others as far as they were asked for. Those of one cause are alike, and whoever has read one
/// of them knows the others.
pub(super) fn told<'r>(causes: &[Cause<'r>], top: Option<usize>) -> Vec<&'r Connection> {
    let firsts = causes.iter().filter_map(|it| it.connections.first());
    let others = causes.iter().flat_map(|it| it.connections.iter().skip(1));
    let most = top.unwrap_or(TOLD);
    let others = others.take(if top.is_some() { most } else { 0 });
    firsts.chain(others).copied().take(most).collect()
}

/// Rows for connections that are not told in full.
const ROWS: usize = 20;

/// A table of the connections that are not told in full.
pub(super) fn others(
    document: &mut Document,
    causes: &[Cause<'_>],
    told: &[&Connection],
    names: &Names,
) {
    let all = causes.iter().flat_map(|it| it.connections.iter());
    let others: Vec<&Connection> = all
        .filter(|it| !told.iter().any(|told| told.id == it.id))
        .copied()
        .collect();
    let rows = others.iter().take(ROWS).map(|connection| {
        let (client, server) = (peer(&connection.client), peer(&connection.server));
        let shows = worst(connection).map(|finding| {
            let scale = Scale::of(connection, names);
            in_one_line(scale, finding)
        });
        let verdict = connection.verdict.as_ref();
        [
            Inline::text(&connection.id.to_string()),
            Inline::text(&format!("{client} → {server}")),
            verdict.map_or_else(Inline::default, |it| Inline::code(it.cause)),
            Inline::text(&shows.unwrap_or_default()),
        ]
    });
    document.table(["Connection", "Between", "Cause", "What shows it"], rows);
    if let more @ 1.. = others.len().saturating_sub(ROWS) {
        let more = format!("And {more} more: all of them are in the JSON,");
        document.paragraph(
            &Inline::text(&more)
                .and_text(" ")
                .and(Inline::code("--format json"))
                .and_text("."),
        );
    }
}

/// A table of the causes: how many connections, who, how sure, and which.
pub(super) fn write(document: &mut Document, causes: &[Cause<'_>]) {
    let rows = causes.iter().map(|cause| {
        let number = cause.connections.len().to_string();
        let ids = first_few(cause.connections.iter().map(|it| it.id));
        let (who, name) = match cause.name {
            Some(name) => (who(&cause.connections), Inline::code(name)),
            None => (Inline::text("there is no verdict"), Inline::default()),
        };
        let sure = Inline::text(&sure(&cause.connections));
        [Inline::text(&number), who, sure, name, Inline::text(&ids)]
    });
    document.table(
        ["Broken", "By whom", "How sure", "Cause", "Connections"],
        rows,
    );
}

/// Who broke them, with each product that shows itself.
fn who(connections: &[&Connection]) -> Inline {
    let verdicts = connections.iter().filter_map(|it| it.verdict.as_ref());
    let mut sentences: Vec<String> = Vec::new();
    for verdict in verdicts {
        let sentence = bounded(&sentence(verdict, "them"));
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    Inline::text(&first_few(sentences))
}

/// How sure that is, from the surest on.
fn sure(connections: &[&Connection]) -> String {
    let verdicts = connections.iter().filter_map(|it| it.verdict.as_ref());
    let mut levels: Vec<Confidence> = verdicts.map(|it| it.confidence).collect();
    levels.sort_unstable_by_key(|it| Reverse(*it));
    levels.dedup();
    first_few(levels.iter().map(|it| it.as_str()))
}

/// A table of what was found on connections that are not broken.
pub(super) fn sound(document: &mut Document, report: &Report, names: &Names, level: Level) {
    let sound = report.connections.iter().filter(|it| !it.broken);
    let groups = Groups::of(sound);
    if groups.is_empty() {
        return;
    }
    document.heading(
        level,
        &Inline::text("Worth knowing of connections that are not broken"),
    );
    let rows = groups.iter().map(|(severity, rule, group)| {
        let (connection, finding) = group.first;
        let ids = match group.ids.len() {
            1 => connection.id.to_string(),
            more => format!("{more}: {}", first_few(&group.ids)),
        };
        // What is only worth knowing is known well enough by its rule.
        let first = if severity > Severity::Info {
            let packet = packet(finding.packet, finding.input, names);
            let message = bounded(&with_names(&finding.message, names));
            format!("connection {}, {packet}: {message}", connection.id)
        } else {
            String::new()
        };
        [
            Inline::code(rule),
            Inline::text(severity.as_str()),
            Inline::text(&ids),
            Inline::text(&first),
        ]
    });
    document.table(["Rule", "Severity", "Connections", "The first"], rows);
}

/// What was counted, in a sentence.
pub(super) fn counts(report: &Report) -> String {
    let summary = &report.summary;
    let connections = counted(summary.connections, "WebSocket connection");
    let found = summary.findings;
    let mut counts = format!(
        "{} of {connections} broken; {}, {}, {}",
        summary.broken,
        counted(found.error, "error"),
        counted(found.warning, "warning"),
        counted(found.info, "info"),
    );
    if let Some(others) = capture::others(report) {
        counts.push_str(&format!("; beside them {others}"));
    }
    counts.push('.');
    counts
}
