//! The pcapng format (draft-ietf-opsawg-pcapng): sections of blocks, each section with its own
//! byte order and interfaces. It knows bytes and no files.
//!
//! pcap-parser reads the blocks that describe. The blocks that hold packets are read here, for
//! three reasons: their lengths have to be checked before they are waited for, their options
//! would be collected into a vector for every packet, and the obsolete Packet Block is unknown
//! to it.

mod clock;
mod interface;

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

/// Length in bytes of what every block has: type, and the total length at its begin and end.
const FRAME: u32 = 12;

/// Place of a packet's bytes in an Enhanced Packet Block and in a Packet Block.
const PACKET_DATA: u32 = 28;

/// Place of a packet's bytes in a Simple Packet Block.
const SIMPLE_PACKET_DATA: u32 = 12;

/// The longest block that is passed over, in bytes, as Wireshark has it. None of it is kept:
/// the bound only tells a long block from a damaged length.
const LONGEST_PASSED: u32 = 128 << 20;

/// The longest block that is read as a whole, in bytes.
const LONGEST_READ: u32 = 1 << 20;

const _: () = assert!(LONGEST_READ as usize == LONGEST_RECORD);

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
}

/// A block that is being passed over.
#[derive(Clone, Copy, Debug)]
struct Passing {
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
        };
        match pcapng.step(start) {
            Step::Pass(length) => Ok(Some((Records::Pcapng(pcapng), length))),
            Step::Damage(Reason::SectionVersion { major, minor }) => Err(Refusal::Version {
                format: Format::Pcapng,
                major,
                minor,
                known: "1.x",
            }),
            Step::Damage(reason) => Err(Refusal::HeaderDamaged(reason)),
            // The first block is a section header, and so holds no packet.
            Step::More | Step::Packet(_) | Step::PassNumbered(_) => Ok(None),
        }
    }

    /// Bytes consumed of the block that is being passed over.
    pub(super) fn passed(&self) -> u32 {
        self.passing
            .map_or(0, |passing| passing.length - passing.left)
    }

    /// Reads the block at the front.
    pub(super) fn step(&mut self, at_hand: &[u8]) -> Step {
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
            other => return Step::Damage(Reason::ByteOrderMagic(other)),
        };
        let kind = order.u32([a, b, c, d]);
        let length = order.u32([e, f, g, h]);
        let (least, limit) = match kind {
            SECTION_HEADER => (28, LONGEST_READ),
            INTERFACE_DESCRIPTION => (20, LONGEST_READ),
            PACKET | ENHANCED_PACKET => (PACKET_DATA + 4, LONGEST_READ),
            SIMPLE_PACKET => (SIMPLE_PACKET_DATA + 4, LONGEST_READ),
            _ => (FRAME, LONGEST_PASSED),
        };
        if length < least || length > limit {
            return Step::Damage(Reason::BlockLength {
                length,
                least,
                limit,
            });
        }
        if limit == LONGEST_PASSED {
            let passing = Passing {
                length,
                left: length,
                numbered: NUMBERED.contains(&kind),
            };
            return self.pass(passing, at_hand);
        }
        let Some(block) = at_hand.get(..length as usize) else {
            return Step::More;
        };
        let last = block.last_chunk().map_or(0, |last| order.u32(*last));
        if last != length {
            return Step::Damage(Reason::BlockLengthsDiffer {
                first: length,
                last,
            });
        }
        let read = match kind {
            SECTION_HEADER => self.section(order, block),
            INTERFACE_DESCRIPTION => self.interface(block),
            SIMPLE_PACKET => self.simple_packet(block),
            _ => self.packet(kind, block),
        };
        read.unwrap_or_else(Step::Damage)
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
        if last != passing.length {
            return Step::Damage(Reason::BlockLengthsDiffer {
                first: passing.length,
                last,
            });
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
        self.interfaces.clear();
        Ok(Step::Pass(block.len()))
    }

    /// Interface Description Block.
    fn interface(&mut self, block: &[u8]) -> Result<Step, Reason> {
        if self.interfaces.len() == MOST_INTERFACES {
            return Err(Reason::TooManyInterfaces(MOST_INTERFACES));
        }
        let interface = Interface::read(block, self.order)
            .ok_or(Reason::BlockUnreadable(INTERFACE_DESCRIPTION))?;
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
        Ok(Step::Packet(Record {
            time: self.time,
            link: interface.link,
            wire_length: self.order.u32(original).max(captured),
            data: place(data, captured),
            length: block.len(),
        }))
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
