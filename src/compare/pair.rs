//! Two legs that belong together: everything about them, in the order in which it is found out.

use crate::analyzer::Exposure;
use crate::report::model::{Difference, Pair, PairedBy, PairedLeg};
use crate::side::Side;
use crate::websocket::handshake::Handshake;

use super::clock::{Clock, Passage};
use super::closing;
use super::difference::{Differences, Way};
use super::ending::Ends;
use super::headers::Heads;
use super::leg::Leg;
use super::messages::Aligned;
use super::runs::{self, Runs};
use super::tail::Tail;
use super::verdict::{Case, near};

/// Two legs that belong together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Legs<'p, 'a> {
    pub(super) near_client: &'p Leg<'a>,
    pub(super) near_server: &'p Leg<'a>,
    pub(super) by: PairedBy,
    /// Both are of one capture.
    pub(super) has_one_clock: bool,
    pub(super) exposure: Exposure,
}

impl<'p, 'a> Legs<'p, 'a> {
    pub(super) fn compare(&self) -> Pair {
        if self.by == PairedBy::SeparateRuns {
            return self.compare_runs();
        }
        let (own, other) = (self.near_client, self.near_server);
        let ways = Side::BOTH.map(|side| Way::of(side, own, other));
        let aligned = ways.map(Aligned::of);
        let passages = self.passages(&aligned);
        let clock = if self.has_one_clock {
            Clock::SAME
        } else {
            Clock::of(&passages)
        };
        let mut differences = Differences::default();
        let heads = Heads {
            near_client: own,
            near_server: other,
            recompresses: aligned.iter().any(Aligned::recompresses),
            exposure: self.exposure,
        };
        let headers = heads.tell(&mut differences);
        for direction in &aligned {
            let tail = Tail::of(direction.way, clock, self.by == PairedBy::SameConnection);
            direction.tell(&tail, &mut differences);
        }
        for way in &ways {
            closing::tell(way, clock, &mut differences);
        }
        let ends = Ends {
            near_client: own,
            near_server: other,
            clock,
            is_one: self.by == PairedBy::SameConnection,
        };
        ends.tell(&mut differences);
        let case = Case {
            near_client: own,
            near_server: other,
            differences: &differences,
            clock,
            ends,
        };
        let verdict = case.suspect();
        let mut pair = self.pair();
        pair.more_differences = differences.more();
        pair.differences = differences.into_list(|difference| at(clock, difference));
        pair.clock = clock.told();
        pair.added_latency = clock.latency(&passages);
        pair.not_compared = self.not_compared();
        pair.headers = headers;
        pair.verdict = verdict.map(super::suspect::Suspect::into_verdict);
        pair
    }

    fn passages(&self, aligned: &[Aligned<'_, '_>]) -> Vec<Passage> {
        let mut passages = self.heads_passed();
        for direction in aligned {
            direction.passages(&mut passages);
        }
        passages
    }

    /// Whether what passed shows that the leg that is taken for the one near the client is the
    /// other one; `None` where nothing shows it.
    pub(super) fn is_backwards(&self) -> Option<bool> {
        if !matches!(
            self.by,
            PairedBy::SecWebsocketKey | PairedBy::SameConnection
        ) {
            return None;
        }
        let ways = Side::BOTH.map(|side| Way::of(side, self.near_client, self.near_server));
        let passages = self.passages(&ways.map(Aligned::of));
        let has = |side| passages.iter().any(|it| it.sender == side);
        Side::BOTH
            .into_iter()
            .all(has)
            .then(|| Clock::is_backwards(&passages))
    }

    fn compare_runs(&self) -> Pair {
        let runs = Runs {
            near_client: self.near_client,
            near_server: self.near_server,
        };
        let mut differences = Differences::default();
        runs.tell(&mut differences);
        let mut pair = self.pair();
        pair.more_differences = differences.more();
        pair.differences = differences.into_list(|_| None);
        pair.not_compared = vec![runs::told(&runs)];
        pair.verdict = runs.suspect().map(super::suspect::Suspect::into_verdict);
        pair
    }

    fn pair(&self) -> Pair {
        let leg = |leg: &Leg<'_>| PairedLeg {
            connection: leg.connection.id,
        };
        Pair {
            id: 0,
            paired_by: Some(self.by),
            near_client: leg(self.near_client),
            near_server: Some(leg(self.near_server)),
            differences: Vec::new(),
            more_differences: 0,
            clock: None,
            added_latency: None,
            not_compared: Vec::new(),
            headers: Vec::new(),
            verdict: None,
        }
    }

    /// When the heads of the handshake passed both captures.
    fn heads_passed(&self) -> Vec<Passage> {
        let (Some(own), Some(other)) = (self.near_client.handshake(), self.near_server.handshake())
        else {
            return Vec::new();
        };
        let times = |handshake: &Handshake| {
            let request = handshake.request().map(|request| request.place.time);
            let answer = handshake.response().map(|answer| answer.place.time);
            (request, answer)
        };
        let ((request, answer), (other_request, other_answer)) = (times(own), times(other));
        let mut passages = Vec::new();
        let mut add = |sender, near_client, near_server| {
            if let (Some(near_client), Some(near_server)) = (near_client, near_server) {
                passages.push(Passage {
                    sender,
                    near_client,
                    near_server,
                    is_message: false,
                });
            }
        };
        add(Side::Client, request, other_request);
        // A proxy may answer itself what the server answers later.
        if own.status() == other.status() {
            add(Side::Server, answer, other_answer);
        }
        passages
    }

    /// What the captures lack, in words.
    fn not_compared(&self) -> Vec<String> {
        let mut told = Vec::new();
        for (of, leg) in [
            (Side::Client, self.near_client),
            (Side::Server, self.near_server),
        ] {
            if leg.handshake().is_none_or(|it| it.response().is_none()) {
                told.push(format!(
                    "the capture {} has no answer to a handshake",
                    near(of)
                ));
            }
            for sender in Side::BOTH {
                let Some(barrier) = leg.barrier(sender) else {
                    continue;
                };
                let from = match barrier.place {
                    Some(place) => format!("from packet {} on", place.packet.number),
                    None => "at all".to_owned(),
                };
                told.push(format!(
                    "what the {sender} sent, {from} {}: {}",
                    near(of),
                    barrier.why.as_str()
                ));
            }
        }
        told
    }
}

/// When a difference is met, by the clock near the client.
fn at(clock: Clock, difference: &Difference) -> Option<i64> {
    let own = difference.near_client.map(|spot| spot.time.nanos());
    let other = difference.near_server;
    own.or_else(|| other.map(|spot| clock.near_client(spot.time)))
}
