//! Which findings a report keeps, and how serious it takes them. It knows names of rules, and
//! nothing of how they judge.

use super::model::{self, Connection, Finding, Report};
use crate::rules;
use crate::rules::Severity;

/// What is wanted of the findings.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only those of these rules, unless empty.
    pub only: Vec<&'static str>,
    /// All but those of these rules.
    pub ignore: Vec<&'static str>,
    /// How serious findings of these rules are to be taken; of several for one rule the last
    /// one holds.
    ///
    /// It takes the place of the severity that the rule declares. Where the rule itself takes a
    /// case for less serious than that (a FIN behind the other side's Close is no abnormal
    /// closure worth a warning), the case stays as it is, unless it is to be taken for even less.
    pub severity: Vec<(&'static str, Severity)>,
}

impl Selection {
    /// Whether findings of this rule are wanted.
    #[must_use]
    pub fn keeps(&self, rule: &str) -> bool {
        (self.only.is_empty() || self.only.contains(&rule)) && !self.ignore.contains(&rule)
    }

    /// How serious a finding of this rule is to be taken that the rule, whose own severity is
    /// `declared`, took for `found`.
    #[must_use]
    pub fn severity(&self, rule: &str, declared: Severity, found: Severity) -> Severity {
        let wished = self.severity.iter().rfind(|(name, _)| *name == rule);
        match wished {
            Some((_, level)) if found >= declared => *level,
            Some((_, level)) => found.min(*level),
            None => found,
        }
    }

    /// Drops the findings that are not wanted, takes the others as seriously as is wished, and
    /// counts again what depends on them: which connections are broken, and how many findings
    /// there are. The report says afterwards what was wished.
    ///
    /// A finding that was the consequence of a dropped one stands for itself afterwards.
    pub fn apply(&self, report: &mut Report) {
        self.apply_by(report, breaks);
    }

    fn apply_by(&self, report: &mut Report, breaks: fn(&str, Severity) -> bool) {
        if self.only.is_empty() && self.ignore.is_empty() && self.severity.is_empty() {
            return;
        }
        report.selection = model::Selection {
            only: self.only.clone(),
            ignore: self.ignore.clone(),
            severity: self.severity.iter().copied().collect(),
            ..std::mem::take(&mut report.selection)
        };
        for connection in &mut report.connections {
            self.apply_to(connection);
            let findings = &connection.findings;
            connection.broken = findings.iter().any(|it| breaks(it.rule, it.severity));
            if !connection.broken {
                connection.verdict = None;
            }
        }
        report.summary.count(&report.connections);
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
            self.grade(finding);
        }
    }

    fn grade(&self, finding: &mut Finding) {
        let declared = rules::find(finding.rule).map_or(finding.severity, |rule| rule.severity);
        finding.severity = self.severity(finding.rule, declared, finding.severity);
    }
}

fn breaks(rule: &str, severity: Severity) -> bool {
    rules::find(rule).is_some_and(|known| known.breaks(severity))
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
            ..Selection::default()
        };
        assert!(!both.keeps("bad-key"));
    }

    #[test]
    fn a_wish_takes_the_place_of_what_the_rule_declares() {
        let mut report = sample::runbook();
        let selection = Selection {
            severity: vec![
                ("rsv-without-extension", Severity::Error),
                ("rsv-without-extension", Severity::Info),
                ("protocol-error-close", Severity::Error),
            ],
            ..Selection::default()
        };
        apply(&selection, &mut report);
        assert_eq!(report.summary.findings.error, 1);
        assert_eq!(report.summary.findings.warning, 0);
        assert_eq!(report.summary.findings.info, 2);
        assert_eq!(report.summary.broken, 1);
        let said = serde_json::to_value(&report.selection).unwrap();
        assert_eq!(said["severity"]["rsv-without-extension"], "info");
        assert_eq!(said["ignore"], serde_json::json!([]));
    }

    #[test]
    fn what_a_rule_takes_lightly_stays_light() {
        let wished = |level| Selection {
            severity: vec![("abnormal-closure", level)],
            ..Selection::default()
        };
        let grade =
            |level, found| wished(level).severity("abnormal-closure", Severity::Warning, found);
        assert_eq!(grade(Severity::Error, Severity::Warning), Severity::Error);
        assert_eq!(grade(Severity::Error, Severity::Info), Severity::Info);
        assert_eq!(grade(Severity::Info, Severity::Warning), Severity::Info);
        let other = wished(Severity::Info);
        let kept = other.severity("bad-key", Severity::Error, Severity::Error);
        assert_eq!(kept, Severity::Error);
    }
}
