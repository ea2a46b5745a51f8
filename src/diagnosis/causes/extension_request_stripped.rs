//! The client's offer of compression was removed on the way, and the answer names it all the same.

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
    name: "extension-request-stripped",
    parties: "an intermediary",
    summary: "the offer of permessage-deflate was lost on the way to the server, and the \
        client was told that it was accepted",
    shown_by: "two legs: offered on the client's, absent on the server's, and the 101 that \
        reached the client names it. An offer that was removed, with an answer that \
        agrees to nothing, is legal",
    remedy: Remedy {
        change: "Have the proxy make its own mind up once: pass Sec-WebSocket-Extensions both \
        ways untouched, or remove it both ways.",
        snippets: &[
            NGINX_PASS_EXTENSIONS,
            HAPROXY_STRIP_OFFER,
            NODE_WS_NO_DEFLATE,
            PYTHON_NO_DEFLATE,
        ],
        confirm: CONFIRM_UPGRADE,
    },
    settle: "Capture between the client and the proxy as well: the request there has the \
        offer if it was removed on the way. `wsblame compare NEAR_CLIENT NEAR_SERVER` \
        shows it.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let finding = case.found("rsv-without-extension", Side::Client)?;
    let compresses = *case.compression.of(Side::Client) == CompressionUsed::Inflates;
    if !compresses || case.offers_deflate() != Some(false) {
        return None;
    }
    let sign = signs::on(case, Side::Client)?;
    let suspicion = Suspicion::new(
        Party::Intermediary,
        Confidence::Possible,
        "The client compresses although the request that is here offers no compression: the offer \
         may have been removed between the client and here, and its acceptance put into the \
         answer.",
    );
    Some(
        suspicion
            .explaining(case, finding)
            .and(sign.words)
            .by(sign.product)
            .but("what the client offered and was answered is not in this capture"),
    )
}
