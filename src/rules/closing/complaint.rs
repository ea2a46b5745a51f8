//! What the rules for the codes of a Close have in common: a Close that complains is joined with
//! what it complains of. The side that complains is the one that noticed.

use crate::place::Place;
use crate::rules::Rule;
use crate::rules::judge::{EndingFacts, Judge, Telling};
use crate::rules::{Cause, Finding, Severity};
use crate::untrusted::Untrusted;
use crate::websocket::close::{ClosePayload, code_name};
use crate::websocket::event::FrameSeen;

/// The check of the rule for one code.
pub(super) const fn judge<const CODE: u16>() -> Judge {
    Judge::Ending {
        fires: fires::<CODE>,
        tell: tell::<CODE>,
    }
}

/// The side's Close, if it has this code.
fn own_close(facts: &EndingFacts<'_>, code: u16) -> Option<(FrameSeen, ClosePayload)> {
    let (seen, payload) = facts.own.close.clone()?;
    (payload.code() == Some(code)).then_some((seen, payload))
}

/// The other side's Close that this one only echoes: that is no complaint of its own.
fn echoed(facts: &EndingFacts<'_>, seen: &FrameSeen, code: u16) -> Option<Place> {
    let (peers, payload) = facts.peer.close.as_ref()?;
    let is_echo = payload.code() == Some(code) && seen.place.is_aware_of(&peers.place);
    is_echo.then_some(peers.place)
}

/// Whether the other side may have closed first, in bytes that were not seen.
fn may_be_echo(facts: &EndingFacts<'_>) -> bool {
    facts.peer.close.is_none() && facts.peer.may_have_left
}

/// Whether no extension is known to be missing: the client offered none, or its offer is not in
/// the capture.
fn offered_nothing(facts: &EndingFacts<'_>) -> bool {
    facts
        .handshake
        .is_none_or(|handshake| handshake.offered("Sec-WebSocket-Extensions").is_empty())
}

fn fires<const CODE: u16>(rule: &Rule, facts: &EndingFacts<'_>) -> Option<Severity> {
    let (seen, _) = own_close(facts, CODE)?;
    Some(
        if echoed(facts, &seen, CODE).is_some()
            || may_be_echo(facts)
            || (CODE == 1010 && offered_nothing(facts))
        {
            Severity::Info
        } else {
            rule.severity
        },
    )
}

fn tell<const CODE: u16>(rule: &Rule, facts: &EndingFacts<'_>) -> Telling {
    let Some((seen, payload)) = own_close(facts, CODE) else {
        return facts.tell("closed");
    };
    let sender = facts.sender;
    let peer = sender.peer();
    if let Some(first) = echoed(facts, &seen, CODE) {
        // The same code is the same rule, whichever side is judged first.
        let cause = Cause {
            rule: rule.name,
            sender: Some(peer),
            packet: first.packet,
        };
        let message = format!("the {sender} echoes the {peer}'s Close {CODE}");
        return facts.at(&seen, &payload, message).because_of(Some(cause));
    }
    let reason = match payload.reason() {
        [] => String::new(),
        reason => format!(", \"{}\"", Untrusted(reason)),
    };
    let (join, cause) = complained_of(facts, &seen, CODE);
    let name = code_name(CODE).unwrap_or_default();
    facts
        .at(
            &seen,
            &payload,
            format!("the {sender} closed with {CODE} ({name}{reason}){join}"),
        )
        .because_of(cause)
}

