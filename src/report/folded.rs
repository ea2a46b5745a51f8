//! Which findings of a connection stand for themselves, and which follow from another one.

use std::collections::BTreeMap;

use super::model::Finding;

/// Which findings of a connection stand for themselves, and which follow from another.
pub(super) struct Folded<'r> {
    findings: &'r [Finding],
    roots: Vec<usize>,
    consequences: BTreeMap<usize, Vec<usize>>,
}

impl<'r> Folded<'r> {
    pub(super) fn new(findings: &'r [Finding]) -> Self {
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
    pub(super) fn roots(&self) -> impl Iterator<Item = (&'r Finding, Vec<&'r Finding>)> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::BecauseOf;
    use crate::report::sample::finding;
    use crate::rules::Severity;

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
