//! Interface Statistics Block: what the capture counted at an interface.

use super::byte_order::ByteOrder;
use super::options::Options;
use super::words;
use crate::source::Statistics;

/// Length in bytes of the fields: interface and time stand behind the frame.
const FIELDS: usize = 20;

const RECEIVED: u16 = 4;
const INTERFACE_DROPS: u16 = 5;
const ACCEPTED: u16 = 6;
const SYSTEM_DROPS: u16 = 7;
const DELIVERED: u16 = 8;

/// The number of the interface that a block counts for.
pub(super) fn interface(block: &[u8], order: ByteOrder) -> Option<u32> {
    let [number] = words(block)?;
    Some(order.u32(number))
}

/// What the block counts.
pub(super) fn read(block: &[u8], order: ByteOrder) -> Statistics {
    let mut statistics = Statistics::default();
    for (code, value) in Options::of_block(block, FIELDS, order) {
        let count = match code {
            RECEIVED => &mut statistics.received,
            INTERFACE_DROPS => &mut statistics.interface_drops,
            ACCEPTED => &mut statistics.accepted,
            SYSTEM_DROPS => &mut statistics.system_drops,
            DELIVERED => &mut statistics.delivered,
            _ => continue,
        };
        // All bits set stands for a number that the writer does not know.
        let number = value.first_chunk().map(|number| order.u64(*number));
        *count = number.filter(|number| *number != u64::MAX);
    }
    statistics
}
