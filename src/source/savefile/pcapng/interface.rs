//! Interface Description Block: what the packets of an interface need to be read, and what the
//! file says of it for people.

use super::byte_order::ByteOrder;
use super::clock::Clock;
use super::options::{COMMENT, Options};
use super::words;
use crate::packet::LinkType;
use crate::source::about::{self, About};
use crate::source::{self, Resolution};

/// Length in bytes of the fields: link type and snap length stand behind the frame.
const FIELDS: usize = 16;

const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const RESOLUTION: u16 = 9;
const FILTER: u16 = 11;
const OS: u16 = 12;
const OFFSET: u16 = 14;
const HARDWARE: u16 = 15;

/// First byte of a filter that is text, in the syntax of libpcap.
const FILTER_TEXT: u8 = 0;

/// An interface that the section describes, as far as its packets need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    /// Its index among those of all sections.
    pub(super) index: u32,
    pub(super) link: LinkType,
    /// Bytes kept of a packet at most; 0 for all.
    pub(super) snap_length: u32,
    pub(super) clock: Clock,
}

/// Where an interface stands in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The section, from 1.
    pub(super) section: u32,
    /// Its number in the section, from 0.
    pub(super) number: u32,
    /// Its index among those of all sections, from 0.
    pub(super) index: u32,
}

impl Interface {
    /// Reads an Interface Description Block, and notes what it says; `None` if it is too short.
    pub(super) fn read(
        block: &[u8],
        order: ByteOrder,
        place: Place,
        about: &mut About,
    ) -> Option<Self> {
        let [link, snap_length] = words(block)?;
        let [a, b, ..] = link;
        let link = LinkType(u32::from(order.u16([a, b])));
        let snap_length = order.u32(snap_length);
        let (mut resolution, mut offset) = (Resolution::MICROSECONDS, 0);
        let mut described = source::Interface::new(link, snap_length, resolution);
        for (code, value) in Options::of_block(block, FIELDS, order) {
            match code {
                NAME => described.name = about::text(value),
                DESCRIPTION => described.description = about::text(value),
                HARDWARE => described.hardware = about::text(value),
                OS => described.os = about::text(value),
                FILTER => described.filter = filter(value),
                COMMENT => about.add_comment(None, value),
                RESOLUTION => {
                    resolution = value.first().copied().map_or(resolution, Resolution);
                }
                OFFSET => {
                    offset = value
                        .first_chunk()
                        .map_or(offset, |seconds| order.i64(*seconds));
                }
                _ => {}
            }
        }
        about.add_interface(source::Interface {
            section: place.section,
            number: place.number,
            resolution,
            offset,
            ..described
        });
        Some(Self {
            index: place.index,
            link,
            snap_length,
            clock: Clock::new(resolution, offset),
        })
    }
}

/// The text of a filter; `None` for one that is a program.
fn filter(value: &[u8]) -> Option<String> {
    match value {
        [FILTER_TEXT, filter @ ..] => about::text(filter),
        _ => None,
    }
}
