//! The pcapng format (draft-ietf-opsawg-pcapng): sections of blocks, each section with its own
//! byte order and interfaces. It knows bytes and no files.
//!
//! pcap-parser reads the blocks that describe. The blocks that hold packets are read here, for
//! three reasons: their lengths have to be checked before they are waited for, their options
//! would be collected into a vector for every packet, and the obsolete Packet Block is unknown
//! to it.

mod clock;
mod interface;
mod search;

use std::ops::Range;

use pcap_parser::pcapng::parse_sectionheaderblock;

use super::byte_order::{self, ByteOrder};
use super::record::{LONGEST_PACKET, LONGEST_RECORD, Record, Records, Step};
use crate::source::{Format, Reason, Refusal};
use crate::time::Timestamp;
use interface::Interface;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// Blocks that hold no packet but are numbered by Wireshark as if they did: systemd journal
/// entries, system calls (three versions), custom blocks (to be copied or not).
const NUMBERED: [u32; 6] = [9, 0x204, 0x216, 0x221, 0xbad, 0x4000_0bad];

/// Other blocks that are known to be passed over, and may be long: name resolution, interface
/// statistics, secrets.
const PASSED: [u32; 3] = [4, 5, 10];

/// Length in bytes of what every block has: type, and the total length at its begin and end.
const FRAME: u32 = 12;

/// Place of a packet's bytes in an Enhanced Packet Block and in a Packet Block.
const PACKET_DATA: u32 = 28;

/// Place of a packet's bytes in a Simple Packet Block.
const SIMPLE_PACKET_DATA: u32 = 12;

/// The longest block that is passed over, in bytes, as Wireshark has it. None of it is kept:
/// the bound only tells a long block from a damaged length. Of a type that is not known, no block
/// is that long: one in a few hundred wrong types with a wrong length would be taken for one.
const LONGEST_PASSED: u32 = 128 << 20;

/// The longest block that is read as a whole, in bytes.
const LONGEST_READ: u32 = 1 << 20;

const _: () = assert!(LONGEST_READ as usize == LONGEST_RECORD);

/// Bytes of a packet's options that no tool writes.
const MANY_OPTIONS: u32 = 1 << 10;

/// The most interfaces of a section: as many as an obsolete Packet Block can name.
const MOST_INTERFACES: usize = 1 << 16;

/// What the blocks so far say about the next one.
#[derive(Debug)]
pub(super) struct Pcapng {
    order: ByteOrder,
    interfaces: Vec<Interface>,
    /// Time of the last packet that had one, for those that have none.
    time: Option<Timestamp>,
    passing: Option<Passing>,
    /// Blocks of this section are lost, and maybe a description of an interface: those behind
    /// them have numbers that are not known.
    is_gapped: bool,
}

/// A block that is being passed over.
#[derive(Clone, Copy, Debug)]
struct Passing {
    /// Its length as it is stated.
    stated: u32,
    length: u32,
    /// Bytes still to come, the repeated length at the end included.
    left: u32,
    numbered: bool,
}

impl Pcapng {
    /// Reads the first section header: what it says, and its length. `None` for too few bytes.
    pub(super) fn begin(start: &[u8]) -> Result<Option<(Records, usize)>, Refusal> {
        let mut pcapng = Self {
            order: ByteOrder::Little,
            interfaces: Vec::new(),
            time: None,
            passing: None,
            is_gapped: false,
        };
        match pcapng.step(start, false) {
            Step::Pass(length) => Ok(Some((Records::Pcapng(pcapng), length))),
            Step::Damage(Reason::SectionVersion { major, minor }) => Err(Refusal::Version {
                format: Format::Pcapng,
                major,
                minor,
                known: "1.x",
            }),
            Step::Damage(reason) => Err(Refusal::HeaderDamaged(reason)),
            // The first block is a section header, and so holds no packet.
            _ => Ok(None),
        }
    }

    /// Bytes consumed of the block that is being passed over.
    pub(super) fn passed(&self) -> u32 {
        self.passing
            .map_or(0, |passing| passing.length - passing.left)
    }

    /// Notes that blocks are lost.
    pub(super) const fn lose(&mut self) {
        self.passing = None;
        self.is_gapped = true;
    }

