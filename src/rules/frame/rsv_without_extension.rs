//! Reserved bits that nothing gave a meaning.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, always};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "rsv-without-extension",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.2",
    summary: "a reserved bit (RSV1, RSV2 or RSV3) is set and no agreed extension defines it",
    meaning: "Extensions give the reserved bits their meaning: permessage-deflate gives RSV1 the \
        meaning \"this message is compressed\". The 101 in this capture agrees to no extension \
        that defines the bit that is set.",
    harm: "A receiver must fail the connection: it does not know what the bit changes about the \
        payload. It closes with 1002, protocol error. If a client's log complains so and this \
        finding is not there, the client asked for compression (a copied Sec-WebSocket-Extensions \
        header) and cannot inflate.",
    says: &[
        "Node ws: Invalid WebSocket frame: RSV1 must be clear",
        "Node ws: Invalid WebSocket frame: RSV2 and RSV3 must be clear",
        "Chrome: One or more reserved bits are on: reserved1 = 1, reserved2 = 0, reserved3 = 0",
        "Python websockets: reserved bits must be 0",
        "wsproto: Reserved bit set unexpectedly",
        "tungstenite: Reserved bits are non-zero",
        "fastwebsockets: Reserved bits are not zero",
        "gorilla/websocket 1.5: RSV1 set",
        "gorilla/websocket before 1.5: unexpected reserved bits 0x40",
        "Netty: RSV != 0 and no extension negotiated, RSV:4",
        "Java-WebSocket: bad rsv 4",
        "Tyrus: RSV bit(s) incorrectly set",
        ".NET: The WebSocket received compressed frame when compression is not enabled.",
        "Python websocket-client: rsv is not implemented, yet",
    ],
    causes: &[
        "a proxy or gateway removed Sec-WebSocket-Extensions from the 101 on this leg only, so \
            that one end compresses and the other does not know (nginx: proxy_hide_header; frames \
            begin with c1 or c2)",
        "something wrote bytes that are no frames into the connection; text read as a header has \
            FIN=0, where compressed messages have FIN=1",
        "the sender compresses without having negotiated it",
    ],
    fix: "Let the intermediary pass Sec-WebSocket-Extensions unchanged both ways, or remove the \
        offer from the request and never only the answer (nginx: proxy_set_header \
        Sec-WebSocket-Extensions \"\"); or turn compression off at one end (Node ws: \
        perMessageDeflate: false; Python websockets: compression=None).",
    judge: Judge::Frame {
        on: Notable::RSV_UNDEFINED,
        fires: always,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    let rsv = facts.seen.header.rsv();
    let names: Vec<&str> = [(4, "RSV1"), (2, "RSV2"), (1, "RSV3")]
        .into_iter()
        .filter_map(|(bit, name)| (rsv & bit != 0).then_some(name))
        .collect();
    let names = names.join(" and ");
    let verb = if rsv.count_ones() > 1 { "are" } else { "is" };
    let agreed = if facts.has_deflate {
        "permessage-deflate defines RSV1 only"
    } else {
        "no extension was negotiated"
    };
    facts.tell_of_first_byte(format!(
        "{names} {verb} set on a {} and {agreed}",
        facts.frame_name()
    ))
}
