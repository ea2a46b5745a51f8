//! The verdict on a connection as evidence for the causes of a text: it weighed more than the text's
//! own signs, and says less exactly which of them it was.

use super::{Truth, first_place, joined};
use crate::report::model::{Connection, Party, Verdict};
use crate::symptoms::data::Cause;

/// Has the verdict on a connection speak for the causes that it names. Where the bytes show one of
/// several that it may mean, it is that one.
pub(super) fn speak(connection: &Connection, mut causes: Vec<(&Cause, &mut Truth)>) {
    let Some(verdict) = &connection.verdict else {
        return;
    };
    causes.retain(|(cause, _)| is_meant(cause, verdict));
    let said = format!(
        "the verdict on connection {} is {}, {}",
        connection.id,
        verdict.cause,
        verdict.confidence.as_str()
    );
    let is_shown = causes
        .iter()
        .any(|(_, truth)| matches!(truth, Truth::Yes(..)));
    for (_, truth) in causes {
        match truth {
            Truth::Yes(_, why) => *why = joined(std::mem::take(why), &said),
            Truth::Unknown(_) if !is_shown => {
                *truth = Truth::Yes(vec![first_place(connection)], said.clone());
            }
            Truth::Unknown(_) | Truth::No(_) => {}
        }
    }
}

/// Whether a verdict may mean this cause: it has its name, and no other party.
fn is_meant(cause: &Cause, verdict: &Verdict) -> bool {
    let is_others = cause.at_fault == "intermediary" && verdict.party != Party::Intermediary;
    cause.cause.as_deref() == Some(verdict.cause) && !is_others
}
