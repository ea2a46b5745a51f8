//! The options of the blocks that hold packets: which way a packet went, whether its frame was
//! whole, how many were lost before it, what users noted. For every packet that has some, so
//! nothing is allocated but for comments.

use super::byte_order::ByteOrder;
use super::options::{COMMENT, Options};
use crate::packet::Direction;
use crate::source::About;

/// Flags of an Enhanced Packet Block, and of a Packet Block.
const FLAGS: u16 = 2;

/// Packets lost since the one before. Only an Enhanced Packet Block has it as an option.
const LOST: u16 = 4;

/// Which way the packet went, in its flags.
const DIRECTION: u32 = 0b11;
const INBOUND: u32 = 0b01;
const OUTBOUND: u32 = 0b10;

/// Errors that the network card found in the frame, in its flags: those of Ethernet from the
/// wrong check sequence at bit 24 on. The bits below are not assigned.
const LINK_ERRORS: u32 = 0xff00_0000;

/// What the options of a packet say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    pub(super) direction: Option<Direction>,
    pub(super) link_error: bool,
    /// The flags as they stand there.
    pub(super) flags: u32,
    /// Packets lost since the one before, on the same interface.
    pub(super) lost: Option<u64>,
}

impl Marks {
    /// Reads the options of the packet with this number, and notes its comments.
    pub(super) fn read(
        options: Options<'_>,
        order: ByteOrder,
        number: u64,
        about: &mut About,
    ) -> Self {
        let mut marks = Self::default();
        for (code, value) in options {
            match code {
                COMMENT => about.add_comment(Some(number), value),
                FLAGS => {
                    let flags = value.first_chunk().map_or(0, |flags| order.u32(*flags));
                    marks.direction = match flags & DIRECTION {
                        INBOUND => Some(Direction::Inbound),
                        OUTBOUND => Some(Direction::Outbound),
                        _ => None,
                    };
                    marks.link_error = flags & LINK_ERRORS != 0;
                    marks.flags = flags;
                }
                LOST => marks.lost = value.first_chunk().map(|lost| order.u64(*lost)),
                _ => {}
            }
        }
        marks
    }
}
