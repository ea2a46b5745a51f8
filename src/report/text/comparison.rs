//! A comparison as text for a terminal: for each pair the verdict, what was changed on the way with
//! the packets of both legs, the handshakes side by side. It takes every fact from the model.

use std::io::{self, Write};

use super::page::{BAD, DOUBTFUL, FAINT, GOOD, Line, PLAIN, Page, STRONG};
use super::words::comparison::{
    asked_for, clock_of, is_changed, is_telling, latency_of, leg, nothing_changed, places,
    stands_in_heads, what_changed,
};
use super::words::{bounded, counted, first_few, untrusted};
use super::{SHOWN_IN_FULL, hygiene, inputs, names_of_inputs, verdict};
use crate::report::model::{Comparison, Connection, Difference, HeaderLine, Pair, PairedBy};
use crate::report::names::Names;
use crate::side::Side;
use crate::untrusted::Untrusted;

/// Differences of a pair that are told; all of them are in the JSON.
const DIFFERENCES: usize = 12;

/// Writes the comparison.
///
/// # Errors
///
/// Those of `out`.
pub fn write(comparison: &Comparison, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let names = names_of_inputs(&comparison.inputs);
    let mut page = Page::default();
    inputs::write(&mut page, &comparison.inputs, &comparison.passed_over);
    if comparison.swapped {
        let words = "given in the other order: everything passed the second capture first on its \
                     way to the server, so that it is taken for the one near the client";
        page.line(0, Line::default().and(DOUBTFUL, words));
    }
    page.blank();
    out.write_all(page.into_text().as_bytes())?;

    let (told, sound): (Vec<_>, Vec<_>) = comparison
        .pairs
        .iter()
        .partition(|pair| pair.verdict.is_some() || pair.differences.iter().any(|it| !it.legal));
    let (shown, hidden) = told.split_at(told.len().min(SHOWN_IN_FULL));
    for one in shown {
        let mut page = Page::default();
        pair(&mut page, &names, comparison, one);
        page.blank();
        out.write_all(page.into_text().as_bytes())?;
    }
    // One alone was captured to be looked at.
    let few = sound.len() <= 2;
    for one in sound.iter().filter(|_| few) {
        let mut page = Page::default();
        pair(&mut page, &names, comparison, one);
        page.blank();
        out.write_all(page.into_text().as_bytes())?;
    }
    let mut page = Page::default();
    if !hidden.is_empty() {
        let more = counted(hidden.len() as u64, "more broken pair");
        page.line(0, format!("{more} (all of them in full: --format json)"));
    }
    hygiene::write(&mut page, &comparison.hygiene, &names);
    summary(&mut page, comparison, sound.len());
    out.write_all(page.into_text().as_bytes())
}

/// Everything about one pair.
fn pair(page: &mut Page, names: &Names, comparison: &Comparison, pair: &Pair) {
    let find = |id: u64| comparison.connections.iter().find(|it| it.id == id);
    let Some(own) = find(pair.near_client.connection) else {
        return;
    };
    let other = pair.near_server.and_then(|leg| find(leg.connection));
    heading(page, pair, own);
    let (first, second) = match pair.paired_by {
        Some(PairedBy::SeparateRuns) => ("first run", "second run"),
        _ => ("client leg", "server leg"),
    };
    page.field(first, leg(own));
    match other {
        Some(other) => page.field(second, leg(other)),
        None => page.field(second, Line::default().and(DOUBTFUL, "no counterpart")),
    }
    if let Some(by) = pair.paired_by {
        page.field("paired", by.as_str());
    }
    if let Some(broken) = &pair.verdict {
        page.blank();
        let server = other.map_or(&own.server, |other| &other.server);
        verdict::write_between(page, names, (&own.client, server), broken);
    } else {
        page.blank();
    }
    differences(page, pair);
    headers(page, pair);
    page.blank();
    if let Some(latency) = &pair.added_latency {
        page.field("latency", latency_of(latency, pair.paired_by));
    }
    if let Some(clock) = &pair.clock {
        page.field("clocks", clock_of(*clock));
    }
    for (number, text) in pair.not_compared.iter().enumerate() {
        let label = match (number, pair.paired_by) {
            (0, Some(PairedBy::SeparateRuns)) => "the runs",
            (0, _) => "unknown",
            _ => "",
        };
        page.field(label, bounded(text));
    }
}

fn heading(page: &mut Page, pair: &Pair, own: &Connection) {
    let is_illegal = pair.differences.iter().any(|it| !it.legal);
    let (style, state) = match (&pair.verdict, is_illegal) {
        (Some(_), _) => (BAD, "broken"),
        (None, true) => (BAD, "changed on its way"),
        (None, false) => (GOOD, "sound"),
    };
    page.line(
        0,
        Line::default()
            .and(STRONG, format!("pair {} is ", pair.id))
            .and(style, state)
            .and(PLAIN, format!("  {}", asked_for(own))),
    );
}

