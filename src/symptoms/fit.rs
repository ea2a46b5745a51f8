//! Known causes held against a report: which of them it supports, which it rules out, and where
//! it cannot tell. Absence counts only where what would show it was captured whole.

mod absence;
mod clue;
mod verdict;

use std::collections::BTreeSet;

use super::data::Cause;
use crate::report::model::{Connection, Finding, Report};
use crate::rules::{self, Rule};
use crate::side::Side;

/// What a report says of one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It shows what the cause looks like.
    Supported {
        /// Where.
        places: Vec<Place>,
        /// What it shows there.
        why: String,
    },
    /// What the cause looks like is not there, and would be.
    RuledOut {
        /// How that is known.
        why: String,
    },
    /// It shows neither.
    CannotTell {
        /// What is missing.
        why: String,
    },
}

/// A packet of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// Id of the connection.
    pub connection: u64,
    /// The packet.
    pub packet: u64,
    /// Index of its input.
    pub input: u32,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Side>,
}

impl Place {
    /// Where a finding is.
    #[must_use]
    pub fn of(connection: &Connection, finding: &Finding) -> Self {
        Self {
            connection: connection.id,
            packet: finding.packet,
            input: finding.input,
            sender: finding.sender,
        }
    }
}

/// Places that are named: the wire decides how many there are.
const PLACES: usize = 20;

/// What one connection says of something.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Truth {
    /// It is so: where, and what is seen.
    Yes(Vec<Place>, String),
    /// It is not, and why that is known.
    No(String),
    /// Why that is not known.
    Unknown(String),
}

impl Truth {
    /// Both.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No(why), _) | (_, Self::No(why)) => Self::No(why),
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => Self::Unknown(why),
            (Self::Yes(mut places, why), Self::Yes(more, too)) => {
                places.extend(more);
                Self::Yes(places, joined(why, &too))
            }
        }
    }

    /// One of them, or both.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes(mut places, why), Self::Yes(more, too)) => {
                places.extend(more);
                Self::Yes(places, joined(why, &too))
            }
            (yes @ Self::Yes(..), _) | (_, yes @ Self::Yes(..)) => yes,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            // What is known of something that is there says more than that it is not.
            (no @ Self::No(_), Self::No(_)) => no,
        }
    }
}

fn joined(mut why: String, too: &str) -> String {
    if why.is_empty() {
        return too.to_owned();
    }
    if !too.is_empty() && !why.contains(too) {
        why.push_str("; ");
        why.push_str(too);
    }
    why
}

/// Holds causes against a report, each with what it says of it. `complained_of` is the side whose
/// bytes the symptom complains of, where that is known.
#[must_use]
pub fn fit(causes: &[&Cause], report: &Report, complained_of: Option<Side>) -> Vec<Fit> {
    let mut truths: Vec<Vec<Truth>> = causes
        .iter()
        .map(|cause| {
            let of = |connection| truth(cause, report, connection, complained_of);
            report.connections.iter().map(of).collect()
        })
        .collect();
    for (index, connection) in report.connections.iter().enumerate() {
        let of = truths.iter_mut().filter_map(|of| of.get_mut(index));
        verdict::speak(connection, causes.iter().copied().zip(of).collect());
    }
    // Where something fits, the text is of one of these connections; else it may be of any.
    let supporting: BTreeSet<usize> = truths
        .iter()
        .flat_map(|of| of.iter().enumerate())
        .filter_map(|(index, truth)| matches!(truth, Truth::Yes(..)).then_some(index))
        .collect();
    causes
        .iter()
        .zip(truths)
        .map(|(cause, truths)| conclude(cause, report, truths, &supporting))
        .collect()
}

