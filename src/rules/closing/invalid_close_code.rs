//! Close codes that must not travel.

use crate::rules::Severity;
use crate::rules::judge::{CloseFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::websocket::close::{code_name, is_sendable_code};

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "invalid-close-code",
    table: Table::Closing,
    severity: Severity::Error,
    reference: "RFC 6455 section 7.4",
    summary: "a Close with a code that must not be on the wire: below 1000, 1004, 1005, 1006, \
        1015, 1016-2999, 5000 and above",
    meaning: "Codes that may travel are 1000-1003, 1007-1014, and 3000-4999 for libraries and \
        applications. 1005, 1006 and 1015 are what a library tells its own application where no \
        code came; the others are not defined.",
    harm: "The receiver must fail the connection, with 1002, and its log blames the frame instead \
        of what the connection was closed for.",
    says: &[
        "Node ws: Invalid WebSocket frame: invalid status code 1006",
        "Chrome: Received a broken close frame containing a reserved status code.",
        "Python websockets: invalid status code",
        "wsproto: CLOSE with invalid code",
        "wsproto: remote CLOSE with local-only reason",
        "wsproto: CLOSE with unknown reserved code",
        "fastwebsockets: Invalid status code: 1006",
    ],
    causes: &[
        "a framework that sends back the code its own API reports for a lost connection \
            (1005, 1006)",
        "a payload that is no Close payload: text read as a code, after the framing was lost",
    ],
    fix: "Send 1000, 1011 or an empty Close where the local code is 1005 or 1006; codes of an \
        application's own are 4000-4999.",
    judge: Judge::Close { fires, tell },
};

fn fires(rule: &Rule, facts: &CloseFacts<'_>) -> Option<Severity> {
    let code = facts.payload.code()?;
    (!is_sendable_code(code)).then_some(rule.severity)
}

fn tell(facts: &CloseFacts<'_>) -> Telling {
    let code = facts.payload.code().unwrap_or_default();
    let (telling, payload) = facts.tell(format!(
        "Close with code {code} ({}), which must not be sent",
        code_name(code).unwrap_or("not registered")
    ));
    telling.offending(payload..payload + 2, format!("code {code}, unmasked"))
}
