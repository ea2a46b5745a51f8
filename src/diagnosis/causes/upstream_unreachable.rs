//! A gateway could not reach the server behind it.

use crate::diagnosis::signs;
use crate::diagnosis::snippets::{CONFIRM_WSCAT, NGINX_UPGRADE};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::Confidence;
use crate::side::Side;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "upstream-unreachable",
    parties: "the server, or its side: what the gateway asked did not answer",
    summary: "a gateway answered the upgrade because it could not reach its server",
    shown_by: "an answer 502, 503 or 504 to the handshake; with two captures, a SYN to the \
        server that is refused or not answered",
    remedy: Remedy {
        change: "See that the server runs and listens where the gateway looks for it (address, \
        port, container network), and that the gateway's health checks pass.",
        snippets: &[NGINX_UPGRADE],
        confirm: CONFIRM_WSCAT,
    },
    settle: "Capture between the gateway and the server: a RST in answer to its SYN means \
        that nothing listens, silence that the way is closed.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, _) = case.root_of(&["handshake-rejected"])?;
    let handshake = case.handshake?;
    let status = handshake.status().filter(|it| matches!(it, 502..=504))?;
    let sign = signs::on(case, Side::Server);
    let product = sign.as_ref().and_then(|sign| sign.product.clone());
    let suspicion = Suspicion::new(
        case.party(Side::Server),
        Confidence::Likely,
        format!(
            "A gateway answered for a server that it could not reach ({status}). The request is \
             right; what is behind the gateway did not answer, or the gateway looks in the wrong \
             place."
        ),
    );
    Some(
        suspicion
            .explaining(case, finding)
            .and_any(sign.map(|sign| sign.words))
            .by(product)
            .but("whether the server is down, or the gateway is set up wrongly, is not seen here"),
    )
}
