//! Captures that were damaged on their disk: all that can be read is read, and where it cannot be
//! is told.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use built::blame;
use built::damaged::{Harm, Layout, Numbers, Stored, file, read, read_file};
use built::{VIOLATION, VIOLATION_PACKET, broken, found, report_of_files};
use wsblame::report::model::{Damage, Report};
use wsblame::report::text;
use wsblame_fixtures::Precision;

/// Harms tried on the fixtures, of each layout.
const CASES: usize = 600;

const MIB: usize = 1 << 20;

fn report_of(bytes: &[u8]) -> Report {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, bytes).unwrap();
    report_of_files(&[file.path()])
}

/// The only damage of the only input.
fn damage(report: &Report) -> &Damage {
    let [damage] = &report.inputs[0].damage[..] else {
        panic!("{:?}", report.inputs);
    };
    damage
}

/// The shared capture as pcap, and the offset of each record.
fn pcap() -> (Vec<u8>, Vec<usize>) {
    let capture = broken();
    let records = capture.packets.iter().scan(24, |offset, packet| {
        let record = *offset;
        *offset += 16 + packet.bytes.len();
        Some(record)
    });
    (capture.to_pcap(Precision::Microseconds), records.collect())
}

#[test]
fn a_mebibyte_of_zeros_between_two_records_is_passed() {
    let (bytes, records) = pcap();
    for before in 1..records.len() {
        let at = records[before];
        let zeros = vec![0; MIB];
        let spread = [&bytes[..at], &zeros, &bytes[at..]].concat();
        let report = report_of(&spread);
        assert_eq!(found(&report, VIOLATION), [(0, VIOLATION_PACKET)]);
        let damage = damage(&report);
        assert_eq!((damage.offset, damage.length), (at as u64, MIB as u64));
        assert_eq!(damage.after_packet, before as u64);
        assert_eq!(damage.next_packet, Some(before as u64 + 1));
        assert!(damage.resumed);
        assert!(damage.reason.contains("zeros"), "{}", damage.reason);
        let error = report.inputs[0].error.as_deref().unwrap();
        assert!(error.contains(&format!("byte {at}")), "{error}");
        let mut told = Vec::new();
        text::write(&report, &mut told).unwrap();
        assert!(String::from_utf8(told).unwrap().contains("damaged"));
    }
}

#[test]
fn zeros_over_a_record_lose_that_record_alone() {
    let (bytes, records) = pcap();
    // The handshake stays, and what is broken behind it.
    for lost in [1, 2, 6] {
        let mut bytes = bytes.clone();
        let (begin, end) = (records[lost - 1], records[lost]);
        // From within its header on.
        bytes[begin + 5..end].fill(0);
        let report = report_of(&bytes);
        let number = VIOLATION_PACKET - u64::from(damage(&report).next_packet == Some(lost as u64));
        assert_eq!(found(&report, VIOLATION), [(0, number)], "{lost}");
        assert_eq!(damage(&report).offset, begin as u64);
    }
}

#[test]
fn a_file_that_ends_in_zeros_is_cut_off() {
    // A disk that was full, or a machine that lost its power behind a file that was extended.
    let (bytes, _) = pcap();
    let report = report_of(&[&bytes[..], &[0; 8192]].concat());
    assert_eq!(found(&report, VIOLATION), [(0, VIOLATION_PACKET)]);
    let input = &report.inputs[0];
    assert!(input.truncated);
    assert_eq!(input.error, None);
    assert_eq!(input.packets, broken().packets.len() as u64);
}

#[test]
fn a_writer_that_was_killed_leaves_a_file_that_is_read_to_its_cut() {
    let (bytes, records) = pcap();
    let violation = usize::try_from(VIOLATION_PACKET).unwrap();
    let whole = records[violation];
    for cut in 24..bytes.len() {
        let report = report_of(&bytes[..cut]);
        let input = &report.inputs[0];
        assert_eq!(input.error, None, "{cut}");
        let ends = records.iter().skip(1).copied().chain([bytes.len()]);
        assert_eq!(
            input.packets,
            ends.clone().filter(|end| *end <= cut).count() as u64
        );
        let is_between = cut == 24 || ends.clone().any(|end| end == cut);
        assert_eq!(input.truncated, !is_between, "{cut}");
        assert_eq!(found(&report, VIOLATION).len(), usize::from(cut >= whole));
    }
}

