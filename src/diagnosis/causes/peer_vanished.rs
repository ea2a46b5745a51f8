//! Nothing comes from a side any more, not even an acknowledgement.

use crate::diagnosis::snippets::{CONFIRM_CHECK, NODE_WS_PING, PYTHON_PING, SYSCTL_KEEPALIVE};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};
use crate::rules::Finding;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "peer-vanished",
    parties: "undetermined; with two captures, the endpoint that is silent in both, or the \
        network",
    summary: "a side, or the way to it, is gone",
    shown_by: "retransmissions without any answer up to the end",
    remedy: Remedy {
        change: "Look whether the machine is up and whether a NAT gateway or firewall on the path \
        forgets connections that rest. Pings more often than its timeout keep it, TCP \
        user timeout shortens the wait.",
        snippets: &[NODE_WS_PING, PYTHON_PING, SYSCTL_KEEPALIVE],
        confirm: CONFIRM_CHECK,
    },
    settle: "Capture at the side that is silent: if the retransmissions arrive there, it is \
        that machine; if not, it is the way.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["peer-vanished"])?;
    let mut suspicion = Suspicion::new(
        Party::Undetermined,
        Confidence::Likely,
        format!(
            "Nothing came from the {side} any more, not even an acknowledgement: its machine is \
             gone, or the way to it or back is."
        ),
    )
    .explaining(case, finding);
    let ends = case
        .findings
        .iter()
        .filter(|other| other.because_of == Some(finding.as_cause()));
    suspicion.explains.extend(ends.map(Finding::as_cause));
    Some(suspicion.but(format!(
        "whether the {side} still got what was sent again is not in this capture"
    )))
}
