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
    harm: "The connection is over, and mostly so is every attempt to come back with the same \
        credentials.",
    says: &[],
    causes: &[
        "authentication that failed or ran out",
        "a rate limit",
        "an origin that is not allowed",
    ],
    fix: "See the reason text and the log of the side that closed: it, not the network, decided. \
        Renew tokens before they run out; slow down where a rate limit is named; add the page's \
        origin to the server's list of allowed ones.",
    judge: complaint::judge::<1008>(),
};
