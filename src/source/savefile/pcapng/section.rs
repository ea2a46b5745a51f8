//! Section Header Block: the version, and who captured.

use super::byte_order::ByteOrder;
use super::options::{COMMENT, Options};
use crate::source::about::{self, About};
use crate::source::{Reason, Section};

/// Length in bytes of the fields: magic, version and the section's length stand behind the frame.
const FIELDS: usize = 24;

const HARDWARE: u16 = 2;
const OS: u16 = 3;
const APPLICATION: u16 = 4;

/// Reads the block and notes what it says of who captured.
///
/// The length of the section is of no use: it may be left open, and its blocks have their own.
pub(super) fn read(block: &[u8], order: ByteOrder, about: &mut About) -> Result<(), Reason> {
    let version = block.get(12..).and_then(<[u8]>::first_chunk::<4>);
    let Some([a, b, c, d]) = version.copied() else {
        return Err(Reason::BlockUnreadable(super::SECTION_HEADER));
    };
    // Version 1.2 is the same as 1.0 (section 4.1 of the format's description).
    let (major, minor) = (order.u16([a, b]), order.u16([c, d]));
    if major != 1 {
        return Err(Reason::SectionVersion { major, minor });
    }
    let mut section = Section::default();
    for (code, value) in Options::of_block(block, FIELDS, order) {
        let place = match code {
            HARDWARE => &mut section.hardware,
            OS => &mut section.os,
            APPLICATION => &mut section.application,
            COMMENT => {
                about.add_comment(None, value);
                continue;
            }
            _ => continue,
        };
        *place = about::text(value);
    }
    about.add_section(section);
    Ok(())
}