/// The packets of every fixture.
fn fixtures() -> Vec<(String, Vec<Stored>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let folders = [entries(&root.join("real")), entries(&root.join("rules"))].concat();
    let mut paths: Vec<PathBuf> = folders.iter().flat_map(|folder| entries(folder)).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it != "json"));
    paths.sort();
    let packets = paths.into_iter().map(|path| {
        let read = read(&std::fs::read(&path).unwrap());
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        (name, read.packets.into_iter().map(|(_, it)| it).collect())
    });
    packets
        .filter(|(_, packets): &(_, Vec<_>)| !packets.is_empty())
        .collect()
}

/// Behind damage every packet that is lent is one of the capture's, and nearly all of those are
/// lent that no harm was done to.
#[test]
fn behind_damage_packets_are_found_again_and_none_is_made_up() {
    let fixtures = fixtures();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut untouched, mut lost) = (0, 0);
    for case in 0..2 * CASES {
        let layout = [Layout::Pcap, Layout::Pcapng][case % 2];
        let harm = Harm::ALL[case / 2 % Harm::ALL.len()];
        let (name, packets) = &fixtures[numbers.below(fixtures.len())];
        let mut harmed = file(layout, packets);
        let (from, ends) = (harmed.records[0], harmed.ends());
        let gone = harm.befall(&mut harmed, from, &mut numbers);
        let result = read_file(&harmed.bytes);

        let known: HashSet<&[u8]> = packets.iter().map(|it| &it.bytes[..]).collect();
        let places = result.savefile.input().damages.places();
        let after = places.first().map_or(u64::MAX, |place| place.after);
        for (number, packet) in &result.packets {
            let is_behind = *number > after;
            assert!(
                !is_behind || known.contains(&packet.bytes[..]),
                "{name} {harm:?} {layout:?} {gone:?}: packet {number} behind {places:?}"
            );
        }
        let lent: HashSet<(i64, &[u8])> = result
            .packets
            .iter()
            .map(|(_, packet)| (packet.time, &packet.bytes[..]))
            .collect();
        for (packet, (begin, end)) in packets.iter().zip(harmed.records.iter().zip(&ends)) {
            let is_touched = gone.start < *end && *begin < gone.end
                || gone.is_empty() && *begin < gone.start && gone.start < *end;
            if !is_touched {
                untouched += 1;
                lost += usize::from(!lent.contains(&(packet.time, &packet.bytes[..])));
            }
        }
    }
    assert!(lost * 100 < untouched, "{lost} of {untouched}");
}

/// What damage takes is the capture's loss: it makes nobody guilty of anything.
#[test]
fn nobody_is_blamed_for_what_damage_took() {
    let fixtures = fixtures();
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    // Bytes that are changed within a packet are read as they are.
    let harms = [Harm::Doubled, Harm::Spread, Harm::Flipped, Harm::Removed];
    for case in 0..2 * CASES {
        let layout = [Layout::Pcap, Layout::Pcapng][case % 2];
        let harm = harms[case / 2 % harms.len()];
        let (name, packets) = &fixtures[numbers.below(fixtures.len())];
        let mut harmed = file(layout, packets);
        let known = blame::errors(&report_of(&harmed.bytes));
        let from = harmed.records[0];
        let gone = harm.befall(&mut harmed, from, &mut numbers);
        let mut gained = blame::errors(&report_of(&harmed.bytes));
        gained.retain(|blame| !blame::is_known(*blame, &known));
        assert!(
            gained.is_empty(),
            "{name} {harm:?} {layout:?} {gone:?}: {gained:?}"
        );
    }
}
