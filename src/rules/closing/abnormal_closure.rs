//! Streams that end without a word.

use crate::rules::Severity;
use crate::rules::judge::{EndingFacts, Judge, Telling, moment};
use crate::rules::{Rule, Table};

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
    causes: &[
        "an intermediary's timeout: see how long the connection was silent",
        "the process at that end died, was killed or was redeployed",
        "an application that closes the socket instead of the WebSocket",
    ],
    fix: "Compare the silence before the end with the timeouts of the intermediaries on the \
        path; send Pings more often than the shortest of them. Otherwise look into that \
        side's log at that time.",
    judge: Judge::Ending { fires, tell },
};

fn fires(rule: &Rule, facts: &EndingFacts<'_>) -> Option<Severity> {
    let ended = facts.own.tcp?;
    if facts.own.close.is_some() || !facts.own.whole {
        return None;
    }
    let was_left = facts.peer.left_at() < Some(moment(&ended.place));
    Some(match facts.peer.left_at() {
        Some(_) if was_left => Severity::Info,
        _ => rule.severity,
    })
}

fn tell(facts: &EndingFacts<'_>) -> Telling {
    let Some(ended) = facts.own.tcp else {
        return facts.tell("ended without a Close");
    };
    let sender = facts.sender;
    let flag = if ended.by_reset { "RST" } else { "FIN" };
    let mut message = format!("the {sender} sent {flag} and never a Close");
    let cause = facts.peers_leaving_finding();
    if facts.peer.left_at() < Some(moment(&ended.place)) {
        match (&facts.peer.close, facts.peer.tcp) {
            (Some((seen, _)), _) if moment(&seen.place) < moment(&ended.place) => {
                message.push_str(", after the other side's Close");
            }
            (_, Some(_)) => message.push_str(", after the other side had ended its stream"),
            _ => {}
        }
    } else if let Some(silence) = facts.silence_before(&ended.place) {
        let seconds = silence.as_secs_f64();
        message.push_str(&format!(", {seconds:.1} s after the last frame"));
    }
    Telling::new(ended.place, message).because_of(cause)
}
