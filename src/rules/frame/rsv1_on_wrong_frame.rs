//! RSV1 where compression does not put it.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "rsv1-on-wrong-frame",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 7692 section 6",
    summary: "permessage-deflate is agreed and RSV1 is set on a continuation or a control frame",
    meaning: "RSV1 says \"this message is compressed\" and stands on the message's first frame \
        only. Control frames are never compressed.",
    harm: "Receivers fail the connection although compression was negotiated, which makes the \
        usual remedy (negotiate it) look wrong.",
    says: &[
        "Jetty: RSV1 not allowed to be set",
        "Jetty: Invalid RSV1 set on permessage-deflate CONTINUATION frame",
        "Node ws: Invalid WebSocket frame: RSV1 must be clear",
    ],
    causes: &[
        "a proxy that compresses frame by frame instead of message by message",
        "a sender that copies the first frame's bits to all fragments",
    ],
    fix: "Set RSV1 on the first frame of a compressed message only; update or bypass the \
        intermediary that re-frames messages. Until then turn compression off at one end (Node ws: \
        perMessageDeflate: false; Python websockets: compression=None).",
    judge: Judge::Frame {
        on: Notable::RSV1_MISPLACED,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    facts.tell_of_first_byte(format!(
        "RSV1 is set on a {}; with permessage-deflate it may stand on a message's first frame only",
        facts.frame_name()
    ))
}
