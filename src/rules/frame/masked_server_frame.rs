//! Masks that a server must not use.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, unless_masks_tell_sides};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "masked-server-frame",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.1",
    summary: "a frame from the server has MASK=1",
    meaning: "A server must not mask any frame that it sends.",
    harm: "Clients must fail the connection, with 1002. Some do not look, so that it \"works in \
        Firefox\"; others take the masking key for payload.",
    says: &[
        "Chrome: A server must not mask any frames that it sends to the client.",
        "Node ws: Invalid WebSocket frame: MASK must be clear",
        ".NET: The WebSocket server sent a masked frame.",
        "Python websockets: incorrect masking",
        "wsproto: client received unexpected masked frame",
        "tungstenite: Received a masked frame from server",
        "gorilla/websocket 1.5: bad MASK",
        "gorilla/websocket before 1.5: incorrect mask flag",
        "Starscream: continue frame before a binary or text frame",
    ],
    causes: &[
        "the server uses its library's client code to write frames",
        "a proxy passes frames on without removing the mask",
    ],
    fix: "Use the server role of the library, or remove the mask where frames are relayed.",
    judge: Judge::Frame {
        on: Notable::MASKED_BY_SERVER,
        fires: unless_masks_tell_sides,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    let header = &facts.seen.header;
    facts
        .tell(format!("a masked {} from the server", facts.frame_name()))
        .context(0..1, facts.first_byte())
        .offending(1..2, "MASK=1")
        .context(header.masking_key_range(), "masking key")
}