fn differences(page: &mut Page, pair: &Pair) {
    let (illegal, legal): (Vec<_>, Vec<_>) = pair.differences.iter().partition(|it| !it.legal);
    if pair.differences.is_empty() {
        page.line(2, nothing_changed(pair.paired_by));
        return;
    }
    page.line(2, Line::default().and(STRONG, what_changed(pair.paired_by)));
    // These stand in the heads below, side by side.
    let (in_heads, legal): (Vec<_>, Vec<_>) =
        legal.into_iter().partition(|it| stands_in_heads(pair, it));
    let missing = |it: &&&Difference| it.near_server.is_none() && pair.near_server.is_none();
    for (all, label, style) in [(&illegal, "illegal", BAD), (&legal, "legal", FAINT)] {
        for difference in all.iter().take(DIFFERENCES) {
            let label = if missing(&difference) {
                "missing"
            } else {
                label
            };
            let head = Line::new("    ").and(style, format!("{label:<8}"));
            let times = match difference.count {
                1 => String::new(),
                times => format!(", {times} times"),
            };
            let body = Line::new(bounded(&difference.message))
                .and(
                    FAINT,
                    format!(" – {}{times}", places(difference, pair.paired_by)),
                )
                .and(FAINT, format!("  [{}]", difference.kind.as_str()));
            page.entry(head, 12, body);
        }
        if all.len() > DIFFERENCES {
            let more = all.len() - DIFFERENCES;
            page.line(12, format!("and {more} more {label} ones (--format json)"));
        }
    }
    if !in_heads.is_empty() {
        let fields = counted(in_heads.len() as u64, "header field");
        let head = Line::new("    ").and(FAINT, format!("{:<8}", "legal"));
        page.entry(
            head,
            12,
            format!("{fields} added, removed or rewritten: below"),
        );
    }
}

/// Columns of a name and of the values of each leg.
const NAME: usize = 24;
const VALUE: usize = 25;

/// The heads side by side: what makes a handshake, and what is not the same.
fn headers(page: &mut Page, pair: &Pair) {
    if !pair.headers.iter().any(is_changed) {
        return;
    }
    let (shown, same): (Vec<_>, Vec<_>) = pair.headers.iter().partition(|it| is_telling(it));
    page.blank();
    for (side, title) in [(Side::Client, "request"), (Side::Server, "answer")] {
        let lines: Vec<_> = shown.iter().filter(|line| line.sender == side).collect();
        if lines.is_empty() {
            continue;
        }
        let head = format!(
            "    {title:<NAME$} {:<VALUE$} near the server",
            "near the client"
        );
        page.line(0, Line::default().and(STRONG, head));
        for line in lines {
            header(page, line);
        }
    }
    if !same.is_empty() {
        let names = same.iter().map(|line| untrusted(&line.name));
        page.line(
            4,
            Line::default().and(FAINT, format!("the same: {}", first_few(names))),
        );
    }
    let masked = shown.iter().filter(|line| line.masked);
    let masked: Vec<String> = masked.map(|line| untrusted(&line.name)).collect();
    if !masked.is_empty() {
        let text = format!(
            "masked: {} (--show-headers shows them)",
            first_few(masked.iter())
        );
        page.line(4, Line::default().and(FAINT, text));
    }
}

fn header(page: &mut Page, line: &HeaderLine) {
    let is_changed = is_changed(line);
    let mark = if is_changed { "≠ " } else { "  " };
    let cell = |value: &Option<String>| match value {
        None => "(none)".to_owned(),
        Some(value) => fitted(value, VALUE),
    };
    let name = fitted(&line.name, NAME);
    let (own, other) = (cell(&line.near_client), cell(&line.near_server));
    let style = |value: &Option<String>| {
        if value.is_none() { DOUBTFUL } else { PLAIN }
    };
    let text = Line::new("  ")
        .and(DOUBTFUL, mark)
        .and(FAINT, format!("{name:<NAME$} "))
        .and(style(&line.near_client), format!("{own:<VALUE$} "))
        .and(style(&line.near_server), other);
    page.entry(text, 4, "");
    // What does not fit stands below, where it matters.
    for (value, near) in [(&line.near_client, "client"), (&line.near_server, "server")] {
        if let Some(value) = value
            && is_changed
            && value.chars().count() > VALUE
        {
            let whole = format!("near the {near}: {}", untrusted(value));
            page.line(6, Line::default().and(FAINT, whole));
        }
    }
}

/// As much of a text as fits into a column.
fn fitted(text: &str, width: usize) -> String {
    let (shown, taken) = Untrusted(text.as_bytes()).beginning(width);
    if taken == text.len() {
        return shown;
    }
    let (mut shown, _) = Untrusted(text.as_bytes()).beginning(width - 1);
    shown.push('…');
    shown
}

fn summary(page: &mut Page, comparison: &Comparison, sound: usize) {
    let summary = &comparison.summary;
    if !comparison.unpaired.near_server.is_empty() {
        let ids = comparison.unpaired.near_server.iter();
        let text = format!(
            "near the server only, in no pair: connection {}",
            first_few(ids)
        );
        page.line(0, text);
    }
    for (bound, times) in &summary.limits {
        page.line(
            0,
            format!("bound met: {bound}, {}", counted(*times, "time")),
        );
    }
    if comparison.pairs.is_empty() {
        page.line(
            0,
            "nothing to compare: no WebSocket connection near the client that can be read",
        );
        return;
    }
    let pairs = counted(summary.pairs, "connection");
    let changed = format!(
        "{} and {}",
        counted(summary.illegal, "illegal difference"),
        counted(summary.legal, "legal one")
    );
    let line = if sound == comparison.pairs.len() {
        Line::default()
            .and(GOOD, format!("{pairs}, none broken"))
            .and(PLAIN, format!("; {changed}"))
    } else {
        let broken = comparison.pairs.len() - sound;
        Line::default()
            .and(BAD, format!("{broken} of {pairs} broken or changed"))
            .and(PLAIN, format!("; {changed}"))
    };
    page.line(0, line);
}