/// What the other side did that explains the complaint, in words and as a finding.
fn complained_of(facts: &EndingFacts<'_>, seen: &FrameSeen, code: u16) -> (String, Option<Cause>) {
    let (peer, here) = (facts.sender.peer(), seen.place.packet);
    if may_be_echo(facts) {
        let unseen = format!(
            "; it may echo a Close of the {peer}, whose stream was not captured to its end"
        );
        return (unseen, None);
    }
    match code {
        1002 | 1007 => {
            let explains = |finding: &Finding| {
                code == 1002
                    || matches!(
                        finding.rule.name,
                        "invalid-utf8" | "bad-deflate" | "invalid-close-reason"
                    )
            };
            match facts.peers_error(&seen.place, explains) {
                Some(error) => (
                    format!(
                        ": it complains of the {peer}'s {} in {}",
                        error.rule.name,
                        error.place.packet.seen_from(here)
                    ),
                    Some(error.as_cause()),
                ),
                None if facts.peer.unseen => (
                    format!("; the capture lacks part of what the {peer} sent before"),
                    None,
                ),
                // Only what is in a message can be wrong about it, and that was not read.
                None if code == 1007 && facts.peer.unread_messages => (
                    format!("; not every message of the {peer} could be read in this capture"),
                    None,
                ),
                None => (
                    format!("; this capture shows no violation by the {peer}"),
                    None,
                ),
            }
        }
        1003 | 1009 => {
            let before = facts
                .peer
                .last_data
                .filter(|data| seen.place.is_aware_of(&data.place));
            let join = before.map_or_else(String::new, |data| {
                let length = data.header.payload_length().unwrap_or_default();
                format!(
                    ", after a {} frame of {length} bytes in {}",
                    data.header.opcode().as_str(),
                    data.place.packet.seen_from(here)
                )
            });
            let bomb = (code == 1009).then(|| bomb(facts, &seen.place)).flatten();
            (join, bomb)
        }
        1011 => missed_pong(facts, seen),
        1010 if offered_nothing(facts) => (
            "; this capture shows no extension that the client had offered".to_owned(),
            None,
        ),
        _ => (String::new(), None),
    }
}

/// The message beyond all bounds that the side had received.
fn bomb(facts: &EndingFacts<'_>, own: &Place) -> Option<Cause> {
    facts
        .findings
        .iter()
        .filter(|finding| finding.sender == Some(facts.sender.peer()))
        .find(|finding| finding.rule.name == "deflate-bomb" && own.is_aware_of(&finding.place))
        .map(Finding::as_cause)
}

/// What the capture holds of the Pong that a Close for want of one speaks of.
fn missed_pong(facts: &EndingFacts<'_>, seen: &FrameSeen) -> (String, Option<Cause>) {
    let nothing = (String::new(), None);
    let Some((_, payload)) = &facts.own.close else {
        return nothing;
    };
    let reason = String::from_utf8_lossy(payload.reason()).to_lowercase();
    let is_about_pings = ["ping", "pong", "keepalive"]
        .iter()
        .any(|word| reason.contains(word));
    let Some(ping) = facts.own.last_ping.filter(|_| is_about_pings) else {
        return nothing;
    };
    let (sender, peer) = (facts.sender, facts.sender.peer());
    let here = seen.place.packet;
    let pinged = ping.packet.seen_from(here);
    let pong = facts.peer.last_pong.filter(|pong| pong.is_aware_of(&ping));
    match pong {
        Some(pong) if seen.place.is_aware_of(&pong) => (
            format!(
                ", although the {peer} sent a Pong, in {}, after it had received the last Ping, in \
                 {pinged}, and TCP at the {sender} had received that Pong",
                pong.packet.seen_from(here)
            ),
            None,
        ),
        Some(pong) => (
            format!(
                "; a Pong by the {peer}, who had received the last Ping, in {pinged}, came too \
                 late, in {}",
                pong.packet.seen_from(here)
            ),
            None,
        ),
        None if facts.peer.unseen => (
            format!("; the capture lacks part of what the {peer} sent"),
            None,
        ),
        None => {
            let mut findings = facts.findings.iter();
            let unanswered = findings.find(|finding| {
                finding.rule.name == "unanswered-ping" && finding.sender == Some(peer)
            });
            let message =
                format!("; this capture shows no Pong by the {peer} to the last Ping, in {pinged}");
            (message, unanswered.map(Finding::as_cause))
        }
    }
}
