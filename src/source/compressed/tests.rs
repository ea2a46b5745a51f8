use std::io::{Cursor, Read, Write as _};

use flate2::write::GzEncoder;
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};

use super::*;
use crate::source::samples::Drip;

/// Bytes that repeat and bytes that do not: blocks that are compressed and blocks that are not.
fn content(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = |place: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        match place % 5000 {
            0..2500 => state.to_be_bytes()[0],
            place => u8::try_from(place / 100).unwrap(),
        }
    };
    (0..length).map(&mut next).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// With a checksum, and the length in the head only if it is known.
fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd_of_known_length(bytes: &[u8]) -> Vec<u8> {
    ::zstd::bulk::compress(bytes, 3).unwrap()
}

fn lz4_as(info: FrameInfo, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let info = FrameInfo::new()
        .block_size(BlockSize::Max64KB)
        .block_mode(BlockMode::Linked)
        .block_checksums(true)
        .content_checksum(true)
        .content_size(Some(bytes.len() as u64));
    lz4_as(info, bytes)
}

fn lz4_plain(bytes: &[u8]) -> Vec<u8> {
    lz4_as(FrameInfo::new().block_size(BlockSize::Max64KB), bytes)
}

fn lz4_legacy(bytes: &[u8]) -> Vec<u8> {
    let mut frame = b"\x02\x21\x4c\x18".to_vec();
    for block in bytes.chunks(8 << 20) {
        let stored = lz4_flex::block::compress(block);
        frame.extend(u32::try_from(stored.len()).unwrap().to_le_bytes());
        frame.extend(stored);
    }
    frame
}

type Encode = fn(&[u8]) -> Vec<u8>;

const ALL: [(&str, Encode); 6] = [
    ("gzip", gzip),
    ("zstd", zstd),
    ("zstd of known length", zstd_of_known_length),
    ("lz4", lz4),
    ("lz4 without checksums", lz4_plain),
    ("legacy lz4", lz4_legacy),
];

fn skippable(length: usize) -> Vec<u8> {
    let mut frame = b"\x5a\x2a\x4d\x18".to_vec();
    frame.extend(u32::try_from(length).unwrap().to_le_bytes());
    // Nobody is to look for a frame in it.
    frame.extend(b"\x28\xb5\x2f\xfd".iter().cycle().take(length));
    frame
}

/// How decoding ended: `complete`, `early`, or where and why there is damage.
fn read(mut buffer: Buffer, begin: &mut Vec<u8>) -> String {
    loop {
        begin.extend(buffer.at_hand());
        let length = buffer.at_hand().len();
        buffer.consume(length);
        match buffer.fill() {
            Ok(true) => {}
            Ok(false) => return "complete".to_owned(),
            Err(ReadFault::EndsEarly) => return "early".to_owned(),
            Err(ReadFault::Damaged(reason)) => return reason,
            Err(other) => panic!("{other:?}"),
        }
    }
}

fn decode_from(reader: impl Read + Send + 'static) -> (Vec<u8>, String) {
    let mut decoded = Vec::new();
    let ending = match decompressed(Buffer::new(Stream::new(Box::new(reader)))) {
        Ok(buffer) => read(buffer, &mut decoded),
        Err(refusal) => refusal.to_string(),
    };
    (decoded, ending)
}

fn decode(bytes: &[u8]) -> (Vec<u8>, String) {
    decode_from(Cursor::new(bytes.to_vec()))
}

/// That decoding gives these bytes and ends like this, however its bytes come.
#[track_caller]
fn assert_decoded(compressed: &[u8], expected: &[u8], ending: &str) {
    let drip = Drip(Cursor::new(compressed.to_vec()));
    for (decoded, end) in [decode(compressed), decode_from(drip)] {
        assert!(
            decoded == expected,
            "{} != {}",
            decoded.len(),
            expected.len()
        );
        assert_eq!(end, ending);
    }
}

#[test]
fn everything_is_decoded_whatever_its_length() {
    for (name, encode) in ALL {
        for length in [1, 2, 100, 65_535, 65_536, 65_537, 131_072, 400_000, 3 << 20] {
            let content = content(length);
            let (decoded, ending) = decode(&encode(&content));
            assert!(decoded == content, "{name}: {length}, {}", decoded.len());
            assert_eq!(ending, "complete", "{name}: {length}");
        }
    }
}

