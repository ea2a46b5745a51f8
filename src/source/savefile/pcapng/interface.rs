//! What a section says about one interface, as far as its packets need it.

use pcap_parser::pcapng::{parse_interfacedescriptionblock_be, parse_interfacedescriptionblock_le};
use pcap_parser::{InterfaceDescriptionBlock, OptionCode};

use super::byte_order::ByteOrder;
use super::clock::Clock;
use crate::packet::LinkType;

/// An interface that the section describes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    pub(super) link: LinkType,
    /// Bytes kept of a packet at most; 0 for all.
    pub(super) snap_length: u32,
    pub(super) clock: Clock,
}

impl Interface {
    /// Reads an Interface Description Block; `None` if its fields cannot be read.
    pub(super) fn read(block: &[u8], order: ByteOrder) -> Option<Self> {
        let (_, description) = match order {
            ByteOrder::Little => parse_interfacedescriptionblock_le(block),
            ByteOrder::Big => parse_interfacedescriptionblock_be(block),
        }
        .ok()?;
        Some(Self {
            link: LinkType(description.linktype.0.cast_unsigned()),
            snap_length: description.snaplen,
            clock: clock(&description, order),
        })
    }
}

/// The clock that an interface's options describe.
///
/// pcap-parser's own reading of them takes the offset for little-endian always, and goes on
/// behind the end of the options.
fn clock(description: &InterfaceDescriptionBlock<'_>, order: ByteOrder) -> Clock {
    let (mut resolution, mut offset) = (Clock::MICROSECONDS, 0);
    for option in &description.options {
        match option.code {
            OptionCode::EndOfOpt => break,
            OptionCode::IfTsresol => {
                resolution = option.value().first().copied().unwrap_or(resolution);
            }
            OptionCode::IfTsoffset => {
                let seconds = option.value().first_chunk();
                offset = seconds.map_or(offset, |seconds| order.i64(*seconds));
            }
            _ => {}
        }
    }
    Clock::new(resolution, offset)
}
