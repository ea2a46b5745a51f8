//! Two captures of the same traffic, one from each side of an intermediary, held against each
//! other: which connections belong together, what is not the same, and who broke what is broken.
//!
//! It knows recordings ([`crate::analyzer::tape`]) and reports. What a capture lacks is never
//! taken for something that somebody did.

mod altered;
mod bits;
mod causes;
mod clock;
mod closing;
mod difference;
mod ending;
mod extensions;
mod headers;
mod leg;
mod lone;
mod messages;
mod pair;
mod pairing;
mod refusal;
mod runs;
mod silence;
mod suspect;
mod tail;
mod unit;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use crate::analyzer::Exposure;
use crate::analyzer::tape::{Bystander, Recorded};
use crate::driver::Recording;
use crate::packet::PacketId;
use crate::report::model::{
    COMPARE_SCHEMA, Comparison, ComparisonSummary, Connection, Pair, PairedLeg, Report, Tool,
    Unpaired,
};
use crate::time::Timestamp;

use leg::Leg;
use lone::Elsewhere;
use pair::Legs;
use pairing::Match;

/// Compares what was captured near the client with what was captured near the server; without
/// that, the legs are looked for among the connections of the one capture.
#[must_use]
pub fn compare(
    near_client: Recording,
    near_server: Option<Recording>,
    exposure: Exposure,
) -> Comparison {
    let mut parts = Parts::of(near_client, near_server);
    parts.is_swapped = parts.are_swapped(exposure);
    let mut comparison = parts.compare(exposure);
    comparison.swapped = parts.is_swapped;
    comparison.inputs = parts.inputs;
    comparison.passed_over = parts.passed_over;
    comparison.hygiene = parts.hygiene;
    comparison.summary.limits = parts.limits;
    comparison.connections = parts.connections;
    comparison
}

/// All that is known, in one place.
struct Parts {
    inputs: Vec<crate::report::model::Input>,
    passed_over: crate::report::model::PassedOver,
    hygiene: Vec<crate::report::model::Note>,
    limits: BTreeMap<&'static str, u64>,
    connections: Vec<Connection>,
    recorded: BTreeMap<PacketId, Recorded>,
    /// Connections of the first capture: the others are of the second.
    own: usize,
    is_one: bool,
    /// The first capture is the one near the server.
    is_swapped: bool,
    periods: [Period; 2],
    bystanders: [Vec<Bystander>; 2],
}

/// From when to when a capture runs.
#[derive(Clone, Copy, Debug, Default)]
struct Period {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Period {
    fn of(report: &Report) -> Self {
        let inputs = report.inputs.iter();
        Self {
            from: inputs.clone().filter_map(|input| input.first_time).min(),
            until: inputs.filter_map(|input| input.last_time).max(),
        }
    }
}

impl Parts {
    fn of(near_client: Recording, near_server: Option<Recording>) -> Self {
        let is_one = near_server.is_none();
        let first = near_client.report;
        let own = first.connections.len();
        let mut parts = Self {
            periods: [Period::of(&first); 2],
            inputs: first.inputs,
            passed_over: first.passed_over,
            hygiene: first.hygiene,
            limits: first.summary.limits,
            connections: first.connections,
            recorded: BTreeMap::new(),
            own,
            is_one,
            is_swapped: false,
            bystanders: [near_client.bystanders, Vec::new()],
        };
        let mut recorded = near_client.recorded;
        if let Some(other) = near_server {
            let second = other.report;
            let [period, _] = parts.periods;
            parts.periods = [period, Period::of(&second)];
            parts.inputs.extend(second.inputs);
            parts.hygiene.extend(second.hygiene);
            for (bound, times) in second.summary.limits {
                *parts.limits.entry(bound).or_default() += times;
            }
            let over = second.passed_over;
            parts.passed_over.not_captures.extend(over.not_captures);
            parts.passed_over.repeated.extend(over.repeated);
            parts.connections.extend(second.connections);
            let [bystanders, _] = parts.bystanders;
            parts.bystanders = [bystanders, other.bystanders];
            recorded.extend(other.recorded);
        }
        let shift = own as u64;
        for connection in parts.connections.iter_mut().skip(own) {
            connection.id += shift;
            for other in [&mut connection.same_as, &mut connection.other_leg] {
                *other = other.map(|id| id + shift);
            }
        }
        let by_packet = recorded.into_iter().map(|it| (it.first_packet, it));
        parts.recorded = by_packet.collect();
        parts
    }

    fn leg<'s>(&'s self, connection: &'s Connection, until: Option<Timestamp>) -> Leg<'s> {
        let packet = PacketId {
            input: connection.input,
            number: connection.first_packet,
        };
        Leg::new(connection, self.recorded.get(&packet), until)
    }

