//! Close reasons that are no text.

use crate::rules::Severity;
use crate::rules::judge::{CloseFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::websocket::notable::MAX_CONTROL_PAYLOAD;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "invalid-close-reason",
    table: Table::Closing,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.5.1",
    summary: "the reason in a Close is not UTF-8",
    meaning: "A Close holds a status code and behind it a reason, which must be UTF-8 text.",
    harm: "The receiver must fail the connection, with 1007 or 1002, and hides the code that \
        was meant.",
    says: &[
        "Chrome: Received a broken close frame containing invalid UTF-8.",
        "Node ws: Invalid WebSocket frame: invalid UTF-8 sequence",
        "fastwebsockets: Invalid UTF-8",
    ],
    causes: &[
        "a reason cut at 123 bytes in the middle of a character",
        "a reason in another encoding",
    ],
    fix: "Encode reasons as UTF-8 and cut them at a character's end.",
    judge: Judge::Close { fires, tell },
};

fn fires(rule: &Rule, facts: &CloseFacts<'_>) -> Option<Severity> {
    // Of an oversized Close only a part is kept: it may end in the middle of a character.
    let whole =
        facts.payload.is_whole() && facts.seen.header.payload_length() <= Some(MAX_CONTROL_PAYLOAD);
    (whole && str::from_utf8(facts.payload.reason()).is_err()).then_some(rule.severity)
}

fn tell(facts: &CloseFacts<'_>) -> Telling {
    let reason = facts.payload.reason();
    let at = str::from_utf8(reason)
        .err()
        .map_or(0, |error| error.valid_up_to());
    let (telling, payload) = facts.tell(format!("the Close reason is not UTF-8 from byte {at} on"));
    let bad = payload + 2 + at;
    telling.offending(bad..bad + 1, "not UTF-8, unmasked")
}
