//! The answer that agreed to compression lost its Sec-WebSocket-Extensions on the way.

use crate::diagnosis::signs;
use crate::diagnosis::snippets::{
    CONFIRM_UPGRADE, HAPROXY_STRIP_OFFER, NGINX_PASS_EXTENSIONS, NODE_WS_NO_DEFLATE,
    PYTHON_NO_DEFLATE,
};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};
use crate::side::Side;
use crate::websocket::assembly::CompressionUsed;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "extension-response-stripped",
    parties: "an intermediary; the server, where this was captured on its own machine",
    summary: "the 101 lost its Sec-WebSocket-Extensions on the way to the client, and the \
        server compresses",
    shown_by: "frames with RSV1 from the server inflate, the request here offers \
        permessage-deflate, and the 101 here agrees to nothing",
    remedy: Remedy {
        change: "Let the proxy pass Sec-WebSocket-Extensions both ways untouched, or have it \
        remove the client's offer from the request, never the answer alone. Until then \
        turn permessage-deflate off at the server.",
        snippets: &[
            NGINX_PASS_EXTENSIONS,
            HAPROXY_STRIP_OFFER,
            NODE_WS_NO_DEFLATE,
            PYTHON_NO_DEFLATE,
        ],
        confirm: CONFIRM_UPGRADE,
    },
    settle: "Capture between the proxy and the server as well: the 101 there names \
        permessage-deflate if it was removed on the way. `wsblame compare NEAR_CLIENT \
        NEAR_SERVER` shows it.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let finding = case.found("rsv-without-extension", Side::Server)?;
    if case.offers_deflate() != Some(true) || case.agrees_to_extensions() != Some(false) {
        return None;
    }
    let used = *case.compression.of(Side::Server);
    let is_at_server = case.is_at(Side::Server);
    let (party, confidence) = match used {
        CompressionUsed::Inflates if is_at_server => (Party::Server, Confidence::Certain),
        CompressionUsed::Inflates => (Party::Intermediary, Confidence::Likely),
        CompressionUsed::Unknown => (case.party(Side::Server), Confidence::Possible),
        CompressionUsed::DoesNotInflate => return None,
    };
    let explanation = if is_at_server {
        "The client offered permessage-deflate and the server's own 101 does not agree to it, yet \
         the server compresses: it does not keep to its own answer."
    } else {
        "The client offered permessage-deflate, the 101 that is here agrees to nothing, and the \
         server compresses all the same, as if it had agreed: somebody between the server and \
         here removed Sec-WebSocket-Extensions from the answer and from nothing else."
    };
    let offer = case.handshake.and_then(|handshake| handshake.request());
    let answer = case.handshake.and_then(|handshake| handshake.response());
    let mut suspicion = Suspicion::new(party, confidence, explanation).explaining(case, finding);
    if let Some(offer) = offer {
        let at = case.at(&offer.place);
        suspicion = suspicion.and(format!("{at}: the request offers permessage-deflate"));
    }
    if let Some(answer) = answer {
        let at = case.at(&answer.place);
        suspicion = suspicion.and(format!("{at}: the 101 has no Sec-WebSocket-Extensions"));
    }
    if is_at_server {
        return Some(suspicion);
    }
    let sign = signs::on(case, Side::Server);
    let product = sign.as_ref().and_then(|sign| sign.product.clone());
    suspicion = suspicion.and_any(sign.map(|sign| sign.words)).by(product);
    Some(match used {
        CompressionUsed::Unknown => suspicion.but(
            "whether these frames are compressed cannot be told: their payloads could not be read",
        ),
        _ => suspicion.but(
            "a server that ignores its own negotiation would look the same; no common library does",
        ),
    })
}
