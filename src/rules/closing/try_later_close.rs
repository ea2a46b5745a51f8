//! Overload.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "try-later-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 11.7",
    summary: "a side closed with 1013, try again later",
    meaning: "The service is overloaded and sheds connections.",
    harm: "The connection is over, and clients that come back at once add to the load.",
    says: &[],
    causes: &["more load than the service takes"],
    fix: "Reconnect later, with growing delays; see the load of the service.",
    judge: complaint::judge::<1013>(),
};
