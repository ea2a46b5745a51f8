//! A side takes only text, or only binary messages.

use crate::diagnosis::closing;
use crate::diagnosis::snippets::{CONFIRM_CHECK, DJANGO_TEXT_AND_BINARY, NODE_TEXT_AND_BINARY};
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "unsupported-message-type",
    parties: "the side that closes, or its side",
    summary: "a side got a text or binary message that its program does not take",
    shown_by: "a Close 1003 after a text or binary message",
    remedy: Remedy {
        change: "Have the handler take both text and binary messages, or send the kind that it \
        takes.",
        snippets: &[DJANGO_TEXT_AND_BINARY, NODE_TEXT_AND_BINARY],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine that is named, or on the other side of a proxy: a Close \
        that stands alike there is the endpoint's own.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["unsupported-data-close"])?;
    let who = capitalised(&case.who(side));
    let explanation =
        format!("{who} closed with 1003: it got a kind of message that its program does not take.");
    Some(closing::by(case, finding, side, explanation))
}
