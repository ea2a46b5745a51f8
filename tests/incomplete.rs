//! What a capture lacks accuses nobody: of every fixture, with packets missing, cut short, stored
//! out of order and doubled at random, no error is found that the whole capture does not hold.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use built::blame::{self, Blame};
use wsblame::driver::{Options, check_packets};
use wsblame::packet::{LinkType, PacketId, RawPacket, Reception};
use wsblame::source::{PacketSource, Savefile};
use wsblame::time::Timestamp;

/// One packet as a file holds it.
#[derive(Clone, Debug)]
struct Stored {
    time: Timestamp,
    link: LinkType,
    wire_length: u32,
    bytes: Vec<u8>,
}

/// Packets to be analysed, numbered as they stand here.
struct Source {
    packets: Vec<Stored>,
    lent: usize,
}

impl PacketSource for Source {
    fn advance(&mut self) -> bool {
        self.lent += 1;
        self.lent <= self.packets.len()
    }

    fn packet(&self) -> Option<RawPacket<'_>> {
        let packet = self.packets.get(self.lent.checked_sub(1)?)?;
        Some(RawPacket {
            id: PacketId {
                input: 0,
                number: self.lent as u64,
            },
            time: packet.time,
            link: packet.link,
            wire_length: packet.wire_length,
            reception: Reception::default(),
            bytes: &packet.bytes,
        })
    }
}

/// The packets of a capture file.
fn read(path: &Path) -> Vec<Stored> {
    let mut file = Savefile::open(path, 0).unwrap();
    let mut packets = Vec::new();
    while file.advance() {
        let packet = file.packet().unwrap();
        packets.push(Stored {
            time: packet.time,
            link: packet.link,
            wire_length: packet.wire_length,
            bytes: packet.bytes.to_vec(),
        });
    }
    packets
}

/// Every fixture by its path, in order.
static FIXTURES: LazyLock<Vec<(String, Vec<Stored>)>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let folders = [entries(&root.join("real")), entries(&root.join("rules"))].concat();
    let mut paths: Vec<PathBuf> = folders.iter().flat_map(|folder| entries(folder)).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it != "json"));
    paths.sort();
    let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    paths.iter().map(|path| (name(path), read(path))).collect()
});

/// What happens to a capture before it is analysed.
#[derive(Clone, Debug)]
enum Harm {
    /// These packets are missing.
    Missing(Vec<Index>),
    /// The capture begins late.
    Late(Index),
    /// The capture ends early.
    Early(Index),
    /// Only so many bytes of each packet are kept.
    Cut(usize),
    /// These packets are kept short.
    Short(Vec<(Index, Index)>),
    /// These packets are stored so many places later.
    Delayed(Vec<(Index, usize)>),
    /// These packets are there twice.
    Doubled(Vec<Index>),
}

impl Harm {
    fn befall(&self, packets: &mut Vec<Stored>) {
        let count = packets.len();
        if count == 0 {
            return;
        }
        match self {
            Self::Missing(missing) => {
                let missing: BTreeSet<usize> = missing.iter().map(|it| it.index(count)).collect();
                let mut index = 0;
                packets.retain(|_| {
                    index += 1;
                    !missing.contains(&(index - 1))
                });
            }
            Self::Late(from) => drop(packets.drain(..from.index(count))),
            Self::Early(to) => packets.truncate(to.index(count)),
            Self::Cut(bytes) => packets
                .iter_mut()
                .for_each(|packet| packet.bytes.truncate(*bytes)),
            Self::Short(short) => {
                for (packet, bytes) in short {
                    let bytes_of = &mut packets[packet.index(count)].bytes;
                    let length = bytes_of.len();
                    bytes_of.truncate(bytes.index(length.max(1)));
                }
            }
            Self::Delayed(delayed) => {
                for (packet, by) in delayed {
                    let from = packet.index(count);
                    let packet = packets.remove(from);
                    packets.insert((from + by).min(count - 1), packet);
                }
            }
            Self::Doubled(doubled) => {
                for packet in doubled {
                    let at = packet.index(packets.len());
                    packets.insert(at, packets[at].clone());
                }
            }
        }
    }
}

fn harm() -> impl Strategy<Value = Harm> {
    let index = any::<Index>;
    prop_oneof![
        4 => vec(index(), 1..=2).prop_map(Harm::Missing),
        2 => vec(index(), 1..40).prop_map(Harm::Missing),
        2 => index().prop_map(Harm::Late),
        2 => index().prop_map(Harm::Early),
        1 => (40_usize..400).prop_map(Harm::Cut),
        1 => vec((index(), index()), 1..4).prop_map(Harm::Short),
        1 => vec((index(), 1_usize..6), 1..8).prop_map(Harm::Delayed),
        1 => vec(index(), 1..20).prop_map(Harm::Doubled),
    ]
}

/// Every error.
fn errors(packets: Vec<Stored>) -> BTreeSet<Blame> {
    let mut source = Source { packets, lent: 0 };
    blame::errors(&check_packets(&mut source, &Options::default()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn what_is_missing_accuses_nobody(
        fixture in any::<Index>(),
        harms in vec(harm(), 1..3),
    ) {
        let (name, whole) = &FIXTURES[fixture.index(FIXTURES.len())];
        let mut packets = whole.clone();
        for harm in &harms {
            harm.befall(&mut packets);
        }
        let known = errors(whole.clone());
        let mut gained = errors(packets);
        gained.retain(|blame| !blame::is_known(*blame, &known));
        prop_assert!(gained.is_empty(), "{name}: {gained:?} after {harms:?}");
    }
}
