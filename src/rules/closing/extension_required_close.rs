//! Complaints of a missing extension.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "extension-required-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 7.4.1",
    summary: "a side closed with 1010, mandatory extension; info where the client had offered none",
    meaning: "The client expected an extension that the server did not agree to.",
    harm: "The connection is over before it carries anything, each time the client tries.",
    says: &[],
    causes: &[
        "a proxy removed Sec-WebSocket-Extensions from the request or the answer",
        "the server has the extension turned off",
    ],
    fix: "Compare Sec-WebSocket-Extensions in the request and in the 101 on both sides of each \
        intermediary: let them pass it, or turn the extension on at the server (Node ws: \
        perMessageDeflate: true). Else have the client not insist on it.",
    judge: complaint::judge::<1010>(),
};