    /// The legs near the client and near the server.
    fn legs(&self) -> (Vec<Leg<'_>>, Vec<Leg<'_>>) {
        let [near_client, near_server] = self.periods;
        let numbered = self.connections.iter().enumerate();
        let legs = numbered.map(|(index, connection)| {
            let is_own = index < self.own;
            let period = if is_own { near_client } else { near_server };
            (is_own, self.leg(connection, period.until))
        });
        let (own, other): (Vec<_>, Vec<_>) = legs.partition(|(is_own, _)| *is_own);
        let own: Vec<Leg<'_>> = bare(own);
        if self.is_swapped {
            return (bare(other), own);
        }
        if !self.is_one {
            return (own, bare(other));
        }
        let behind = pairing::split(&own);
        let (far, near): (Vec<_>, Vec<_>) = own
            .into_iter()
            .enumerate()
            .partition(|(index, _)| behind.contains(index));
        (bare(near), bare(far))
    }

    /// What is known of whatever else was captured near the server.
    fn elsewhere(&self, near_server: &[Leg<'_>]) -> Elsewhere<'_> {
        let [first, second] = &self.bystanders;
        let [own, other] = self.periods;
        let is_first = self.is_one || self.is_swapped;
        let period = if is_first { own } else { other };
        let bystanders = if is_first { first } else { second };
        let is_bare = near_server.is_empty() && bystanders.is_empty();
        Elsewhere {
            bystanders,
            from: period.from,
            until: period.until,
            is_same: self.is_one,
            is_bare,
        }
    }

    /// Whether the captures were given in the other order, as what passed shows.
    fn are_swapped(&self, exposure: Exposure) -> bool {
        /// Pairs that are looked at.
        const ENOUGH: usize = 32;
        if self.is_one {
            return false;
        }
        let (own, other) = self.legs();
        let found = pairing::pair(&own, &other).into_iter();
        let known = found.filter_map(|one| {
            let legs = Legs {
                near_client: own.get(one.near_client)?,
                near_server: other.get(one.near_server)?,
                by: one.by,
                has_one_clock: false,
                exposure,
            };
            legs.is_backwards()
        });
        let told: Vec<bool> = known.take(ENOUGH).collect();
        !told.is_empty() && told.into_iter().all(|is_backwards| is_backwards)
    }

    fn compare(&self, exposure: Exposure) -> Comparison {
        let (near_client, near_server) = self.legs();
        let found = pairing::pair(&near_client, &near_server);
        let by_client: BTreeMap<usize, Match> =
            found.iter().map(|one| (one.near_client, *one)).collect();
        let elsewhere = self.elsewhere(&near_server);
        let mut pairs: Vec<Pair> = Vec::with_capacity(near_client.len());
        for (index, own) in near_client.iter().enumerate() {
            let matched = by_client.get(&index);
            let other = matched.and_then(|one| Some((near_server.get(one.near_server)?, one.by)));
            let mut pair = match other {
                Some((other, by)) => Legs {
                    near_client: own,
                    near_server: other,
                    by,
                    has_one_clock: self.is_one,
                    exposure,
                }
                .compare(),
                None => lone(own, &elsewhere),
            };
            pair.id = pairs.len() as u64 + 1;
            pairs.push(pair);
        }
        let paired: BTreeSet<usize> = found.iter().map(|one| one.near_server).collect();
        let left = near_server.iter().enumerate();
        let left = left.filter(|(index, _)| !paired.contains(index));
        let unpaired = Unpaired {
            near_client: Vec::new(),
            near_server: left.map(|(_, leg)| leg.connection.id).collect(),
        };
        let mut summary = ComparisonSummary::default();
        summary.count(&pairs);
        Comparison {
            schema: COMPARE_SCHEMA,
            tool: Tool::THIS,
            inputs: Vec::new(),
            swapped: false,
            passed_over: Default::default(),
            summary,
            hygiene: Vec::new(),
            pairs,
            unpaired,
            connections: Vec::new(),
        }
    }
}

/// The second of each.
fn bare<A, B>(all: Vec<(A, B)>) -> Vec<B> {
    all.into_iter().map(|(_, one)| one).collect()
}

/// A connection that has no counterpart.
fn lone(own: &Leg<'_>, elsewhere: &Elsewhere<'_>) -> Pair {
    Pair {
        id: 0,
        paired_by: None,
        near_client: PairedLeg {
            connection: own.connection.id,
        },
        near_server: None,
        differences: vec![lone::difference(own)],
        more_differences: 0,
        clock: None,
        added_latency: None,
        not_compared: Vec::new(),
        headers: Vec::new(),
        verdict: lone::verdict(own, elsewhere),
    }
}
