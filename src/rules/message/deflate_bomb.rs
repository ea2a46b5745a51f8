//! Messages that inflate beyond all bounds.

use crate::rules::Severity;
use crate::rules::judge::{Judge, MessageFacts, Telling};
use crate::rules::{Rule, Table};
use crate::websocket::assembly::Fault;
use crate::websocket::inflate::Bomb;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "deflate-bomb",
    table: Table::Messages,
    severity: Severity::Warning,
    reference: "RFC 7692 section 8",
    summary: "a compressed message inflates beyond the bound on its size or its ratio",
    meaning: "A few bytes on the wire stand for very many behind the decompressor: more than 64 \
        MiB, or more than 200 times as many where that is above 8 MiB. JSON and logs rarely shrink \
        to less than a hundredth.",
    harm: "A receiver that inflates without a bound runs out of memory; one with a bound closes \
        with 1009 or resets the connection.",
    says: &[
        "Node ws: Max payload size exceeded",
        "uWebSockets, Bun: Received too big message, or other inflation error",
    ],
    causes: &[
        "an attack",
        "a buffer sent whole although most of it was never filled",
        "a very large export sent as one message",
    ],
    fix: "Bound the inflated size of a message at the receiver (Node ws: maxPayload; Python \
        websockets: max_size). If the sender is meant to send so much, send it in parts.",
    judge: Judge::Message { fires, tell },
};

fn fires(rule: &Rule, facts: &MessageFacts<'_>) -> Option<Severity> {
    let is_bomb = matches!(facts.seen.fault, Fault::Bomb(_));
    (is_bomb && facts.is_compressed_as_agreed() && facts.is_certain()).then_some(rule.severity)
}

fn tell(facts: &MessageFacts<'_>) -> Telling {
    let name = facts.message_name();
    let bound = match facts.seen.fault {
        Fault::Bomb(Bomb::Size(bytes)) => format!("more than {bytes} bytes"),
        Fault::Bomb(Bomb::Ratio(ratio, bytes)) => {
            format!("more than {ratio} times its bytes, and to at least {bytes} bytes")
        }
        Fault::NotUtf8 { .. } | Fault::BadDeflate(_) => String::new(),
    };
    let message = format!("a compressed {name} inflates to {bound}; the rest is not read");
    let (telling, begin) = facts.tell(&facts.seen.first, message);
    let end = begin + facts.seen.shown().len();
    telling
        .offending(0..1, "RSV1: compressed")
        .context(begin..end, "its beginning")
}
