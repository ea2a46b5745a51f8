//! The findings of one connection. It knows how each is told, with those that follow from it.

use super::excerpt;
use super::page::{BAD, DOUBTFUL, FAINT, Line, PLAIN, Page, STRONG};
use super::words::finding::{Scale, place};
use super::words::{self, bounded, with_names};
use crate::report::model::Finding;
use crate::rules::Severity;

/// A finding in full: what, where, the bytes, and what followed from it.
pub(super) fn write(page: &mut Page, scale: Scale<'_>, cause: &Finding, following: &[&Finding]) {
    let head = Line::new("  ").and(
        style(cause.severity),
        format!("{}: ", cause.severity.as_str()),
    );
    let message = Line::default().and(STRONG, bounded(&with_names(&cause.message, scale.names)));
    page.entry(head, 4, with_rule(message, cause));
    page.line(4, place(scale, cause));
    excerpt::write(page, 4, cause);
    consequences(page, scale, following);
}

/// A finding in one line, and what followed from it.
pub(super) fn write_short(
    page: &mut Page,
    scale: Scale<'_>,
    cause: &Finding,
    following: &[&Finding],
) {
    let head = Line::new("  ").and(FAINT, format!("{}: ", cause.severity.as_str()));
    page.entry(head, 4, in_one_line(scale, cause));
    consequences(page, scale, following);
}

fn consequences(page: &mut Page, scale: Scale<'_>, following: &[&Finding]) {
    for finding in following {
        page.entry(Line::new("    ↳ "), 6, in_one_line(scale, finding));
    }
}

fn in_one_line(scale: Scale<'_>, finding: &Finding) -> Line {
    with_rule(
        Line::new(words::finding::in_one_line(scale, finding)),
        finding,
    )
}

fn with_rule(line: Line, finding: &Finding) -> Line {
    line.and(FAINT, format!("  [{}]", finding.rule))
}

pub(super) fn style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => DOUBTFUL,
        Severity::Info => PLAIN,
    }
}