    /// Reads the block at the front.
    pub(super) fn step(&mut self, at_hand: &[u8], at_end: bool) -> Step {
        if let Some(passing) = self.passing {
            return self.pass(passing, at_hand);
        }
        let Some(&[a, b, c, d, e, f, g, h, ref magic @ ..]) = at_hand.first_chunk::<12>() else {
            return Step::More;
        };
        // The type of a section header reads the same in either order.
        let is_section = u32::from_le_bytes([a, b, c, d]) == SECTION_HEADER;
        let order = match u32::from_le_bytes(*magic) {
            _ if !is_section => self.order,
            0x1a2b_3c4d => ByteOrder::Little,
            0x4d3c_2b1a => ByteOrder::Big,
            other => {
                self.interfaces.clear();
                return Step::Damage(Reason::ByteOrderMagic(other));
            }
        };
        let kind = order.u32([a, b, c, d]);
        let length = order.u32([e, f, g, h]);
        let (least, limit) = bounds(kind);
        if kind == 0 && length == 0 {
            return Step::Damage(Reason::Zeros { length: 0 });
        }
        if length < least || length > limit {
            return Step::Damage(Reason::BlockLength {
                length,
                least,
                limit,
            });
        }
        // As Wireshark has it: padded where it is not of whole words.
        let padded = length.next_multiple_of(4);
        if padded > LONGEST_READ {
            let passing = Passing {
                stated: length,
                length: padded,
                left: padded,
                numbered: NUMBERED.contains(&kind),
            };
            return self.pass(passing, at_hand);
        }
        let Some(block) = at_hand.get(..padded as usize) else {
            return if at_end && is_overlong(kind, order, length, at_hand) {
                Step::Damage(Reason::EndsInsideRecord)
            } else {
                Step::More
            };
        };
        let last = block.last_chunk().map_or(0, |last| order.u32(*last));
        if last != length {
            return Step::Damage(lengths_differ(length, last));
        }
        let read = match kind {
            SECTION_HEADER => return self.section(order, block).unwrap_or_else(Step::Damage),
            INTERFACE_DESCRIPTION => self.interface(block),
            SIMPLE_PACKET => self.simple_packet(block),
            PACKET | ENHANCED_PACKET => self.packet(kind, block),
            _ if NUMBERED.contains(&kind) => Ok(Step::PassNumbered(block.len())),
            _ => Ok(Step::Pass(block.len())),
        };
        read.unwrap_or_else(|reason| Step::Unreadable {
            length: block.len(),
            is_packet: kind != INTERFACE_DESCRIPTION,
            reason,
        })
    }

    /// Goes on through a block that is passed over, as far as it has arrived.
    fn pass(&mut self, passing: Passing, at_hand: &[u8]) -> Step {
        // Its last four bytes are kept until they are there together.
        let body = passing.left.saturating_sub(4);
        let arrived = u32::try_from(at_hand.len()).unwrap_or(u32::MAX);
        self.passing = Some(passing);
        if arrived < passing.left {
            return match body.min(arrived) {
                0 => Step::More,
                some => {
                    self.passing = Some(Passing {
                        left: passing.left - some,
                        ..passing
                    });
                    Step::Pass(some as usize)
                }
            };
        }
        let end = at_hand.get(body as usize..).and_then(<[u8]>::first_chunk);
        let last = end.map_or(0, |end| self.order.u32(*end));
        if last != passing.stated {
            return Step::Damage(lengths_differ(passing.stated, last));
        }
        self.passing = None;
        if passing.numbered {
            Step::PassNumbered(passing.left as usize)
        } else {
            Step::Pass(passing.left as usize)
        }
    }

    /// Section Header Block: a new byte order, and no interfaces yet.
    fn section(&mut self, order: ByteOrder, block: &[u8]) -> Result<Step, Reason> {
        self.interfaces.clear();
        let (_, header) = parse_sectionheaderblock(block)
            .map_err(|_error| Reason::BlockUnreadable(SECTION_HEADER))?;
        // Version 1.2 is the same as 1.0 (section 4.1 of the format's description).
        if header.major_version != 1 {
            return Err(Reason::SectionVersion {
                major: header.major_version,
                minor: header.minor_version,
            });
        }
        self.order = order;
        self.is_gapped = false;
        Ok(Step::Pass(block.len()))
    }

    /// Interface Description Block.
    fn interface(&mut self, block: &[u8]) -> Result<Step, Reason> {
        if self.is_gapped {
            return Ok(Step::Pass(block.len()));
        }
        if self.interfaces.len() == MOST_INTERFACES {
            return Err(Reason::TooManyInterfaces(MOST_INTERFACES));
        }
        let Some(interface) = Interface::read(block, self.order) else {
            self.is_gapped = true;
            return Err(Reason::BlockUnreadable(INTERFACE_DESCRIPTION));
        };
        self.interfaces.push(interface);
        Ok(Step::Pass(block.len()))
    }

    /// Enhanced Packet Block, and the obsolete Packet Block: the same but for the width of the
    /// interface's number, which there shares its place with a count of drops.
    fn packet(&mut self, kind: u32, block: &[u8]) -> Result<Step, Reason> {
        let [name, high, low, captured, original] =
            words(block).ok_or(Reason::BlockUnreadable(kind))?;
        let number = match (kind, name) {
            (PACKET, [a, b, ..]) => u32::from(self.order.u16([a, b])),
            (_, name) => self.order.u32(name),
        };
        let interface = self.described(number)?;
        let ticks = u64::from(self.order.u32(high)) << 32 | u64::from(self.order.u32(low));
        self.time = Some(interface.clock.time(ticks));
        let captured = self.order.u32(captured);
        self.record(interface, captured, original, PACKET_DATA, block)
    }

