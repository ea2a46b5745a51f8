//! What is the matter with the captures themselves, in words: the worst of each kind. It knows the
//! order in which it is told, and takes its words from the model.

use std::collections::BTreeMap;

use super::{NO_BREAK, counted, packet, untrusted};
use crate::report::model::Note;
use crate::report::names::Names;

/// A kind of trouble.
#[derive(Debug)]
pub(in crate::report) struct Told {
    /// Its name.
    pub(in crate::report) kind: &'static str,
    /// What was seen, and where.
    pub(in crate::report) what: String,
    /// How to capture without it.
    pub(in crate::report) advice: &'static str,
}

/// Each kind once, in the order of the notes.
pub(in crate::report) fn told(notes: &[Note], names: &Names) -> Vec<Told> {
    let mut kinds: Vec<&str> = Vec::new();
    let mut of_kind: BTreeMap<&str, Vec<&Note>> = BTreeMap::new();
    for note in notes {
        if !kinds.contains(&note.kind) {
            kinds.push(note.kind);
        }
        of_kind.entry(note.kind).or_default().push(note);
    }
    let tell = |kind| {
        let of_kind = of_kind.get(kind)?;
        // The capture that has most of it speaks for the others.
        let worst = of_kind.iter().rev().max_by_key(|note| note.count)?;
        let mut what = format!("{}{}", worst.message, place(worst, names));
        if of_kind.len() > 1 {
            let others = counted(of_kind.len() as u64 - 1, "other capture");
            what.push_str(&format!("; the same in {others}"));
        }
        Some(Told {
            kind: worst.kind,
            what,
            advice: worst.advice,
        })
    };
    kinds.into_iter().filter_map(tell).collect()
}

/// Where it shows, as far as the message does not say so.
fn place(note: &Note, names: &Names) -> String {
    let Some(input) = note.input else {
        return String::new();
    };
    match (note.packet, names.short(input)) {
        (Some(number), _) => format!(" – first in {}", packet(number, input, names)),
        (None, Some(name)) => format!(" – in{NO_BREAK}{}", untrusted(name)),
        (None, None) => String::new(),
    }
}
