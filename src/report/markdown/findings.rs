//! What is wrong with a connection: each finding with its bytes, and what followed from it.

use super::document::{Document, Level};
use super::escape::Inline;
use crate::report::folded::Folded;
use crate::report::model::{Connection, Finding};
use crate::report::text::excerpt_of;
use crate::report::words::finding::{Scale, in_one_line, place};
use crate::report::words::{bounded, with_names};
use crate::rules::Severity;

/// Tells of the findings, the causes in full, then what is only worth knowing.
pub(super) fn write(
    document: &mut Document,
    scale: Scale<'_>,
    connection: &Connection,
    level: Level,
) {
    let folded = Folded::new(&connection.findings);
    let (infos, causes): (Vec<_>, Vec<_>) = folded
        .roots()
        .partition(|(finding, _)| finding.severity == Severity::Info);
    if !causes.is_empty() {
        document.heading(level, &Inline::text("What was found"));
    }
    for (finding, following) in causes {
        let message = bounded(&with_names(&finding.message, scale.names));
        let told = Inline::strong(label(finding.severity)).and_text(&format!(" {message}"));
        document.paragraph(&with_rule(told, finding));
        document.paragraph(&Inline::text(&format!("Where: {}.", place(scale, finding))));
        document.code("text", &excerpt_of(finding));
        if !following.is_empty() {
            document.paragraph(&Inline::text("What followed from it:"));
        }
        document.list(following.into_iter().map(|it| in_a_line(scale, it)));
    }
    if !infos.is_empty() {
        document.paragraph(&Inline::text("Worth knowing beside it:"));
    }
    let infos = infos.into_iter();
    document.list(infos.flat_map(|(finding, following)| {
        let all = [finding].into_iter().chain(following);
        all.map(|it| in_a_line(scale, it)).collect::<Vec<_>>()
    }));
}

fn in_a_line(scale: Scale<'_>, finding: &Finding) -> Inline {
    with_rule(Inline::text(&in_one_line(scale, finding)), finding)
}

fn with_rule(told: Inline, finding: &Finding) -> Inline {
    told.and_text(" (")
        .and(Inline::code(finding.rule))
        .and_text(")")
}

const fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error:",
        Severity::Warning => "Warning:",
        Severity::Info => "Info:",
    }
}

/// The finding that shows best what is wrong: the first of the most serious ones.
pub(super) fn worst(connection: &Connection) -> Option<&Finding> {
    let folded = Folded::new(&connection.findings);
    let roots: Vec<_> = folded.roots().map(|(finding, _)| finding).collect();
    // Of equal ones the last would be taken.
    roots.into_iter().rev().max_by_key(|it| it.severity)
}