#[test]
fn parts_cut_at_every_byte_around_their_joints_give_all_that_is_before() {
    let (first, second) = (content(3000), content(700));
    for (name, encode) in ALL {
        let mut joined = encode(&first);
        let joint = joined.len();
        joined.extend(encode(&second));
        let whole = [first.clone(), second.clone()].concat();
        // Heads are of at most 19 bytes, what stands at an end is of fewer.
        let around = |place: usize| place.saturating_sub(25)..=(place + 25).min(joined.len());
        for cut in around(30).chain(around(joint)).chain(around(joined.len())) {
            let (decoded, ending) = decode(&joined[..cut]);
            assert!(whole.starts_with(&decoded), "{name} cut at {cut}");
            if cut >= joint {
                assert!(decoded.len() >= first.len(), "{name} cut at {cut}");
            }
            // A legacy frame has no end of its own: it may end behind its magic number, too.
            let is_end = |cut: usize| cut == joint || cut == joined.len();
            let is_end = is_end(cut) || name == "legacy lz4" && is_end(cut - 4);
            let is_early = ending == "early" || ending.ends_with("ends early");
            let ending = if is_early { "early" } else { &ending };
            let expected = if is_end { "complete" } else { "early" };
            assert_eq!(ending, expected, "{name} cut at {cut} of {joint}");
        }
        assert_decoded(&joined, &whole, "complete");
    }
}

#[test]
fn every_byte_before_a_cut_counts() {
    let content = content(400_000);
    // What a cut may cost: a block of zstd or lz4 is decoded as a whole.
    for (name, encode, cost) in [
        ("gzip", gzip as Encode, 600),
        ("zstd", zstd, 128 << 10),
        ("lz4", lz4, 64 << 10),
    ] {
        let compressed = encode(&content);
        let cut = compressed.len() / 2;
        let (decoded, ending) = decode(&compressed[..cut]);
        assert!(content.starts_with(&decoded));
        assert_eq!(ending, "early", "{name}");
        let least = content.len() / 2 - content.len() / 10 - cost;
        assert!(decoded.len() > least, "{name}: {}", decoded.len());
    }
}

#[test]
fn empty_parts_and_padding_are_passed_over() {
    let content = content(1000);
    for (name, encode) in ALL {
        let parts = [
            encode(b""),
            encode(&content[..400]),
            encode(b""),
            encode(b""),
            encode(&content[400..]),
            encode(b""),
        ];
        assert_decoded(&parts.concat(), &content, "complete");
        for zeros in [1, 3, 512, 70_000] {
            let padded = [encode(&content), vec![0; zeros]].concat();
            assert_decoded(&padded, &content, "complete");
            let more = [encode(&content[..7]), vec![0; zeros], encode(&content[7..])].concat();
            assert_decoded(&more, &content, "complete");
        }
        assert_eq!(
            decode(&encode(b"")),
            (Vec::new(), "complete".to_owned()),
            "{name}"
        );
    }
}

#[test]
fn skippable_frames_are_skipped_wherever_they_stand() {
    let content = content(1000);
    for (_, encode) in &ALL[1..] {
        for length in [0, 1, 9, 200_000] {
            let skip = skippable(length);
            let parts = [
                skip.clone(),
                skip.clone(),
                encode(&content[..500]),
                skip.clone(),
                encode(&content[500..]),
                skip.clone(),
            ];
            assert_decoded(&parts.concat(), &content, "complete");
        }
        let cut = [encode(&content), skippable(10)].concat();
        assert_decoded(&cut[..cut.len() - 1], &content, "early");
    }
    assert_eq!(decode(&skippable(3)), (Vec::new(), "complete".to_owned()));
}

#[test]
fn what_follows_the_last_part_is_damage_at_its_byte() {
    let content = content(1000);
    for (name, encode) in ALL {
        let mut compressed = encode(&content);
        let end = compressed.len();
        compressed.extend(b"\xffgarbage");
        let (compression, part) = match name {
            "gzip" => ("gzip", "member"),
            "zstd" | "zstd of known length" => ("zstd", "frame"),
            _ => ("lz4", "frame"),
        };
        let ending = format!(
            "the {compression} data cannot be read from byte {end} on: no {part} begins there"
        );
        assert_decoded(&compressed, &content, &ending);
        let padded = [encode(&content), vec![0; 5], b"\xffgarbage".to_vec()].concat();
        let ending = ending.replace(&end.to_string(), &(end + 5).to_string());
        assert_decoded(&padded, &content, &ending);
    }
}

#[test]
fn parts_of_another_compression_are_damage() {
    let mixed = [gzip(b"content"), zstd(b"more")].concat();
    let (decoded, ending) = decode(&mixed);
    assert_eq!(decoded, b"content");
    assert!(ending.ends_with("no member begins there"), "{ending}");
}

