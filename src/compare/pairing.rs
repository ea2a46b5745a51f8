//! Which connections of two captures, or of one that holds both legs, belong together.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::model::PairedBy;
use crate::side::Side;
use crate::websocket::handshake::Handshake;

use super::leg::Leg;

/// Two legs, by their places in the lists of legs near the client and near the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) near_client: usize,
    pub(super) near_server: usize,
    pub(super) by: PairedBy,
}

/// Messages of a leg that it is recognised by.
const TELLING: usize = 64;

/// Legs with the same content that are looked at for one: what more have in common tells nothing.
const CANDIDATES: usize = 64;

/// Time between two legs of one connection at most, in nanoseconds, where nothing but the time says
/// that they belong together; captures of two hosts may differ by this.
const NEARBY: i64 = 5_000_000_000;

/// Pairs legs of two captures.
pub(super) fn pair(near_client: &[Leg<'_>], near_server: &[Leg<'_>]) -> Vec<Match> {
    let mut pairing = Pairing {
        near_client,
        near_server,
        taken: (BTreeSet::new(), BTreeSet::new()),
        found: Vec::new(),
    };
    pairing.by_key();
    pairing.by_sequence();
    pairing.by_content();
    let mut found = pairing.found;
    found.sort_by_key(|one| one.near_client);
    found
}

struct Pairing<'l, 'a> {
    near_client: &'l [Leg<'a>],
    near_server: &'l [Leg<'a>],
    taken: (BTreeSet<usize>, BTreeSet<usize>),
    found: Vec<Match>,
}

impl Pairing<'_, '_> {
    fn take(&mut self, near_client: usize, near_server: usize, by: PairedBy) {
        self.taken.0.insert(near_client);
        self.taken.1.insert(near_server);
        self.found.push(Match {
            near_client,
            near_server,
            by,
        });
    }

    /// Pairs of which both are free, those that fit best first.
    fn take_best(&mut self, mut candidates: Vec<(Fit, usize, usize, PairedBy)>) {
        candidates.sort_by(|one, other| {
            (std::cmp::Reverse(one.0), one.1, one.2).cmp(&(
                std::cmp::Reverse(other.0),
                other.1,
                other.2,
            ))
        });
        for (_, own, other, by) in candidates {
            if !self.taken.0.contains(&own) && !self.taken.1.contains(&other) {
                self.take(own, other, by);
            }
        }
    }

    /// By Sec-WebSocket-Key, which a client makes anew for each connection.
    fn by_key(&mut self) {
        let mut by_key: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        for (index, leg) in self.near_server.iter().enumerate() {
            if let Some(key) = leg.key() {
                by_key.entry(key).or_default().push(index);
            }
        }
        let mut candidates = Vec::new();
        for (index, leg) in self.near_client.iter().enumerate() {
            let others = leg.key().and_then(|key| by_key.get(key));
            for other in others.into_iter().flatten().take(CANDIDATES) {
                let Some(counterpart) = self.near_server.get(*other) else {
                    continue;
                };
                let (by, fit) = if is_same_connection(leg, counterpart) {
                    (PairedBy::SameConnection, Fit::SAME)
                } else {
                    (PairedBy::SecWebsocketKey, Fit::of(leg, counterpart))
                };
                candidates.push((fit, index, *other, by));
            }
        }
        self.take_best(candidates);
    }

