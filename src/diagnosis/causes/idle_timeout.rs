//! A timer ended the connection.

use crate::diagnosis::signs;
use crate::diagnosis::snippets::{
    ALB_IDLE, APACHE_TIMEOUT, CONFIRM_CHECK, ENVOY_TIMEOUTS, HAPROXY_TUNNEL, NGINX_TIMEOUTS,
    NODE_WS_PING, PYTHON_PING,
};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};
use crate::rules::expired;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "idle-timeout",
    parties: "an intermediary, where a product shows itself; else the side that ended it",
    summary: "a timer ended the connection after a silence, or at an age",
    shown_by: "an end without a Close after just as long a silence, or at just the age, that \
        timers are set to; under 15 s, or by age alone, it needs the sign of a product",
    remedy: Remedy {
        change: "Send Pings from one side, several times within the shortest timeout on the path, \
        and raise that timeout. A Ping interval of exactly the timeout races it.",
        snippets: &[
            NGINX_TIMEOUTS,
            HAPROXY_TUNNEL,
            ALB_IDLE,
            ENVOY_TIMEOUTS,
            APACHE_TIMEOUT,
            NODE_WS_PING,
            PYTHON_PING,
        ],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the other side of the proxy as well: a proxy's timer ends both sides \
        within the same moment, with no Close from either end.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["idle-timeout-closure"])?;
    let facts = case.ending(side)?;
    let (_, expiry) = expired(&facts)?;
    let sign = signs::on(case, side);
    let is_at = case.is_at(side);
    let is_firm = expiry.is_firm();
    let (party, confidence) = match (&sign, is_at, is_firm) {
        (_, true, _) => (case.party(side), Confidence::Likely),
        (Some(_), false, true) => (Party::Intermediary, Confidence::Likely),
        (Some(_), false, false) => (Party::Intermediary, Confidence::Possible),
        // That it is just as long as a timer shows a timer, and not whose: applications have such,
        // too.
        (None, false, true) => (case.party(side), Confidence::Likely),
        (None, false, false) => (case.party(side), Confidence::Possible),
    };
    let (seconds, clock) = (expiry.timer, expiry.after_what());
    let explanation = if is_at {
        format!(
            "The {side} itself ended the connection without a Close {clock}: a timer of its own, \
             set to {seconds} s."
        )
    } else {
        format!(
            "The connection was ended from the {side}'s side without a Close {clock}, as a timer \
             does that is set to {seconds} s."
        )
    };
    let product = sign.as_ref().and_then(|sign| sign.product.clone());
    let suspicion = Suspicion::new(party, confidence, explanation)
        .explaining(case, finding)
        .and_any(sign.map(|sign| sign.words))
        .by(product);
    Some(if is_at {
        suspicion
    } else if is_firm {
        suspicion.but(format!(
            "the {side} may have such a timer itself: ask whether its application does"
        ))
    } else {
        suspicion.but("the time is short, or only the age fits: it may be by chance")
    })
}