#[test]
fn everything_before_damage_is_decoded() {
    let content = content(1 << 20);
    for (name, encode) in [("gzip", gzip as Encode), ("zstd", zstd), ("lz4", lz4)] {
        let compressed = encode(&content);
        for place in [3, 5, 7].map(|eighths| compressed.len() / 8 * eighths) {
            let mut damaged = compressed.clone();
            for byte in &mut damaged[place..place + 64] {
                *byte ^= 0x55;
            }
            let (decoded, ending) = decode(&damaged);
            assert!(
                ending.contains(" cannot be read from byte "),
                "{name}: {ending}"
            );
            // A block of zstd may hold damage that only the checksum at the end shows.
            let same = decoded.iter().zip(&content).take_while(|(a, b)| a == b);
            let same = same.count();
            assert!(
                same + (128 << 10) > content.len() / compressed.len() * place,
                "{name}: {same} of {} at {place}",
                decoded.len()
            );
            let drip = decode_from(Drip(Cursor::new(damaged)));
            assert!(drip.0 == decoded, "{name}: {}", drip.0.len());
            assert_eq!(drip.1, ending, "{name}");
        }
    }
}

#[test]
fn wrong_checksums_are_damage_behind_everything() {
    let content = content(300_000);
    // How far from the end the checksum ends.
    for (encode, from_end) in [(gzip as Encode, 5), (zstd, 1), (lz4, 1)] {
        let mut compressed = encode(&content);
        let place = compressed.len() - from_end;
        compressed[place] ^= 1;
        let (decoded, ending) = decode(&compressed);
        assert!(decoded == content);
        assert!(ending.contains("check"), "{ending}");
    }
    let mut compressed = gzip(&content);
    let last = compressed.len() - 1;
    compressed[last] ^= 1;
    assert_eq!(
        decode(&compressed).1.split(": ").nth(1),
        Some("incorrect length check")
    );
}

#[test]
fn heads_that_are_not_understood_are_said() {
    let damage = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut frame = lz4(b"content");
        change(&mut frame);
        decode(&frame).1.split_once(" on: ").unwrap().1.to_owned()
    };
    assert_eq!(damage(&|it| it[4] |= 0x80), "a frame of an unknown version");
    assert_eq!(damage(&|it| it[5] |= 0x80), "a frame of an unknown version");
    assert_eq!(damage(&|it| it[4] |= 1), "a frame that needs a dictionary");
    assert_eq!(
        damage(&|it| it[5] = 0x30),
        "a frame of an unknown block size"
    );
    assert_eq!(
        damage(&|it| it[6] ^= 1),
        "the checksum of the frame's head is wrong"
    );
    assert_eq!(
        damage(&|it| it[18] = 1),
        "a block of 16777223 bytes (at most 65536)"
    );
}

#[test]
fn lengths_that_a_head_says_and_its_frame_does_not_have_are_damage() {
    for (said, reason) in [
        (6, "more bytes than the frame's head says"),
        (8, "fewer bytes than the frame's head says"),
    ] {
        // The encoder holds to what it is told; so the head is taken from another frame.
        let head = lz4(&content(said));
        let mut frame = lz4(b"content");
        frame[..15].copy_from_slice(&head[..15]);
        let ending = decode(&frame).1;
        assert!(ending.ends_with(reason), "{ending}");
    }
}

#[test]
fn blocks_of_no_bytes_do_not_end_a_frame() {
    let whole = lz4_plain(b"content");
    // Behind the head: no bytes as they are, no bytes compressed.
    let empty = b"\x00\x00\x00\x80\x01\x00\x00\x00\x00";
    let frame = [&whole[..7], empty, &whole[7..]].concat();
    assert_decoded(&frame, b"content", "complete");
}

#[test]
fn linked_blocks_refer_to_those_before_them() {
    // Bytes that do not repeat, again and again.
    let content = content(100_000)[..2500].repeat(400);
    for size in [BlockSize::Max64KB, BlockSize::Max256KB] {
        let info = FrameInfo::new().block_size(size);
        let independent = lz4_as(info.clone(), &content);
        let linked = lz4_as(info.block_mode(BlockMode::Linked), &content);
        assert!(linked.len() + 2500 < independent.len());
        assert_decoded(&linked, &content, "complete");
        assert_decoded(&independent, &content, "complete");
    }
}

#[test]
fn blocks_of_legacy_frames_that_do_not_get_shorter_are_read() {
    let mut state = 1_u64;
    let content: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    })
    .take((8 << 20) + 1000)
    .collect();
    let compressed = lz4_legacy(&content);
    assert!(compressed.len() > content.len());
    let (decoded, ending) = decode(&compressed);
    assert!(decoded == content);
    assert_eq!(ending, "complete");
}

