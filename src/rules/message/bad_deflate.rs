//! Compressed messages that do not inflate.

use crate::rules::Severity;
use crate::rules::judge::{Judge, MessageFacts, Telling};
use crate::rules::{Rule, Table};
use crate::websocket::assembly::Fault;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "bad-deflate",
    table: Table::Messages,
    severity: Severity::Error,
    reference: "RFC 7692 section 7.2.2",
    summary: "a compressed message does not inflate, all that it refers to having been captured",
    meaning: "RSV1 on a message's first frame says that it is compressed, as the 101 agrees. These \
        bytes are no DEFLATE data, or refer back to bytes that no earlier message held. Every \
        earlier message that it may refer to was captured and inflates, so that nothing is missing \
        here.",
    harm: "The receiver cannot read the message and fails the connection, with 1002 or 1007 or \
        without a word. Later messages refer back to earlier ones unless no_context_takeover was \
        agreed, so that the receiver could not read those either.",
    says: &[
        "Node ws, Python websockets: invalid distance too far back",
        "Node ws, Python websockets: invalid stored block lengths",
        "uWebSockets, Bun: Received too big message, or other inflation error",
        "Safari: The operation couldn't be completed. Protocol error",
    ],
    causes: &[
        "RSV1 set on bytes that were never compressed",
        "the two ends no longer agree on the earlier messages: the sender compressed one and then \
            sent it uncompressed, or not at all, or refers to earlier ones although it agreed not \
            to (no_context_takeover)",
        "an intermediary that removed, changed or reordered messages, or compresses frame by \
            frame",
        "a window larger than was agreed, or the last four bytes of the flush cut wrongly",
    ],
    fix: "Turn compression off at one end (Node ws: perMessageDeflate: false; Python websockets: \
        compression=None) to confirm it, then update the sender, or negotiate \
        server_no_context_takeover and client_no_context_takeover. If the sender is right, \
        capture on both sides of the proxy and compare the messages before this one.",
    judge: Judge::Message { fires, tell },
};

fn fires(rule: &Rule, facts: &MessageFacts<'_>) -> Option<Severity> {
    let is_bad = matches!(facts.seen.fault, Fault::BadDeflate(_));
    (is_bad && facts.is_compressed_as_agreed() && facts.is_certain()).then_some(rule.severity)
}

fn tell(facts: &MessageFacts<'_>) -> Telling {
    let name = facts.message_name();
    let reason = match facts.seen.fault {
        Fault::BadDeflate(reason) => reason.to_string(),
        Fault::NotUtf8 { .. } | Fault::Bomb(_) => String::new(),
    };
    let message = format!("a compressed {name} does not inflate: {reason}");
    let (telling, begin) = facts.tell(&facts.seen.first, message);
    let end = begin + facts.seen.shown().len();
    let how = if facts.seen.first.header.masked() {
        "its beginning, unmasked"
    } else {
        "its beginning"
    };
    telling.context(0..1, "RSV1: compressed").offending(
        begin..end,
        format!("no DEFLATE data that can be read; {how}"),
    )
}
