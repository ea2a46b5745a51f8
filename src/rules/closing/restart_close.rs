//! Restarts.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "restart-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 11.7",
    summary: "a side closed with 1012, service restart",
    meaning: "The service restarts; clients may come back.",
    harm: "The connection is over. Many clients that come back at once can keep the service \
        down.",
    says: &[],
    causes: &["a deployment or reload"],
    fix: "Reconnect with a delay that differs from client to client. At the service, close \
        connections over some time before it stops instead of all at once.",
    judge: complaint::judge::<1012>(),
};
