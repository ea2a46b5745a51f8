//! A filter wrote its block page into an open WebSocket.

use crate::diagnosis::injection;
use crate::diagnosis::snippets::{CONFIRM_CHECK, CONNECT_TUNNEL, OWN_PORT, SQUID_CONNECT};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "block-page-injected",
    parties: "an intermediary, where the page shows it; else the server's side",
    summary: "a filter's page was written into the open WebSocket",
    shown_by: "an HTTP response with 403, 407 or 451, or a filter's page, among the server's \
        frames",
    remedy: Remedy {
        change: "Have the filter let this connection pass (an exception for the host and path), \
        or take it out of its sight: by TLS, by CONNECT, or by a port of its own.",
        snippets: &[CONNECT_TUNNEL, OWN_PORT, SQUID_CONNECT],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture at the server: if its frames have no such page there, it was written on \
        the way.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let injected = injection::by_server(case)?;
    let is_block = matches!(injected.status, Some(403 | 407 | 451));
    if !is_block && injected.filter.is_none() && injected.speech.is_none() {
        return None;
    }
    let what = match (&injected.filter, injected.status) {
        (Some(filter), _) => format!("a page of {filter}"),
        (None, Some(status)) => format!("an HTTP {status}"),
        (None, None) => "an HTTP response".to_owned(),
    };
    Some(injected.suspicion(
        case,
        format!(
            "Somebody blocks the connection after it was opened: {what} stands among the server's \
             frames."
        ),
    ))
}
