//! Messages that never end.

use crate::rules::Severity;
use crate::rules::judge::{EndingFacts, Judge, Telling};
use crate::rules::{Cause, Finding, Rule, Table};
use crate::websocket::message::MessageState;

/// The declaration.
pub(crate) static RULE: Rule = Rule {
    name: "unfinished-message",
    table: Table::Frames,
    severity: Severity::Warning,
    reference: "RFC 6455 section 5.4",
    summary: "a message begun with FIN=0 was still open when its sender's stream ended (FIN, RST, \
        Close); info where only the capture ended",
    meaning: "The sender began a fragmented message (its first frame has FIN=0), and its stream \
        ended before the last fragment (FIN=1).",
    harm: "The receiver never gets the message, and its log often names the end of the connection \
        and not what was missing.",
    says: &[],
    causes: &[
        "the sender died or was killed while it sent",
        "an intermediary ended the connection in the middle",
        "a sender that never sets FIN on the last fragment",
    ],
    fix: "See how the connection ended (FIN, RST, Close) and by whom; look into the log of \
        that side at that time.",
    judge: Judge::Ending { fires, tell },
};

fn fires(rule: &Rule, facts: &EndingFacts<'_>) -> Option<Severity> {
    let open = facts.own.message.is_open() && facts.own.whole;
    let ended = facts.own.has_left();
    open.then_some(if ended { rule.severity } else { Severity::Info })
}

fn tell(_: &Rule, facts: &EndingFacts<'_>) -> Telling {
    let opcode = match facts.own.message {
        MessageState::Open { opcode, .. } => opcode.as_str(),
        MessageState::Idle | MessageState::Unknown => "",
    };
    let end = match (&facts.own.close, facts.own.tcp) {
        (Some(_), _) => "the sender's Close",
        (None, Some(tcp)) if tcp.by_reset => "the sender's RST",
        (None, Some(_)) => "the sender's FIN",
        (None, None) => "the end of the capture",
    };
    let message = format!("a {opcode} message begun with FIN=0 is still open at {end}");
    let telling = match facts.own.message_begin {
        Some(seen) => Telling::new(seen.place, message)
            .showing(seen.header.to_bytes())
            .offending(0..1, "FIN=0, and no frame with FIN=1 follows"),
        None => facts.tell(message),
    };
    telling.because_of(interrupted(facts))
}

/// The finding about the message that the sender began before it had ended this one.
fn interrupted(facts: &EndingFacts<'_>) -> Option<Cause> {
    let begin = facts.own.message_begin?.place.stream_offset;
    facts
        .findings
        .iter()
        .filter(|it| it.sender == Some(facts.sender) && it.place.stream_offset > begin)
        .find(|it| it.rule.name == "interleaved-data-frame")
        .map(Finding::as_cause)
}
