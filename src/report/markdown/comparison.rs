//! Both sides of a proxy for a ticket: who broke each connection, what was changed on the way, the
//! heads side by side. It takes every fact from the model.

use std::io::{self, Write};

use super::TOLD;
use super::commands;
use super::document::{Document, Level};
use super::escape::Inline;
use super::unseen;
use super::verdict::Told;
use crate::report::model::{Comparison, Connection, Difference, HeaderLine, Pair};
use crate::report::names::Names;
use crate::report::text::names_of_inputs;
use crate::report::words::comparison::{
    asked_for, clock_of, is_changed, is_telling, latency_of, leg, nothing_changed, places,
    stands_in_heads, what_changed,
};
use crate::report::words::{bounded, capital, counted, first_few, quoted, untrusted};

/// Differences of a pair that are told; all of them are in the JSON.
const DIFFERENCES: usize = 12;

/// Writes the comparison.
///
/// # Errors
///
/// Those of `out`.
pub fn write(comparison: &Comparison, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let names = names_of_inputs(&comparison.inputs);
    let mut document = Document::default();
    let (broken, sound): (Vec<_>, Vec<_>) = comparison.pairs.iter().partition(|it| is_broken(it));
    // One alone was captured to be looked at.
    let told = if broken.is_empty() && sound.len() <= 2 {
        &sound
    } else {
        &broken
    };
    match told.as_slice() {
        [one] if comparison.pairs.len() == 1 => {
            document.heading(Level(1), &title(one, comparison, &names, "this connection"));
            document.paragraph(&Inline::text(&counts(comparison)));
            pair(&mut document, comparison, &names, one, Level(2));
        }
        told => {
            let heading = format!(
                "{} of {} broken or changed on the way",
                broken.len(),
                pairs(comparison)
            );
            document.heading(Level(1), &Inline::text(&heading));
            document.paragraph(&Inline::text(&counts(comparison)));
            for one in told.iter().take(TOLD) {
                let what = format!("the connection of pair {}", one.id);
                document.heading(Level(2), &title(one, comparison, &names, &what));
                pair(&mut document, comparison, &names, one, Level(3));
            }
            if let more @ 1.. = told.len().saturating_sub(TOLD) {
                let more = format!("And {more} more.");
                document.paragraph(&Inline::text(&more));
            }
        }
    }
    unseen::of_comparison(&mut document, comparison, &names, Level(2));
    let (inputs, passed_over) = (&comparison.inputs, &comparison.passed_over);
    unseen::captures(&mut document, inputs, passed_over, Level(2));
    out.write_all(document.into_text().as_bytes())
}

fn is_broken(pair: &Pair) -> bool {
    pair.verdict.is_some() || pair.differences.iter().any(|it| !it.legal)
}

fn pairs(comparison: &Comparison) -> String {
    counted(comparison.summary.pairs, "connection")
}

fn counts(comparison: &Comparison) -> String {
    let summary = &comparison.summary;
    if comparison.pairs.is_empty() {
        let nothing = "no WebSocket connection near the client that can be read";
        return format!("Nothing to compare: {nothing}.");
    }
    format!(
        "{} near the client, held against the same near the server; {} and {}.",
        pairs(comparison),
        counted(summary.illegal, "illegal difference"),
        counted(summary.legal, "legal one"),
    )
}

/// The heading: who broke it, or that it was changed.
fn title(pair: &Pair, comparison: &Comparison, names: &Names, what: &str) -> Inline {
    match told(pair, comparison, names) {
        Some(told) => told.title(what),
        None if is_broken(pair) => {
            Inline::text(&format!("{} was changed on its way", capital(what)))
        }
        None => Inline::text(&format!("Clean: {what} is sound on both legs")),
    }
}

fn told<'r>(pair: &'r Pair, comparison: &'r Comparison, names: &'r Names) -> Option<Told<'r>> {
    let (own, other) = legs(pair, comparison);
    let own = own?;
    Some(Told {
        verdict: pair.verdict.as_ref()?,
        ends: (&own.client, other.map_or(&own.server, |it| &it.server)),
        names,
    })
}

fn legs<'r>(
    pair: &Pair,
    comparison: &'r Comparison,
) -> (Option<&'r Connection>, Option<&'r Connection>) {
    let find = |id: u64| comparison.connections.iter().find(|it| it.id == id);
    let other = pair.near_server.and_then(|leg| find(leg.connection));
    (find(pair.near_client.connection), other)
}

/// Everything about one pair, below its heading.
fn pair(
    document: &mut Document,
    comparison: &Comparison,
    names: &Names,
    pair: &Pair,
    level: Level,
) {
    let told = told(pair, comparison, names);
    if let Some(told) = told {
        told.conclude(document);
    }
    document.heading(level, &Inline::text("Evidence"));
    if let Some(told) = told {
        told.evidence(document);
    }
    document.heading(level.below(), &Inline::text("The two legs"));
    document.table(["What", "As it was captured"], facts(pair, comparison));
    differences(document, pair, level.below());
    headers(document, pair, level.below());
    document.list(
        pair.not_compared
            .iter()
            .map(|it| Inline::text(&bounded(it))),
    );
    if let Some(told) = told {
        told.against(document, level);
        told.fix(document, level);
    }
    packets(document, comparison, names, pair, level);
}