/// What one connection says of a cause.
fn truth(
    cause: &Cause,
    report: &Report,
    connection: &Connection,
    complained_of: Option<Side>,
) -> Truth {
    let shown = cause
        .shown
        .iter()
        .map(|clue| clue::holds(clue, report, connection, complained_of))
        .reduce(Truth::or);
    let against = cause
        .against
        .iter()
        .map(|clue| clue::holds(clue, report, connection, complained_of))
        .find_map(|truth| match truth {
            Truth::Yes(_, why) => Some(why),
            _ => None,
        });
    if let Some(why) = against
        && !matches!(shown, Some(Truth::Yes(..)))
    {
        return Truth::No(why);
    }
    match (shown, &cause.unseen) {
        (Some(Truth::No(_)) | None, Some(unseen)) => Truth::Unknown(unseen.clone()),
        (Some(shown), _) => shown,
        (None, None) => Truth::Unknown("nothing on the wire would show it".to_owned()),
    }
}

/// Where a connection first shows that it is broken, or where it begins.
fn first_place(connection: &Connection) -> Place {
    let root = roots(connection).next();
    root.map_or_else(
        || Place {
            connection: connection.id,
            packet: connection.first_packet,
            input: connection.input,
            sender: None,
        },
        |finding| Place::of(connection, finding),
    )
}

/// The findings that broke a connection and that no other one explains.
pub fn roots(connection: &Connection) -> impl Iterator<Item = &Finding> {
    connection.findings.iter().filter(|finding| {
        let breaks = |rule: &Rule| rule.breaks(finding.severity);
        finding.because_of.is_none() && rules::find(finding.rule).is_some_and(breaks)
    })
}

/// What all connections together say of a cause.
fn conclude(
    cause: &Cause,
    report: &Report,
    truths: Vec<Truth>,
    supporting: &BTreeSet<usize>,
) -> Fit {
    let mut places: Vec<Place> = Vec::new();
    let mut whys: Vec<String> = Vec::new();
    let mut ruled_out: Option<String> = None;
    let mut unknown: Option<String> = None;
    let mut candidates = 0_usize;
    for (index, (truth, connection)) in truths.into_iter().zip(&report.connections).enumerate() {
        match truth {
            Truth::Yes(at, why) => {
                places.extend(at);
                whys.push(why);
            }
            _ if !supporting.is_empty() && !supporting.contains(&index) => {}
            Truth::No(why) => {
                candidates += 1;
                ruled_out.get_or_insert_with(|| of_one(report, connection, why));
            }
            Truth::Unknown(why) => {
                candidates += 1;
                let general = cause.unseen.as_ref() == Some(&why);
                unknown.get_or_insert_with(|| {
                    if general {
                        why
                    } else {
                        of_one(report, connection, why)
                    }
                });
            }
        }
    }
    if let Some(why) = whys.first() {
        let mut named: Vec<Place> = Vec::new();
        for place in places {
            if !named.contains(&place) && named.len() < PLACES {
                named.push(place);
            }
        }
        let places = named;
        let why = match whys.len() - 1 {
            0 => why.clone(),
            1 => format!("{why}; and 1 more connection"),
            more => format!("{why}; and {more} more connections"),
        };
        return Fit::Supported { places, why };
    }
    if let Some(why) = unknown {
        return Fit::CannotTell { why };
    }
    // Nothing fits: the connection that the text is of may be one that cannot be seen.
    let hidden = if supporting.is_empty() {
        absence::hidden(report)
    } else {
        None
    };
    match (ruled_out, hidden) {
        (_, Some(why)) => Fit::CannotTell { why },
        (Some(why), None) if candidates > 1 => Fit::RuledOut {
            why: format!("none of {candidates} connections shows it: {why}"),
        },
        (Some(why), None) => Fit::RuledOut { why },
        (None, None) => Fit::CannotTell {
            why: "this capture holds no WebSocket connection".to_owned(),
        },
    }
}

/// What is said of one connection, with its number where there are several.
fn of_one(report: &Report, connection: &Connection, why: String) -> String {
    if report.connections.len() > 1 {
        format!("connection {}: {why}", connection.id)
    } else {
        why
    }
}

#[cfg(test)]
mod tests;
