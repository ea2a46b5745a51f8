//! An HTTP request was sent on an upgraded connection.

use crate::diagnosis::signs;
use crate::diagnosis::snippets::CONFIRM_CHECK;
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "connection-reused",
    parties: "the client's side: a client's pool of connections, or an intermediary's",
    summary: "an upgraded connection was taken for an idle HTTP connection and used again",
    shown_by: "the bytes of an HTTP request among the client's frames",
    remedy: Remedy {
        change: "Take an upgraded connection out of the pool of connections that requests are \
        sent on: in the client, or in the proxy before this capture.",
        snippets: &[],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture at the client: if the request is not there, an intermediary sent it.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["injected-http-request"])?;
    let sign = signs::on(case, side);
    let party = match sign {
        Some(_) => Party::Intermediary,
        None => case.party(side),
    };
    let product = sign.as_ref().and_then(|sign| sign.product.clone());
    let who = capitalised(&case.who(side));
    let suspicion = Suspicion::new(
        party,
        Confidence::Likely,
        format!(
            "{who} sent an HTTP request on the upgraded connection, as if it were one that rests \
             in a pool."
        ),
    );
    Some(
        suspicion
            .explaining(case, finding)
            .and_any(sign.map(|sign| sign.words))
            .by(product),
    )
}