fn facts(pair: &Pair, comparison: &Comparison) -> Vec<[Inline; 2]> {
    let (own, other) = legs(pair, comparison);
    let server = other.map_or_else(|| "no counterpart".to_owned(), leg);
    let latency = pair.added_latency.as_ref();
    let facts = [
        ("asked for", own.map(asked_for).filter(|it| !it.is_empty())),
        ("client leg", own.map(leg)),
        ("server leg", Some(server)),
        ("paired", pair.paired_by.map(|by| by.as_str().to_owned())),
        ("latency", latency.map(|it| latency_of(it, pair.paired_by))),
        ("clocks", pair.clock.map(clock_of)),
    ];
    let facts = facts.into_iter();
    facts
        .filter_map(|(label, fact)| Some([Inline::text(label), Inline::text(&fact?)]))
        .collect()
}

/// A table of what was changed, what must not be first.
fn differences(document: &mut Document, pair: &Pair, level: Level) {
    if pair.differences.is_empty() {
        let nothing = format!("Compared: {}.", nothing_changed(pair.paired_by));
        document.paragraph(&Inline::text(&nothing));
        return;
    }
    document.heading(level, &Inline::text(&capital(what_changed(pair.paired_by))));
    let (illegal, legal): (Vec<_>, Vec<_>) = pair.differences.iter().partition(|it| !it.legal);
    let (in_heads, legal): (Vec<_>, Vec<_>) =
        legal.into_iter().partition(|it| stands_in_heads(pair, it));
    let shown: Vec<&Difference> = illegal.into_iter().chain(legal).collect();
    let rows = shown.iter().take(DIFFERENCES).map(|it| {
        let may = if it.legal { "legal" } else { "illegal" };
        let times = it.count.to_string();
        [
            Inline::text(may),
            Inline::text(&bounded(&it.message)),
            Inline::text(&places(it, pair.paired_by)),
            Inline::text(&times),
            Inline::code(it.kind.as_str()),
        ]
    });
    document.table(["Is it allowed", "What", "Where", "Times", "Kind"], rows);
    let more =
        (shown.len().saturating_sub(DIFFERENCES) as u64).saturating_add(pair.more_differences);
    if more > 0 {
        let more = format!("And {more} more.");
        document.paragraph(&Inline::text(&more));
    }
    if !in_heads.is_empty() {
        let fields = counted(in_heads.len() as u64, "header field");
        let legal = format!("Legal: {fields} added, removed or rewritten, as below.");
        document.paragraph(&Inline::text(&legal));
    }
}

/// The heads side by side: what makes a handshake, and what is not the same.
fn headers(document: &mut Document, pair: &Pair, level: Level) {
    if !pair.headers.iter().any(is_changed) {
        return;
    }
    document.heading(level, &Inline::text("The handshakes"));
    let shown = pair.headers.iter().filter(|it| is_telling(it));
    let rows = shown.map(|line: &HeaderLine| {
        let cell = |value: &Option<String>| match value {
            None => Inline::text("(none)"),
            Some(value) => Inline::code(&quoted(value)),
        };
        let mark = if is_changed(line) { "changed" } else { "" };
        [
            Inline::text(line.sender.as_str()),
            Inline::code(&untrusted(&line.name)),
            cell(&line.near_client),
            cell(&line.near_server),
            Inline::text(mark),
        ]
    });
    document.table(
        ["From", "Field", "Near the client", "Near the server", ""],
        rows,
    );
    let masked = pair.headers.iter().filter(|it| it.masked && is_telling(it));
    let masked: Vec<_> = masked.map(|it| untrusted(&it.name)).collect();
    if !masked.is_empty() {
        let masked = format!(
            "Masked, since they may hold credentials: {}.",
            first_few(masked)
        );
        document.paragraph(&Inline::text(&masked));
    }
}

/// How to see the first difference on each leg, or else how each leg begins.
fn packets(
    document: &mut Document,
    comparison: &Comparison,
    names: &Names,
    pair: &Pair,
    level: Level,
) {
    let (own, other) = legs(pair, comparison);
    let is_illegal = |it: &&Difference| !it.legal;
    let first = pair.differences.iter().find(is_illegal);
    let legs = [
        (own, first.and_then(|it| it.near_client)),
        (other, first.and_then(|it| it.near_server)),
    ];
    let subjects = legs.into_iter().filter_map(|(connection, spot)| {
        let connection = connection?;
        let begin = (connection.first_packet, connection.input);
        let (packet, input) = spot.map_or(begin, |it| (it.packet, it.input));
        Some(commands::Subject {
            connection,
            packet,
            input,
            inputs: &comparison.inputs,
            names,
        })
    });
    let subjects: Vec<_> = subjects.collect();
    commands::write(document, &subjects, level);
}
