//! Files as a whole: how they are opened and refused, and how they end.

use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use flate2::Compression as Level;
use flate2::write::GzEncoder;

use crate::source::samples::{
    Big, Drip, Little, block, enhanced, interface, open, packets, pcap, pcap_header, pcap_record,
    read, section,
};
use crate::source::{Compression, Ending, Format, PacketSource, Reason, Savefile};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    open(bytes).unwrap_err().to_string()
}

/// Place of the break and the number of the packet before it.
fn place(ending: &Ending) -> (u64, u64) {
    let place = ending.broken().unwrap();
    (place.offset, place.after)
}

#[test]
fn complete_file_is_counted() {
    let (packets, savefile) = read(&pcap(&[b"one", b"three"]));
    assert_eq!(
        packets,
        [
            r#"1 link 1 at 1970-01-01T00:00:01.000000Z: 3 "one""#,
            r#"2 link 1 at 1970-01-01T00:00:02.000000Z: 5 "three""#,
        ]
    );
    let input = savefile.input();
    assert_eq!((input.packets, input.foreign, input.bytes), (2, 0, 8));
    assert_eq!(input.bytes_read, 24 + 2 * 16 + 8);
    assert_eq!(input.first_time.unwrap().nanos(), 1_000_000_000);
    assert_eq!(input.last_time.unwrap().nanos(), 2_000_000_000);
    assert_eq!(input.format, Format::Pcap);
    assert_eq!(input.compression, None);
    assert_eq!(input.ending, Some(Ending::Complete));
}

#[test]
fn times_are_the_earliest_and_the_latest_whatever_the_order() {
    let mut file = pcap_header(Little, 0xa1b2_c3d4, 1);
    for second in [5, 2, 9, 4] {
        file.extend(pcap_record(Little, second, 0, b"x"));
    }
    let (_, savefile) = read(&file);
    let input = savefile.input();
    assert_eq!(input.first_time.unwrap().nanos(), 2_000_000_000);
    assert_eq!(input.last_time.unwrap().nanos(), 9_000_000_000);
}

#[test]
fn file_cut_anywhere_gives_what_came_before() {
    let file = pcap(&[b"one", b"three"]);
    let ends = [24, 24 + 19, 24 + 19 + 21];
    for cut in 24..=file.len() {
        let (packets, savefile) = read(&file[..cut]);
        let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
        assert_eq!(packets.len(), whole, "cut at {cut}");
        let ending = savefile.input().ending.as_ref().unwrap();
        if ends.contains(&cut) {
            assert_eq!(*ending, Ending::Complete, "cut at {cut}");
        } else {
            assert_eq!(ending.as_str(), "truncated", "cut at {cut}");
            assert_eq!(place(ending), (ends[whole] as u64, whole as u64));
        }
    }
}

#[test]
fn bytes_that_come_one_by_one_make_the_same_packets() {
    let mut pcapng = section(Little, 1);
    pcapng.extend(interface(Little, 1, 0, &[]));
    pcapng.extend(block(Little, 0xbad, b"something else"));
    pcapng.extend(enhanced(Little, 0, 7, b"packet"));
    for file in [pcap(&[b"one", b"three"]), pcapng] {
        for file in [gzip(&file), file] {
            let drip = Drip(Cursor::new(file.clone()));
            let mut savefile = Savefile::from_reader("drip", 0, drip).unwrap();
            assert_eq!(packets(&mut savefile), read(&file).0);
            assert_eq!(savefile.input().ending, Some(Ending::Complete));
        }
    }
}

/// Gives its bytes in one read, and then fails.
struct Failing(Option<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let bytes = self.0.take().ok_or(io::Error::other("cable pulled"))?;
        let (now, later) = bytes.split_at(room.len().min(bytes.len()));
        room[..now.len()].copy_from_slice(now);
        self.0 = Some(later.to_vec()).filter(|later| !later.is_empty());
        Ok(now.len())
    }
}

#[test]
fn packets_are_lent_before_more_is_read_and_an_error_ends_them() {
    let mut file = pcap(&[b"one"]);
    file.extend([0; 5]);
    let failing = Failing(Some(file));
    let mut savefile = Savefile::from_reader("cable", 0, failing).unwrap();
    assert!(savefile.advance());
    assert_eq!(savefile.packet().unwrap().bytes, b"one");
    assert!(savefile.input().ending.is_none());
    assert!(!savefile.advance());
    let ending = savefile.input().ending.clone().unwrap();
    assert_eq!(ending.as_str(), "failed");
    assert_eq!(
        ending.broken().unwrap().to_string(),
        "cable pulled at byte 48, after packet 1"
    );
}

#[test]
fn error_before_the_file_header_is_a_refusal() {
    let failing = Failing(Some(pcap(&[])[..9].to_vec()));
    let error = Savefile::from_reader("cable", 0, failing).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cable: cannot be read at byte 9: cable pulled"
    );
}

#[test]
fn long_records_make_the_buffer_grow() {
    let long = vec![7; 256 << 10];
    let mut file = pcap_header(Big, 0xa1b2_c3d4, 1);
    for _ in 0..20 {
        file.extend(pcap_record(Big, 1, 0, b"short"));
        file.extend(pcap_record(Big, 1, 0, &long));
    }
    let mut savefile = open(&file).unwrap();
    let mut lengths = Vec::new();
    while savefile.advance() {
        let bytes = savefile.packet().unwrap().bytes;
        assert!(bytes == b"short" || bytes == long);
        lengths.push(bytes.len());
    }
    assert_eq!(lengths, [5, 256 << 10].repeat(20));
}

