//! A machine between the two ended the connection in the name of one of them.

use crate::diagnosis::snippets::{CONFIRM_COMPARE, CONNECT_TUNNEL, OWN_PORT};
use crate::diagnosis::{Case, Cause, Remedy, Suspicion};
use crate::report::model::{Confidence, Party};
use crate::rules::Finding;
use crate::side::Side;

/// The declaration.
pub(crate) static CAUSE: Cause = Cause {
    name: "reset-injected",
    parties: "an intermediary; undetermined, where only its effect shows",
    summary: "another machine ended the connection, or spoke, in the name of one side",
    shown_by: "a RST with another machine's marks, or out of window, while its sender goes on; \
        or a bare RST from a host that has forgotten the connection without having ended \
        it",
    remedy: Remedy {
        change: "Find the machine: a firewall, an intrusion prevention system, a load balancer or \
        NAT gateway that forgot the connection. The distance from its TTL up to 64, 128 \
        or 255 is the number of routers between it and this capture.",
        snippets: &[CONNECT_TUNNEL, OWN_PORT],
        confirm: CONFIRM_COMPARE,
    },
    settle: "Capture on the machine in whose name it came: if the segment never left it, \
        another machine made it.",
    suspect,
};

fn suspect(case: &Case<'_>) -> Option<Suspicion> {
    injected(case)
        .or_else(|| foreign(case))
        .or_else(|| forgotten(case))
}

fn injected(case: &Case<'_>) -> Option<Suspicion> {
    let finding = of_rule(case, "reset-injected")?;
    let side = finding.sender?;
    let suspicion = Suspicion::new(
        Party::Intermediary,
        Confidence::Certain,
        format!(
            "A RST in the {side}'s name ended the connection, and the {side} went on as if it had \
             sent none: another machine sent it."
        ),
    );
    Some(with_ends(case, suspicion.explaining(case, finding)))
}

fn foreign(case: &Case<'_>) -> Option<Suspicion> {
    let finding = of_rule(case, "foreign-segment")?;
    let side = finding.sender?;
    let suspicion = Suspicion::new(
        Party::Intermediary,
        Confidence::Likely,
        format!(
            "A segment in the {side}'s name bears the marks of another machine than all the others \
             that the {side} sent."
        ),
    );
    Some(with_ends(case, suspicion.explaining(case, finding)).but(
        "a second machine with the same address, or one that took over, leaves such marks, too",
    ))
}

/// A host that answers data with a RST that acknowledges nothing does not know the connection
/// (RFC 9293 section 3.10.7.1), and had not ended it: somebody told it that the other side had, or
/// it was started anew.
fn forgotten(case: &Case<'_>) -> Option<Suspicion> {
    let (finding, side) = case.root_of(&["abnormal-closure", "idle-timeout-closure"])?;
    let facts = case.ending(side)?;
    let end = facts.own.tcp.filter(|end| end.by_reset)?;
    let is_bare = end.place.acknowledgement.is_none();
    if !is_bare || !case.is_whole(side) || case.is_at(side) {
        return None;
    }
    let suspicion = Suspicion::new(
        Party::Undetermined,
        Confidence::Likely,
        format!(
            "The {side}'s machine answered with a RST that acknowledges nothing: it did not know the \
             connection any more, although it had not ended it here. Either somebody ended it in \
             the other side's name, between here and the {side}, or that machine was started anew, \
             or what speaks for it (a balancer, a NAT gateway) forgot it."
        ),
    );
    Some(
        suspicion
            .explaining(case, finding)
            .but(format!("what the {side} received is not in this capture")),
    )
}

fn of_rule<'a>(case: &Case<'a>, rule: &str) -> Option<&'a Finding> {
    Side::BOTH
        .into_iter()
        .find_map(|side| case.found(rule, side))
}

/// It explains also what ended the connection, where that is told beside it.
fn with_ends(case: &Case<'_>, mut suspicion: Suspicion) -> Suspicion {
    let ends = case.findings.iter().filter(|finding| {
        matches!(
            finding.rule.name,
            "abnormal-closure" | "idle-timeout-closure"
        )
    });
    suspicion.explains.extend(ends.map(Finding::as_cause));
    suspicion
}
