//! Capture files built in memory for tests: bytes as the formats' descriptions have them, and
//! whatever is wrong with them put there on purpose.

use std::io::{Cursor, Read};

use super::{OpenError, PacketSource, Savefile};

/// Writes numbers in the byte order of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

pub(crate) use Order::{Big, Little};

impl Order {
    pub(crate) fn u16(self, number: u16) -> [u8; 2] {
        match self {
            Little => number.to_le_bytes(),
            Big => number.to_be_bytes(),
        }
    }

    pub(crate) fn u32(self, number: u32) -> [u8; 4] {
        match self {
            Little => number.to_le_bytes(),
            Big => number.to_be_bytes(),
        }
    }

    pub(crate) fn u64(self, number: u64) -> [u8; 8] {
        match self {
            Little => number.to_le_bytes(),
            Big => number.to_be_bytes(),
        }
    }

    /// Numbers of 32 bits one behind the other.
    pub(crate) fn words(self, numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|word| self.u32(*word)).collect()
    }
}

/// A pcap file header of version 2.4.
pub(crate) fn pcap_header(order: Order, magic: u32, link: u32) -> Vec<u8> {
    let mut bytes = order.u32(magic).to_vec();
    bytes.extend(order.u16(2));
    bytes.extend(order.u16(4));
    bytes.extend(order.words(&[0, 0, 262_144, link]));
    bytes
}

/// A pcap record that was captured whole.
pub(crate) fn pcap_record(order: Order, seconds: u32, fraction: u32, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap();
    let mut bytes = order.words(&[seconds, fraction, length, length]);
    bytes.extend(data);
    bytes
}

/// A little-endian pcap file of Ethernet packets, the n-th captured at n seconds.
pub(crate) fn pcap(packets: &[&[u8]]) -> Vec<u8> {
    let mut bytes = pcap_header(Little, 0xa1b2_c3d4, 1);
    for (second, packet) in (1..).zip(packets) {
        bytes.extend(pcap_record(Little, second, 0, packet));
    }
    bytes
}

/// A pcapng block around `body`, which is padded to 32 bits.
pub(crate) fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = u32::try_from(body.len() + 12).unwrap();
    let mut bytes = order.words(&[kind, length]);
    bytes.extend(body);
    bytes.extend(order.u32(length));
    bytes
}

/// A Section Header Block.
pub(crate) fn section(order: Order, major: u16) -> Vec<u8> {
    let mut body = order.u32(0x1a2b_3c4d).to_vec();
    body.extend(order.u16(major));
    body.extend(order.u16(0));
    body.extend([0xff; 8]);
    block(order, 0x0a0d_0d0a, &body)
}

/// An Interface Description Block with these options: code and value.
pub(crate) fn interface(
    order: Order,
    link: u16,
    snap_length: u32,
    options: &[(u16, &[u8])],
) -> Vec<u8> {
    let mut body = order.u16(link).to_vec();
    body.extend(order.u16(0));
    body.extend(order.u32(snap_length));
    body.extend(self::options(order, options));
    block(order, 1, &body)
}

/// Options, or the records of a Name Resolution Block: code and value. None ends them.
pub(crate) fn options(order: Order, options: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (code, value) in options {
        bytes.extend(order.u16(*code));
        bytes.extend(order.u16(u16::try_from(value.len()).unwrap()));
        bytes.extend(*value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

/// An Interface Statistics Block with these options.
pub(crate) fn statistics(order: Order, interface: u32, options: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = order.words(&[interface, 0, 0]);
    body.extend(self::options(order, options));
    block(order, 5, &body)
}

/// A Decryption Secrets Block.
pub(crate) fn secrets(order: Order, kind: u32, secrets: &[u8]) -> Vec<u8> {
    let mut body = order.words(&[kind, u32::try_from(secrets.len()).unwrap()]);
    body.extend(secrets);
    block(order, 10, &body)
}

/// An Enhanced Packet Block of a packet that was captured whole.
pub(crate) fn enhanced(order: Order, interface: u32, ticks: u64, data: &[u8]) -> Vec<u8> {
    enhanced_with(order, interface, ticks, data, &[])
}

/// The same with options.
pub(crate) fn enhanced_with(
    order: Order,
    interface: u32,
    ticks: u64,
    data: &[u8],
    options: &[(u16, &[u8])],
) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap();
    let high = u32::try_from(ticks >> 32).unwrap();
    let low = u32::try_from(ticks & 0xffff_ffff).unwrap();
    let mut body = order.words(&[interface, high, low, length, length]);
    body.extend(data);
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend(self::options(order, options));
    block(order, 6, &body)
}

/// Opens a capture from memory.
pub(crate) fn open(bytes: &[u8]) -> Result<Savefile, OpenError> {
    Savefile::from_reader("sample", 0, Cursor::new(bytes.to_vec()))
}

/// What is lent of each packet, shown: number, link type, time, wire length and bytes.
pub(crate) fn packets(savefile: &mut Savefile) -> Vec<String> {
    let mut shown = Vec::new();
    while savefile.advance() {
        let packet = savefile.packet().unwrap();
        shown.push(format!(
            "{} link {} at {}: {} {:?}",
            packet.id.number,
            packet.link.0,
            packet.time,
            packet.wire_length,
            packet.bytes.escape_ascii().to_string(),
        ));
    }
    assert!(savefile.packet().is_none());
    shown
}

/// Opens a capture from memory and reads it to its end.
pub(crate) fn read(bytes: &[u8]) -> (Vec<String>, Savefile) {
    let mut savefile = open(bytes).unwrap();
    (packets(&mut savefile), savefile)
}

/// The same, of a file on a disk.
pub(crate) fn read_as_file(bytes: &[u8]) -> (Vec<String>, Savefile) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let mut savefile = Savefile::open(file.path(), 0).unwrap();
    (packets(&mut savefile), savefile)
}

/// A reader that gives one byte at a time.
pub(crate) struct Drip(pub(crate) Cursor<Vec<u8>>);

impl Read for Drip {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let room = room.get_mut(..1).unwrap_or(&mut []);
        self.0.read(room)
    }
}
