//! Gateways that lost their server.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "bad-gateway-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 11.7",
    summary: "a side closed with 1014, bad gateway",
    meaning: "A gateway stands between the two ends, and got no or an invalid answer from the \
        server behind it.",
    harm: "The connection is over. The fault is on a leg that this capture does not show.",
    says: &[],
    causes: &["the server behind the gateway is down or speaks another protocol"],
    fix: "Look into the gateway's log and capture on its other side.",
    judge: complaint::judge::<1014>(),
};
