//! The upgrade was answered with a refusal, or not at all.

use crate::diagnosis::filters;
use crate::diagnosis::signs;
use crate::diagnosis::snippets::{APACHE_UPGRADE, CONFIRM_UPGRADE, NGINX_UPGRADE};
use crate::diagnosis::words::capitalised;
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};
use crate::side::Side;
use crate::untrusted::Untrusted;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "upgrade-refused",
    parties: "the server's side, or as two legs show",
    summary: "the upgrade was refused",
    shown_by: "an answer other than 101 to a handshake that is right, or the connection closed \
        in place of one",
    remedy: Remedy {
        change: "Read the answer: 401 and 403 want credentials or an allowed Origin, 404 another \
        path or route, 400 and 426 a handshake that reaches the server whole, 3xx the \
        address that it points to. Who wrote it is told by its Server field and its \
        page.",
        snippets: &[NGINX_UPGRADE, APACHE_UPGRADE],
        confirm: CONFIRM_UPGRADE,
    },
    settle: "Capture at the server as well: if the request never arrives there, whoever is in \
        between refused it by itself.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    refused(case).or_else(|| hung_up(case))
}

fn refused(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, _) = case.root_of(&["handshake-rejected"])?;
    let handshake = case.handshake?;
    let response = handshake.response()?;
    let status = response.head.status;
    let filter = filters::product(&response.head, handshake.page());
    let (party, explanation) = match filter {
        Some(filter) => (
            Party::Intermediary,
            format!("{filter} refused the upgrade with {status}: the page is its own."),
        ),
        None => (
            case.party(Side::Server),
            format!(
                "{} refused the upgrade with {status}.",
                capitalised(&case.who(Side::Server))
            ),
        ),
    };
    let server = response.head.fields.first("Server").map(Untrusted);
    let sign = signs::on(case, Side::Server);
    let suspicion = Suspicion::new(party, Confidence::Likely, explanation)
        .explaining(case, finding)
        .and_any(server.map(|server| format!("the answer is signed Server: {server}")))
        .and_any(sign.map(|sign| sign.words))
        .by(filter);
    Some(if case.is_at(Side::Server) {
        suspicion
    } else {
        suspicion.but("whether the request ever reached the server is not in this capture")
    })
}

fn hung_up(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, _) = case.root_of(&["handshake-unanswered"])?;
    let suspicion = Suspicion::new(
        case.party(Side::Server),
        Confidence::Possible,
        format!(
            "{} ended the connection in place of an answer to the upgrade.",
            capitalised(&case.who(Side::Server))
        ),
    );
    Some(suspicion.explaining(case, finding))
}
