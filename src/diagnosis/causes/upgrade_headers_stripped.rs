//! A proxy did not pass the upgrade on.

use crate::diagnosis::signs;
use crate::diagnosis::snippets::{APACHE_UPGRADE, CONFIRM_UPGRADE, ENVOY_TIMEOUTS, NGINX_UPGRADE};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};
use crate::side::Side;
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "upgrade-headers-stripped",
    parties: "an intermediary",
    summary: "a proxy dropped the header fields that ask for the upgrade, or asked with \
        HTTP/1.0",
    shown_by: "a request with WebSocket fields and without Upgrade or its token in Connection, \
        or over HTTP/1.0; or an answer that misses what the request here has",
    remedy: Remedy {
        change: "Have the proxy ask its server with HTTP/1.1 and pass Upgrade and Connection on: \
        neither is passed on by itself.",
        snippets: &[NGINX_UPGRADE, APACHE_UPGRADE, ENVOY_TIMEOUTS],
        confirm: CONFIRM_UPGRADE,
    },
    settle: "Capture between the proxy and the server: the request there shows which fields \
        were lost.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    lost_here(case).or_else(|| missed_there(case))
}

/// The head in this capture lacks what every client and server writes.
fn lost_here(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["upgrade-header-missing", "upgrade-over-http10"])?;
    if case.is_at(side) {
        return None;
    }
    let handshake = case.handshake?;
    let http10 = handshake
        .request()
        .is_some_and(|request| request.head.minor_version == 0);
    let (what, whose) = match side {
        Side::Client => ("request", "between the client and here"),
        Side::Server => ("answer", "between the server and here"),
    };
    let mut suspicion = Suspicion::new(
        Party::Intermediary,
        Confidence::Likely,
        format!(
            "The {what} has the fields of a WebSocket and not those that ask for the upgrade: they \
             are for one hop only, and a proxy {whose} did not write them anew."
        ),
    )
    .explaining(case, finding);
    let sign = signs::on(case, side);
    let mut product = sign.as_ref().and_then(|sign| sign.product.clone());
    if http10 && side == Side::Client {
        suspicion = suspicion.and(
            "the request says HTTP/1.0, as nginx asks its servers unless it is told otherwise; no \
             WebSocket client does",
        );
        product = product.or_else(|| Some("nginx".to_owned()));
    }
    Some(
        suspicion
            .and_any(sign.map(|sign| sign.words))
            .by(product)
            .but("a client written by hand may leave them out itself"),
    )
}

/// The answer misses what the request in this capture has.
fn missed_there(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, _) = case.root_of(&["handshake-rejected"])?;
    let handshake = case.handshake.filter(|handshake| !handshake.is_connect())?;
    let (request, response) = (handshake.request()?, handshake.response()?);
    let fields = &request.head.fields;
    let is_sound = fields.has_token("Upgrade", "websocket")
        && fields.has_token("Connection", "upgrade")
        && fields.has_token("Sec-WebSocket-Version", "13")
        && request.head.minor_version == 1;
    let missed = missed(response.head.status, handshake.page());
    let missed = missed.filter(|_| is_sound && !case.is_at(Side::Server))?;
    let at = case.at(&request.place);
    let sign = signs::on(case, Side::Server);
    let server = response.head.fields.first("Server").map(Untrusted);
    let signed = server.map(|server| format!("the answer is signed Server: {server}"));
    let product = sign.as_ref().and_then(|sign| sign.product.clone());
    let suspicion = Suspicion::new(
        Party::Intermediary,
        Confidence::Likely,
        format!(
            "The request that is here asks for the upgrade as it should, and the answer says that \
             {missed}: what reached the server was another request, which a proxy wrote."
        ),
    );
    Some(
        suspicion
            .explaining(case, finding)
            .and(format!(
                "{at}: the request has Upgrade: websocket and Connection: upgrade, over HTTP/1.1"
            ))
            .and_any(sign.map(|sign| sign.words).or(signed))
            .by(product)
            .but("the request that reached the server is not in this capture"),
    )
}

/// What an answer misses in the request that it is for, by its status or its words.
fn missed(status: u16, page: &[u8]) -> Option<&'static str> {
    let page = page.to_ascii_lowercase();
    let says = |words: &str| page.windows(words.len()).any(|it| it == words.as_bytes());
    match status {
        505 => Some("its version of HTTP is too old"),
        426 => Some("an upgrade is required"),
        400..=499 if says("http/1.0") => Some("it came over HTTP/1.0"),
        400..=499
            if says("upgrade header")
                || says("connection header")
                || says("\"upgrade\"")
                || says("websocket upgrade")
                || says("upgrade required")
                || says("not a websocket handshake")
                || says("'upgrade' token not found") =>
        {
            Some("the upgrade was not asked for")
        }
        _ => None,
    }
}
