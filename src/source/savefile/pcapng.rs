//! The pcapng format (draft-ietf-opsawg-pcapng): sections of blocks, each section with its own
//! byte order and interfaces. It knows bytes and no files.
//!
//! pcap-parser reads the options of blocks, one at a time. The blocks themselves are read here,
//! for three reasons: their lengths have to be checked before they are waited for, their options
//! would be collected into a vector for every packet, and the obsolete Packet Block is unknown
//! to it.

mod clock;
mod interface;
mod marks;
mod names;
mod options;
mod search;
mod secrets;
mod section;
mod statistics;

use std::ops::Range;

use super::byte_order::{self, ByteOrder};
use super::record::{LONGEST_PACKET, LONGEST_RECORD, Record, Records, Step};
use crate::packet::{LinkType, Reception};
use crate::source::{About, Format, Reason, Refusal};
use crate::time::Timestamp;
use interface::{Interface, Place};
use marks::Marks;
use options::Options;

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const NAME_RESOLUTION: u32 = 4;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;

/// Blocks that hold no packet but are numbered by Wireshark as if they did: systemd journal
/// entries, system calls (three versions), custom blocks (to be copied or not).
const NUMBERED: [u32; 6] = [9, 0x204, 0x216, 0x221, 0xbad, 0x4000_0bad];

/// Blocks that describe, and are passed over where they are long.
const PASSED: [u32; 3] = [NAME_RESOLUTION, INTERFACE_STATISTICS, DECRYPTION_SECRETS];

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

/// The most interfaces of a section: as many as an obsolete Packet Block can name.
const MOST_INTERFACES: usize = 1 << 16;

/// Drops in front of a packet, in a Packet Block, that the writer does not know.
const DROPS_UNKNOWN: u16 = 0xffff;

