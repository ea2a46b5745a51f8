//! What captures come in: files, compressed or not.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

mod built;

use std::io::Write as _;
use std::path::Path;

use built::{VIOLATION, VIOLATION_PACKET, broken, found, report, report_of_files};
use flate2::write::GzEncoder;
use lz4_flex::frame::{FrameEncoder, FrameInfo};
use wsblame::report::model::Report;
use wsblame_fixtures::Precision;

#[test]
fn the_violation_is_found_in_memory_and_in_a_file() {
    let expected = [(0, VIOLATION_PACKET)];
    assert_eq!(found(&report(broken().packets), VIOLATION), expected);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, broken().to_pcap(Precision::Microseconds)).unwrap();
    assert_eq!(found(&report_of_files(&[file.path()]), VIOLATION), expected);
}

/// The program's report of a file that other programs compressed, whatever its name says.
fn found_in(container: &str) -> Vec<(u32, u64)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/containers");
    let report = report_of_files(&[folder.join(container)]);
    let input = &report.inputs[0];
    assert_eq!((input.packets, input.truncated), (16, false), "{container}");
    assert_eq!(input.error, None, "{container}");
    found(&report, "rsv-without-extension")
}

#[test]
fn what_the_usual_tools_write_is_read() {
    for container in [
        "two-members-padded",
        "two-frames-zstd",
        "pzstd",
        "two-frames-lz4",
        "two-frames-lz4-legacy",
        "gzip-in-zstd",
    ] {
        assert_eq!(found_in(container), [(0, 11)], "{container}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let info = FrameInfo::new().content_checksum(true);
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

type Encode = fn(&[u8]) -> Vec<u8>;

const ALL: [(&str, Encode); 3] = [("gzip", gzip), ("zstd", zstd), ("lz4", lz4)];

/// The report of a file of these bytes.
fn report_of(bytes: &[u8]) -> Report {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, bytes).unwrap();
    report_of_files(&[file.path()])
}

/// The capture in two parts of a compression, cut behind packet 7, and the place of the joint.
fn joined(encode: Encode) -> (Vec<u8>, usize) {
    let capture = broken().to_pcap(Precision::Microseconds);
    let behind_the_violation = broken().packets[..7]
        .iter()
        .fold(24, |end, packet| end + 16 + packet.bytes.len());
    let (first, second) = capture.split_at(behind_the_violation);
    let mut joined = encode(first);
    let joint = joined.len();
    joined.extend(encode(second));
    (joined, joint)
}

#[test]
fn a_capture_cut_anywhere_near_a_joint_is_analysed_up_to_there() {
    for (name, encode) in ALL {
        let (joined, joint) = joined(encode);
        for cut in joint..(joint + 20).min(joined.len()) {
            let report = report_of(&joined[..cut]);
            let expected = [(0, VIOLATION_PACKET)];
            assert_eq!(found(&report, VIOLATION), expected, "{name} cut at {cut}");
            let input = &report.inputs[0];
            assert_eq!(input.error, None, "{name} cut at {cut}");
            assert_eq!(input.packets, 7, "{name} cut at {cut}");
            // At the joint itself there is nothing that could tell.
            assert_eq!(input.truncated, cut > joint, "{name} cut at {cut}");
        }
        let report = report_of(&joined);
        assert_eq!(report.inputs[0].packets, broken().packets.len() as u64);
        assert!(!report.inputs[0].truncated);
    }
}

#[test]
fn damage_behind_a_joint_is_told_by_its_byte_and_what_is_before_is_analysed() {
    for (name, encode) in ALL {
        let (joined, joint) = joined(encode);
        let garbage = [&joined[..joint], b"\xffgarbage"].concat();
        let mut wrong_checksum = joined.clone();
        let last = wrong_checksum.len() - if name == "gzip" { 5 } else { 1 };
        wrong_checksum[last] ^= 1;
        for (damaged, packets) in [(garbage, 7), (wrong_checksum, broken().packets.len())] {
            let report = report_of(&damaged);
            let expected = [(0, VIOLATION_PACKET)];
            assert_eq!(found(&report, VIOLATION), expected, "{name}");
            let input = &report.inputs[0];
            assert_eq!(input.packets, packets as u64, "{name}");
            let error = input.error.as_deref().unwrap();
            let begin = format!("the {name} data cannot be read from byte ");
            let (place, _) = error.strip_prefix(&begin).unwrap().split_once(' ').unwrap();
            let place: usize = place.parse().unwrap();
            assert!((joint..=damaged.len()).contains(&place), "{error}");
            assert!(
                error.ends_with(&format!(", after packet {packets}")),
                "{error}"
            );
        }
    }
}

/// Why a file of these bytes is not read.
fn refusal(bytes: &[u8]) -> String {
    report_of(bytes).inputs[0].error.clone().unwrap()
}

/// An archive of one file, as far as its head.
fn tar() -> Vec<u8> {
    let mut head = [0; 512];
    head[..12].copy_from_slice(b"capture.pcap");
    head[257..262].copy_from_slice(b"ustar");
    head.to_vec()
}

#[test]
fn what_is_not_read_is_named_with_the_command_that_unpacks_it() {
    let not_read = "which is not read as it is:";
    let xz = [b"\xfd7zXZ\0", &[1; 300][..]].concat();
    let bzip2 = b"BZh91AY&SY\x01\x02\x03";
    for (bytes, expected) in [
        (
            &xz[..],
            format!("compressed with xz, {not_read} xz -dc FILE | wsblame check -"),
        ),
        (
            bzip2,
            format!("compressed with bzip2, {not_read} bzip2 -dc FILE | wsblame check -"),
        ),
        (
            &gzip(&xz),
            format!("compressed with xz, {not_read} gzip -dc FILE | xz -dc | wsblame check -"),
        ),
    ] {
        assert_eq!(refusal(bytes), expected);
    }
    for (bytes, archive, command) in [
        (&b"PK\x03\x04archive"[..], "zip", "unzip FILE"),
        (b"7z\xbc\xaf\x27\x1carchive", "7z", "7z x FILE"),
        (&tar(), "tar", "tar -xf FILE"),
        (&gzip(&tar()), "tar", "tar -xzf FILE"),
        (&zstd(&tar()), "tar", "zstd -dc FILE | tar -xf -"),
        (
            &lz4(&gzip(&tar())),
            "tar",
            "lz4 -dc FILE | gzip -dc | tar -xf -",
        ),
    ] {
        assert_eq!(
            refusal(bytes),
            format!(
                "a {archive} archive, {not_read} {command}, then check the captures that were in it"
            )
        );
    }
}
