//! Noise turns no verdict into a wrong one: of every recorded capture, with any packet missing, its
//! beginning or end cut off, seen from farther away, or among other connections, nobody is blamed
//! who is known not to have done it. Nor is anybody of two captures of which one is harmed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod recorded;

use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;
use wsblame::analyzer::Exposure;
use wsblame::compare::compare;
use wsblame::driver::{Options, check_packets, record_packets};
use wsblame::packet::LinkType;
use wsblame::report::model::{Comparison, Pair, Party, Report};
use wsblame::source::{MemoryPacket, PacketSource, Packets, Savefile};

use recorded::{Fixture, fixtures, folders, name};

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

/// Two captures of the same traffic, and what both show together.
struct Both {
    name: String,
    captures: [Vec<MemoryPacket>; 2],
    report: Comparison,
}

fn both(folder: &Path) -> Option<Both> {
    let [own, other] = ["near-client.pcap", "near-server.pcap"].map(|file| folder.join(file));
    own.exists().then(|| {
        let captures = [read(&own), read(&other)];
        Both {
            name: name(folder),
            report: compared(captures.clone()),
            captures,
        }
    })
}

fn compared(captures: [Vec<MemoryPacket>; 2]) -> Comparison {
    let [own, other] = captures;
    let recorded = |input, packets| {
        record_packets(
            &mut Packets::new(input, packets),
            input,
            &Options::default(),
        )
    };
    compare(
        recorded(0, own),
        Some(recorded(1, other)),
        Exposure::default(),
    )
}

/// Parties that a harmed pair of captures may name: those that the unharmed one names, or less.
fn is_no_more(blamed: Party, known: &[Option<Party>]) -> bool {
    let of = |party| known.contains(&Some(party));
    match blamed {
        Party::Capture | Party::Undetermined => true,
        // One leg alone tells no more than a side.
        Party::ClientSide | Party::ServerSide => true,
        other => of(other),
    }
}

/// Of two captures of which one is harmed nobody is accused whom the unharmed ones do not accuse.
fn no_leg_accuses(changes: impl Fn(&[MemoryPacket]) -> Vec<(String, Vec<MemoryPacket>)>) {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for both in folders("legs").iter().filter_map(|folder| both(folder)) {
        let party = |pair: &Pair| pair.verdict.as_ref().map(|verdict| verdict.party);
        let known: Vec<_> = both.report.pairs.iter().map(party).collect();
        for (leg, packets) in both.captures.iter().enumerate() {
            for (change, packets) in changes(packets) {
                tried += 1;
                let mut captures = both.captures.clone();
                captures[leg] = packets;
                for pair in compared(captures).pairs {
                    let Some(verdict) = pair.verdict else {
                        continue;
                    };
                    if !is_no_more(verdict.party, &known) {
                        let (party, cause) = (verdict.party.as_str(), verdict.cause);
                        wrong.push(format!("{}: {party} ({cause}), {leg} {change}", both.name));
                    }
                }
            }
        }
    }
    assert!(tried > 0);
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_leg_whose_capture_ends_early_accuses_nobody() {
    no_leg_accuses(|packets| {
        let to = |to: usize| (format!("to packet {to}"), packets[..to].to_vec());
        (1..packets.len()).map(to).collect()
    });
}

#[test]
fn a_leg_of_one_direction_accuses_nobody() {
    no_leg_accuses(|packets| {
        let first = packets.iter().find_map(source);
        let of = |wanted: bool| {
            let kept = packets.iter();
            let kept = kept.filter(|it| (source(it) == first) == wanted);
            (format!("one direction ({wanted})"), kept.cloned().collect())
        };
        vec![of(true), of(false)]
    });
}

#[test]
fn a_leg_that_is_cut_by_a_snaplen_accuses_nobody() {
    no_leg_accuses(|packets| {
        let to = |length: usize| {
            let mut packets = packets.to_vec();
            for packet in &mut packets {
                packet.bytes.truncate(length);
            }
            (format!("cut to {length}"), packets)
        };
        [66, 96, 128, 200].into_iter().map(to).collect()
    });
}

#[test]
fn a_leg_of_another_time_accuses_nobody() {
    no_leg_accuses(|packets| {
        let shifted = |packet: &MemoryPacket| MemoryPacket {
            time: wsblame::time::Timestamp::from_nanos(packet.time.nanos() + 10_800_000_000_000, 9),
            ..packet.clone()
        };
        vec![(
            "3 hours later".to_owned(),
            packets.iter().map(shifted).collect(),
        )]
    });
}
