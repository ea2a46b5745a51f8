//! A frame is missing although TCP is complete: somebody above TCP dropped it.

use crate::diagnosis::signs;
use crate::diagnosis::snippets::{CONFIRM_COMPARE, CONNECT_TUNNEL, OWN_PORT};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "frame-dropped",
    parties: "an intermediary, where there is a sign of one; else the side that it came from",
    summary: "a frame was dropped on its way, above TCP",
    shown_by: "a continuation of nothing, or a message inside another, with every byte of TCP \
        captured, and a sign of an intermediary on that side; with two captures, a frame \
        that only one of them has",
    remedy: Remedy {
        change: "Have the proxy pass the connection on as it is: no filter, no inspection, no \
        buffer of its own that forgets frames. Go around it to show that it helps.",
        snippets: &[CONNECT_TUNNEL, OWN_PORT],
        confirm: CONFIRM_COMPARE,
    },
    settle: "Capture on the other side of the proxy at the same time and run `wsblame compare \
        NEAR_CLIENT NEAR_SERVER`.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["orphan-continuation", "interleaved-data-frame"])?;
    if !case.is_whole(side) {
        return None;
    }
    let sign = signs::on(case, side)?;
    let suspicion = Suspicion::new(
        Party::Intermediary,
        Confidence::Possible,
        format!(
            "Part of a message of the {side} is missing, and no byte of TCP is: it was not lost on \
             the wire. What stands between the {side} and here may have dropped a frame."
        ),
    );
    Some(
        suspicion
            .explaining(case, finding)
            .and(sign.words)
            .by(sign.product)
            .but(format!("the {side} itself may never have sent it")),
    )
}
