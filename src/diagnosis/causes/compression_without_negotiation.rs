//! A side compresses, and nobody agreed to that.

use crate::diagnosis::snippets::{CONFIRM_UPGRADE, NODE_WS_NO_DEFLATE, PYTHON_NO_DEFLATE};
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::Confidence;
use crate::side::Side;
use crate::websocket::assembly::CompressionUsed;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "compression-without-negotiation",
    parties: "whoever compresses: the sender, or its side",
    summary: "a side compresses its messages although compression was never agreed on",
    shown_by: "frames with RSV1 inflate, and the request here offers no compression, or it is \
        the client that compresses",
    remedy: Remedy {
        change: "Compress only where the 101 names permessage-deflate. Turn compression off on \
        the side that compresses until its library does so.",
        snippets: &[NODE_WS_NO_DEFLATE, PYTHON_NO_DEFLATE],
        confirm: CONFIRM_UPGRADE,
    },
    settle: "Capture on the other side of the proxy at the same time and run `wsblame compare \
        NEAR_CLIENT NEAR_SERVER`.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    Side::BOTH.into_iter().find_map(|side| by(case, side))
}

fn by(case: &Case<'_>, side: Side) -> Option<Suspicion> {
    let finding = case.found("rsv-without-extension", side)?;
    if *case.compression.of(side) != CompressionUsed::Inflates {
        return None;
    }
    let offered = case.offers_deflate();
    // That the answer lost what was agreed is another cause.
    if offered != Some(false) && side == Side::Server {
        return None;
    }
    let why = match offered {
        Some(false) => "the request that is here offers no compression",
        _ => "the 101 that is here agrees to none",
    };
    let confidence = if case.is_at(side) && offered == Some(false) {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    let who = capitalised(&case.who(side));
    let suspicion = Suspicion::new(
        case.party(side),
        confidence,
        format!("{who} compresses although {why}: RSV1 is set, and the payload inflates."),
    );
    let suspicion = suspicion.explaining(case, finding);
    Some(if case.is_at(side) {
        suspicion
    } else {
        suspicion.but(format!(
            "the handshake that the {side} itself saw may have been another one: a proxy may have \
             changed it on the way"
        ))
    })
}
