//! Noise turns no verdict into a wrong one: of every recorded capture, with any packet missing, its
//! beginning or end cut off, seen from farther away, or among other connections, nobody is blamed
//! who is known not to have done it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod recorded;

use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;
use wsblame::driver::{Options, check_packets};
use wsblame::packet::LinkType;
use wsblame::report::model::Report;
use wsblame::source::{MemoryPacket, PacketSource, Packets, Savefile};

use recorded::{Fixture, fixtures};

/// A capture, and what it may be concluded from.
struct Known {
    name: String,
    packets: Vec<MemoryPacket>,
    expected: Value,
}

static ALL: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let known = |fixture: Fixture| Known {
        packets: read(&fixture.capture),
        name: fixture.name,
        expected: fixture.expected,
    };
    fixtures().into_iter().map(known).collect()
});

fn read(path: &Path) -> Vec<MemoryPacket> {
    let mut file = Savefile::open(path, 0).unwrap();
    let mut packets = Vec::new();
    while file.advance() {
        let packet = file.packet().unwrap();
        packets.push(MemoryPacket {
            time: packet.time,
            link: packet.link,
            bytes: packet.bytes.to_vec(),
        });
    }
    packets
}

fn analysed(packets: Vec<MemoryPacket>) -> Report {
    check_packets(&mut Packets::new(0, packets), &Options::default())
}

/// Who is blamed for each connection, by the client that asked for it.
fn blamed(report: &Report) -> impl Iterator<Item = (String, &'static str, &'static str)> {
    report.connections.iter().filter_map(|connection| {
        let verdict = connection.verdict.as_ref()?;
        let client = &connection.client;
        let client = match client.address.contains(':') {
            true => format!("[{}]:{}", client.address, client.port),
            false => format!("{}:{}", client.address, client.port),
        };
        Some((client, verdict.party.as_str(), verdict.cause))
    })
}

/// What a report says that is known to be wrong.
fn false_accusations(known: &Known, report: &Report) -> Vec<String> {
    let connections = known.expected["connections"].as_array().unwrap();
    let is_false = |(client, party, cause): &(String, &str, &str)| {
        let expected = connections.iter().find(|it| it["client"] == **client)?;
        let innocent = match expected.get("verdict")? {
            // Nothing is wrong there: at most it may be said that it cannot be told.
            Value::Null => !matches!(*party, "capture" | "undetermined"),
            verdict => verdict["never"]
                .as_array()
                .unwrap()
                .iter()
                .any(|it| it == party),
        };
        innocent.then(|| format!("{}: {party} ({cause})", known.name))
    };
    blamed(report).filter_map(|it| is_false(&it)).collect()
}

/// Runs every capture through every change that `changes` makes of it.
fn nobody_is_accused(changes: impl Fn(&[MemoryPacket]) -> Vec<(String, Vec<MemoryPacket>)>) {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for known in ALL.iter() {
        for (change, packets) in changes(&known.packets) {
            tried += 1;
            let report = analysed(packets);
            let accused = false_accusations(known, &report);
            wrong.extend(accused.into_iter().map(|it| format!("{it}, {change}")));
        }
    }
    assert!(tried >= ALL.len(), "{tried}");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_is_not_changed_accuses_nobody() {
    nobody_is_accused(|packets| vec![("as it is".to_owned(), packets.to_vec())]);
}

#[test]
fn a_missing_packet_accuses_nobody() {
    nobody_is_accused(|packets| {
        let without = |missing: usize| {
            let mut packets = packets.to_vec();
            packets.remove(missing);
            (format!("without packet {}", missing + 1), packets)
        };
        (0..packets.len()).map(without).collect()
    });
}

#[test]
fn a_capture_that_begins_late_accuses_nobody() {
    nobody_is_accused(|packets| {
        let from = |from: usize| {
            (
                format!("from packet {}", from + 1),
                packets[from..].to_vec(),
            )
        };
        (1..packets.len()).map(from).collect()
    });
}

#[test]
fn a_capture_that_ends_early_accuses_nobody() {
    nobody_is_accused(|packets| {
        let to = |to: usize| (format!("to packet {to}"), packets[..to].to_vec());
        (1..packets.len()).map(to).collect()
    });
}

#[test]
fn a_capture_of_one_direction_accuses_nobody() {
    nobody_is_accused(|packets| {
        let addresses: Vec<_> = packets.iter().filter_map(source).collect();
        let Some(first) = addresses.first() else {
            return Vec::new();
        };
        let of = |wanted: bool| {
            let of_it = packets
                .iter()
                .filter(|it| (source(it) == Some(*first)) == wanted);
            (
                format!("one direction ({wanted})"),
                of_it.cloned().collect(),
            )
        };
        vec![of(true), of(false)]
    });
}

#[test]
fn routers_on_the_way_accuse_nobody() {
    nobody_is_accused(|packets| {
        let behind = |routers: u8| {
            let mut packets = packets.to_vec();
            for packet in &mut packets {
                if let Some(ttl) = ttl(packet) {
                    *ttl = ttl.saturating_sub(routers).max(1);
                }
            }
            (format!("behind {routers} routers"), packets)
        };
        vec![behind(1), behind(9)]
    });
}

#[test]
fn other_connections_change_nothing() {
    let mut wrong = Vec::new();
    let others: Vec<&Known> = ALL.iter().step_by(7).collect();
    for (index, known) in ALL.iter().enumerate() {
        let alone = analysed(known.packets.clone());
        let other = others[index % others.len()];
        let clients: Vec<_> = alone.connections.iter().map(|it| it.client.port).collect();
        let beside = analysed(other.packets.clone());
        let meets = beside
            .connections
            .iter()
            .any(|it| clients.contains(&it.client.port));
        if meets || known.packets.is_empty() || other.packets.is_empty() {
            continue;
        }
        // At the same time.
        let shift = known.packets[0].time.nanos() - other.packets[0].time.nanos();
        let shifted = other.packets.iter().map(|packet| MemoryPacket {
            time: wsblame::time::Timestamp::from_nanos(packet.time.nanos() + shift, 6),
            ..packet.clone()
        });
        let mut packets: Vec<_> = known.packets.iter().cloned().chain(shifted).collect();
        packets.sort_by_key(|packet| packet.time);
        let together = analysed(packets);
        let together: Vec<_> = blamed(&together).collect();
        for blame in blamed(&alone) {
            if !together.contains(&blame) {
                wrong.push(format!(
                    "{} with {}: {blame:?}, {together:?}",
                    known.name, other.name
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The source address of an IPv4 packet on Ethernet.
fn source(packet: &MemoryPacket) -> Option<[u8; 4]> {
    is_ipv4(packet).then(|| packet.bytes[26..30].try_into().unwrap())
}

/// The TTL of an IPv4 packet on Ethernet.
fn ttl(packet: &mut MemoryPacket) -> Option<&mut u8> {
    is_ipv4(packet).then(|| &mut packet.bytes[22])
}

fn is_ipv4(packet: &MemoryPacket) -> bool {
    packet.link == LinkType::ETHERNET
        && packet.bytes.len() >= 54
        && packet.bytes[12..14] == [0x08, 0x00]
}
