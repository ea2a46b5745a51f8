//! Masks that a client must use.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling, unless_masks_tell_sides};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "unmasked-client-frame",
    table: Table::Frames,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.1",
    summary: "a frame from the client has MASK=0",
    meaning: "A client must mask every frame that it sends, empty control frames too.",
    harm: "Servers must fail the connection, with 1002.",
    says: &[
        "Node ws: Invalid WebSocket frame: MASK must be set",
        "Tomcat: The client frame was not masked but all client frames must be masked",
        "Python websockets: incorrect masking",
        "wsproto: server received unexpected unmasked frame",
        "tungstenite: Received an unmasked frame from client",
        "gorilla/websocket 1.5: bad MASK",
        "gorilla/websocket before 1.5: incorrect mask flag",
        "Netty: received a frame that is not masked as expected",
    ],
    causes: &[
        "an embedded client that masks data frames and forgets the Pong that answers a \
            server's Ping: data works until somebody turns server pings on",
        "a proxy that removes the mask and does not set another",
    ],
    fix: "Update the client library; in one of your own mask every frame, empty control frames too \
        (8a 80 and four bytes of key, not 8a 00). In a proxy, mask again towards the server. Where \
        only the Pongs are unmasked, turning the server's Pings off keeps connections alive until \
        then.",
    judge: Judge::Frame {
        on: Notable::UNMASKED_BY_CLIENT,
        fires: unless_masks_tell_sides,
        tell,
    },
};

fn tell(facts: &FrameFacts<'_>) -> Telling {
    facts
        .tell(format!(
            "an unmasked {} from the client",
            facts.frame_name()
        ))
        .context(0..1, facts.first_byte())
        .offending(1..2, "MASK=0")
}
