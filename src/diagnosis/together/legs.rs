//! Connections that are one: captured on both sides of a proxy that passes the handshake on, or
//! twice where addresses are translated.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::report::model::{Confidence, Connection, Party, Verdict};
use crate::side::Side;
use crate::time::Timestamp;

/// A proxy that writes a key of its own asks its server no later than this.
const ASKS_WITHIN: Duration = Duration::from_secs(5);

/// Links the legs of each connection, and has each leg know of the other one's verdict.
pub(super) fn link(connections: &mut [Connection]) {
    distrust_relays(connections);
    let mut by_key: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
    for (index, connection) in connections.iter().enumerate() {
        if let Some(key) = &connection.ties.key {
            by_key.entry(key.clone()).or_default().push(index);
        }
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for group in by_key.values() {
        // A key that many have is no key.
        let &[one, other] = group.as_slice() else {
            continue;
        };
        let (Some(first), Some(second)) = (connections.get(one), connections.get(other)) else {
            continue;
        };
        if is_same(first, second) {
            let (first, second) = (first.id, second.id);
            set(connections, one, |it| it.same_as = Some(second));
            set(connections, other, |it| it.same_as = Some(first));
        } else {
            pairs.push((one, other));
        }
    }
    pairs.extend(with_keys_of_their_own(connections));
    for (one, other) in pairs {
        let Some((near, far)) = in_order(connections, one, other) else {
            continue;
        };
        let ids = |index: usize| connections.get(index).map(|it: &Connection| it.id);
        let (near_id, far_id) = (ids(near), ids(far));
        set(connections, near, |it| it.other_leg = far_id);
        set(connections, far, |it| it.other_leg = near_id);
        conclude(connections, near, far);
    }
}

/// A machine that was asked for a WebSocket and asked for one at the same time passes it on: it is
/// no endpoint of either, whether or not the capture holds enough to say which belong together.
fn distrust_relays(connections: &mut [Connection]) {
    let at = |side| {
        connections
            .iter()
            .filter(|it| it.ties.at == Some(side))
            .map(|it| (it.start, it.end))
            .collect::<Vec<_>>()
    };
    let (asked, asking) = (at(Side::Server), at(Side::Client));
    let meets = |it: &Connection, others: &[(Timestamp, Timestamp)]| {
        others
            .iter()
            .any(|(start, end)| *start <= it.end && it.start <= *end)
    };
    for connection in connections {
        let relays = match connection.ties.at {
            Some(Side::Server) => meets(connection, &asking),
            Some(Side::Client) => meets(connection, &asked),
            None => false,
        };
        if relays && let Some(unplaced) = connection.ties.unplaced.take() {
            connection.verdict = Some(unplaced);
        }
    }
}

fn set(connections: &mut [Connection], index: usize, change: impl FnOnce(&mut Connection)) {
    if let Some(connection) = connections.get_mut(index) {
        change(connection);
    }
}

/// Whether two captured connections are one TCP connection: addresses differ, numbers do not.
fn is_same(one: &Connection, other: &Connection) -> bool {
    let (first, second) = (one.ties.sequences, other.ties.sequences);
    first.client.is_some() && first.client == second.client && first.server == second.server
}

/// Legs on the machine of a proxy that writes a key of its own: what it is asked as a server it
/// asks as a client.
fn with_keys_of_their_own(connections: &[Connection]) -> Vec<(usize, usize)> {
    let asks = |connection: &Connection, side| {
        connection.ties.at == Some(side) && connection.other_leg.is_none()
    };
    let mut pairs = Vec::new();
    let mut taken = vec![false; connections.len()];
    for (near, asked) in connections.iter().enumerate() {
        if !asks(asked, Side::Server) || asked.handshake.target.is_none() {
            continue;
        }
        let far = connections
            .iter()
            .enumerate()
            .skip(near + 1)
            .find(|(far, it)| {
                asks(it, Side::Client)
                    && !taken.get(*far).copied().unwrap_or(true)
                    && it.handshake.target == asked.handshake.target
                    && it.start.since(asked.start) <= ASKS_WITHIN
            });
        if let Some((far, _)) = far {
            pairs.push((near, far));
            if let Some(taken) = taken.get_mut(far) {
                *taken = true;
            }
        }
    }
    pairs
}

/// The leg near the client, and the other one: whoever is asked by the first asks by the second.
fn in_order(connections: &[Connection], one: usize, other: usize) -> Option<(usize, usize)> {
    let (first, second) = (connections.get(one)?, connections.get(other)?);
    let asks = |near: &Connection, far: &Connection| near.server.address == far.client.address;
    Some(if asks(second, first) && !asks(first, second) {
        (other, one)
    } else {
        (one, other)
    })
}

/// Concludes anew, knowing both legs.
fn conclude(connections: &mut [Connection], near: usize, far: usize) {
    settle_stripped(connections, near, far);
    let verdict = |index: usize| connections.get(index).and_then(|leg| leg.verdict.clone());
    let (of_near, of_far) = (verdict(near), verdict(far));
    let id = |index: usize| connections.get(index).map_or(0, |leg: &Connection| leg.id);
    let (near_id, far_id) = (id(near), id(far));
    if let (Some(near_verdict), Some(far_verdict)) = (of_near, of_far) {
        if passes_on(&far_verdict) && !passes_on(&near_verdict) {
            let adopted = adopted(near_verdict, near_id, &far_verdict);
            set(connections, far, |leg| leg.verdict = Some(adopted));
        } else if passes_on(&near_verdict) && !passes_on(&far_verdict) {
            let adopted = adopted(far_verdict, far_id, &near_verdict);
            set(connections, near, |leg| leg.verdict = Some(adopted));
        }
    }
    for index in [near, far] {
        set(connections, index, |leg| {
            if let Some(verdict) = &mut leg.verdict
                && verdict.confidence != Confidence::Certain
            {
                verdict.next_capture = Some(format!(
                    "This capture holds both legs (connections {near_id} and {far_id}): run \
                     `wsblame compare` on it."
                ));
            }
        });
    }
}

/// An answer that agreed on one leg and not on the other was changed between them.
fn settle_stripped(connections: &mut [Connection], near: usize, far: usize) {
    let agreed = connections.get(far).and_then(|far| {
        let names = far.handshake.negotiated_extensions.as_ref()?;
        (!names.is_empty()).then_some((far.handshake.response_packet?, far.id))
    });
    let Some((packet, id)) = agreed else { return };
    set(connections, near, |leg| {
        let Some(verdict) = &mut leg.verdict else {
            return;
        };
        if verdict.cause == "extension-response-stripped" {
            verdict.party = Party::Intermediary;
            verdict.confidence = Confidence::Certain;
            verdict.against.clear();
            verdict.next_capture = None;
            verdict.evidence.push(format!(
                "packet {packet}: on the other leg, connection {id}, the 101 names permessage-deflate"
            ));
        }
    });
}

/// Whether a leg shows only the effect: a complaint of what is right here, or an end that may have
/// been passed on.
fn passes_on(verdict: &Verdict) -> bool {
    matches!(
        verdict.cause,
        "frames-altered" | "undetermined" | "capture-incomplete"
    ) || (verdict.cause == "endpoint-died" && verdict.confidence == Confidence::Possible)
}

/// The verdict of the other leg, for this one.
fn adopted(mut verdict: Box<Verdict>, id: u64, own: &Verdict) -> Box<Verdict> {
    verdict.explanation = format!(
        "The other leg, connection {id}, shows what happened. {}",
        verdict.explanation
    );
    verdict.evidence.extend(own.evidence.iter().cloned());
    verdict
}
