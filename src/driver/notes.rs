//! What is the matter with the captures, gathered from those who saw it: the files themselves,
//! their packets, and the connections.

use crate::analyzer::Analysis;
use crate::hygiene::{Hygiene, Note, Trouble};
use crate::report::model;
use crate::rules::Severity;

/// All of it, as the report has it: the loss of packets first, which explains most.
pub(super) fn of(
    inputs: &[model::Input],
    hygiene: &Hygiene,
    analysis: &Analysis,
) -> Vec<model::Note> {
    let lost = (0..).zip(inputs).filter_map(|(index, input)| {
        let totals = input.interfaces.iter().filter_map(|it| it.dropped.total);
        let packets = totals.fold(0, u64::saturating_add);
        (packets > 0).then_some(Note {
            trouble: Trouble::Drops { packets },
            input: Some(index),
            packet: None,
        })
    });
    let sides = analysis.sides;
    let one_sided = (sides.one > 0).then_some(Note {
        trouble: Trouble::OneSided {
            connections: sides.one,
            of: sides.one.saturating_add(sides.both),
        },
        input: None,
        packet: None,
    });
    let notes = lost.chain(hygiene.notes()).chain(one_sided);
    notes.map(|note| model_of(&note)).collect()
}

fn model_of(note: &Note) -> model::Note {
    model::Note {
        kind: note.trouble.as_str(),
        severity: Severity::Info,
        input: note.input,
        count: note.trouble.count(),
        packet: note.packet,
        message: note.trouble.message(),
        advice: note.trouble.advice(),
    }
}
