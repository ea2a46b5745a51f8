//! The findings of a connection as values for the page: causes first, what follows from each below
//! it.

use serde::Serialize;

use super::excerpt::{self, Excerpt};
use crate::report::folded::Folded;
use crate::report::model::{Connection, Finding};
use crate::report::words::finding::{Scale, place};
use crate::report::words::{bounded, packet, since, with_names};

/// Findings that are shown: a connection seldom has so many.
const SHOWN: usize = 30;

/// A finding that stands for itself.
#[derive(Serialize)]
pub(super) struct Told {
    /// Its number in the time line.
    number: usize,
    severity: &'static str,
    rule: String,
    message: String,
    place: String,
    excerpt: Option<Excerpt>,
    following: Vec<String>,
}

/// The findings of a connection, and how many are not among them.
pub(super) fn view(scale: Scale<'_>, connection: &Connection) -> (Vec<Told>, usize) {
    let roots = ordered(connection);
    let told = roots.iter().take(SHOWN).enumerate();
    let told = told.map(|(at, (finding, following))| Told {
        number: at + 1,
        severity: finding.severity.as_str(),
        rule: bounded(finding.rule),
        message: bounded(&with_names(&finding.message, scale.names)),
        place: bounded(&place(scale, finding)),
        excerpt: excerpt::view(finding),
        following: following
            .iter()
            .take(SHOWN)
            .map(|it| short(scale, it))
            .collect(),
    });
    (told.collect(), roots.len().saturating_sub(SHOWN))
}

/// The findings that stand for themselves, the serious ones first, each with what follows from it.
pub(super) fn ordered(connection: &Connection) -> Vec<(&Finding, Vec<&Finding>)> {
    let mut roots: Vec<_> = Folded::new(&connection.findings).roots().collect();
    roots.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity));
    roots
}

fn short(scale: Scale<'_>, finding: &Finding) -> String {
    let message = bounded(&with_names(&finding.message, scale.names));
    let packet = packet(finding.packet, finding.input, scale.names);
    let since = since(scale.zero, finding.time);
    format!("{message} – {packet}, {since} [{}]", bounded(finding.rule))
}