#[test]
fn gzip_of_several_members_is_read_to_its_end() {
    let file = pcap(&[b"one", b"three"]);
    let mut compressed = gzip(&file[..30]);
    compressed.extend(gzip(&file[30..]));
    let (packets, savefile) = read(&compressed);
    assert_eq!(packets, read(&file).0);
    let input = savefile.input();
    assert_eq!(input.compression, Some(Compression::Gzip));
    assert_eq!(input.bytes_read, compressed.len() as u64);
    assert_eq!(input.ending, Some(Ending::Complete));
}

#[test]
fn cut_gzip_gives_what_came_before_and_says_so() {
    let incompressible: Vec<u8> = (0_u32..2000)
        .map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .collect();
    let file = pcap(&[&incompressible, &incompressible]);
    let compressed = gzip(&file);
    let (packets, savefile) = read(&compressed[..compressed.len() - 4]);
    assert_eq!(packets.len(), 2, "only the checksum was cut");
    let ending = savefile.input().ending.clone().unwrap();
    assert_eq!(ending.as_str(), "truncated");
    assert_eq!(
        ending.broken().unwrap().reason,
        Reason::CompressionEndsEarly
    );
    assert_eq!(place(&ending), (file.len() as u64, 2));

    let first = gzip(&file[..24 + 16 + 2000 + 10]);
    let (packets, savefile) = read(&first[..first.len() - 8]);
    assert_eq!(packets.len(), 1);
    assert_eq!(place(savefile.input().ending.as_ref().unwrap()).1, 1);
}

#[test]
fn damaged_gzip_is_damage() {
    let mut compressed = gzip(&pcap(&[b"one"]));
    let checksum = compressed.len() - 6;
    compressed[checksum] ^= 1;
    let (packets, savefile) = read(&compressed);
    assert_eq!(packets.len(), 1);
    let ending = savefile.input().ending.clone().unwrap();
    assert_eq!(ending.as_str(), "damaged");
    assert!(matches!(
        ending.broken().unwrap().reason,
        Reason::CompressionDamaged(_)
    ));
}

#[test]
fn packets_before_damaged_gzip_data_are_read() {
    let mut number = 1_u32;
    let mut payload = || {
        let mut next = || {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            number.to_be_bytes()[0]
        };
        (0..2000).map(|_| next()).collect::<Vec<u8>>()
    };
    let payloads: Vec<Vec<u8>> = (0..20).map(|_| payload()).collect();
    let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
    let file = pcap(&payloads);
    let mut compressed = gzip(&file);
    // The rest is a block of a kind that does not exist.
    let middle = compressed.len() / 2;
    compressed[middle..].fill(0xff);
    let (packets, savefile) = read(&compressed);
    assert!(packets.len() >= 5, "{}", packets.len());
    let ending = savefile.input().ending.clone().unwrap();
    assert_ne!(ending.as_str(), "complete");
}

#[test]
fn refusals_name_the_input_and_what_is_wrong() {
    assert_eq!(refusal(b""), "sample: is empty: 0 bytes");
    assert_eq!(refusal(&gzip(b"")), "sample: is empty: 0 bytes");
    assert_eq!(
        refusal(b"GET / HTTP/1.1\r\nHost: example.com\r\n"),
        r#"sample: not a capture: starts with "GET / HTTP/1.1\r\nHost: ex""#
    );
    assert_eq!(
        refusal(&gzip(b"\x1b[2J")),
        r#"sample: not a capture: starts with "\x1b[2J""#
    );
    assert_eq!(
        refusal(b"\x28\xb5\x2f\xfd\x04\x00"),
        "sample: the compressed data ends early"
    );
    assert_eq!(
        refusal(&pcap(&[])[..23]),
        "sample: ends inside its pcap file header, after 23 bytes"
    );
    assert_eq!(
        refusal(&section(Little, 1)[..20]),
        "sample: ends inside its pcapng file header, after 20 bytes"
    );
    assert_eq!(
        refusal(&section(Big, 2)),
        "sample: pcapng version 2.0 is not supported (only 1.x is)"
    );
    let mut old = pcap(&[]);
    old[4] = 1;
    assert_eq!(
        refusal(&old),
        "sample: pcap version 1.4 is not supported (only 2.x is)"
    );
}

#[test]
fn missing_files_and_directories_are_told_apart() {
    let missing = Savefile::open(Path::new("no/such\nfile"), 0).unwrap_err();
    assert_eq!(missing.to_string(), r"no/such\nfile: no such file");
    let directory = Savefile::open(&std::env::temp_dir(), 0).unwrap_err();
    let message = directory.to_string();
    assert!(
        message.ends_with("is a directory, not a capture"),
        "{message}"
    );
}

#[test]
fn file_on_disk_knows_its_size() {
    let name = format!("wsblame-savefile-{}.pcap", std::process::id());
    let path = std::env::temp_dir().join(name);
    let file = pcap(&[b"one"]);
    std::fs::write(&path, &file).unwrap();
    let opened = Savefile::open(&path, 3);
    std::fs::remove_file(&path).unwrap();
    let mut savefile = opened.unwrap();
    assert!(savefile.advance());
    assert_eq!(savefile.packet().unwrap().id.input, 3);
    assert_eq!(savefile.input().size, Some(file.len() as u64));
}
