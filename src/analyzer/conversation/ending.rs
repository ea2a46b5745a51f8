//! The end of a connection: what can be judged only when nothing more will come, and what is left
//! of it.

use crate::http::Purpose;
use crate::limits::Limits;
use crate::place::Place;
use crate::preamble::{Kind as PreambleKind, Preamble};
use crate::report::model::Outcome;
use crate::rules::Ledger;
use crate::rules::judge::{Sequel, SideEnding, Unanswered};
use crate::side::{Side, Sides};
use crate::tcp::{Anomaly, Flow, Way};
use crate::time::Timestamp;
use crate::websocket::handshake::Handshake;

use super::super::session::Session;
use super::super::tape::Tape;
use super::super::watch::Log;
use super::unanswered::unanswered;
use super::{Conversation, Kind, RolesFrom, Stage};

/// All that is known of a WebSocket connection when it is over.
#[derive(Debug)]
pub(in crate::analyzer) struct Ended {
    pub(in crate::analyzer) client: Way,
    pub(in crate::analyzer) roles_from: RolesFrom,
    pub(in crate::analyzer) outcome: Outcome,
    pub(in crate::analyzer) handshake: Option<Handshake>,
    pub(in crate::analyzer) preambles: Vec<Preamble>,
    pub(in crate::analyzer) session: Option<Box<Session>>,
    /// Both sides at the end, where there was a session.
    pub(in crate::analyzer) endings: Option<Box<Sides<SideEnding>>>,
    pub(in crate::analyzer) ledger: Ledger,
    pub(in crate::analyzer) log: Option<Box<Log>>,
    pub(in crate::analyzer) tape: Option<Box<Tape>>,
}

impl Conversation {
    /// The connection is over, and the capture at `until`; says what it carried if it was no
    /// WebSocket.
    pub(in crate::analyzer) fn finish(
        mut self,
        flow: &Flow,
        until: Timestamp,
        limits: &Limits,
    ) -> Result<Ended, Kind> {
        if let Some(outline) = &self.outline {
            outline.messages(self.exchanges.unfinished_heads());
        }
        let begun = match self.stage {
            Stage::Http => self.exchanges.awaited(),
            Stage::Other => self.no_answer.as_ref().map(|_| 0),
            Stage::WebSocket(_) => None,
        };
        let unanswered = self.client.zip(begun).and_then(|((client, _), begun)| {
            let ending = unanswered(flow, client, begun)?;
            let instead = self.no_answer.as_deref().copied();
            Some(Unanswered { instead, ..ending })
        });
        if unanswered.is_some() {
            // What waits for an answer that never came is nothing.
            self.waiting = Default::default();
        }
        while self.waiting.iter().any(|kept| !kept.is_empty()) {
            for way in Way::BOTH {
                self.stop_waiting(way);
            }
            self.pump(limits);
        }
        for way in Way::BOTH {
            if matches!(self.stage, Stage::Http) {
                self.look(way, true, limits);
            }
            self.pump(limits);
        }
        if let Some(attempt) = self.exchanges.give_up_answer()
            && attempt.purpose == Purpose::Upgrade
        {
            self.handshake.get_or_insert(Handshake::new(attempt));
        }
        let Some((client, roles_from)) = self.client else {
            return Err(self.kind());
        };
        let has_session = matches!(self.stage, Stage::WebSocket(_));
        if !has_session && self.handshake.is_none() && self.refused.is_empty() {
            return Err(self.kind());
        }
        self.keep_page(true);
        let endings = self.judge_end(client, flow, until, unanswered, limits);
        let outcome = self.outcome(flow, client, has_session);
        let roles_from = if self.handshake.is_some() || !self.refused.is_empty() {
            RolesFrom::Handshake
        } else {
            roles_from
        };
        Ok(Ended {
            client,
            roles_from,
            outcome,
            handshake: self.handshake.or_else(|| self.refused.pop()),
            preambles: self.opening.into_found(),
            endings,
            session: match self.stage {
                Stage::WebSocket(session) => Some(session),
                Stage::Http | Stage::Other => None,
            },
            ledger: self.ledger,
            log: self.log,
            tape: self.tape,
        })
    }

