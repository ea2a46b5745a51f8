//! Refusals by policy.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "policy-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 7.4.1",
    summary: "a side closed with 1008, policy violation",
    meaning: "The side that closes refuses something about the client or its messages, by a rule \
        of its own.",
    harm: "The connection is over.",
    says: &[],
    causes: &[
        "authentication that failed or ran out",
        "a rate limit",
        "an origin that is not allowed",
    ],
    fix: "See the reason text and the log of the side that closed.",
    judge: complaint::judge::<1008>(),
};
