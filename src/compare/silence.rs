//! Sides that do not answer: whether what they were sent arrived.

use crate::report::model::{Confidence, Party};
use crate::side::Side;
use crate::websocket::header::Opcode;

use super::leg::Leg;
use super::suspect::Suspect;
use super::verdict::{Case, endpoint, near};

impl Case<'_, '_> {
    /// Who did not answer a Ping for want of which `side` closed.
    pub(super) fn unresponsive(&self, side: Side) -> Option<Suspect> {
        let other = side.peer();
        let of = |leg: &Leg<'_>, sender: Side, opcode: Opcode| -> Vec<(u64, u64)> {
            let frames = leg.tape(sender).frames.iter();
            let frames = frames.filter(|frame| frame.seen.header.opcode() == opcode);
            frames
                .map(|frame| (frame.digest, frame.seen.place.packet.number))
                .collect()
        };
        let (own, peers) = (self.leg(side), self.leg(other));
        let answers = of(own, other, Opcode::Pong);
        let has = |all: &[(u64, u64)], ping: u64| all.iter().any(|(digest, _)| *digest == ping);
        let pings = of(own, side, Opcode::Ping);
        let (ping, packet) = pings
            .into_iter()
            .rev()
            .find(|(it, _)| !has(&answers, *it))?;
        let arrived = has(&of(peers, side, Opcode::Ping), ping);
        let answered = has(&of(peers, other, Opcode::Pong), ping);
        let asked = format!(
            "packet {packet} {}: a Ping that was not answered",
            near(side)
        );
        Some(match (arrived, answered) {
            (true, false) => Suspect::new(
                "unresponsive-peer",
                endpoint(other),
                Confidence::Certain,
                format!("the {side}'s Ping reached the {other}, which did not answer it"),
            )
            .and(asked),
            (true, true) => Suspect::new(
                "frame-dropped",
                Party::Intermediary,
                Confidence::Certain,
                format!("the {other} answered the {side}'s Ping, and its Pong did not arrive"),
            )
            .and(asked),
            (false, _) if peers.lacks(side) || own.lacks(side) => return None,
            (false, _) => Suspect::new(
                "frame-dropped",
                Party::Intermediary,
                Confidence::Likely,
                format!("the {side}'s Ping was neither passed on to the {other} nor answered"),
            )
            .and(asked),
        })
    }

    /// A side that fell silent, with nothing to end it.
    pub(super) fn vanished(&self) -> Option<Suspect> {
        let silent = |leg: &Leg<'_>| {
            let findings = &leg.connection.findings;
            let found = findings.iter().find(|it| it.rule == "peer-vanished")?;
            Some((found.sender?, found.packet, found.time))
        };
        let (own, other) = (silent(self.near_client), silent(self.near_server));
        // What does not show in a capture that was over by then says nothing.
        let was_running = |nearest: Side, sender: Side| {
            let sent = self.leg(sender).went_on_until(sender);
            let until = self.leg(nearest).captured_until;
            let doubt = self.clock.doubt();
            sent.zip(until).is_some_and(|(sent, until)| {
                let sent = self.moment(sender, sent).saturating_add(doubt);
                self.moment(nearest, until) >= sent
            })
        };
        let is_over = match (own, other) {
            (Some((Side::Server, ..)), None) => !was_running(Side::Server, Side::Client),
            (None, Some((Side::Client, ..))) => !was_running(Side::Client, Side::Server),
            _ => false,
        };
        if is_over {
            return None;
        }
        let (party, confidence, words, packet, of, time) = match (own, other) {
            (Some((own, packet, time)), Some((other, _, _))) if own == other => (
                endpoint(own),
                Confidence::Certain,
                format!("the {own} fell silent: both captures show what was sent to it unanswered"),
                packet,
                Side::Client,
                time,
            ),
            (Some((Side::Server, packet, time)), Some((Side::Client, ..))) => (
                if self.ends.is_one {
                    Party::Network
                } else {
                    Party::Intermediary
                },
                Confidence::Likely,
                "each side sent, and nothing of it arrived at the other".to_owned(),
                packet,
                Side::Client,
                time,
            ),
            (Some((Side::Server, packet, time)), None) => (
                if self.ends.is_one {
                    Party::Network
                } else {
                    Party::Intermediary
                },
                Confidence::Likely,
                "what the client sent was answered no more, and does not show near the server"
                    .to_owned(),
                packet,
                Side::Client,
                time,
            ),
            (Some((side, packet, time)), _) => (
                endpoint(side),
                Confidence::Likely,
                format!("the {side} fell silent"),
                packet,
                Side::Client,
                time,
            ),
            (None, Some((Side::Client, packet, time))) => (
                if self.ends.is_one {
                    Party::Network
                } else {
                    Party::Intermediary
                },
                Confidence::Likely,
                "what the server sent was answered no more, and does not show near the client"
                    .to_owned(),
                packet,
                Side::Server,
                time,
            ),
            (None, Some((side, packet, time))) => (
                endpoint(side),
                Confidence::Likely,
                format!("the {side} fell silent"),
                packet,
                Side::Server,
                time,
            ),
            (None, None) => return None,
        };
        Some(
            Suspect::new("peer-vanished", party, confidence, words)
                .and(format!("packet {packet} {}", near(of)))
                .at(self.moment(of, time)),
        )
    }
}
