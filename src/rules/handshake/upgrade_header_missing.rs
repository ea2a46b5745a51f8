//! Upgrades that lost what makes them one.

use crate::http::Fields;
use crate::rules::Severity;
use crate::rules::judge::{HandshakeFacts, Judge, Telling};
use crate::rules::{Rule, Table};
use crate::side::Side;
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "upgrade-header-missing",
    table: Table::Handshake,
    severity: Severity::Error,
    reference: "RFC 6455 section 4.1",
    summary: "a head with WebSocket fields lacks Upgrade: websocket, or the token upgrade in \
        Connection; in a request or in a 101",
    meaning: "Upgrade and Connection are hop-by-hop fields: they are for the next machine only, \
        and an intermediary that does not know WebSocket drops them while it passes all others on. \
        The finding names the side from which the head came, which need not be who lost the field.",
    harm: "Without them a request is an ordinary GET: servers answer 400, 404, 426 or a page. A \
        client must fail the connection on a 101 without them.",
    says: &[
        "Chrome: Error during WebSocket handshake: 'Upgrade' header is missing",
        "gorilla: websocket: the client is not using the websocket protocol: 'upgrade' token not \
            found in 'Connection' header",
        "gobwas: bad \"Upgrade\" header",
        "faye: 'Connection' header value is not 'Upgrade'",
        "tungstenite: No \"Upgrade: websocket\" header",
    ],
    causes: &[
        "a reverse proxy that was not told to pass upgrades on (nginx without \
            proxy_set_header Upgrade and Connection, Apache without upgrade=websocket)",
        "a load balancer, gateway or firewall that handles only plain HTTP",
        "a client or server that builds its heads by hand",
    ],
    fix: "Let the proxy pass the upgrade on. nginx: proxy_http_version 1.1; proxy_set_header \
        Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\". Apache 2.4.47 or later: \
        ProxyPass with upgrade=websocket. Where the proxy cannot, go around it or use TLS, \
        which it cannot change.",
    judge: Judge::Handshake { fires, tell },
};

fn fires(rule: &Rule, facts: &HandshakeFacts<'_>) -> Option<Severity> {
    let fields = fields(facts)?;
    (!has_upgrade(fields) || !has_connection(fields)).then_some(rule.severity)
}

fn fields<'a>(facts: &HandshakeFacts<'a>) -> Option<&'a Fields> {
    match facts.sender {
        Side::Client => facts.own_request().map(|request| &request.head.fields),
        Side::Server => facts.own_switch().map(|response| &response.head.fields),
    }
}

fn has_upgrade(fields: &Fields) -> bool {
    fields.has_token("Upgrade", "websocket")
}

fn has_connection(fields: &Fields) -> bool {
    fields.has_token("Connection", "upgrade")
}

fn tell(facts: &HandshakeFacts<'_>) -> Telling {
    let head = match facts.sender {
        Side::Client => "the upgrade request",
        Side::Server => "the 101",
    };
    let Some(fields) = fields(facts) else {
        return facts.tell(format!("{head} lacks Upgrade or Connection"));
    };
    let mut lacks = Vec::new();
    if !has_upgrade(fields) {
        lacks.push(lost(fields, "Upgrade", "websocket"));
    }
    if !has_connection(fields) {
        lacks.push(lost(fields, "Connection", "upgrade"));
    }
    let lacks = lacks.join(", and ");
    facts.tell(format!(
        "{head} {lacks}: it was sent so, or a proxy dropped it on the way here"
    ))
}

/// What stands where the token should.
fn lost(fields: &Fields, name: &str, token: &str) -> String {
    let values: Vec<&[u8]> = fields.all(name).collect();
    if values.is_empty() {
        return format!("has no {name} field");
    }
    let value = values.join(&b", "[..]);
    format!("has {name} \"{}\" without {token} in it", Untrusted(&value))
}
