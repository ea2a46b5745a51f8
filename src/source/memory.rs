//! Packets from memory, for tests and fuzzing. It knows no files.

use super::PacketSource;
use crate::packet::{LinkType, PacketId, RawPacket, Reception};
use crate::time::Timestamp;

/// A packet that owns its bytes.
#[derive(Clone, Debug)]
pub struct MemoryPacket {
    /// When it was captured.
    pub time: Timestamp,
    /// How its bytes begin.
    pub link: LinkType,
    /// Its bytes, all that were on the wire.
    pub bytes: Vec<u8>,
}

/// Packets from memory, lent in their order.
#[derive(Clone, Debug, Default)]
pub struct Packets {
    input: u32,
    packets: Vec<MemoryPacket>,
    /// Packets lent so far, the present one included.
    lent: usize,
}

impl Packets {
    /// The packets of the input with this index.
    #[must_use]
    pub const fn new(input: u32, packets: Vec<MemoryPacket>) -> Self {
        Self {
            input,
            packets,
            lent: 0,
        }
    }
}

impl PacketSource for Packets {
    fn advance(&mut self) -> bool {
        if self.lent <= self.packets.len() {
            self.lent += 1;
        }
        self.lent <= self.packets.len()
    }

    fn packet(&self) -> Option<RawPacket<'_>> {
        let packet = self.packets.get(self.lent.checked_sub(1)?)?;
        Some(RawPacket {
            id: PacketId {
                input: self.input,
                number: self.lent as u64,
            },
            time: packet.time,
            link: packet.link,
            wire_length: u32::try_from(packet.bytes.len()).unwrap_or(u32::MAX),
            reception: Reception::default(),
            bytes: &packet.bytes,
        })
    }
}
