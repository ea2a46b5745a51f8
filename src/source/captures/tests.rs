//! What arguments lead to.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::*;
use crate::source::PacketSource;
use crate::source::samples::{Little, pcap, pcap_header, pcap_record};

/// A directory with these files; one whose name ends in `pcap` holds a packet.
fn folder(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let is_capture = name.ends_with("pcap");
        let bytes = if is_capture {
            pcap(&[b"one"])
        } else {
            b"no capture at all, but text".to_vec()
        };
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// What arguments below `folder` lead to.
fn gathered(folder: &TempDir, arguments: &[&str]) -> Captures {
    let arguments: Vec<PathBuf> = arguments.iter().map(|it| folder.path().join(it)).collect();
    Captures::gather(&arguments)
}

/// Names below `folder`, with the reason of what was refused.
fn names(folder: &TempDir, captures: &Captures) -> Vec<String> {
    let below = |name: &str| within(folder, name);
    captures
        .inputs()
        .map(|(name, known)| match known {
            Ok(_) => below(name),
            Err(refusal) => format!("{}: {refusal}", below(name)),
        })
        .collect()
}

fn within(folder: &TempDir, name: &str) -> String {
    let name = Path::new(name).strip_prefix(folder.path()).unwrap();
    name.to_str().unwrap().to_owned()
}

#[test]
fn a_directory_gives_its_captures_by_name_whatever_they_are_called() {
    let folder = folder(&[
        "b.pcap",
        "a.pcap",
        "notes.txt",
        "c/d.pcap",
        "c/e/f.pcap",
        "zpcap",
    ]);
    let captures = gathered(&folder, &[""]);
    let expected = ["a.pcap", "b.pcap", "c/d.pcap", "c/e/f.pcap", "zpcap"];
    assert_eq!(names(&folder, &captures), expected);
    let others = &captures.passed_over().not_captures;
    assert_eq!(others.len(), 1);
    assert_eq!(within(&folder, &others[0]), "notes.txt");
}

#[test]
fn order_is_that_of_the_arguments() {
    let folder = folder(&["a.pcap", "d/c.pcap", "d/b.pcap", "e.pcap"]);
    let captures = gathered(&folder, &["e.pcap", "d", "a.pcap"]);
    let expected = ["e.pcap", "d/b.pcap", "d/c.pcap", "a.pcap"];
    assert_eq!(names(&folder, &captures), expected);
}

#[test]
fn hidden_files_are_not_looked_at_unless_named() {
    let folder = folder(&["a.pcap", ".b.pcap", ".c/d.pcap"]);
    assert_eq!(names(&folder, &gathered(&folder, &[""])), ["a.pcap"]);
    assert_eq!(names(&folder, &gathered(&folder, &["*"])), ["a.pcap"]);
    let named = gathered(&folder, &[".b.pcap", ".c"]);
    assert_eq!(names(&folder, &named), [".b.pcap", ".c/d.pcap"]);
}

#[test]
fn a_directory_without_a_capture_is_an_error() {
    let folder = folder(&["a/notes.txt", "a/b/more.txt"]);
    fs::create_dir(folder.path().join("c")).unwrap();
    assert_eq!(
        names(&folder, &gathered(&folder, &["a", "c"])),
        [
            "a: no capture in this directory (files that are none: 2)",
            "c: no capture in this directory (files that are none: 0)",
        ]
    );
}

#[test]
fn a_file_that_is_named_and_no_capture_is_an_error() {
    let folder = folder(&["a.pcap", "notes.txt"]);
    let captures = gathered(&folder, &["notes.txt", "a.pcap"]);
    let names = names(&folder, &captures);
    assert!(
        names[0].starts_with("notes.txt: not a capture"),
        "{names:?}"
    );
    assert_eq!(names[1], "a.pcap");
    assert_eq!(*captures.passed_over(), PassedOver::default());
}

#[test]
fn captures_that_cannot_be_read_are_errors_in_directories_too() {
    let folder = folder(&["a.pcap", "empty.pcap"]);
    fs::write(folder.path().join("empty.pcap"), b"").unwrap();
    fs::write(folder.path().join("b.pcap"), &pcap(&[])[..20]).unwrap();
    fs::write(folder.path().join("c.pcap"), b"snoop\0\0\0").unwrap();
    let captures = gathered(&folder, &[""]);
    assert_eq!(
        names(&folder, &captures),
        [
            "a.pcap",
            "b.pcap: ends inside its pcap file header, after 20 bytes",
            "c.pcap: a snoop capture, which is not read as it is: editcap FILE ws.pcapng, then check that",
        ]
    );
    let others = &captures.passed_over().not_captures;
    assert_eq!(others.len(), 1, "an empty file is no capture");
}

#[test]
fn a_pattern_is_what_a_shell_makes_of_it() {
    let folder = folder(&["ws10.pcap", "ws2.pcap", "ws1.pcap", "db.pcap", "ws/a.pcap"]);
    let gathered = |pattern: &str| names(&folder, &gathered(&folder, &[pattern]));
    assert_eq!(gathered("ws?.pcap"), ["ws1.pcap", "ws2.pcap"]);
    assert_eq!(gathered("ws*.pcap"), ["ws1.pcap", "ws10.pcap", "ws2.pcap"]);
    assert_eq!(gathered("[!w]*.pcap"), ["db.pcap"]);
    assert_eq!(
        gathered("w*"),
        ["ws/a.pcap", "ws1.pcap", "ws10.pcap", "ws2.pcap"]
    );
    assert_eq!(
        gathered("pg*.pcap"),
        ["pg*.pcap: no such file, and no file that matches this pattern"]
    );
    let refused = gathered("ws[.pcap");
    assert!(
        refused[0].starts_with("ws[.pcap: no such file, and no pattern: "),
        "{refused:?}"
    );
    assert_eq!(gathered("db"), ["db: no such file"]);
}

#[test]
fn a_file_of_that_name_is_no_pattern() {
    let folder = folder(&["ws[1].pcap", "ws1.pcap"]);
    let captures = gathered(&folder, &["ws[1].pcap"]);
    assert_eq!(names(&folder, &captures), ["ws[1].pcap"]);
}

#[test]
fn a_capture_is_read_once_however_it_is_named() {
    let folder = folder(&["a.pcap", "b.pcap", "notes.txt"]);
    let captures = gathered(&folder, &["b.pcap", "", "./b.pcap", "*.pcap"]);
    assert_eq!(names(&folder, &captures), ["b.pcap", "a.pcap"]);
    let repeated: Vec<_> = captures.passed_over().repeated.iter().collect();
    let repeated: Vec<_> = repeated.into_iter().map(|it| within(&folder, it)).collect();
    assert_eq!(repeated, ["b.pcap", "b.pcap", "a.pcap", "b.pcap"]);

    let captures = gathered(&folder, &["", ""]);
    assert_eq!(names(&folder, &captures), ["a.pcap", "b.pcap"]);
    let PassedOver {
        not_captures,
        repeated,
    } = captures.passed_over();
    assert_eq!((not_captures.len(), repeated.len()), (1, 2));

    let stdin = Captures::gather(&["-".into(), "-".into()]);
    assert_eq!(stdin.inputs().count(), 1);
    assert!(!stdin.are_files());
}

#[cfg(unix)]
#[test]
fn links_to_files_are_followed_and_links_to_directories_are_not() {
    use std::os::unix::fs::symlink;

    let folder = folder(&["a.pcap", "d/b.pcap"]);
    let other = self::folder(&["c.pcap"]);
    let link = |to: &Path, name: &str| symlink(to, folder.path().join("d").join(name)).unwrap();
    link(&other.path().join("c.pcap"), "c");
    link(&folder.path().join("d/b.pcap"), "latest");
    link(folder.path(), "up");
    link(Path::new("nowhere"), "dangling");
    let captures = gathered(&folder, &["d"]);
    assert_eq!(names(&folder, &captures), ["d/b.pcap", "d/c"]);
    assert_eq!(captures.passed_over().repeated.len(), 1);
    assert_eq!(captures.passed_over().not_captures.len(), 2);
}

#[test]
fn directories_are_looked_into_to_a_depth() {
    let deep = |levels: usize| format!("{}a.pcap", "d/".repeat(levels));
    let folder = folder(&[&deep(15), &deep(16)]);
    let names = names(&folder, &gathered(&folder, &[""]));
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(names[0], deep(15));
    assert!(names[1].ends_with("lies 16 directories deep, and what is below is not read"));
}

#[test]
fn what_is_known_before_reading_is_what_will_not_be_read() {
    let folder = folder(&["a.pcap"]);
    fs::write(folder.path().join("b.pcap"), pcap(&[])).unwrap();
    let captures = gathered(&folder, &[""]);
    let known: Vec<_> = captures
        .inputs()
        .map(|(_, known)| known.unwrap().is_some())
        .collect();
    assert_eq!(known, [false, true]);
    assert_eq!(captures.size(), 24 + 16 + 3 + 24);
    assert!(captures.are_files());
    assert_eq!(captures.merged(&Stop::default()).sources().len(), 1);
}

/// Files of which the n-th has packets at n, n + step, n + 2 step ... seconds.
fn overlapping(count: u32, packets: u32, step: u32, length: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in 0..count {
        let mut bytes = pcap_header(Little, 0xa1b2_c3d4, 1);
        for packet in 0..packets {
            let data = vec![u8::try_from(file % 251).unwrap(); length];
            bytes.extend(pcap_record(Little, file + packet * step, 0, &data));
        }
        fs::write(folder.path().join(format!("{file:04}.pcap")), bytes).unwrap();
    }
    folder
}

#[test]
fn more_files_than_are_held_open_are_read_whole_and_in_order() {
    // Two packets in each read of a file, and records across the ends of reads.
    let (count, packets) = (40, 20);
    let folder = overlapping(count, packets, count, 7000);
    let captures = gathered(&folder, &[""]);
    let mut merged = captures.merged(&Stop::default());
    let mut second = 0_u32;
    while merged.advance() {
        let packet = merged.packet().unwrap();
        assert_eq!(packet.time.nanos(), i64::from(second) * 1_000_000_000);
        assert_eq!(packet.id.input, second % count);
        assert_eq!(packet.id.number, u64::from(second / count) + 1);
        assert!(
            packet
                .bytes
                .iter()
                .all(|byte| u32::from(*byte) == second % count)
        );
        assert_eq!(packet.bytes.len(), 7000);
        second += 1;
    }
    assert_eq!(second, count * packets);
    assert_eq!(merged.bytes_read(), captures.size());
}

#[test]
fn a_file_that_changes_between_the_looks_is_an_error_of_its_own() {
    let folder = folder(&["a.pcap", "b.pcap", "c.pcap"]);
    let captures = gathered(&folder, &[""]);
    let mut other = pcap_header(Little, 0xa1b2_c3d4, 1);
    other.extend(pcap_record(Little, 9, 0, b"later"));
    fs::write(folder.path().join("a.pcap"), other).unwrap();
    fs::remove_file(folder.path().join("b.pcap")).unwrap();
    let mut merged = captures.merged(&Stop::default());
    let mut packets = 0;
    while merged.advance() {
        assert_eq!(merged.packet().unwrap().id.input, 2);
        packets += 1;
    }
    assert_eq!(packets, 1);
    let reasons: Vec<_> = merged
        .sources()
        .iter()
        .map(|member| member.input().map_err(ToString::to_string).err())
        .collect();
    let reason = |text: &str| Some(text.to_owned());
    assert_eq!(
        reasons,
        [
            reason("changed while it was read"),
            reason("no such file"),
            None
        ]
    );
}
