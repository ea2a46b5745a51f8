//! Two WebSocket handlers on one port: the one that does not know the path answers, too.

use crate::diagnosis::injection;
use crate::diagnosis::snippets::{CONFIRM_CHECK, NODE_ONE_UPGRADE};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::Confidence;
use crate::side::Side;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "competing-upgrade",
    parties: "the server, or its side",
    summary: "a second handler on the server's port wrote an HTTP answer into the connection \
        of the first",
    shown_by: "an HTTP 400, or a second 101, by the same server among its own frames, soon \
        after the 101",
    remedy: Remedy {
        change: "Have one listener for `upgrade` that routes by path, and no second one that \
        answers 400 to what it does not know.",
        snippets: &[NODE_ONE_UPGRADE],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the server itself: if the answer is there, too, no proxy wrote it.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let injected = injection::by_server(case)?;
    let status = injected.status?;
    let fits = matches!(status, 400 | 101 | 404 | 426);
    if !fits || injected.filter.is_some() || injected.is_signed_otherwise {
        return None;
    }
    let suspicion = Suspicion::new(
        case.party(Side::Server),
        if matches!(status, 400 | 101) {
            Confidence::Likely
        } else {
            Confidence::Possible
        },
        format!(
            "The same server answered the upgrade twice: a 101, and then an HTTP {status} into the \
             connection that was open. Two WebSocket handlers listen on one port, and each answers \
             every upgrade."
        ),
    );
    let suspicion = suspicion.explaining(case, injected.finding);
    Some(
        injected
            .after(case, suspicion)
            .but("a proxy that takes frames for a bad request writes a 400, too"),
    )
}
