//! Which packets are evidence: those between the first and the last one of each broken connection
//! with its addresses and ports, or a few of them. It knows the report, and of packets what decoding
//! says.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::comments::{self, Comments};
use super::pcapng::Options;
use super::{Wish, comments::on_section};
use crate::decode::Endpoint;
use crate::packet::PacketId;
use crate::report::model::{self, Report};
use crate::side::Side;
use crate::time::Timestamp;

/// What is to be kept of the captures.
#[derive(Debug)]
pub struct Plan {
    wish: Wish,
    connections: Vec<Wanted>,
    /// The broken connections between two ends, by both ends in their order.
    between: BTreeMap<(Endpoint, Endpoint), Vec<usize>>,
    comments: Comments,
    /// Packets with a finding about bytes that contradict others.
    conflicts: BTreeSet<PacketId>,
    inputs: Vec<String>,
    section: Options,
}

/// A broken connection.
#[derive(Debug)]
struct Wanted {
    first: (Timestamp, PacketId),
    last: (Timestamp, PacketId),
    /// Its packets so far, in the order of the captures.
    packets: u64,
    /// Packets that others are kept around.
    notable: BTreeSet<PacketId>,
    /// Which of its packets are kept, by their places among them; `None` for all.
    kept: Option<Vec<RangeInclusive<u64>>>,
}

impl Plan {
    /// What is to be kept, by this report.
    #[must_use]
    pub fn of(report: &Report, wish: Wish) -> Self {
        let mut plan = Self {
            wish,
            connections: Vec::new(),
            between: BTreeMap::new(),
            comments: comments::of(report, wish),
            conflicts: BTreeSet::new(),
            inputs: report.inputs.iter().map(|it| it.name.clone()).collect(),
            section: on_section(report, wish),
        };
        for connection in report.connections.iter().filter(|it| it.broken) {
            plan.add(connection);
        }
        plan
    }

    /// What was wished for.
    #[must_use]
    pub const fn wish(&self) -> Wish {
        self.wish
    }

    /// Broken connections.
    #[must_use]
    pub const fn connections(&self) -> usize {
        self.connections.len()
    }

    fn add(&mut self, connection: &model::Connection) {
        let (Some(client), Some(server)) =
            (endpoint(&connection.client), endpoint(&connection.server))
        else {
            return;
        };
        let packet = |input, number| PacketId { input, number };
        let first = packet(connection.input, connection.first_packet);
        let last = packet(connection.last_input, connection.last_packet);
        for finding in &connection.findings {
            if finding.rule == "tcp-overlap-conflict" {
                self.conflicts.insert(packet(finding.input, finding.packet));
            }
        }
        let index = self.connections.len();
        let ends = (client.min(server), client.max(server));
        self.between.entry(ends).or_default().push(index);
        self.connections.push(Wanted {
            first: (connection.start, first),
            last: (connection.end, last),
            packets: 0,
            notable: notable(connection),
            kept: self.wish.context.map(|_| Vec::new()),
        });
    }

    /// Whether there is a broken connection between these ends, at any time.
    #[must_use]
    pub fn knows(&self, one: Endpoint, other: Endpoint) -> bool {
        let ends = (one.min(other), one.max(other));
        self.between.contains_key(&ends)
    }

    /// The broken connections that a segment belongs to: two where one follows another at the
    /// same moment.
    fn of_segment(&self, one: Endpoint, other: Endpoint, at: (Timestamp, PacketId)) -> Vec<usize> {
        let ends = (one.min(other), one.max(other));
        let all = self.between.get(&ends).into_iter().flatten().copied();
        all.filter(|index| {
            let connection = self.connections.get(*index);
            connection.is_some_and(|it| it.first <= at && at <= it.last)
        })
        .collect()
    }

    /// Counts a segment, so that it is known which packets stand around others. Where only some
    /// packets are wanted, all segments are counted before the first one is kept.
    pub fn count(&mut self, one: Endpoint, other: Endpoint, time: Timestamp, packet: PacketId) {
        let around = self.wish.context.unwrap_or(0);
        for index in self.of_segment(one, other, (time, packet)) {
            let Some(connection) = self.connections.get_mut(index) else {
                continue;
            };
            connection.packets += 1;
            let here = connection.packets;
            if let Some(kept) = &mut connection.kept
                && connection.notable.contains(&packet)
            {
                let range = here.saturating_sub(around)..=here.saturating_add(around);
                match kept.last_mut() {
                    Some(before) if *range.start() <= before.end().saturating_add(1) => {
                        *before = *before.start()..=*range.end();
                    }
                    _ => kept.push(range),
                }
            }
        }
    }

