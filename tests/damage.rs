//! Damaged capture files: all of them that can be read is read, what is read is what was captured,
//! and what is lost accuses nobody.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use built::blame::{self, Blame};
use built::damaged::{File, Harm, Layout, Numbers, Stored, file, read, read_file};
use built::{VIOLATION, VIOLATION_PACKET, broken, found, report_of_files};
use wsblame::packet::LinkType;
use wsblame::report::model::Report;

/// Damages that are tried of each kind, in either layout.
const CASES: usize = 100;

const MEGABYTE: usize = 1 << 20;

/// The packets of each fixture by its path, in order.
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
    let packets = |path: &Path| {
        let packets = read(&std::fs::read(path).unwrap()).packets.into_iter();
        packets.map(|(_, packet)| packet).collect()
    };
    let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    paths
        .iter()
        .map(|path| (name(path), packets(path)))
        .collect()
});

/// Every kind of damage to some fixtures: their names and packets, the file before, and the kind.
fn cases(
    layout: Layout,
    numbers: &mut Numbers,
    mut try_it: impl FnMut(&str, &[Stored], File, Harm, &mut Numbers),
) {
    for case in 0..CASES * Harm::ALL.len() {
        let (name, packets) = &FIXTURES[numbers.below(FIXTURES.len())];
        let harm = Harm::ALL[case % Harm::ALL.len()];
        if !packets.is_empty() {
            try_it(name, packets, file(layout, packets), harm, numbers);
        }
    }
}

/// The number of each packet that none of `lost` touches.
fn untouched(file: &File, lost: &std::ops::Range<usize>) -> Vec<usize> {
    let ends = file.records.iter().skip(1).copied();
    let records = file.records.iter().zip(ends.chain([file.end]));
    let is_apart = |(begin, end): (&usize, usize)| lost.end <= *begin || end <= lost.start;
    let apart = records.map(is_apart).enumerate();
    apart
        .filter(|(_, is_apart)| *is_apart)
        .map(|(at, _)| at)
        .collect()
}

#[test]
fn what_is_read_behind_damage_is_what_was_captured() {
    for (layout, seed) in [(Layout::Pcap, 0x9e37_79b9), (Layout::Pcapng, 0x7f4a_7c15)] {
        let (mut all, mut missing, mut other_times) = (0, 0, 0);
        cases(
            layout,
            &mut Numbers(seed),
            |name, packets, mut file, harm, numbers| {
                let lost = harm.befall(&mut file, numbers);
                let untouched = untouched(&file, &lost);
                let context = format!("{name}: {harm:?} of {lost:?}");
                for from_file in [false, true] {
                    let read = if from_file {
                        read_file(&file.bytes)
                    } else {
                        read(&file.bytes)
                    };
                    let damages = read.savefile.input().damages.places();
                    let behind = damages.first().map_or(u64::MAX, |damage| damage.after);
                    let known: HashSet<&[u8]> = packets.iter().map(|it| &it.bytes[..]).collect();
                    let moments: HashSet<_> =
                        packets.iter().map(|it| (it.time, &it.bytes)).collect();
                    let mut seen = HashSet::new();
                    for (number, packet) in &read.packets {
                        seen.insert((packet.time, &packet.bytes));
                        if *number <= behind {
                            continue;
                        }
                        assert!(
                            known.contains(&packet.bytes[..]),
                            "{context}: {number}, {damages:?}"
                        );
                        if !moments.contains(&(packet.time, &packet.bytes)) {
                            other_times += 1;
                        }
                    }
                    if from_file {
                        all += untouched.len();
                        let is_missing = |it: &&usize| {
                            let packet = &packets[**it];
                            !seen.contains(&(packet.time, &packet.bytes))
                        };
                        missing += untouched.iter().filter(is_missing).count();
                    }
                }
            },
        );
        // A packet in front of bytes that are none is not believed; part of a time may be lost.
        assert!(
            missing * 100 < all,
            "{layout:?}: {missing} of {all} packets are not read"
        );
        assert!(
            other_times * 1000 < all,
            "{layout:?}: {other_times} times are not those captured"
        );
    }
}

/// The errors of a file, as `wsblame check` finds them.
fn errors(bytes: &[u8]) -> (BTreeSet<Blame>, Report) {
    let named = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(named.path(), bytes).unwrap();
    let report = report_of_files(&[named.path()]);
    (blame::errors(&report), report)
}

#[test]
fn what_is_lost_accuses_nobody() {
    for (layout, seed) in [(Layout::Pcap, 0x1234_5678), (Layout::Pcapng, 0x8765_4321)] {
        cases(
            layout,
            &mut Numbers(seed),
            |name, _, mut file, harm, numbers| {
                let known = errors(&file.bytes).0;
                let lost = harm.befall(&mut file, numbers);
                let (mut gained, report) = errors(&file.bytes);
                let damage = &report.inputs[0].damage;
                // Where each header stands, a packet may have been sent like that; and where eight
                // bytes are missing, the length of the next block stands in the place of the last.
                let is_shifted = layout == Layout::Pcapng && lost.len() == 8;
                if !damage.is_empty() && !is_shifted {
                    gained.retain(|blame| !blame::is_known(*blame, &known));
                    assert!(
                        gained.is_empty(),
                        "{name}: {gained:?}, {harm:?} of {lost:?}: {damage:?}"
                    );
                }
            },
        );
    }
}

