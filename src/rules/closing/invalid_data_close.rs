//! Complaints of a payload.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "invalid-data-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 7.4.1",
    summary: "a side closed with 1007, invalid frame payload data",
    meaning: "The side that closes got a message that does not fit its type: mostly text that is \
        not UTF-8.",
    harm: "The connection is over.",
    says: &[
        "Chrome: Could not decode a text frame as UTF-8.",
        "Node ws: Invalid WebSocket frame: invalid UTF-8 sequence",
        "fastwebsockets: Invalid UTF-8",
    ],
    causes: &[
        "binary data sent as text",
        "a text cut in the middle of a character",
        "an intermediary that changed the payload",
        "compression whose two ends no longer agree on the earlier messages (bad-deflate)",
    ],
    fix: "Send binary data as binary; count bytes, not characters, where a message is cut. If the \
        message is compressed, try without (Node ws: perMessageDeflate: false; Python websockets: \
        compression=None). If it is right here, capture next to the side that complains.",
    judge: complaint::judge::<1007>(),
};