    /// Simple Packet Block: of the first interface, with neither time nor captured length.
    fn simple_packet(&self, block: &[u8]) -> Result<Step, Reason> {
        let [original] = words(block).ok_or(Reason::BlockUnreadable(SIMPLE_PACKET))?;
        let interface = self.described(0)?;
        let captured = match (self.order.u32(original), interface.snap_length) {
            (length, 0) => length,
            (length, snap_length) => length.min(snap_length),
        };
        self.record(interface, captured, original, SIMPLE_PACKET_DATA, block)
    }

    fn described(&self, number: u32) -> Result<Interface, Reason> {
        self.interfaces
            .get(number as usize)
            .copied()
            .ok_or(Reason::UnknownInterface {
                interface: number,
                known: self.interfaces.len(),
            })
    }

    /// Whether these are a packet's options and the length behind them. Asked where a packet was
    /// cut: its rest is no options.
    fn are_options(&self, mut bytes: &[u8]) -> bool {
        while let Some((&[a, b, c, d], value)) = bytes.split_first_chunk() {
            if value.is_empty() {
                return true;
            }
            let length = usize::from(self.order.u16([c, d])).next_multiple_of(4);
            match value.get(length..) {
                Some(rest) if self.order.u16([a, b]) != 0 => bytes = rest,
                Some(rest) => return length == 0 && rest.len() == 4,
                None => return false,
            }
        }
        false
    }

    /// The packet whose bytes begin at `data` in `block`, once its captured length is checked.
    fn record(
        &self,
        interface: Interface,
        captured: u32,
        original: [u8; 4],
        data: u32,
        block: &[u8],
    ) -> Result<Step, Reason> {
        let block_length = u32::try_from(block.len()).unwrap_or(u32::MAX);
        let room = block_length.saturating_sub(data + 4);
        if captured > LONGEST_PACKET {
            return Err(Reason::PacketLength {
                length: captured,
                limit: LONGEST_PACKET,
            });
        }
        if captured > room {
            return Err(Reason::PacketExceedsBlock {
                length: captured,
                room,
            });
        }
        let original = self.order.u32(original);
        if captured < original && data == PACKET_DATA {
            let options = block.get(place(data, captured.next_multiple_of(4)).end..);
            if !self.are_options(options.unwrap_or(&[])) {
                return Err(Reason::PacketLeavesRoom {
                    length: captured,
                    room,
                });
            }
        }
        Ok(Step::Packet(Record {
            time: self.time,
            link: interface.link,
            wire_length: original.max(captured),
            data: place(data, captured),
            length: block.len(),
        }))
    }
}

/// The bounds of a block's length by its type.
fn bounds(kind: u32) -> (u32, u32) {
    match kind {
        SECTION_HEADER => (28, LONGEST_READ),
        INTERFACE_DESCRIPTION => (20, LONGEST_READ),
        PACKET | ENHANCED_PACKET => (PACKET_DATA + 4, LONGEST_READ),
        SIMPLE_PACKET => (SIMPLE_PACKET_DATA + 4, LONGEST_READ),
        _ if PASSED.contains(&kind) || NUMBERED.contains(&kind) => (FRAME, LONGEST_PASSED),
        _ => (FRAME, LONGEST_READ),
    }
}

const fn lengths_differ(first: u32, last: u32) -> Reason {
    match last {
        0 => Reason::Zeros { length: 0 },
        _ => Reason::BlockLengthsDiffer { first, last },
    }
}

/// Whether a block that the input ends in is longer than it has reason to be.
fn is_overlong(kind: u32, order: ByteOrder, length: u32, at_hand: &[u8]) -> bool {
    match kind {
        PACKET | ENHANCED_PACKET => words(at_hand).is_some_and(|[_, _, _, captured]| {
            let needed = order.u32(captured).saturating_add(PACKET_DATA + 4);
            length > needed.saturating_add(MANY_OPTIONS)
        }),
        SECTION_HEADER | INTERFACE_DESCRIPTION | SIMPLE_PACKET => false,
        _ => !PASSED.contains(&kind) && !NUMBERED.contains(&kind),
    }
}

const fn place(begin: u32, length: u32) -> Range<usize> {
    begin as usize..begin as usize + length as usize
}

/// The first `N` fields of four bytes behind a block's type and length.
fn words<const N: usize>(block: &[u8]) -> Option<[[u8; 4]; N]> {
    let (words, _) = block.get(8..)?.as_chunks::<4>();
    words.first_chunk::<N>().copied()
}

#[cfg(test)]
mod tests;
