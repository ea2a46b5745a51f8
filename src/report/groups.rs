//! Findings of several connections, counted by rule.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Connection, Finding};
use crate::rules::Severity;

/// Findings of several connections, grouped by rule: the worst first.
pub(super) struct Groups<'r>(BTreeMap<(std::cmp::Reverse<Severity>, &'r str), Group<'r>>);

/// The findings of one rule.
pub(super) struct Group<'r> {
    /// The connections that have one.
    pub(super) ids: BTreeSet<u64>,
    /// The first of them, and what was found there.
    pub(super) first: (&'r Connection, &'r Finding),
}

impl<'r> Groups<'r> {
    /// The findings of these connections. Gaps are left out: they are said in other words.
    pub(super) fn of(connections: impl Iterator<Item = &'r Connection>) -> Self {
        let mut groups: BTreeMap<_, Group<'r>> = BTreeMap::new();
        for connection in connections {
            for finding in connection.findings.iter().filter(|it| !is_gap(it)) {
                let key = (std::cmp::Reverse(finding.severity), finding.rule);
                let group = groups.entry(key).or_insert_with(|| Group {
                    ids: BTreeSet::new(),
                    first: (connection, finding),
                });
                group.ids.insert(connection.id);
            }
        }
        Self(groups)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The groups, the worst first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Severity, &'r str, &Group<'r>)> {
        let groups = self.0.iter();
        groups.map(|((severity, rule), group)| (severity.0, *rule, group))
    }
}

fn is_gap(finding: &Finding) -> bool {
    finding.rule == "capture-gap" && finding.severity == Severity::Info
}
