//! Capture files and what can happen to them on a disk.

#![allow(
    clippy::indexing_slicing,
    reason = "what fails here fails the test, in helpers too"
)]

use wsblame::packet::LinkType;
use wsblame::source::{PacketSource, Savefile};

/// One packet as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Nanoseconds since 1970.
    pub(crate) time: i64,
    pub(crate) link: LinkType,
    pub(crate) wire_length: u32,
    pub(crate) bytes: Vec<u8>,
}

/// What a file gives.
pub(crate) struct Read {
    /// Number and packet.
    pub(crate) packets: Vec<(u64, Stored)>,
    pub(crate) savefile: Savefile,
}

/// Reads a capture from memory.
pub(crate) fn read(file: &[u8]) -> Read {
    let reader = std::io::Cursor::new(file.to_vec());
    drain(Savefile::from_reader("memory", 0, reader).unwrap())
}

/// Reads a capture from a file.
pub(crate) fn read_file(file: &[u8]) -> Read {
    let named = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(named.path(), file).unwrap();
    drain(Savefile::open(named.path(), 0).unwrap())
}

fn drain(mut savefile: Savefile) -> Read {
    let mut packets = Vec::new();
    while savefile.advance() {
        let packet = savefile.packet().unwrap();
        let stored = Stored {
            time: packet.time.nanos(),
            link: packet.link,
            wire_length: packet.wire_length,
            bytes: packet.bytes.to_vec(),
        };
        packets.push((packet.id.number, stored));
    }
    Read { packets, savefile }
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Pcap,
    Pcapng,
}

/// A file and where its records are.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    /// Offset of each packet's record.
    pub(crate) records: Vec<usize>,
    /// Offset of what is behind the last.
    pub(crate) end: usize,
    /// Offset of each length in it: of the record, of the block around it.
    pub(crate) lengths: Vec<usize>,
}

impl File {
    /// Offset of the end of each packet's record.
    pub(crate) fn ends(&self) -> Vec<usize> {
        let next = self.records.iter().skip(1).copied();
        next.chain([self.bytes.len()]).collect()
    }
}

/// Writes packets of one link type as a little-endian file, with times in nanoseconds.
pub(crate) fn file(layout: Layout, packets: &[Stored]) -> File {
    let mut file = File {
        bytes: Vec::new(),
        records: Vec::new(),
        end: 0,
        lengths: Vec::new(),
    };
    let link = packets.first().map_or(1, |packet| packet.link.0);
    match layout {
        Layout::Pcap => {
            words(
                &mut file.bytes,
                &[0xa1b2_3c4d, 4 << 16 | 2, 0, 0, 1 << 18, link],
            );
        }
        Layout::Pcapng => {
            let header = [0x1a2b_3c4d, 1, u32::MAX, u32::MAX];
            block(&mut file.bytes, 0x0a0d_0d0a, &header, &[]);
            // if_tsresol: nanoseconds.
            block(&mut file.bytes, 1, &[link, 1 << 18, 1 << 16 | 9, 9, 0], &[]);
        }
    }
    for packet in packets {
        let begin = file.bytes.len();
        file.records.push(begin);
        let time = u64::try_from(packet.time).unwrap();
        let captured = u32::try_from(packet.bytes.len()).unwrap();
        match layout {
            Layout::Pcap => {
                let (seconds, fraction) = (time / 1_000_000_000, time % 1_000_000_000);
                let time = [seconds, fraction].map(|it| u32::try_from(it).unwrap());
                words(&mut file.bytes, &time);
                words(&mut file.bytes, &[captured, packet.wire_length]);
                file.bytes.extend(&packet.bytes);
                file.lengths.extend([begin + 8, begin + 12]);
            }
            Layout::Pcapng => {
                let [high, low] = [time >> 32, time & 0xffff_ffff];
                let [high, low] = [high, low].map(|it| u32::try_from(it).unwrap());
                let fields = [0, high, low, captured, packet.wire_length];
                block(&mut file.bytes, 6, &fields, &packet.bytes);
                let end = file.bytes.len() - 4;
                file.lengths
                    .extend([begin + 4, begin + 20, begin + 24, end]);
            }
        }
    }
    file
}

fn words(file: &mut Vec<u8>, words: &[u32]) {
    file.extend(words.iter().flat_map(|word| word.to_le_bytes()));
}

fn block(file: &mut Vec<u8>, kind: u32, fields: &[u32], data: &[u8]) {
    let padding = data.len().next_multiple_of(4) - data.len();
    let length = u32::try_from(12 + fields.len() * 4 + data.len() + padding).unwrap();
    words(file, &[kind, length]);
    words(file, fields);
    file.extend(data);
    file.extend(&[0; 4][..padding]);
    words(file, &[length]);
}

/// Numbers that look random and are the same each time.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_be_bytes()[0]).collect()
    }
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Harm {
    /// Zeros stand instead of a range of bytes.
    Zeroed,
    /// Random bytes stand there.
    Scrambled,
    /// It is missing.
    Removed,
    /// It is there twice.
    Doubled,
    /// There are zeros between its bytes.
    Spread,
    /// One bit of a length is another one.
    Flipped,
}

impl Harm {
    pub(crate) const ALL: [Self; 6] = [
        Self::Zeroed,
        Self::Scrambled,
        Self::Removed,
        Self::Doubled,
        Self::Spread,
        Self::Flipped,
    ];

    /// Harms bytes of the records; returns which bytes of the whole file are lost by it.
    pub(crate) fn befall(self, file: &mut File, numbers: &mut Numbers) -> std::ops::Range<usize> {
        let from = file.records[0];
        let begin = from + numbers.below(file.bytes.len() - from);
        let most = [16, 600, 5000][numbers.below(3)];
        let length = 1 + numbers.below(most.min(file.bytes.len() - begin));
        let end = begin + length;
        let range = begin..end;
        match self {
            Self::Zeroed => file.bytes[range.clone()].fill(0),
            Self::Scrambled => {
                file.bytes.splice(range.clone(), numbers.bytes(length));
            }
            Self::Removed => drop(file.bytes.drain(range.clone())),
            Self::Doubled => {
                let copy = file.bytes[range].to_vec();
                file.bytes.splice(end..end, copy);
                return end..end;
            }
            Self::Spread => {
                file.bytes.splice(begin..begin, vec![0; length]);
                return begin..begin;
            }
            Self::Flipped => {
                let place = file.lengths[numbers.below(file.lengths.len())];
                let bit = numbers.below(32);
                file.bytes[place + bit / 8] ^= 1 << (bit % 8);
                return place..place + 4;
            }
        }
        range
    }
}