    /// By addresses and sequence numbers, where the handshake was not captured.
    fn by_sequence(&mut self) {
        let ends = |leg: &Leg<'_>| {
            let (client, server) = (&leg.connection.client, &leg.connection.server);
            (
                (client.address.clone(), client.port),
                (server.address.clone(), server.port),
            )
        };
        let mut by_ends: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (index, leg) in self.near_server.iter().enumerate() {
            by_ends.entry(ends(leg)).or_default().push(index);
        }
        let mut candidates = Vec::new();
        for (index, leg) in self.near_client.iter().enumerate() {
            let others = by_ends.get(&ends(leg));
            for other in others.into_iter().flatten().take(CANDIDATES) {
                let Some(counterpart) = self.near_server.get(*other) else {
                    continue;
                };
                if is_same_connection(leg, counterpart) {
                    candidates.push((Fit::SAME, index, *other, PairedBy::SameConnection));
                }
            }
        }
        self.take_best(candidates);
    }

    /// By what was asked for, when, and what was said.
    fn by_content(&mut self) {
        let mut by_content: BTreeMap<(Side, u64), Vec<usize>> = BTreeMap::new();
        let mut by_path: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (index, leg) in self.near_server.iter().enumerate() {
            if self.taken.1.contains(&index) {
                continue;
            }
            for content in contents(leg) {
                by_content.entry(content).or_default().push(index);
            }
            by_path.entry(leg.path()).or_default().push(index);
        }
        let mut candidates = Vec::new();
        for (index, leg) in self.near_client.iter().enumerate() {
            if self.taken.0.contains(&index) {
                continue;
            }
            let mut others: BTreeSet<usize> = BTreeSet::new();
            for content in contents(leg) {
                let found = by_content.get(&content);
                others.extend(
                    found
                        .filter(|found| found.len() <= CANDIDATES)
                        .into_iter()
                        .flatten(),
                );
            }
            if let Some(found) = by_path.get(&leg.path()) {
                let start = leg.connection.start;
                let start_of = |at: &usize| {
                    let other = self.near_server.get(*at);
                    other.is_some_and(|other| other.connection.start < start)
                };
                let at = found.partition_point(start_of);
                let from = at.saturating_sub(CANDIDATES / 2);
                others.extend(found.iter().skip(from).take(CANDIDATES));
            }
            for other in others {
                let Some(counterpart) = self.near_server.get(other) else {
                    continue;
                };
                let fit = Fit::of(leg, counterpart);
                if let Some(by) = fit.is_enough(leg, counterpart) {
                    candidates.push((fit, index, other, by));
                }
            }
        }
        self.take_best(candidates);
    }
}

/// How well two legs fit, what counts most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    is_same_path: bool,
    shared: usize,
    is_near: bool,
    is_same_answer: bool,
    is_same_protocol: bool,
    is_same_host: bool,
    /// Nanoseconds between their beginnings, negated.
    apart: i64,
}

impl Fit {
    const SAME: Self = Self {
        is_same_path: true,
        shared: usize::MAX,
        is_near: true,
        is_same_answer: true,
        is_same_protocol: true,
        is_same_host: true,
        apart: 0,
    };

    fn of(own: &Leg<'_>, other: &Leg<'_>) -> Self {
        let known = contents(other);
        let shared = contents(own).intersection(&known).count();
        let protocol = |leg: &Leg<'_>| -> Option<Vec<Vec<u8>>> {
            let offered = leg.handshake()?.offered("Sec-WebSocket-Protocol");
            Some(offered.into_iter().map(<[u8]>::to_vec).collect())
        };
        let (one, two) = (own.connection, other.connection);
        let apart = one.start.nanos().saturating_sub(two.start.nanos());
        Self {
            is_same_path: own.path().is_some() && own.path() == other.path(),
            shared,
            is_near: is_near(own, other),
            is_same_answer: one.handshake.status == two.handshake.status,
            is_same_protocol: protocol(own) == protocol(other),
            is_same_host: one.handshake.host == two.handshake.host,
            apart: apart.saturating_abs().saturating_neg(),
        }
    }

    /// Whether that is enough to take two legs for one connection, or for two runs of the same.
    fn is_enough(self, own: &Leg<'_>, other: &Leg<'_>) -> Option<PairedBy> {
        let has_both = !contents(own).is_empty() && !contents(other).is_empty();
        let is_one = own.key().is_some() && own.key() == other.key();
        if is_one {
            return Some(PairedBy::SecWebsocketKey);
        }
        if self.is_near && (self.is_same_path || self.shared > 1) {
            // A client that asked for the same twice, directly: two runs at about the same time.
            if is_of_one_client(own, other) && !overlaps(own, other) {
                return Some(PairedBy::SeparateRuns);
            }
            return (self.shared > 0 || !has_both).then_some(PairedBy::Content);
        }
        let says_the_same = self.shared > 0 || (!has_both && self.is_same_path);
        let is_run = self.is_same_path || self.shared > 1;
        let has_heads = own.key().is_some() && other.key().is_some();
        if !is_run || !says_the_same {
            return None;
        }
        // Clocks may be hours apart; a run of another client says nothing of this one.
        if !has_heads || !is_of_one_client(own, other) {
            let is_known = self.shared > 1 || (self.shared > 0 && self.is_same_path);
            return is_known.then_some(PairedBy::Content);
        }
        Some(PairedBy::SeparateRuns)
    }
}

/// Whether both come from the same client, and not one from a proxy.
fn is_of_one_client(own: &Leg<'_>, other: &Leg<'_>) -> bool {
    own.connection.client.address == other.connection.client.address
}

