//! A side left without a word.

use crate::diagnosis::signs;
use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::Confidence;
use crate::side::Side;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "endpoint-died",
    parties: "the side that left; the endpoint itself where this was captured on its machine",
    summary: "a side ended TCP without a Close, in the middle of a message or between two",
    shown_by: "FIN or RST without a Close, at no time that a timer is known for",
    remedy: Remedy {
        change: "Look into the log of that side at that time: a crash, a kill, a deployment, a \
        limit on memory or on the size of messages, an application that closes the \
        socket in place of the WebSocket.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture on the machine of that side, or on the other side of a proxy: who sends \
        FIN or RST first left first.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["abnormal-closure", "unfinished-message"])?;
    let facts = case.ending(side)?;
    // A client that fails a handshake sends no frame, and this capture lacks the handshake.
    if side == Side::Client && facts.own.last_frame.is_none() && !case.has_handshake() {
        return None;
    }
    let is_amid = facts.own.message.is_open() || facts.own.is_inside_frame;
    let who = capitalised(&case.who(side));
    let confidence = match (is_amid, case.is_at(side)) {
        (true, true) => Confidence::Certain,
        (true, false) | (false, true) => Confidence::Likely,
        (false, false) => Confidence::Possible,
    };
    let when = if is_amid {
        "in the middle of a message: its process died, or its stream was cut off"
    } else {
        "between two messages: it died, or its application closes the socket and not the WebSocket"
    };
    let mut suspicion = Suspicion::new(
        case.party(side),
        confidence,
        format!("{who} ended the connection without a Close, {when}."),
    )
    .explaining(case, finding);
    for rule in ["unfinished-message", "abnormal-closure"] {
        if let Some(also) = case
            .found(rule, side)
            .filter(|also| also.rule.name != finding.rule.name)
        {
            suspicion = suspicion.explaining(case, also);
        }
    }
    let sign = signs::on(case, side);
    Some(match sign {
        Some(sign) => suspicion.but(format!(
            "an intermediary stands on that side, which may have ended it: {}",
            sign.words
        )),
        None if case.is_at(side) => suspicion,
        None => suspicion.but("an intermediary that does not show itself may have ended it"),
    })
}
