//! Which findings a report keeps. It knows names of rules, and nothing of how they judge.

use super::model::{Connection, Report};
use crate::rules;
use crate::rules::Severity;

/// The rules whose findings are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these, unless empty.
    pub only: Vec<&'static str>,
    /// All but these.
    pub ignore: Vec<&'static str>,
}

impl Selection {
    /// Whether findings of this rule are wanted.
    #[must_use]
    pub fn keeps(&self, rule: &str) -> bool {
        (self.only.is_empty() || self.only.contains(&rule)) && !self.ignore.contains(&rule)
    }

    /// Drops the findings that are not wanted, and counts again what depends on them: which
    /// connections are broken, and how many findings there are.
    ///
    /// A finding that was the consequence of a dropped one stands for itself afterwards.
    pub fn apply(&self, report: &mut Report) {
        self.apply_by(report, breaks);
    }

    fn apply_by(&self, report: &mut Report, breaks: fn(&str, Severity) -> bool) {
        if self.only.is_empty() && self.ignore.is_empty() {
            return;
        }
        let summary = &mut report.summary;
        (summary.broken, summary.findings) = Default::default();
        for connection in &mut report.connections {
            self.apply_to(connection);
            let findings = &connection.findings;
            connection.broken = findings.iter().any(|it| breaks(it.rule, it.severity));
            summary.broken += u64::from(connection.broken);
            for finding in findings {
                *match finding.severity {
                    Severity::Error => &mut summary.findings.error,
                    Severity::Warning => &mut summary.findings.warning,
                    Severity::Info => &mut summary.findings.info,
                } += 1;
            }
        }
    }

    fn apply_to(&self, connection: &mut Connection) {
        connection
            .findings
            .retain(|finding| self.keeps(finding.rule));
        for finding in &mut connection.findings {
            if let Some(cause) = &finding.because_of
                && !self.keeps(cause.rule)
            {
                finding.because_of = None;
            }
        }
    }
}

fn breaks(rule: &str, severity: Severity) -> bool {
    rules::ALL
        .iter()
        .find(|known| known.name == rule)
        .is_some_and(|known| known.breaks(severity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn apply(selection: &Selection, report: &mut Report) {
        selection.apply_by(report, |rule, severity| {
            severity == Severity::Error || severity == Severity::Warning && rule.ends_with("-close")
        });
    }

    #[test]
    fn without_a_wish_everything_stays() {
        let mut report = sample::runbook();
        apply(&Selection::default(), &mut report);
        assert_eq!(report.connections[0].findings.len(), 3);
        assert_eq!(report.summary.broken, 1);
    }

    #[test]
    fn ignoring_a_cause_leaves_its_consequence_on_its_own() {
        let mut report = sample::runbook();
        let selection = Selection {
            ignore: vec!["rsv-without-extension"],
            ..Selection::default()
        };
        apply(&selection, &mut report);
        let findings = &report.connections[0].findings;
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|finding| finding.because_of.is_none()));
        assert_eq!(report.summary.broken, 1);
        assert_eq!(report.summary.findings.error, 0);
        assert_eq!(report.summary.findings.warning, 1);
    }

    #[test]
    fn a_connection_without_its_breaking_findings_is_not_broken() {
        let mut report = sample::runbook();
        let selection = Selection {
            only: vec!["proxy-in-path"],
            ..Selection::default()
        };
        apply(&selection, &mut report);
        assert!(!report.connections[0].broken);
        assert_eq!(report.summary.broken, 0);
        assert_eq!(report.summary.findings.info, 1);
    }

    #[test]
    fn ignoring_wins_over_only() {
        let both = Selection {
            only: vec!["bad-key"],
            ignore: vec!["bad-key"],
        };
        assert!(!both.keeps("bad-key"));
    }
}
