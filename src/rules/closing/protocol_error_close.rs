//! Complaints of a protocol error.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "protocol-error-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 7.4.1",
    summary: "a side closed with 1002, protocol error",
    meaning: "The side that sends 1002 is the one that noticed a violation, not the one that made \
        it. The finding names the violation by the other side, or says that this capture \
        shows none.",
    harm: "The connection is over. Where this capture shows no violation, the frames were changed \
        between here and the side that complains, or that side is wrong.",
    says: &["Safari: The operation couldn't be completed. Protocol error"],
    causes: &[
        "the violation that the other side made, as found in this capture",
        "an intermediary that changed frames on their way to the side that complains",
        "an intermediary that passes on a complaint from its other side",
    ],
    fix: "Mend what the finding names. Where it names nothing, capture next to the side that \
        complains and look at the frame it got.",
    judge: complaint::judge::<1002>(),
};
