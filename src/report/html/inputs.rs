//! The captures as values for the page: what each holds and lacks, and what is the matter with it.

use serde::Serialize;

use crate::report::model::{Damage, Note, Report};
use crate::report::names::Names;
use crate::report::text::inputs::line;
use crate::report::words::{bounded, packet, untrusted};

/// Captures that have a line.
const INPUTS: usize = 50;

/// Damaged places of a capture that are told.
const PLACES: usize = 10;

/// Notes, comments and names that are told.
const LISTED: usize = 20;

/// The captures.
#[derive(Serialize)]
pub(super) struct Inputs {
    lines: Vec<Input>,
    more: usize,
    notes: Vec<Told>,
    passed_over: Vec<String>,
}

/// A capture.
#[derive(Serialize)]
struct Input {
    text: String,
    damage: Vec<String>,
    comments: Vec<String>,
}

/// What is the matter with captures, and how to do without it.
#[derive(Serialize)]
struct Told {
    kind: String,
    text: String,
    advice: String,
}

/// The captures of a report.
pub(super) fn view(report: &Report, names: &Names) -> Inputs {
    let lines = report.inputs.iter().take(INPUTS).map(|input| Input {
        text: bounded(&line(input).into_plain()),
        damage: input.damage.iter().take(PLACES).map(damage).collect(),
        comments: input
            .comments
            .iter()
            .take(LISTED)
            .map(|comment| match comment.packet {
                Some(packet) => format!("packet {packet}: {}", untrusted(&comment.text)),
                None => untrusted(&comment.text),
            })
            .collect(),
    });
    let passed_over = &report.passed_over;
    let not_captures = passed_over.not_captures.iter().map(|it| ("no capture", it));
    let repeated = passed_over
        .repeated
        .iter()
        .map(|it| ("named more than once", it));
    Inputs {
        lines: lines.collect(),
        more: report.inputs.len().saturating_sub(INPUTS),
        notes: report
            .hygiene
            .iter()
            .take(LISTED)
            .map(|it| note(it, names))
            .collect(),
        passed_over: not_captures
            .chain(repeated)
            .take(LISTED)
            .map(|(why, name)| format!("{} ({why})", untrusted(name)))
            .collect(),
    }
}

fn damage(damage: &Damage) -> String {
    let behind = match damage.next_packet {
        Some(next) => format!("; read on with packet {next}"),
        None => "; nothing behind it could be read".to_owned(),
    };
    format!(
        "damaged at byte {}, {} bytes, after packet {}: {}{behind}",
        damage.offset,
        damage.length,
        damage.after_packet,
        bounded(&damage.reason)
    )
}

fn note(note: &Note, names: &Names) -> Told {
    let place = match (note.packet, note.input) {
        (Some(number), Some(input)) => format!(" – first in {}", packet(number, input, names)),
        _ => String::new(),
    };
    Told {
        kind: bounded(note.kind),
        text: bounded(&note.message) + &place,
        advice: bounded(note.advice),
    }
}
