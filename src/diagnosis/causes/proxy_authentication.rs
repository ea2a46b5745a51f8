//! A forward proxy asks who the client is, or refuses the tunnel.

use crate::diagnosis::signs;
use crate::diagnosis::snippets::{CONFIRM_WSCAT, CONNECT_TUNNEL, SQUID_CONNECT};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};
use crate::side::Side;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "proxy-authentication",
    parties: "an intermediary",
    summary: "a forward proxy wants credentials, or refuses to open a tunnel",
    shown_by: "an answer 407, or a refused CONNECT",
    remedy: Remedy {
        change: "Give the client the proxy's credentials (most WebSocket libraries take them in \
        the proxy's URL or in an agent), or have the proxy allow CONNECT to this host \
        and port.",
        snippets: &[SQUID_CONNECT, CONNECT_TUNNEL],
        confirm: CONFIRM_WSCAT,
    },
    settle: "Nothing more is needed: the proxy's own log says which rule refused.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, _) = case.root_of(&["handshake-rejected"])?;
    let handshake = case.handshake?;
    let status = handshake.status()?;
    let by_tunnel = handshake.is_connect() && !matches!(status, 502..=504);
    if status != 407 && !by_tunnel {
        return None;
    }
    let what = if status == 407 {
        "A proxy wants to know who the client is, and was not told (407): only proxies ask so."
            .to_owned()
    } else {
        format!(
            "The forward proxy that was asked for a tunnel refused it ({status}): whoever is asked \
             by CONNECT is a proxy."
        )
    };
    let sign = signs::on(case, Side::Server);
    let product = sign.as_ref().and_then(|sign| sign.product.clone());
    let confidence = if handshake.is_connect() {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    Some(
        Suspicion::new(Party::Intermediary, confidence, what)
            .explaining(case, finding)
            .and_any(sign.map(|sign| sign.words))
            .by(product),
    )
}
