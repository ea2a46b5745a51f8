//! Many connections that end in the same second: a reload or a deployment, and no fault of any
//! of them.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use crate::diagnosis::causes::reload_storm;
use crate::diagnosis::suspicion::Suspicion;
use crate::diagnosis::verdict::conclude;
use crate::report::model::{Confidence, Connection, Party};
use crate::side::Side;
use crate::time::Timestamp;

/// Ends within this are one event.
const WITHIN: Duration = Duration::from_secs(1);

/// Fewer are no storm.
const ENOUGH: usize = 5;

/// Connections of a storm that are named.
const NAMED: usize = 6;

/// An end that may be part of a storm.
#[derive(Clone, Copy, Debug)]
struct End {
    index: usize,
    time: Timestamp,
}

/// Gives the connections that ended in a storm that verdict.
pub(super) fn name(connections: &mut [Connection]) {
    let mut groups: BTreeMap<(Side, IpAddr), Vec<End>> = BTreeMap::new();
    for (index, connection) in connections.iter().enumerate() {
        let Some((side, time)) = end(connection) else {
            continue;
        };
        let peer = match side {
            Side::Client => &connection.client,
            Side::Server => &connection.server,
        };
        if let Ok(address) = peer.address.parse() {
            groups
                .entry((side, address))
                .or_default()
                .push(End { index, time });
        }
    }
    for ((side, address), mut ends) in groups {
        ends.sort_by_key(|end| (end.time, end.index));
        for storm in storms(&ends) {
            if is_most(connections, side, address, storm) {
                blame(connections, side, address, storm);
            }
        }
    }
}

/// The side that ended a connection for no reason of its own that is known, and when.
fn end(connection: &Connection) -> Option<(Side, Timestamp)> {
    let verdict = connection.verdict.as_ref()?;
    let is_loose = matches!(
        verdict.cause,
        "endpoint-died" | "idle-timeout" | "service-restart" | "undetermined"
    );
    if !is_loose {
        return None;
    }
    let rules = ["abnormal-closure", "idle-timeout-closure", "restart-close"];
    let finding = connection
        .findings
        .iter()
        .find(|finding| rules.contains(&finding.rule) && finding.because_of.is_none())?;
    Some((finding.sender?, finding.time))
}

/// Runs of ends, in the order of time, that lie within a second, the largest first found.
fn storms(ends: &[End]) -> Vec<&[End]> {
    let mut found = Vec::new();
    let mut rest = ends;
    while let Some(first) = rest.first() {
        let length = rest
            .iter()
            .take_while(|end| end.time.since(first.time) <= WITHIN)
            .count();
        let (storm, behind) = rest.split_at(length);
        if length >= ENOUGH {
            found.push(storm);
            rest = behind;
        } else {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    found
}

/// Whether it took at least half of what was open to that address.
fn is_most(connections: &[Connection], side: Side, address: IpAddr, storm: &[End]) -> bool {
    open(connections, side, address, storm) <= storm.len() * 2
}

/// How many connections to that address were open when the storm began, or in it.
fn open(connections: &[Connection], side: Side, address: IpAddr, storm: &[End]) -> usize {
    let (Some(first), Some(last)) = (storm.first(), storm.last()) else {
        return 0;
    };
    let address = address.to_string();
    let is_open = |connection: &&Connection| {
        let peer = match side {
            Side::Client => &connection.client,
            Side::Server => &connection.server,
        };
        peer.address == address && connection.start <= last.time && connection.end >= first.time
    };
    connections.iter().filter(is_open).count()
}

fn blame(connections: &mut [Connection], side: Side, address: IpAddr, storm: &[End]) {
    let open = open(connections, side, address, storm);
    let (Some(first), Some(last)) = (storm.first(), storm.last()) else {
        return;
    };
    let took = last.time.since(first.time).as_secs_f64();
    let ids: Vec<_> = storm
        .iter()
        .filter_map(|end| connections.get(end.index))
        .map(|connection| connection.id.to_string())
        .collect();
    let named = match ids.get(..NAMED) {
        Some(named) if ids.len() > NAMED => format!("{} and more", named.join(", ")),
        _ => ids.join(", "),
    };
    let evidence = format!(
        "{} of {open} connections of {address} that were open ended within {took:.2} s: {named}",
        storm.len()
    );
    for end in storm {
        let Some(connection) = connections.get_mut(end.index) else {
            continue;
        };
        let Some(own) = connection.verdict.take() else {
            continue;
        };
        let party = match (own.party, side) {
            (Party::Intermediary, _) => Party::Intermediary,
            (Party::Server, _) => Party::Server,
            (_, Side::Server) => Party::ServerSide,
            (Party::Client, Side::Client) => Party::Client,
            (_, Side::Client) => Party::ClientSide,
        };
        let mut suspicion = Suspicion::new(
            party,
            Confidence::Likely,
            format!(
                "Many connections of {address} ended in the same second: what stands there was \
                 reloaded, deployed or killed. It is no fault of this connection."
            ),
        )
        .and(evidence.clone());
        suspicion.evidence.extend(own.evidence);
        suspicion.product = own.product;
        let suspicion =
            suspicion.but("whether a proxy there was reloaded, or the program itself, is not seen");
        let verdict = conclude(&reload_storm::CAUSE, suspicion, Vec::new());
        connection.verdict = Some(Box::new(verdict));
    }
}