fn overlaps(own: &Leg<'_>, other: &Leg<'_>) -> bool {
    let (one, two) = (own.connection, other.connection);
    one.start <= two.end && two.start <= one.end
}

/// Whether two connections were there at the same time, as far as two clocks tell.
fn is_near(own: &Leg<'_>, other: &Leg<'_>) -> bool {
    let (one, two) = (own.connection, other.connection);
    let from = |start: crate::time::Timestamp| start.nanos().saturating_sub(NEARBY);
    from(one.start) <= two.end.nanos() && from(two.start) <= one.end.nanos()
}

/// What the first messages of a leg say.
fn contents(leg: &Leg<'_>) -> BTreeSet<(Side, u64)> {
    let of = |side: Side| {
        let messages = leg.tape(side).messages.iter();
        let told = messages.filter_map(|message| message.digest).take(TELLING);
        told.map(move |digest| (side, digest))
    };
    Side::BOTH.into_iter().flat_map(of).collect()
}

/// Whether two captures have the same TCP connection: its streams have the same numbers, whatever
/// address translation made of its ends.
pub(super) fn is_same_connection(own: &Leg<'_>, other: &Leg<'_>) -> bool {
    /// Frames that are looked at.
    const FRAMES: usize = 4096;
    let heads = |leg: &Leg<'_>| {
        let handshake: &Handshake = leg.handshake()?;
        let request = handshake.request().map(|request| request.place.sequence);
        let response = handshake.response().map(|answer| answer.place.sequence);
        Some((request, response))
    };
    if let (Some((Some(one), own)), Some((Some(two), other))) = (heads(own), heads(other)) {
        let answers = own.zip(other);
        return one == two && answers.is_none_or(|(one, two)| one == two);
    }
    let (one, two) = (own.connection, other.connection);
    let ends = |it: &crate::report::model::Connection| {
        let ends = [&it.client, &it.server];
        ends.map(|end| (end.address.clone(), end.port))
    };
    if ends(one) != ends(two) {
        return false;
    }
    let numbers = |leg: &Leg<'_>| -> BTreeSet<(Side, u32, u64)> {
        let of = |side| {
            let frames = leg.tape(side).frames.iter().take(FRAMES);
            frames.map(move |frame| (side, frame.seen.place.sequence, frame.digest))
        };
        Side::BOTH.into_iter().flat_map(of).collect()
    };
    let (one, two) = (numbers(own), numbers(other));
    one.intersection(&two).next().is_some()
}

/// Splits the connections of one capture that holds both legs: which of them are near the server.
/// All others are near the client.
pub(super) fn split(legs: &[Leg<'_>]) -> BTreeSet<usize> {
    let mut near_server = BTreeSet::new();
    let mut by_key: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (index, leg) in legs.iter().enumerate() {
        if let Some(key) = leg.key() {
            by_key.entry(key).or_default().push(index);
        }
    }
    let mut settled = BTreeSet::new();
    for group in by_key.values().filter(|group| group.len() > 1) {
        // Whoever is asked by another one's server is behind it; else the one that begins later.
        let mut first = group.first().copied();
        for index in group {
            let (Some(at), Some(leg)) = (first, legs.get(*index)) else {
                continue;
            };
            let Some(known) = legs.get(at) else { continue };
            if leads_to(leg, known) || (!leads_to(known, leg) && begins_before(leg, known)) {
                first = Some(*index);
            }
        }
        for index in group {
            settled.insert(*index);
            if Some(*index) != first {
                near_server.insert(*index);
            }
        }
    }
    // Where keys are not passed on, the one side's server is the other side's client.
    let mut by_client: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, leg) in legs.iter().enumerate() {
        let address = leg.connection.client.address.as_str();
        by_client.entry(address).or_default().push(index);
    }
    for leg in legs {
        let own = leg.connection;
        if own.client.address == own.server.address {
            continue;
        }
        let behind = by_client.get(own.server.address.as_str());
        for other in behind.into_iter().flatten() {
            if !settled.contains(other) {
                near_server.insert(*other);
            }
        }
    }
    near_server
}

/// Whether a leg's server is the other one's client.
fn leads_to(own: &Leg<'_>, other: &Leg<'_>) -> bool {
    own.connection.server.address == other.connection.client.address
        && own.connection.client.address != other.connection.client.address
}

fn begins_before(own: &Leg<'_>, other: &Leg<'_>) -> bool {
    (own.connection.start, own.first_packet()) < (other.connection.start, other.first_packet())
}
