//! A message is larger than the side that got it allows.

use crate::diagnosis::closing;
use crate::diagnosis::snippets::{
    CONFIRM_CHECK, NETTY_MAX_FRAME, NODE_WS_MAX_PAYLOAD, PYTHON_MAX_SIZE,
};
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "message-too-big",
    parties: "the side that closes, or its side",
    summary: "a message was larger than its receiver allows",
    shown_by: "a Close 1009; the limit is that of the side that closes, whoever logs it",
    remedy: Remedy {
        change: "Raise the limit on the side that closed, or send smaller messages. The text in \
        the other side's log quotes this side's limit.",
        snippets: &[NODE_WS_MAX_PAYLOAD, PYTHON_MAX_SIZE, NETTY_MAX_FRAME],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine that is named, or on the other side of a proxy: a Close \
        that stands alike there is the endpoint's own.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["too-big-close"])?;
    let who = capitalised(&case.who(side));
    let explanation = format!(
        "{who} closed with 1009: a message was larger than it allows. The limit is its own, also where the other side's log quotes it."
    );
    Some(closing::by(case, finding, side, explanation))
}
