//! Complaints of the kind of data.

use crate::rules::Severity;
use crate::rules::{Rule, Table};

use super::complaint;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "unsupported-data-close",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 7.4.1",
    summary: "a side closed with 1003, unsupported data",
    meaning: "The side that closes does not take the kind of message it got: binary where it wants \
        text, or text where it wants binary.",
    harm: "The connection is over, although every frame was right.",
    says: &[],
    causes: &[
        "a consumer that takes text only and gets a binary message, or the other way round",
        "a client that was switched to another encoding (JSON to MessagePack or protobuf) before \
            its server was",
    ],
    fix: "Let the consumer take both text and binary, or send the kind that it takes: in browsers \
        and Node ws a string travels as text, a Buffer, Blob or ArrayBuffer as binary; in Python \
        websockets str and bytes.",
    judge: complaint::judge::<1003>(),
};
