//! Where blocks may go on behind damage in a pcapng file.

use super::{ENHANCED_PACKET, INTERFACE_DESCRIPTION, MOST_INTERFACES};
use super::{
    LONGEST_READ, NUMBERED, PACKET, PACKET_DATA, PASSED, Pcapng, SECTION_HEADER, SIMPLE_PACKET,
    bounds, words,
};
use crate::source::savefile::byte_order::ByteOrder;
use crate::source::savefile::record::LONGEST_PACKET;
use crate::source::savefile::trail::{Hints, Link, Trail};

/// How much a block says that begins and ends with the same length: one of a section with its
/// magic number is enough alone, and so are two of any other type.
const SECTION: u32 = 6;
const BLOCK: u32 = 3;

/// A packet of an interface that nothing describes (its description may be what was lost).
const FOREIGN_PACKET: u32 = 2;

/// What is known of the section that a trail leads through.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::savefile) struct Section {
    order: ByteOrder,
    interfaces: usize,
    /// It began on the trail: the descriptions of its interfaces are all there.
    is_whole: bool,
}

impl Trail for Pcapng {
    type Memory = Section;

    fn memory(&self) -> Section {
        Section {
            order: self.order,
            interfaces: self.interfaces.len(),
            is_whole: false,
        }
    }

    fn hints(&self, bytes: &[u8]) -> Hints {
        let words = bytes.as_chunks().0.first_chunk::<6>();
        words.map_or([0; 2], |[_, length, _, _, _, captured]| {
            [(*length, 0), (*captured, PACKET_DATA + 4)].map(|(length, more)| {
                let length = self.order.u32(length).checked_next_multiple_of(4);
                length.unwrap_or(0).saturating_add(more) as usize
            })
        })
    }

    fn follow(&self, section: &mut Section, bytes: &[u8]) -> Option<Link> {
        let [kind, length] = *bytes.first_chunk::<8>()?.as_chunks().0.first_chunk()?;
        let order = if u32::from_le_bytes(kind) == SECTION_HEADER {
            match bytes.get(8..12)? {
                [0x4d, 0x3c, 0x2b, 0x1a] => ByteOrder::Little,
                [0x1a, 0x2b, 0x3c, 0x4d] => ByteOrder::Big,
                _ => return None,
            }
        } else {
            section.order
        };
        let (kind, length) = (order.u32(kind), order.u32(length));
        let (least, _) = bounds(kind);
        if length < least || length > LONGEST_READ {
            return None;
        }
        let block = bytes.get(..length.next_multiple_of(4) as usize)?;
        if order.u32(*block.last_chunk()?) != length {
            return None;
        }
        let evidence = match kind {
            SECTION_HEADER => {
                let [major, _] = *block.get(12..16)?.as_chunks().0.first_chunk()?;
                *section = Section {
                    order,
                    interfaces: 0,
                    is_whole: true,
                };
                (order.u16(major) == 1).then_some(SECTION)?
            }
            INTERFACE_DESCRIPTION => {
                words::<2>(block)?;
                if section.is_whole && section.interfaces < MOST_INTERFACES {
                    section.interfaces += 1;
                }
                BLOCK
            }
            PACKET | ENHANCED_PACKET => packet(*section, kind, block)?,
            SIMPLE_PACKET if section.interfaces > 0 => BLOCK,
            _ if PASSED.contains(&kind) || NUMBERED.contains(&kind) => BLOCK,
            _ => return None,
        };
        Some(Link {
            length: block.len(),
            evidence,
        })
    }
}

/// What a packet's block says.
fn packet(section: Section, kind: u32, block: &[u8]) -> Option<u32> {
    let [name, _, _, captured] = words(block)?;
    let interface = match (kind, name) {
        (PACKET, [a, b, ..]) => usize::from(section.order.u16([a, b])),
        (_, name) => section.order.u32(name) as usize,
    };
    let captured = section.order.u32(captured);
    let room = u32::try_from(block.len())
        .ok()?
        .checked_sub(PACKET_DATA + 4)?;
    if captured > room.min(LONGEST_PACKET) {
        return None;
    }
    match interface {
        described if described < section.interfaces => Some(BLOCK),
        possible if possible < MOST_INTERFACES => Some(FOREIGN_PACKET),
        _ => None,
    }
}