    /// Judges what can be judged only when nothing more will come; what is known of both sides then,
    /// where a WebSocket was open.
    fn judge_end(
        &mut self,
        client: Way,
        flow: &Flow,
        until: Timestamp,
        unanswered: Option<Unanswered>,
        limits: &Limits,
    ) -> Option<Box<Sides<SideEnding>>> {
        let is_open = self.handshake.as_ref().is_some_and(Handshake::is_accepted)
            || matches!(self.stage, Stage::WebSocket(_));
        let sequel = if flow.is_seen_to_its_end() {
            Sequel::Over
        } else {
            Sequel::Unseen
        };
        let is_connect = |one: &Preamble| matches!(one.kind, PreambleKind::Connect { .. });
        let tunnelled = self.opening.found().iter().any(is_connect);
        for handshake in &self.refused {
            let has_tunnel = handshake.is_connect() && tunnelled;
            let sequel = if is_open || has_tunnel {
                Sequel::Satisfied
            } else {
                sequel
            };
            self.ledger.judge_handshake(handshake, sequel, None);
        }
        if let Some(handshake) = &self.handshake {
            self.ledger.judge_handshake(handshake, sequel, unanswered);
        }
        let stream = flow.direction(client);
        let (time, packet) = flow.last_packet();
        let end = Place {
            packet,
            time,
            stream_offset: stream.offset(),
            sequence: stream.sequence(),
            acknowledgement: None,
            frame: None,
        };
        self.miss_frames_before(Side::Client, end, limits);
        let early = std::mem::take(&mut self.early_acknowledgements);
        let Some((session, mut context)) = self.session(limits) else {
            judge_segments(&mut self.ledger, client, flow);
            return None;
        };
        for way in Way::BOTH {
            let direction = flow.direction(way);
            // A RST may come in the middle of anything: it shows nothing of what was to follow.
            let ended = direction
                .end()
                .is_some_and(|(end, by_reset)| !by_reset && direction.reached(end));
            session.finish(way.side(client), ended, &mut context);
        }
        // What stands in a segment may explain what is odd about it.
        judge_segments(context.ledger, client, flow);
        let endings = Sides {
            client: session.ending(Side::Client, flow.direction(client)),
            server: session.ending(Side::Server, flow.direction(client.back())),
        };
        session.match_pings(None, context.ledger);
        for way in Way::BOTH {
            let early = early.iter().filter(|(early, _)| *early == way);
            let early: Vec<_> = early.map(|(_, early)| *early).collect();
            let (side, answering) = (way.side(client), flow.direction(way.back()));
            session.judge_pings(side, &early, &endings, answering, until, context.ledger);
        }
        self.ledger.judge_ending(&endings, self.handshake.as_ref());
        Some(Box::new(endings))
    }

    fn outcome(&self, flow: &Flow, client: Way, has_session: bool) -> Outcome {
        let answer = self.handshake.as_ref().map(Handshake::status);
        match answer {
            Some(Some(101)) => Outcome::Accepted,
            _ if has_session => Outcome::Unseen,
            Some(None) => {
                let server = flow.direction(client.back());
                let is_whole = server.is_from_start() && server.missing_bytes() == 0;
                if is_whole {
                    Outcome::Unanswered
                } else {
                    Outcome::Unseen
                }
            }
            _ => Outcome::Rejected,
        }
    }
}

/// Judges what segments show beside their bytes.
fn judge_segments(ledger: &mut Ledger, client: Way, flow: &Flow) {
    for way in Way::BOTH {
        for anomaly in flow.anomalies(way) {
            // Of what is never answered, the one who does not answer is the sender.
            let of = match anomaly {
                Anomaly::Unanswered(_) => way.back(),
                _ => way,
            };
            let offset = flow.direction(of).offset();
            let sender = of.side(client);
            ledger.judge_segment(sender, &anomaly, offset);
        }
    }
}
