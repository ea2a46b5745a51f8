//! Name Resolution Block: how addresses are called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::byte_order::ByteOrder;
use super::options::Options;
use crate::source::About;

/// Length in bytes of what stands before the records.
const BEFORE: usize = 8;

const IPV4: u16 = 1;
const IPV6: u16 = 2;

/// Notes the first name of each address.
pub(super) fn read(block: &[u8], order: ByteOrder, about: &mut About) {
    for (kind, value) in Options::of_block(block, BEFORE, order) {
        let named = match kind {
            IPV4 => value
                .split_first_chunk()
                .map(|(address, names)| (IpAddr::V4(Ipv4Addr::from(*address)), names)),
            IPV6 => value
                .split_first_chunk()
                .map(|(address, names)| (IpAddr::V6(Ipv6Addr::from(*address)), names)),
            _ => None,
        };
        if let Some((address, names)) = named {
            // Each name ends with a zero.
            let first = names.split(|byte| *byte == 0).next().unwrap_or_default();
            about.add_name(address, first);
        }
    }
}
