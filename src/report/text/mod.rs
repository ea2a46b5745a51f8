//! The report as text for a terminal: broken connections in full, sound ones counted. It knows
//! the order in which a tired person wants it, and takes every fact from the model.
//!
//! The text holds terminal styles; who writes it to something else than a terminal strips them.

pub mod catalogue;
pub mod causes;
pub mod comparison;
mod connection;
pub(super) mod excerpt;
pub mod explanation;
mod finding;
mod hygiene;
pub(super) mod inputs;
mod interfaces;
pub(super) mod page;
mod summary;
mod verdict;

use std::io::{self, Write};

pub(super) use self::page::{BAD, FAINT, PLAIN, STRONG};
use self::page::{Line, Page};
use super::groups::Groups;
use super::model::{Connection, Finding, Input, PassedOver, Report};
use super::names::Names;
use super::words;
use crate::rules::Severity;

/// Broken connections that are told in full. With more of them the cause is one for most, and
/// whoever reads on screen 20 has it; the others are grouped by rule.
pub const SHOWN_IN_FULL: usize = 20;

/// Writes the report.
///
/// # Errors
///
/// Those of `out`.
pub fn write(report: &Report, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    write_at_most(report, None, out)
}

/// Writes the report, with at most `top` broken connections told in full. If that is not given, up to
/// [`SHOWN_IN_FULL`] are; of more than that one of each of the commonest causes.
///
/// # Errors
///
/// Those of `out`.
pub fn write_at_most(
    report: &Report,
    top: Option<usize>,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let mut page = Page::default();
    let names = names_of(report);
    inputs::write(&mut page, &report.inputs, &report.passed_over);
    chosen(&mut page, report);
    page.blank();
    out.write_all(page.into_text().as_bytes())?;

    let broken: Vec<_> = report.connections.iter().filter(|it| it.broken).collect();
    let (shown, hidden) = told_in_full(&broken, top);
    let are_examples = top.is_none() && !hidden.is_empty();
    if are_examples {
        let mut page = Page::default();
        summary::causes(&mut page, &broken);
        page.line(0, "An example of each, the commonest first:");
        page.blank();
        out.write_all(page.into_text().as_bytes())?;
    }
    for connection in &shown {
        let mut page = Page::default();
        connection::write(&mut page, &names, connection);
        page.blank();
        out.write_all(page.into_text().as_bytes())?;
    }

    let mut page = Page::default();
    if !hidden.is_empty() {
        let title = format!(
            "{} more broken connections (--top N tells more of them, --connection ID one)",
            hidden.len()
        );
        Groups::of(hidden.iter().copied()).write(&mut page, &title);
    }
    if !are_examples {
        summary::causes(&mut page, &broken);
    }
    rules(&mut page, &shown);
    hygiene::write(&mut page, &report.hygiene, &names);
    summary::write(&mut page, &names, report);
    out.write_all(page.into_text().as_bytes())
}

/// Examples that are told in full where there are too many connections to tell all of them so.
const EXAMPLES: usize = 3;

/// The broken connections that are told in full, and the others.
fn told_in_full<'r>(
    broken: &[&'r Connection],
    top: Option<usize>,
) -> (Vec<&'r Connection>, Vec<&'r Connection>) {
    let top = match top {
        None if broken.len() > SHOWN_IN_FULL => return examples(broken),
        None => SHOWN_IN_FULL,
        Some(top) => top,
    };
    let (shown, hidden) = broken.split_at(broken.len().min(top));
    (shown.to_vec(), hidden.to_vec())
}

/// The first connection of each of the commonest causes, and the others.
fn examples<'r>(broken: &[&'r Connection]) -> (Vec<&'r Connection>, Vec<&'r Connection>) {
    let cause = |it: &Connection| {
        let verdict = it.verdict.as_ref();
        verdict.map(|verdict| (verdict.cause, verdict.party))
    };
    let mut groups: Vec<(_, &Connection, usize)> = Vec::new();
    for connection in broken {
        let cause = cause(connection);
        match groups.iter_mut().find(|(known, ..)| *known == cause) {
            Some((_, _, count)) => *count += 1,
            None => groups.push((cause, connection, 1)),
        }
    }
    groups.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    let shown: Vec<_> = groups.iter().take(EXAMPLES).map(|(_, it, _)| *it).collect();
    let is_shown = |it: &&&Connection| shown.iter().any(|other| other.id == it.id);
    let hidden = broken.iter().filter(|it| !is_shown(it)).copied().collect();
    (shown, hidden)
}

/// What the report says of a rule's finding, without styles; `None` if there is none.
#[must_use]
pub fn told(report: &Report, rule: &str) -> Option<String> {
    let names = names_of(report);
    report.connections.iter().find_map(|connection| {
        let mut page = Page::default();
        connection::write_finding(&mut page, &names, connection, rule)
            .then(|| anstream::adapter::strip_str(&page.into_text()).to_string())
    })
}

/// What the report says of the first connection whose verdict names this cause, without styles.
#[must_use]
pub fn told_verdict(report: &Report, cause: &str) -> Option<String> {
    let names = names_of(report);
    let named = report.connections.iter().find_map(|connection| {
        let verdict = connection.verdict.as_ref()?;
        (verdict.cause == cause).then_some((connection, verdict))
    });
    let (connection, verdict) = named?;
    let mut page = Page::default();
    let ends = (&connection.client, &connection.server);
    verdict::write_conclusion(&mut page, &names, ends, verdict);
    Some(anstream::adapter::strip_str(&page.into_text()).to_string())
}

/// What is said of the captures, a line each, without styles and as long as they are: for renderers
/// that do not write on a terminal.
pub(super) fn lines_of_captures(inputs: &[Input], passed_over: &PassedOver) -> Vec<String> {
    let mut page = Page::unwrapped();
    inputs::write(&mut page, inputs, passed_over);
    page.into_plain_lines()
}

/// A finding's bytes as a hexdump with its labels, without styles; empty where it has none.
pub(super) fn excerpt_of(finding: &Finding) -> String {
    let mut page = Page::default();
    excerpt::write(&mut page, 0, finding);
    page.into_plain_lines().join("\n")
}

pub(super) fn names_of(report: &Report) -> Names {
    names_of_inputs(&report.inputs)
}

pub(super) fn names_of_inputs(inputs: &[Input]) -> Names {
    Names::new(inputs.iter().map(|input| input.name.as_str()))
}

/// What of the captures was asked for, and how many connections that leaves out.
fn chosen(page: &mut Page, report: &Report) {
    if let Some(chosen) = words::capture::chosen(report) {
        page.line(
            0,
            Line::default().and(STRONG, "chosen: ").and(PLAIN, chosen),
        );
    }
}

/// Where each rule that was told of is written and explained.
fn rules(page: &mut Page, shown: &[&Connection]) {
    let mut rules: Vec<(&str, &str)> = Vec::new();
    let findings = shown.iter().flat_map(|connection| &connection.findings);
    for finding in findings.filter(|it| it.severity > Severity::Info) {
        if !rules.iter().any(|(rule, _)| *rule == finding.rule) {
            rules.push((finding.rule, finding.reference));
        }
    }
    if rules.is_empty() {
        return;
    }
    page.line(0, "What it means, its usual causes, and what to change:");
    let width = rules.iter().map(|(rule, _)| rule.len()).max().unwrap_or(0);
    for (rule, reference) in rules {
        let head = Line::new(format!("  wsblame rules {rule:<width$}  "));
        page.entry(head, 4, Line::default().and(FAINT, reference));
    }
    page.blank();
}

#[cfg(test)]
mod tests;
