//! A timer of the HTTP server that was never detached from the upgraded connection.

use crate::diagnosis::injection;
use crate::diagnosis::snippets::{CONFIRM_CHECK, NODE_HTTP_TIMERS};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::Confidence;
use crate::side::Side;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "http-timer",
    parties: "the server's side: the server, or a proxy that is written as one",
    summary: "an HTTP server's own timer answered 408 into the open WebSocket",
    shown_by: "an HTTP 408 among the server's frames, most often 30 to 90 s after the 101",
    remedy: Remedy {
        change: "Detach the HTTP parser when the connection is upgraded, or switch the server's \
        request and headers timers off in the process that writes the 408 (Node 18 and \
        later have them on).",
        snippets: &[NODE_HTTP_TIMERS],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the other side of the proxy, if there is one: the side that has the \
        408 first wrote it.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let injected = injection::by_server(case)?;
    if injected.status != Some(408) || injected.filter.is_some() {
        return None;
    }
    let age = injected.age(case);
    let fits = age.is_none_or(|age| (20.0..=120.0).contains(&age));
    let when = age.map_or_else(String::new, |age| format!(" {age:.1} s after the 101"));
    let suspicion = Suspicion::new(
        case.party(Side::Server),
        if fits {
            Confidence::Likely
        } else {
            Confidence::Possible
        },
        format!(
            "An HTTP 408 was written into the open connection{when}: the timer of an HTTP server, \
             or of a proxy that is written as one, which still waits for a request."
        ),
    );
    Some(
        suspicion
            .explaining(case, injected.finding)
            .but("whether the server or a proxy before it wrote it cannot be told from here"),
    )
}