#[test]
fn a_window_that_is_too_large_is_refused_with_the_command_that_reads_it() {
    let of_window = |log: u32| {
        let mut encoder = ::zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(log).unwrap();
        encoder.write_all(b"content").unwrap();
        encoder.finish().unwrap()
    };
    assert_decoded(&of_window(27), b"content", "complete");
    let refusal = "the zstd data cannot be read from byte 0 on: a frame with a window of more \
                   than 128 MiB; use zstd -dc --long=31 FILE | wsblame check -";
    let (decoded, ending) = decode(&of_window(28));
    assert_eq!(decoded, b"");
    assert!(
        ending.ends_with(refusal.split_once(": ").unwrap().1),
        "{ending}"
    );
}

#[test]
fn twice_compressed_is_read_and_more_is_not() {
    let content = content(70_000);
    for (_, outer) in ALL {
        for (_, inner) in ALL {
            assert_decoded(&outer(&inner(&content)), &content, "complete");
        }
    }
    let thrice = lz4(&zstd(&gzip(&content)));
    assert_eq!(
        decode(&thrice).1,
        "compressed more than 2 times, which is not read as it is: lz4 -dc FILE | zstd -dc | \
         wsblame check -"
    );
    let mut inner = gzip(&content);
    inner.truncate(inner.len() - 1);
    let (decoded, ending) = decode(&zstd(&inner));
    assert!(decoded == content);
    assert_eq!(ending, "early");
    inner.extend(b"\x00garbage");
    assert_eq!(
        decode(&zstd(&inner)).1.split(": ").next().unwrap(),
        format!(
            "the gzip data cannot be read from byte {} of what the zstd data holds on",
            inner.len() - 7
        )
    );
}

/// A reader that fails if it is read from once more than is needed.
struct Exact(Vec<u8>);

impl Read for Exact {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            return Err(std::io::Error::other("read too far"));
        }
        let length = room.len().min(self.0.len());
        let rest = self.0.split_off(length);
        room[..length].copy_from_slice(&self.0);
        self.0 = rest;
        Ok(length)
    }
}

#[test]
fn what_was_flushed_is_decoded_before_more_is_read() {
    let content = content(1000);
    let mut flushed: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&content).unwrap();
    encoder.flush().unwrap();
    flushed.push(("gzip", encoder.get_ref().clone()));
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.write_all(&content).unwrap();
    encoder.flush().unwrap();
    flushed.push(("zstd", encoder.get_ref().clone()));
    let mut encoder = FrameEncoder::new(Vec::new());
    encoder.write_all(&content).unwrap();
    encoder.flush().unwrap();
    flushed.push(("lz4", encoder.get_ref().clone()));
    for (name, encode) in ALL {
        flushed.push((name, encode(&content)));
    }
    for (name, bytes) in flushed {
        let mut buffer = decompressed(Buffer::new(Stream::new(Box::new(Exact(bytes))))).unwrap();
        buffer.want(content.len()).unwrap();
        assert!(buffer.at_hand() == content, "{name}");
    }
}

#[test]
fn a_flood_of_empty_parts_is_read_in_time_that_grows_with_its_length() {
    // Each of these would take minutes if a part cost as much as all before it.
    for (name, encode) in ALL {
        let part = encode(b"");
        let mut flood = part.repeat(50_000);
        flood.extend(encode(b"end"));
        let (decoded, ending) = decode(&flood);
        assert_eq!(
            (&decoded[..], ending.as_str()),
            (&b"end"[..], "complete"),
            "{name}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn whatever_is_damaged_is_decoded_the_same_however_it_comes(
        kind in 0..ALL.len(),
        nested in 0..2 * ALL.len(),
        lengths in (0_usize..9000, 0_usize..300),
        changes in proptest::collection::vec((0_usize..20_000, 0_u8..=255, 0_usize..4), 0..4),
    ) {
        let (_, encode) = ALL[kind];
        let mut compressed = encode(&content(lengths.0));
        compressed.extend(skippable(lengths.1));
        compressed.extend(encode(&content(lengths.1)));
        if let Some((_, outer)) = ALL.get(nested) {
            compressed = outer(&compressed);
        }
        for (place, byte, way) in changes {
            let place = place % compressed.len().max(1);
            match way {
                _ if compressed.is_empty() => {}
                0 => compressed[place] = byte,
                1 => compressed.insert(place, byte),
                2 => drop(compressed.remove(place)),
                _ => compressed.truncate(place + 1),
            }
        }
        let whole = decode(&compressed);
        let drip = decode_from(Drip(Cursor::new(compressed)));
        proptest::prop_assert!(whole == drip, "{:?} {:?} {} {}", whole.1, drip.1, whole.0.len(), drip.0.len());
    }
}