/// What the blocks so far say about the next one.
#[derive(Debug)]
pub(super) struct Pcapng {
    order: ByteOrder,
    /// Sections so far.
    sections: u32,
    /// Interfaces of the sections before this one.
    interfaces_before: u32,
    /// The interfaces of this section.
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
    pub(super) fn begin(
        start: &[u8],
        about: &mut About,
    ) -> Result<Option<(Records, usize)>, Refusal> {
        let mut pcapng = Self {
            order: ByteOrder::Little,
            sections: 0,
            interfaces_before: 0,
            interfaces: Vec::new(),
            time: None,
            passing: None,
            is_gapped: false,
        };
        match pcapng.step(start, false, 1, about) {
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

    /// Reads the block at the front; `next` is its number if it holds a packet, and `at_end` says
    /// that no more bytes come. What it says beside packets goes into `about`.
    pub(super) fn step(
        &mut self,
        at_hand: &[u8],
        at_end: bool,
        next: u64,
        about: &mut About,
    ) -> Step {
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
        if length == 0 {
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
            // Without one of these the packets are as good as with it.
            about.left_out.long_blocks += u64::from(PASSED.contains(&kind));
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
            SECTION_HEADER => {
                return self
                    .section(order, block, about)
                    .unwrap_or_else(Step::Damage);
            }
            INTERFACE_DESCRIPTION => self.interface(block, about),
            SIMPLE_PACKET => self.simple_packet(block),
            PACKET | ENHANCED_PACKET => self.packet(kind, block, next, about),
            _ if NUMBERED.contains(&kind) => Ok(Step::PassNumbered(block.len())),
            _ => {
                self.describe(kind, block, about);
                Ok(Step::Pass(block.len()))
            }
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
    fn section(
        &mut self,
        order: ByteOrder,
        block: &[u8],
        about: &mut About,
    ) -> Result<Step, Reason> {
        self.sections = self.sections.saturating_add(1);
        self.interfaces_before = self.next_interface();
        self.interfaces.clear();
        section::read(block, order, about)?;
        self.order = order;
        self.is_gapped = false;
        Ok(Step::Pass(block.len()))
    }

    /// Interface Description Block.
    fn interface(&mut self, block: &[u8], about: &mut About) -> Result<Step, Reason> {
        if self.is_gapped {
            return Ok(Step::Pass(block.len()));
        }
        if self.interfaces.len() == MOST_INTERFACES {
            return Err(Reason::TooManyInterfaces(MOST_INTERFACES));
        }
        let index = self.next_interface();
        let place = Place {
            section: self.sections,
            number: index - self.interfaces_before,
            index,
        };
        let Some(interface) = Interface::read(block, self.order, place, about) else {
            self.is_gapped = true;
            return Err(Reason::BlockUnreadable(INTERFACE_DESCRIPTION));
        };
        self.interfaces.push(interface);
        Ok(Step::Pass(block.len()))
    }

    /// The index that the next interface has among those of all sections.
    fn next_interface(&self) -> u32 {
        let here = u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX);
        self.interfaces_before.saturating_add(here)
    }

    /// Enhanced Packet Block, and the obsolete Packet Block: the same but for the width of the
    /// interface's number, which there shares its place with a count of drops.
    fn packet(
        &mut self,
        kind: u32,
        block: &[u8],
        number: u64,
        about: &mut About,
    ) -> Result<Step, Reason> {
        let [name, high, low, captured, original] =
            words(block).ok_or(Reason::BlockUnreadable(kind))?;
        let (name, drops) = match (kind, name) {
            (PACKET, [a, b, c, d]) => {
                let drops = self.order.u16([c, d]);
                (u32::from(self.order.u16([a, b])), drops)
            }
            (_, name) => (self.order.u32(name), DROPS_UNKNOWN),
        };
        let interface = described(&self.interfaces, name)?;
        let ticks = u64::from(self.order.u32(high)) << 32 | u64::from(self.order.u32(low));
        self.time = Some(interface.clock.time(ticks));
        let data = data(PACKET_DATA, self.order.u32(captured), block)?;
        let mut reception = Reception {
            interface: interface.index,
            ..Reception::default()
        };
        if drops != DROPS_UNKNOWN {
            about.add_lost(interface.index, u64::from(drops));
        }
        // Most packets have no options: behind them stand padding and the block's length.
        if block.len().saturating_sub(data.end) >= 8 {
            let options = Options::of_block(block, data.end.next_multiple_of(4), self.order);
            let marks = Marks::read(options, self.order, number, about);
            (reception.direction, reception.link_error) = (marks.direction, marks.link_error);
            reception.flags = marks.flags;
            if let (ENHANCED_PACKET, Some(lost)) = (kind, marks.lost) {
                about.add_lost(interface.index, lost);
            }
        }
        Ok(self.record(interface.link, reception, original, data, block.len()))
    }

    /// Simple Packet Block: of the first interface, with neither time nor captured length.
    fn simple_packet(&self, block: &[u8]) -> Result<Step, Reason> {
        let [original] = words(block).ok_or(Reason::BlockUnreadable(SIMPLE_PACKET))?;
        let interface = described(&self.interfaces, 0)?;
        let captured = match (self.order.u32(original), interface.snap_length) {
            (length, 0) => length,
            (length, snap_length) => length.min(snap_length),
        };
        let data = data(SIMPLE_PACKET_DATA, captured, block)?;
        let reception = Reception {
            interface: interface.index,
            ..Reception::default()
        };
        Ok(self.record(interface.link, reception, original, data, block.len()))
    }

    /// A block that says something beside packets. What it cannot say is left out: packets do
    /// not depend on it.
    fn describe(&self, kind: u32, block: &[u8], about: &mut About) {
        match kind {
            NAME_RESOLUTION => names::read(block, self.order, about),
            DECRYPTION_SECRETS => secrets::read(block, self.order, about),
            INTERFACE_STATISTICS => {
                let number = statistics::interface(block, self.order);
                if let Some(interface) =
                    number.and_then(|number| described(&self.interfaces, number).ok())
                {
                    let counted = statistics::read(block, self.order);
                    about.update_statistics(interface.index, counted);
                }
            }
            _ => {}
        }
    }

    fn record(
        &self,
        link: LinkType,
        reception: Reception,
        original: [u8; 4],
        data: Range<usize>,
        length: usize,
    ) -> Step {
        let captured = u32::try_from(data.len()).unwrap_or(u32::MAX);
        Step::Packet(Record {
            time: self.time,
            link,
            wire_length: self.order.u32(original).max(captured),
            reception,
            data,
            length,
        })
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

/// Whether a block that the input ends in may be shorter than it is stated to be, with others behind it.
fn is_overlong(kind: u32, order: ByteOrder, length: u32, at_hand: &[u8]) -> bool {
    match kind {
        PACKET | ENHANCED_PACKET => words(at_hand).is_some_and(|[_, _, _, captured]| {
            let packet = order.u32(captured).checked_next_multiple_of(4);
            length != packet.unwrap_or(u32::MAX).saturating_add(PACKET_DATA + 4)
        }),
        SECTION_HEADER | INTERFACE_DESCRIPTION | SIMPLE_PACKET => false,
        _ => !PASSED.contains(&kind) && !NUMBERED.contains(&kind),
    }
}

/// The interface with this number in its section.
fn described(interfaces: &[Interface], number: u32) -> Result<&Interface, Reason> {
    let interface = interfaces.get(number as usize);
    interface.ok_or(Reason::UnknownInterface {
        interface: number,
        known: interfaces.len(),
    })
}

/// The place of a packet's bytes, which begin at `begin` in `block`, if their number can be true.
fn data(begin: u32, captured: u32, block: &[u8]) -> Result<Range<usize>, Reason> {
    let block_length = u32::try_from(block.len()).unwrap_or(u32::MAX);
    let room = block_length.saturating_sub(begin + 4);
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
    Ok(begin as usize..begin as usize + captured as usize)
}

/// The first `N` fields of four bytes behind a block's type and length.
fn words<const N: usize>(block: &[u8]) -> Option<[[u8; 4]; N]> {
    let (words, _) = block.get(8..)?.as_chunks::<4>();
    words.first_chunk::<N>().copied()
}

#[cfg(test)]
mod tests;