/// The capture with one violation as a file, and where its records are.
fn violation(layout: Layout) -> File {
    let stored = broken().packets.into_iter().map(|packet| Stored {
        time: i64::try_from(packet.time.as_nanos()).unwrap(),
        link: LinkType::ETHERNET,
        wire_length: u32::try_from(packet.wire_length).unwrap(),
        bytes: packet.bytes,
    });
    file(layout, &stored.collect::<Vec<_>>())
}

/// The number of the packet with the violation.
fn violating(report: &Report) -> u64 {
    match found(report, VIOLATION)[..] {
        [(0, packet)] => packet,
        ref other => panic!("{other:?} in {:?}", report.inputs),
    }
}

#[test]
fn a_violation_behind_a_megabyte_of_zeros_is_found() {
    for layout in [Layout::Pcap, Layout::Pcapng] {
        let whole = violation(layout);
        let violating_record = whole.records[usize::try_from(VIOLATION_PACKET).unwrap() - 1];
        // In front of and in each record of a packet before it.
        for at in whole.records[0]..=violating_record {
            let record = whole
                .records
                .iter()
                .rposition(|begin| *begin <= at)
                .unwrap();
            let inside = at - whole.records[record];
            if !matches!(inside, 0 | 1 | 4 | 5 | 9 | 11 | 12 | 20 | 30 | 50 | 60) {
                continue;
            }
            let mut bytes = whole.bytes.clone();
            bytes.splice(at..at, vec![0; MEGABYTE]);
            let (accused, report) = errors(&bytes);
            let input = &report.inputs[0];
            let [damage] = &input.damage[..] else {
                panic!("{:?}", input.damage)
            };
            // Without the handshake it is no violation.
            if inside > 0 && matches!(record, 3 | 4) {
                continue;
            }
            let packet = violating(&report);
            assert!(
                accused.iter().all(|(rule, _)| *rule == VIOLATION),
                "{accused:?}"
            );
            // One packet is lost and has no number, if zeros are inside of its record and it is
            // not seen to be a packet.
            let lost = VIOLATION_PACKET - packet;
            assert!(
                lost <= u64::from(inside > 0),
                "{layout:?}, {inside} in {record}: {packet}"
            );
            assert!(damage.resumed && !input.truncated);
            assert_eq!(damage.next_packet, Some(damage.after_packet + 1));
            let error = input.error.as_ref().unwrap();
            assert!(
                error.starts_with(&format!("damaged at byte {}, ", damage.offset)),
                "{error}"
            );
            assert!(
                error.contains(" bytes of zeros; went on at byte "),
                "{error}"
            );
        }
    }
}

#[test]
fn a_capture_cut_or_filled_up_with_zeros_is_read_up_to_there() {
    for layout in [Layout::Pcap, Layout::Pcapng] {
        let whole = violation(layout);
        let known = errors(&whole.bytes).0;
        for cut in whole.records[0]..whole.bytes.len() {
            for zeros in [0, 8192] {
                let mut bytes = whole.bytes[..cut].to_vec();
                bytes.resize(cut + zeros, 0);
                let (accused, report) = errors(&bytes);
                let input = &report.inputs[0];
                assert!(
                    accused.is_subset(&known),
                    "{layout:?} cut at {cut}: {accused:?}"
                );
                assert_eq!(input.error, None, "{layout:?} cut at {cut}");
                let is_border = whole.records.contains(&cut);
                assert_eq!(
                    input.truncated,
                    zeros > 0 || !is_border,
                    "{layout:?} cut at {cut}"
                );
                assert_eq!(input.damage.len(), usize::from(zeros > 0));
            }
        }
    }
}

/// Status, standard output and standard error of `wsblame check`.
fn check(bytes: &[u8], arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ws.pcap"), bytes).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wsblame"))
        .current_dir(folder.path())
        .args(["check", "ws.pcap"])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn damage_in_the_middle_changes_the_exit_status_and_a_cut_does_not() {
    let whole = violation(Layout::Pcap);
    let mut middle = whole.bytes.clone();
    let at = whole.records[3];
    middle.splice(at..at, vec![0; 100]);
    let (status, text, _) = check(&middle, &[]);
    assert_eq!(status, Some(2), "{text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let next = at + 100;
    let told = format!(
        "damaged at byte {at}, after packet 3: 100 bytes of zeros; went on at byte {next} with \
         packet 4"
    );
    assert!(text.contains(&told), "{text}");

    let end = [&whole.bytes[..], &[0; 8192]].concat();
    let (status, text, _) = check(&end, &[]);
    assert_eq!(status, Some(1), "{text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("ends in 8192 bytes of zeros, read up to there"),
        "{text}"
    );
}

#[test]
fn damage_is_located_in_json() {
    let whole = violation(Layout::Pcap);
    let mut bytes = whole.bytes.clone();
    let at = whole.records[3];
    bytes.splice(at..at, vec![0; 100]);
    bytes.extend([0xff; 40]);
    let (_, json, _) = check(&bytes, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let count = whole.records.len() as u64;
    assert_eq!(
        report["inputs"][0]["damage"],
        serde_json::json!([
            {
                "offset": at, "length": 100, "after_packet": 3, "next_packet": 4, "resumed": true,
                "reason": "100 bytes of zeros",
            },
            {
                "offset": bytes.len() - 110, "length": 110, "after_packet": count - 1,
                "next_packet": null, "resumed": false,
                "reason": "a packet of 54 captured bytes of 54, behind which no other begins",
            },
        ])
    );
    assert_eq!(report["inputs"][0]["damaged_places"], 2);
}
