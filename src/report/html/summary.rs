//! The first screen: what is broken, whose it is, how sure that is, what to change; or the clean
//! bill, with what it cannot vouch for.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::verdict::{meaning, surely, who};
use crate::diagnosis::causes;
use crate::report::chosen;
use crate::report::model::{Confidence, Connection, Party, Report, Verdict};
use crate::report::names::Names;
use crate::report::words::capture as words;
use crate::report::words::{bounded, counted, untrusted, with_names};

/// Causes that are told on the first screen.
const CAUSES: usize = 8;

/// What is said first.
#[derive(Serialize)]
pub(super) struct Summary {
    /// `bad`, `good` or `doubtful`.
    tone: &'static str,
    headline: String,
    /// Sentences below it.
    lines: Vec<String>,
    causes: Vec<Cause>,
    /// Broken connections of causes that are not told here, and of none.
    others: Option<String>,
    counts: Vec<(u64, &'static str)>,
    not_seen: Option<String>,
    beyond: Option<&'static str>,
    asked: Vec<String>,
}

/// A cause of some of the broken connections.
#[derive(Serialize)]
struct Cause {
    name: String,
    number: usize,
    /// `certainly an intermediary (nginx)`.
    who: String,
    /// What happened, for somebody who knows no protocols.
    what: String,
    /// The worst of its connections, in its own words.
    explanation: String,
    sure: String,
    fix: String,
    /// The place of its worst connection among those that are told in full, from 1.
    detail: Option<usize>,
    id: u64,
}

/// What is said first of a report whose broken connections are these, so many of them in full.
pub(super) fn view(
    report: &Report,
    names: &Names,
    order: &[&Connection],
    in_full: usize,
) -> Summary {
    let (causes, others) = causes(names, order, in_full);
    let (tone, headline, lines) = bill(report);
    let selection = words::selection(&report.selection);
    let options = chosen::options(&report.selection);
    let unchosen = report.summary.unchosen.connections;
    let unchosen = (unchosen > 0).then(|| {
        let left_out = counted(unchosen, "WebSocket connection");
        format!("{left_out} not chosen, and not in this report")
    });
    let found = report.summary.findings;
    Summary {
        tone,
        headline,
        lines,
        causes,
        others,
        counts: vec![
            (
                report.summary.connections,
                plural(report.summary.connections, "connection", "connections"),
            ),
            (report.summary.broken, "broken"),
            (found.error, plural(found.error, "error", "errors")),
            (found.warning, plural(found.warning, "warning", "warnings")),
            (found.info, plural(found.info, "note", "notes")),
        ],
        not_seen: words::not_seen(report),
        beyond: (!report.connections.is_empty()).then(|| words::beyond(&report.connections)),
        asked: options
            .into_iter()
            .chain(selection)
            .chain(unchosen)
            .collect(),
    }
}

const fn plural(number: u64, one: &'static str, many: &'static str) -> &'static str {
    if number == 1 { one } else { many }
}

/// The tone, the headline and what stands below it.
fn bill(report: &Report) -> (&'static str, String, Vec<String>) {
    let all = report.summary.connections;
    let beside = words::others(report).map(|it| format!("TCP connections beside them: {it}."));
    if report.connections.is_empty() {
        let mut lines: Vec<_> = chosen::nothing(report).into_iter().collect();
        lines.extend(words::others(report).map(|it| format!("TCP connections seen: {it}.")));
        if report.summary.other.tls > 0 {
            lines.push(
                "A WebSocket inside TLS (wss://) cannot be seen: capture where it is decrypted, \
                 behind the machine that ends TLS."
                    .to_owned(),
            );
        }
        let headline = if report.inputs.iter().all(|it| it.format.is_none()) {
            "Nothing could be read"
        } else {
            "Nothing to judge: no WebSocket connection"
        };
        return ("doubtful", headline.to_owned(), lines);
    }
    let connections = counted(all, "WebSocket connection");
    if report.summary.broken == 0 {
        let found = match report.summary.findings.warning {
            0 => "no violation was found".to_owned(),
            warnings => format!("{}, none of which breaks one", counted(warnings, "warning")),
        };
        let first = format!("{connections} looked at: {found}.");
        let lines = [first].into_iter().chain(beside).collect();
        return ("good", "Nothing is broken".to_owned(), lines);
    }
    let verb = if report.summary.broken == 1 {
        "is"
    } else {
        "are"
    };
    let headline = if all == 1 {
        "The WebSocket connection is broken".to_owned()
    } else {
        format!("{} of {connections} {verb} broken", report.summary.broken)
    };
    ("bad", headline, beside.into_iter().collect())
}

/// A broken connection's place in the order, and its verdict.
type Judged<'r> = (usize, &'r Connection, &'r Verdict);

/// The causes, the most frequent first, and what is said of the others.
fn causes(names: &Names, order: &[&Connection], in_full: usize) -> (Vec<Cause>, Option<String>) {
    let mut of_cause: BTreeMap<(&str, Party), Vec<Judged<'_>>> = BTreeMap::new();
    for (at, connection) in order.iter().enumerate() {
        if let Some(verdict) = &connection.verdict {
            let key = (verdict.cause, verdict.party);
            let of = of_cause.entry(key).or_default();
            of.push((at, connection, verdict));
        }
    }
    let mut groups: Vec<_> = of_cause.into_values().collect();
    groups.sort_by_key(|group| Reverse(group.len()));
    let told: usize = groups.iter().take(CAUSES).map(Vec::len).sum();
    let more = order.len().saturating_sub(told);
    let others = (more > 0).then(|| {
        let kinds = groups.len().saturating_sub(CAUSES);
        match kinds {
            0 => format!(
                "{} without a verdict",
                counted(more as u64, "more broken connection")
            ),
            _ => format!(
                "{} by {}: below",
                counted(more as u64, "more broken connection"),
                counted(kinds as u64, "other cause")
            ),
        }
    });
    let causes = groups.iter().take(CAUSES).filter_map(|group| {
        let (at, connection, verdict) = group.first()?;
        Some(Cause {
            name: verdict.cause.to_owned(),
            number: group.len(),
            who: format!("{} {}", surely(verdict), who(connection, verdict))
                .trim_start()
                .to_owned(),
            what: summary_of(verdict),
            explanation: bounded(&with_names(&verdict.explanation, names)),
            sure: certainty(group.iter().map(|(_, _, it)| it.confidence)),
            fix: bounded(&verdict.remedy),
            detail: (*at < in_full).then_some(at + 1),
            id: connection.id,
        })
    });
    (causes.collect(), others)
}

/// What happened, in a line, as the cause's declaration has it.
fn summary_of(verdict: &Verdict) -> String {
    let declared = causes::ALL.iter().find(|it| it.name == verdict.cause);
    declared.map_or_else(|| untrusted(verdict.cause), |it| it.summary.to_owned())
}

/// How sure the verdicts of a group are, in words.
fn certainty(all: impl Iterator<Item = Confidence>) -> String {
    // The least sure one, so that nothing is promised.
    let least = all.min();
    least.map_or_else(String::new, |it| {
        format!("{}: {}", it.as_str(), meaning(it))
    })
}
