//! What is said of the capture as a whole: the clean bill with what it cannot vouch for, the
//! findings of sound connections in groups, the counts.

use std::collections::BTreeMap;

use super::finding;
use super::page::{BAD, DOUBTFUL, FAINT, GOOD, Line, PLAIN, Page};
use super::words::capture::{beyond, not_seen, nothing_because, others, selection};
use super::words::{NO_BREAK, bounded, counted, first_few, packet, with_names};
use crate::report::groups::{Group, Groups};
use crate::report::model::{Connection, Report};
use crate::report::names::Names;
use crate::rules::Severity;

/// The last lines of every report.
pub(super) fn write(page: &mut Page, names: &Names, report: &Report) {
    if report.connections.is_empty() {
        return nothing(page, report);
    }
    findings(page, names, report);
    if let Some(selection) = selection(&report.selection) {
        page.line(
            0,
            Line::default()
                .and(DOUBTFUL, "As asked: ")
                .and(PLAIN, selection),
        );
    }
}

/// What was found, counted.
fn findings(page: &mut Page, names: &Names, report: &Report) {
    let sound = report.connections.iter().filter(|it| !it.broken);
    let title = "Worth knowing of connections that are not broken";
    Groups::of(sound).write_with_warnings(page, title, names);
    if report.summary.broken == 0 {
        sound_capture(page, report);
    } else {
        counts(page, report);
    }
}

/// Who broke how many connections, where there are several: a line for each cause, the most
/// frequent first.
pub(super) fn causes(page: &mut Page, broken: &[&Connection]) {
    if broken.len() < 2 {
        return;
    }
    let mut counts: BTreeMap<(&str, &str), Vec<u64>> = BTreeMap::new();
    for connection in broken {
        if let Some(verdict) = &connection.verdict {
            let key = (verdict.cause, verdict.party.as_str());
            counts.entry(key).or_default().push(connection.id);
        }
    }
    if counts.is_empty() {
        return;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    page.line(0, "Who broke how many:");
    let digits = counts
        .first()
        .map_or(1, |(_, ids)| ids.len().to_string().len());
    for ((cause, party), ids) in counts {
        let head = Line::new(format!("  {:>digits$}  ", ids.len())).and(BAD, party);
        let ids = first_few(ids.iter());
        let text = format!("  {cause}: connection{NO_BREAK}{ids}");
        page.entry(head, 6, text);
    }
    page.blank();
}

impl Groups<'_> {
    /// A line for each rule, below a title.
    pub(super) fn write(&self, page: &mut Page, title: &str) {
        self.write_with(page, title, |_| None);
    }

    /// The same, and of each warning the first in words: nothing else in the report tells it.
    fn write_with_warnings(&self, page: &mut Page, title: &str, names: &Names) {
        self.write_with(page, title, |group| {
            let (connection, finding) = group.first;
            (finding.severity > Severity::Info).then(|| {
                let packet = packet(finding.packet, finding.input, names);
                let message = bounded(&with_names(&finding.message, names));
                format!("connection{NO_BREAK}{}, {packet}: {message}", connection.id)
            })
        });
    }

    fn write_with(
        &self,
        page: &mut Page,
        title: &str,
        tell: impl Fn(&Group<'_>) -> Option<String>,
    ) {
        if self.is_empty() {
            return;
        }
        page.line(0, format!("{title}:"));
        let width = self
            .iter()
            .map(|(_, rule, _)| rule.len())
            .max()
            .unwrap_or(0);
        for (severity, rule, group) in self.iter() {
            let head = Line::new("  ")
                .and(
                    finding::style(severity),
                    format!("{:<7}", severity.as_str()),
                )
                .and(PLAIN, format!("  {rule:<width$}  "));
            let ids = first_few(&group.ids);
            let hanging = 11;
            match (group.ids.len(), tell(group)) {
                (1, Some(told)) => page.entry(head, hanging, told),
                (1, None) => page.entry(head, hanging, format!("connection{NO_BREAK}{ids}")),
                (more, told) => {
                    page.entry(head, hanging, format!("{more}{NO_BREAK}connections: {ids}"));
                    if let Some(told) = told {
                        page.entry(Line::new(" ".repeat(hanging)), hanging, told);
                    }
                }
            }
        }
        page.blank();
    }
}

/// The clean bill, and what it cannot vouch for.
fn sound_capture(page: &mut Page, report: &Report) {
    let found = report.summary.findings;
    let (verdict, findings) = match found.warning {
        0 => ("clean", "no violation".to_owned()),
        warnings => ("nothing broken", counted(warnings, "warning")),
    };
    let connections = counted(report.summary.connections, "WebSocket connection");
    let not_seen = match not_seen(report) {
        Some(not_seen) => format!("Not seen: {not_seen}"),
        None => "No byte of it is missing here".to_owned(),
    };
    let text = format!(
        "{connections}, {findings}. {not_seen}; a change made between here and {} would not show.",
        beyond(&report.connections)
    );
    let line = Line::default().and(GOOD, format!("{verdict}: "));
    page.line(0, line.and(PLAIN, text));
}

/// The report of a capture without a WebSocket.
fn nothing(page: &mut Page, report: &Report) {
    let unread = |error: &Option<String>, packets| error.is_some() && packets == 0;
    if report.inputs.iter().all(|it| unread(&it.error, it.packets)) {
        page.line(0, Line::default().and(BAD, "nothing could be read"));
        return;
    }
    let instead = format!(": {}", nothing_because(report));
    let line = Line::default()
        .and(DOUBTFUL, "nothing to judge")
        .and(PLAIN, instead);
    page.line(0, line);
}

fn counts(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    if let Some(not_seen) = not_seen(report) {
        page.line(
            0,
            Line::default()
                .and(FAINT, "Not seen: ")
                .and(PLAIN, format!("{not_seen}.")),
        );
    }
    let broken = Line::default().and(BAD, format!("{} broken", summary.broken));
    let count = counted(summary.connections, "WebSocket connection");
    let found = summary.findings;
    let mut rest = format!(
        " of {count}; {}, {}, {}",
        counted(found.error, "error"),
        counted(found.warning, "warning"),
        counted(found.info, "info"),
    );
    if let Some(others) = others(report) {
        rest.push_str("; beside them ");
        rest.push_str(&others);
    }
    page.line(0, broken.and(PLAIN, rest));
}
