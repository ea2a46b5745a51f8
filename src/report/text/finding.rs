//! The findings of one connection. It knows which follows from which, and how each is told.

use std::collections::BTreeMap;

use super::excerpt;
use super::page::{BAD, DOUBTFUL, FAINT, Line, PLAIN, Page, STRONG};
use super::words::{bounded, packet, since, with_names};
use crate::report::model::Finding;
use crate::report::names::Names;
use crate::rules::Severity;
use crate::time::Timestamp;

/// Which findings of a connection stand for themselves, and which follow from another.
pub(in crate::report) struct Folded<'r> {
    findings: &'r [Finding],
    roots: Vec<usize>,
    consequences: BTreeMap<usize, Vec<usize>>,
}

impl<'r> Folded<'r> {
    pub(in crate::report) fn new(findings: &'r [Finding]) -> Self {
        let causes: Vec<_> = findings.iter().map(|it| cause_of(it, findings)).collect();
        let mut folded = Self {
            findings,
            roots: Vec::new(),
            consequences: BTreeMap::new(),
        };
        for (at, cause) in causes.iter().enumerate() {
            match cause {
                Some(cause) if !is_circular(at, &causes) => {
                    folded.consequences.entry(*cause).or_default().push(at);
                }
                _ => folded.roots.push(at),
            }
        }
        folded
    }

    /// Those that stand for themselves, in order, with everything that follows from each.
    pub(in crate::report) fn roots(&self) -> impl Iterator<Item = (&'r Finding, Vec<&'r Finding>)> {
        self.roots.iter().filter_map(|&at| {
            let mut following = Vec::new();
            self.collect(at, &mut following);
            Some((self.findings.get(at)?, following))
        })
    }

    fn collect(&self, at: usize, following: &mut Vec<&'r Finding>) {
        for &next in self.consequences.get(&at).into_iter().flatten() {
            following.extend(self.findings.get(next));
            self.collect(next, following);
        }
    }
}

fn cause_of(finding: &Finding, findings: &[Finding]) -> Option<usize> {
    let cause = finding.because_of.as_ref()?;
    findings.iter().position(|it| {
        it.rule == cause.rule
            && it.sender == cause.sender
            && (it.input, it.packet) == (cause.input, cause.packet)
    })
}

/// Whether the chain of causes never ends: then nobody's consequence it is.
fn is_circular(start: usize, causes: &[Option<usize>]) -> bool {
    let mut at = start;
    for _ in causes {
        match causes.get(at) {
            Some(Some(cause)) => at = *cause,
            _ => return false,
        }
    }
    true
}

/// What a finding's place is told by.
#[derive(Clone, Copy)]
pub(in crate::report) struct Scale<'r> {
    pub(in crate::report) names: &'r Names,
    pub(in crate::report) zero: Timestamp,
}

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
    let mut line = Line::new(bounded(&with_names(&finding.message, scale.names)));
    line = line.and(
        PLAIN,
        format!(
            " – {}, ",
            packet(finding.packet, finding.input, scale.names)
        ),
    );
    line = line.and(PLAIN, since(scale.zero, finding.time));
    if finding.count > 1 {
        line = line.and(PLAIN, format!(", {}", times(scale, finding)));
    }
    with_rule(line, finding)
}

fn with_rule(line: Line, finding: &Finding) -> Line {
    line.and(FAINT, format!("  [{}]", finding.rule))
}

/// Rules about what a side did not send: their packet is the other side's.
const ABSENCES: [&str; 2] = ["unanswered-ping", "peer-vanished"];

pub(in crate::report) fn place(scale: Scale<'_>, finding: &Finding) -> String {
    let mut parts = Vec::new();
    if let Some(sender) = finding.sender {
        // What never came stands where the other side waited for it.
        let is_absence = ABSENCES.contains(&finding.rule);
        let from = if is_absence { "about" } else { "from" };
        parts.push(format!("{from} the {sender}"));
    }
    parts.push(packet(finding.packet, finding.input, scale.names));
    if let Some(frame) = finding.frame {
        parts.push(format!("frame {frame}"));
    }
    if let Some(offset) = finding.stream_offset {
        parts.push(format!("stream offset {offset}"));
    }
    parts.push(since(scale.zero, finding.time));
    if finding.count > 1 {
        parts.push(times(scale, finding));
    }
    parts.push(finding.reference.to_owned());
    parts.join(", ")
}

fn times(scale: Scale<'_>, finding: &Finding) -> String {
    let last = packet(finding.last_packet, finding.last_input, scale.names);
    format!("{} times, last in {last}", finding.count)
}

pub(super) fn style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => DOUBTFUL,
        Severity::Info => PLAIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::BecauseOf;
    use crate::report::sample::finding;

    fn because(rule: &'static str, packet: u64, of: Option<(&'static str, u64)>) -> Finding {
        Finding {
            because_of: of.map(|(rule, packet)| BecauseOf {
                rule,
                sender: Some(crate::side::Side::Server),
                packet,
                input: 0,
            }),
            ..finding(rule, Severity::Error, packet, 0, "")
        }
    }

    fn told(findings: &[Finding]) -> Vec<(&str, Vec<&str>)> {
        Folded::new(findings)
            .roots()
            .map(|(root, rest)| (root.rule, rest.iter().map(|it| it.rule).collect()))
            .collect()
    }

    #[test]
    fn consequences_of_consequences_fold_under_the_first_cause() {
        let findings = [
            because("c", 3, Some(("b", 2))),
            because("a", 1, None),
            because("b", 2, Some(("a", 1))),
        ];
        assert_eq!(told(&findings), [("a", vec!["b", "c"])]);
    }

    #[test]
    fn a_cause_that_is_not_there_hides_nothing() {
        assert_eq!(told(&[because("b", 2, Some(("a", 1)))]), [("b", vec![])]);
    }

    #[test]
    fn causes_in_a_circle_hide_nothing() {
        let findings = [
            because("a", 1, Some(("b", 2))),
            because("b", 2, Some(("a", 1))),
            because("c", 3, Some(("c", 3))),
            because("d", 4, Some(("a", 1))),
        ];
        let told = told(&findings);
        assert_eq!(
            told.len() + told.iter().map(|it| it.1.len()).sum::<usize>(),
            4
        );
    }
}