    /// Begins anew, with what was counted known.
    pub fn begin(&mut self) {
        for connection in &mut self.connections {
            connection.packets = 0;
        }
    }

    /// Whether a segment is to be kept; each is asked about once, in the order of the captures.
    pub(super) fn keeps(
        &mut self,
        one: Endpoint,
        other: Endpoint,
        time: Timestamp,
        packet: PacketId,
    ) -> bool {
        let mut keeps = false;
        for index in self.of_segment(one, other, (time, packet)) {
            let Some(connection) = self.connections.get_mut(index) else {
                continue;
            };
            connection.packets += 1;
            let here = connection.packets;
            keeps |= connection.kept.as_ref().is_none_or(|kept| {
                let place = kept.partition_point(|range| *range.end() < here);
                kept.get(place).is_some_and(|range| range.contains(&here))
            });
        }
        keeps
    }

    /// What is said of a packet.
    pub(super) fn comments(&self, packet: PacketId) -> &[String] {
        self.comments.get(&packet).map_or(&[], Vec::as_slice)
    }

    /// Whether bytes of a packet contradict others, as the report says.
    pub(super) fn is_conflict(&self, packet: PacketId) -> bool {
        self.conflicts.contains(&packet)
    }

    /// The name of an input.
    pub(super) fn input(&self, index: u32) -> &str {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        self.inputs.get(index).map_or("", String::as_str)
    }

    /// What the section says.
    pub(super) fn section(&self) -> Options {
        self.section.clone()
    }
}

/// The packets of a connection that others are kept around: of its findings, its handshake and its
/// end.
fn notable(connection: &model::Connection) -> BTreeSet<PacketId> {
    let packet = |input, number| PacketId { input, number };
    let mut notable = BTreeSet::new();
    for finding in &connection.findings {
        notable.insert(packet(finding.input, finding.packet));
        notable.insert(packet(finding.last_input, finding.last_packet));
    }
    let handshake = &connection.handshake;
    let request = handshake.request_input.zip(handshake.request_packet);
    let response = handshake.response_input.zip(handshake.response_packet);
    notable.extend(
        [request, response]
            .into_iter()
            .flatten()
            .map(|(input, number)| packet(input, number)),
    );
    for side in Side::BOTH {
        let close = connection.close.of(side);
        notable.extend(close.map(|close| packet(close.input, close.packet)));
        let end = connection.close.tcp_at.of(side).as_ref();
        notable.extend(end.map(|end| packet(end.input, end.packet)));
    }
    notable
}

fn endpoint(peer: &model::Peer) -> Option<Endpoint> {
    Some(Endpoint {
        address: peer.address.parse().ok()?,
        port: peer.port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn plan(context: Option<u64>) -> (Plan, Endpoint, Endpoint, Report) {
        let report = sample::runbook();
        let wish = Wish {
            context,
            redact: false,
        };
        let plan = Plan::of(&report, wish);
        let connection = &report.connections[0];
        let [client, server] =
            [&connection.client, &connection.server].map(|it| endpoint(it).unwrap());
        (plan, client, server, report)
    }

    #[test]
    fn a_connection_is_kept_from_its_first_packet_to_its_last() {
        let (mut plan, client, server, report) = plan(None);
        let connection = &report.connections[0];
        let packet = |number| PacketId {
            input: connection.input,
            number,
        };
        let (first, last) = (connection.first_packet, connection.last_packet);
        assert!(plan.keeps(client, server, connection.start, packet(first)));
        assert!(plan.keeps(server, client, connection.end, packet(last)));
        assert!(!plan.keeps(server, client, connection.end, packet(last + 1)));
        let stranger = Endpoint {
            port: client.port + 1,
            ..client
        };
        assert!(!plan.keeps(stranger, server, connection.start, packet(first)));
    }

    #[test]
    fn packets_around_notable_ones_are_kept() {
        let (mut plan, client, server, report) = plan(Some(1));
        let connection = &report.connections[0];
        plan.connections[0].notable = [3, 5, 9].map(|number| PacketId { input: 0, number }).into();
        plan.connections[0].last.1.number = 12;
        let numbers = connection.first_packet..=12;
        let at = connection.start;
        let packet = |number| PacketId { input: 0, number };
        for number in numbers.clone() {
            plan.count(client, server, at, packet(number));
        }
        plan.begin();
        let kept = numbers.filter(|number| plan.keeps(client, server, at, packet(*number)));
        assert_eq!(kept.collect::<Vec<_>>(), [2, 3, 4, 5, 6, 8, 9, 10]);
    }
}
