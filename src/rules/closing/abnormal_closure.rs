//! Streams that end without a word.

use crate::place::Place;
use crate::rules::Severity;
use crate::rules::judge::{EndingFacts, Judge, Telling};
use crate::rules::{Cause, Finding, Rule, Table};
use crate::time::seconds;

use super::idle_timeout_closure;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "abnormal-closure",
    table: Table::Closing,
    severity: Severity::Warning,
    reference: "RFC 6455 section 7.1.5",
    summary: "a side ended TCP (FIN or RST) without having sent a Close; info where the other side \
        had left before",
    meaning: "What applications see as 1006: the stream ended and no Close said why.",
    harm: "The other side cannot tell a crash from a planned end, and reconnects or gives up \
        without knowing why.",
    says: &[
        "gorilla/websocket: websocket: close 1006 (abnormal closure): unexpected EOF",
        "Python websockets: no close frame received or sent",
        "tungstenite: WebSocket protocol error: Connection reset without closing handshake",
        ".NET: The remote party closed the WebSocket connection without completing the close \
            handshake.",
        "fastwebsockets: Unexpected EOF",
    ],
    causes: &[
        "an intermediary's timeout: see how long the connection was silent",
        "the process at that end died, was killed or was redeployed",
        "an application that closes the socket instead of the WebSocket",
        "a receiver that drops the connection at a message above its limit and sends no Close \
            (uWebSockets above maxPayloadLength)",
        "a proxy that reloaded its configuration: many connections end in the same second",
    ],
    fix: "Compare the silence before the end with the timeouts of the intermediaries on the path \
        (nginx: proxy_read_timeout, 60 s; HAProxy: timeout tunnel, else timeout client; AWS ALB: \
        idle timeout, 60 s), raise them, and send Pings more often than the shortest of them. \
        Otherwise look into that side's log at that time.",
    judge: Judge::Ending { fires, tell },
};

fn fires(_: &Rule, facts: &EndingFacts<'_>) -> Option<Severity> {
    severity(facts).filter(|_| !idle_timeout_closure::explains(facts))
}

/// How serious it is that the side ended without a Close, if it did, whatever the reason.
pub(super) fn severity(facts: &EndingFacts<'_>) -> Option<Severity> {
    let ended = facts.own.tcp?;
    if facts.own.close.is_some() || !facts.own.whole {
        return None;
    }
    let is_second = facts.peer.may_have_left
        || had_left(facts, &ended.place)
        || facts.was_reset_by_others(&ended.place);
    Some(if is_second {
        Severity::Info
    } else {
        RULE.severity
    })
}

/// Whether the side knew, when it ended its stream, that the other one was leaving.
fn had_left(facts: &EndingFacts<'_>, end: &Place) -> bool {
    facts.peer.leavings().any(|left| end.is_aware_of(&left))
}

fn tell(_: &Rule, facts: &EndingFacts<'_>) -> Telling {
    let Some(ended) = facts.own.tcp else {
        return facts.tell("ended without a Close");
    };
    let (sender, peer) = (facts.sender, facts.sender.peer());
    let flag = if ended.by_reset { "RST" } else { "FIN" };
    let is_foreign = facts
        .reset_by_others(&ended.place)
        .is_some_and(|cause| cause.sender == Some(sender));
    let mut message = if is_foreign {
        format!("a {flag} in the {sender}'s name ended its stream, without a Close")
    } else {
        format!("the {sender} sent {flag} and never a Close")
    };
    let peers_close = facts.peer.close.as_ref().map(|(seen, _)| seen.place);
    if peers_close.is_some_and(|close| ended.place.is_aware_of(&close)) {
        message.push_str(", after the other side's Close");
    } else if had_left(facts, &ended.place) {
        message.push_str(", after the other side had ended its stream");
    } else if facts.peer.may_have_left {
        message.push_str(&format!(
            "; the end of the {peer}'s stream is not in the capture"
        ));
    } else if let Some(silence) = facts.silence_before(&ended.place)
        && !silence.is_zero()
    {
        message.push_str(&format!(
            ", {} after the last bytes of either side",
            seconds(silence)
        ));
        if let Some(accepted) = facts.accepted_at() {
            let age = ended.place.time.since(accepted);
            message.push_str(&format!(" and {} after the 101", seconds(age)));
        }
    }
    let cause = facts
        .reset_by_others(&ended.place)
        .or_else(|| facts.peers_leaving_finding(&ended.place))
        .or_else(|| facts.refused_answer(&ended.place))
        .or_else(|| peers_end(facts, &ended.place))
        .or_else(|| written_instead(facts));
    Telling::new(ended.place, message).because_of(cause)
}

/// What the side wrote instead of frames: whoever answers with HTTP, or with text, ends as HTTP
/// does.
fn written_instead(facts: &EndingFacts<'_>) -> Option<Cause> {
    facts
        .findings
        .iter()
        .filter(|finding| finding.sender == Some(facts.sender))
        .find(|finding| {
            matches!(
                finding.rule.name,
                "injected-http-response" | "not-websocket"
            )
        })
        .map(Finding::as_cause)
}

/// The finding about how the other side ended its stream, which this one knew when it did the
/// same: whichever of them is judged first.
fn peers_end(facts: &EndingFacts<'_>, end: &Place) -> Option<Cause> {
    let peers = facts.mirrored();
    let peers_end = facts
        .peer
        .tcp
        .filter(|peers| end.is_aware_of(&peers.place))?;
    let rule = match severity(&peers)? {
        _ if idle_timeout_closure::explains(&peers) => idle_timeout_closure::RULE.name,
        Severity::Warning => RULE.name,
        _ => return None,
    };
    Some(Cause {
        rule,
        sender: Some(peers.sender),
        packet: peers_end.place.packet,
    })
}
