//! Upgrades that were refused.

use crate::http::ResponseHead;
use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Sequel, Telling};
use crate::rules::stream::response_text::describe_response;
use crate::rules::{Cause, Rule, Table};
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "handshake-rejected",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.1",
    summary: "the upgrade was answered with another status than 101; info if the client satisfied \
        a 3xx, 401 or 407 on the same connection, warning for a refused CONNECT",
    meaning: "The request for a WebSocket got an ordinary HTTP answer. Its Server and Via fields, \
        and its body, tell who spoke.",
    harm: "No WebSocket comes to be.",
    says: &[
        "Chrome: Error during WebSocket handshake: Unexpected response code: 502",
        "Node ws: Unexpected server response: 502",
        "gorilla/websocket: websocket: bad handshake",
    ],
    causes: &[
        "an intermediary that does not pass the upgrade on (nginx without proxy_http_version \
            1.1 and the Upgrade and Connection fields)",
        "a wrong path, origin or token",
        "a server that is down (502, 503, 504)",
    ],
    fix: "See who answers by the Server field. If that is a proxy, let it pass the upgrade on: \
        nginx needs proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; \
        proxy_set_header Connection \"upgrade\"; Apache from 2.4.47 needs upgrade=websocket at \
        ProxyPass. Capture on its other side: if the request does not arrive there, the proxy \
        refuses by itself. If the server answers, its log has the reason: path, origin, token.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let response = facts.own_refusal()?;
    let is_over = match facts.sequel {
        Sequel::Satisfied => false,
        Sequel::Over => true,
        Sequel::Unseen => response.head.fields.has_token("Connection", "close"),
    };
    Some(if asks_for_more(response.head.status) && !is_over {
        Severity::Info
    } else if facts.handshake.is_connect() {
        Severity::Warning
    } else {
        rule.severity
    })
}

/// Whether a client that is answered so may ask again, with more.
const fn asks_for_more(status: u16) -> bool {
    matches!(status, 300..=399 | 401 | 407)
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let what = if facts.handshake.is_connect() {
        "CONNECT"
    } else {
        "the upgrade request"
    };
    let Some(response) = facts.own_refusal() else {
        return facts.tell(format!("{what} was refused"));
    };
    let answer = describe_response(&response.head, facts.handshake.page());
    let more = more_of(&response.head);
    let cause = because_of(facts, response.head.status);
    let hint = match response.head.status {
        _ if cause.is_some() || facts.handshake.request().is_none() => "",
        426 => {
            "; the request here asks for an upgrade as it should, so that the server that answered \
                may have got another one from a proxy"
        }
        505 => {
            "; the request here says HTTP/1.1, so that a proxy may have asked its server with \
                HTTP/1.0"
        }
        _ => "",
    };
    let sequel = match facts.sequel {
        Sequel::Unseen if asks_for_more(response.head.status) => {
            "; the capture does not show whether the client did what it asks for"
        }
        _ => "",
    };
    facts
        .tell(format!(
            "{what} was answered with {answer}{more}{hint}{sequel}"
        ))
        .because_of(cause)
}

/// What else an answer says of why it refuses; credentials and query strings are left out.
fn more_of(head: &ResponseHead) -> String {
    let mut more = String::new();
    for name in ["Sec-WebSocket-Version", "X-Squid-Error"] {
        if let Some(value) = head.fields.first(name) {
            more.push_str(&format!(", {name} \"{}\"", Untrusted(value)));
        }
    }
    for (name, ends) in [
        ("Location", &b"?#"[..]),
        ("WWW-Authenticate", b" "),
        ("Proxy-Authenticate", b" "),
    ] {
        if let Some(value) = head.fields.first(name) {
            let shown = value.split(|byte| ends.contains(byte)).next();
            let shown = Untrusted(shown.unwrap_or_default());
            more.push_str(&format!(", {name} \"{shown}\""));
        }
    }
    if head.minor_version == 0 {
        more.push_str(", over HTTP/1.0");
    }
    more
}

/// What is wrong with the request that a server answers in this way.
fn because_of(facts: &HandshakeFacts<'_>, status: u16) -> Option<Cause> {
    let rules: &[&str] = match status {
        426 => &[
            "unsupported-version",
            "upgrade-header-missing",
            "upgrade-over-http10",
            "bad-key",
        ],
        505 => &["upgrade-over-http10", "upgrade-header-missing"],
        // To a server that sees no upgrade it is an ordinary request.
        200..=299 | 400 | 404 | 405 | 406 | 500 | 501 => &[
            "upgrade-header-missing",
            "upgrade-over-http10",
            "bad-key",
            "unsupported-version",
        ],
        _ => &[],
    };
    rules.iter().find_map(|rule| facts.about_request(rule))
}
