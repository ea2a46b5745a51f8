//! A gateway wrote its error page into an open WebSocket.

use crate::diagnosis::injection;
use crate::diagnosis::snippets::{CONFIRM_CHECK, HAPROXY_TUNNEL, NGINX_TIMEOUTS, NGINX_UPGRADE};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "gateway-error-injected",
    parties: "an intermediary, where the page shows it; else the server's side",
    summary: "a gateway's error page was written into the open WebSocket",
    shown_by: "an HTTP response with 500, 502, 503 or 504 among the server's frames",
    remedy: Remedy {
        change: "The gateway lost its server and answers the upgraded connection as if it were \
        HTTP. Look into the gateway's log for that moment, keep the server reachable, \
        and have the gateway close an upgraded connection instead of answering on it.",
        snippets: &[NGINX_UPGRADE, NGINX_TIMEOUTS, HAPROXY_TUNNEL],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture between the gateway and the server: what ended there shows why it gave \
        up.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let injected = injection::by_server(case)?;
    let status = injected
        .status
        .filter(|status| matches!(status, 500 | 502..=504))?;
    // A filter's page is a filter's, whatever its status.
    if injected.filter.is_some() {
        return None;
    }
    Some(injected.suspicion(
        case,
        format!(
            "A gateway's error page (HTTP {status}) stands among the server's frames: the gateway \
             lost what is behind it after the connection was opened."
        ),
    ))
}
