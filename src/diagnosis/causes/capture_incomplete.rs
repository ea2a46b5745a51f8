//! The capture lacks what would tell.

use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};
use crate::side::Side;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "capture-incomplete",
    parties: "the capture",
    summary: "the capture lacks the bytes that would tell",
    shown_by: "a complaint or an end, and gaps where the evidence would be",
    remedy: Remedy {
        change: "Capture again, from before the connection begins, with whole packets and both \
        directions.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture again: `tcpdump -i eth0 --immediate-mode -s 0 -w ws.pcap`, begun before \
        the connection is.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    complaint(case).or_else(|| early_end(case))
}

/// A client that fails a handshake leaves without a frame, and this capture lacks the handshake.
fn early_end(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["abnormal-closure", "idle-timeout-closure"])?;
    let facts = case.ending(side)?;
    if side == Side::Server || facts.own.last_frame.is_some() || case.has_handshake() {
        return None;
    }
    let suspicion = Suspicion::new(
        Party::Capture,
        Confidence::Likely,
        "The client left without a frame, as clients do that fail a handshake, and this capture \
         lacks the handshake: what is wrong may be there.",
    );
    Some(suspicion.explaining(case, finding))
}

/// A complaint of something that may be in what is missing.
fn complaint(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["protocol-error-close", "invalid-data-close"])?;
    let facts = case.ending(side)?;
    let peer = side.peer();
    let lacks = if facts.peer.unseen
        || !case.is_whole(peer)
        || !case.saw_what_was_known_at(&finding.place, peer)
    {
        format!("part of what the {peer} sent")
    } else if facts.peer.may_have_left {
        format!("the end of what the {peer} sent")
    } else if facts.peer.unread_messages {
        format!("what is needed to read all messages of the {peer}")
    } else {
        return None;
    };
    let suspicion = Suspicion::new(
        Party::Capture,
        Confidence::Likely,
        format!(
            "The {side} complains of something that the {peer} sent, and this capture lacks \
             {lacks}: what is wrong may be there."
        ),
    );
    Some(suspicion.explaining(case, finding))
}
