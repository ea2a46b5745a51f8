//! What is said of the capture as a whole: the clean bill with what it cannot vouch for, the
//! findings of sound connections in groups, the counts.

use std::collections::{BTreeMap, BTreeSet};

use super::finding;
use super::page::{BAD, DOUBTFUL, FAINT, GOOD, Line, PLAIN, Page};
use super::words::{NO_BREAK, bounded, counted, first_few, listed, packet, with_names};
use crate::report::chosen;
use crate::report::model::{Connection, Finding, Input, Outcome, Report, Selection};
use crate::report::names::Names;
use crate::rules::Severity;
use crate::side::{Side, Sides};

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

/// Findings of several connections, grouped by rule: the worst first.
pub(super) struct Groups<'r>(BTreeMap<(std::cmp::Reverse<Severity>, &'r str), Group<'r>>);

/// The findings of one rule.
struct Group<'r> {
    /// The connections that have one.
    ids: BTreeSet<u64>,
    /// The first of them, and what was found there.
    first: (&'r Connection, &'r Finding),
}

impl<'r> Groups<'r> {
    /// The findings of these connections. Gaps are left out: they are said in other words.
    pub(super) fn of(connections: impl Iterator<Item = &'r Connection>) -> Self {
        let mut groups: BTreeMap<_, Group<'r>> = BTreeMap::new();
        for connection in connections {
            for finding in connection.findings.iter().filter(|it| !is_gap(it)) {
                let key = (std::cmp::Reverse(finding.severity), finding.rule);
                let group = groups.entry(key).or_insert_with(|| Group {
                    ids: BTreeSet::new(),
                    first: (connection, finding),
                });
                group.ids.insert(connection.id);
            }
        }
        Self(groups)
    }

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
        tell: impl Fn(&Group<'r>) -> Option<String>,
    ) {
        if self.0.is_empty() {
            return;
        }
        page.line(0, format!("{title}:"));
        let width = self.0.keys().map(|(_, rule)| rule.len()).max().unwrap_or(0);
        for ((severity, rule), group) in &self.0 {
            let severity = severity.0;
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

fn is_gap(finding: &Finding) -> bool {
    finding.rule == "capture-gap" && finding.severity == Severity::Info
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

/// The report of a capture without a WebSocket.
fn nothing(page: &mut Page, report: &Report) {
    let unread = |error: &Option<String>, packets| error.is_some() && packets == 0;
    if report.inputs.iter().all(|it| unread(&it.error, it.packets)) {
        page.line(0, Line::default().and(BAD, "nothing could be read"));
        return;
    }
    let instead = match (chosen::nothing(report), others(report)) {
        (Some(reason), None) => format!(": {reason}."),
        (Some(reason), Some(others)) => {
            format!(": {reason}. TCP connections seen: {others}.")
        }
        (None, Some(others)) => {
            format!(": no WebSocket connection. TCP connections seen instead: {others}.")
        }
        (None, None) => ": no WebSocket connection, and no other TCP connection.".to_owned(),
    };
    let mut line = Line::default()
        .and(DOUBTFUL, "nothing to judge")
        .and(PLAIN, instead);
    if report.summary.other.tls > 0 {
        line = line.and(
            PLAIN,
            " A WebSocket inside TLS (wss://) cannot be seen: capture where it is decrypted, \
             behind the machine that ends TLS.",
        );
    }
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
    (!parts.is_empty()).then(|| parts.join(", "))
}
