//! Frames behind the last one.

use crate::rules::Severity;
use crate::rules::judge::{FrameFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::websocket::notable::Notable;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "frame-after-close",
    table: Table::Closing,
    severity: Severity::Error,
    reference: "RFC 6455 section 5.5.1",
    summary: "a frame behind the sender's own Close: a data frame is an error, a control frame a \
        warning",
    meaning: "After a Close an endpoint must not send any more data frames; control frames are of \
        no use to anybody then.",
    harm: "Receivers ignore the frame or complain of it; what it carries is lost.",
    says: &[
        "Chrome, older: Data frame received after close",
        "Chrome, older: Close received after close",
        "tungstenite: Remote sent after having closed",
    ],
    causes: &[
        "a sender that writes from another task after it has closed",
        "a library that answers a Ping although it has closed",
    ],
    fix: "Stop all writers before the Close is sent; drop what is queued behind it.",
    judge: Judge::Frame {
        on: Notable::DATA_AFTER_CLOSE.union(Notable::CONTROL_AFTER_CLOSE),
        fires,
        tell,
    },
};

fn fires(rule: &Rule, facts: &FrameFacts<'_>) -> Option<Severity> {
    Some(if facts.seen.notable.contains(Notable::DATA_AFTER_CLOSE) {
        rule.severity
    } else {
        Severity::Warning
    })
}

fn tell(facts: &FrameFacts<'_>) -> Telling {
    facts.tell_of_first_byte(format!(
        "a {} behind the sender's own Close",
        facts.frame_name()
    ))
}
