//! Frames are not what was sent: somebody changed them between here and the side that complains.

use crate::diagnosis::reasons;
use crate::diagnosis::signs;
use crate::diagnosis::snippets::{CONFIRM_COMPARE, CONNECT_TUNNEL, OWN_PORT};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};
use crate::websocket::assembly::CompressionUsed;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "frames-altered",
    parties: "an intermediary, where there is a sign of one; else the side that it came from",
    summary: "frames were changed on their way",
    shown_by: "a Close 1002 or 1007 that complains of what is right here, or RSV bits on bytes \
        that were never compressed; with two captures, frames that differ",
    remedy: Remedy {
        change: "Find what reads WebSocket traffic on this path (a proxy, a filter, security \
        software on the machine itself) and have it pass the connection on as it is, or \
        go around it: by TLS, by a port of its own, or by CONNECT.",
        snippets: &[CONNECT_TUNNEL, OWN_PORT],
        confirm: CONFIRM_COMPARE,
    },
    settle: "Capture next to the side that complains, at the same time as here, and run \
        `wsblame compare` on both.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    complaint(case).or_else(|| mangled(case))
}

/// A complaint of what is right in this capture.
fn complaint(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["protocol-error-close", "invalid-data-close"])?;
    let (own, peer) = (case.ending(side)?, side.peer());
    let hidden = own.peer.unseen || own.peer.may_have_left || own.peer.unread_messages;
    let seen = case.saw_what_was_known_at(&finding.place, peer);
    if hidden || !seen || !case.is_whole(peer) {
        return None;
    }
    let code = own.own.close.as_ref()?.1.code()?;
    let reason = case.close_reason(side);
    let named = reason.as_deref().and_then(reasons::named_rule);
    // The usual proxies before servers pass frames on without reading them: that there is one of them
    // is no sign that it changed any.
    let sign = signs::on(case, side).filter(signs::Sign::may_read_frames);
    let party = match sign {
        Some(_) => Party::Intermediary,
        None => case.party(side),
    };
    let is_at = case.is_at(side);
    let confidence = match (named, is_at) {
        (_, true) | (None, false) => Confidence::Possible,
        (Some(_), false) => Confidence::Likely,
    };
    let what = if code == 1007 { "a message" } else { "a frame" };
    let explanation = if is_at {
        format!(
            "The {side} complains of {what} that is right as it arrived at its machine: it was \
             changed within that machine (security software that reads traffic), or the {side} is \
             wrong."
        )
    } else {
        format!(
            "The {side} complains of {what} that is right here: it was changed between here and \
             the {side}, or the {side} passes on what was complained of behind it, or it is wrong."
        )
    };
    let party = if is_at { case.party(side) } else { party };
    let mut suspicion = Suspicion::new(party, confidence, explanation).explaining(case, finding);
    suspicion = suspicion.and(format!(
        "every frame of the {peer} up to there was captured, and none breaks a rule"
    ));
    if let (Some(reason), Some(rule)) = (&reason, named) {
        suspicion = suspicion.and(format!(
            "the reason \"{reason}\" speaks of {rule}, which these frames do not have"
        ));
    }
    let product = sign.as_ref().and_then(|sign| sign.product.clone());
    Some(
        suspicion
            .and_any(sign.map(|sign| sign.words))
            .by(product)
            .but(format!("what reached the {side} is not in this capture")),
    )
}

/// A reserved bit on bytes that were never compressed.
fn mangled(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["rsv-without-extension"])?;
    let inflates = *case.compression.of(side) == CompressionUsed::Inflates;
    if inflates || !case.is_whole(side) {
        return None;
    }
    let sign = signs::on(case, side)?;
    let suspicion = Suspicion::new(
        Party::Intermediary,
        Confidence::Possible,
        format!(
            "A reserved bit is set on a frame of the {side} whose payload is not compressed. What \
             stands between the {side} and here may have set it."
        ),
    );
    Some(
        suspicion
            .explaining(case, finding)
            .and(sign.words)
            .by(sign.product)
            .but(format!("the {side} itself may have sent it so")),
    )
}
