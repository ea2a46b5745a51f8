//! The interfaces that packets were captured on, as their file describes them. It knows what
//! capture tools write about an interface, not what its packets hold.

use std::fmt;

use crate::packet::{Direction, LinkType, Reception};

/// An interface that packets were captured on.
///
/// Texts come from the file: they are bounded ([`About::LONGEST_TEXT`](super::About::LONGEST_TEXT))
/// and not to be trusted.
#[derive(Clone, Debug)]
pub struct Interface {
    /// The section of the file that describes it, from 1, as Wireshark's `frame.section_number`.
    pub section: u32,
    /// Its number in that section, from 0, as Wireshark's `frame.interface_id`.
    pub number: u32,
    /// Its name, such as `eth0`.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// The hardware.
    pub hardware: Option<String>,
    /// The operating system of the machine that it is in.
    pub os: Option<String>,
    /// The filter that was captured with, as text.
    pub filter: Option<String>,
    /// How its packets begin.
    pub link: LinkType,
    /// Bytes kept of a packet at most; `None` for all.
    pub snap_length: Option<u32>,
    /// The tick of its clock.
    pub resolution: Resolution,
    /// Seconds that its file adds to every time, as the option `if_tsoffset` has it; the times of
    /// packets have them in them.
    pub offset: i64,
    /// What was read of it.
    pub read: Tally,
    /// What its capture counted, as the last statistics say.
    pub statistics: Statistics,
    /// Packets lost between those that are there, as these say; `None` where none says so.
    pub lost_between: Option<u64>,
}

impl Interface {
    /// An interface of which no more than this is known.
    #[must_use]
    pub const fn new(link: LinkType, snap_length: u32, resolution: Resolution) -> Self {
        Self {
            section: 1,
            number: 0,
            name: None,
            description: None,
            hardware: None,
            os: None,
            filter: None,
            link,
            snap_length: match snap_length {
                0 => None,
                length => Some(length),
            },
            resolution,
            offset: 0,
            read: Tally::NONE,
            statistics: Statistics::UNKNOWN,
            lost_between: None,
        }
    }

    /// Packets that the capture lost here; `None` where the file does not say.
    ///
    /// What the statistics count is the total. What packets say is part of it, and stands for
    /// it only where there are no statistics.
    #[must_use]
    pub fn lost(&self) -> Option<u64> {
        let Statistics {
            interface_drops,
            system_drops,
            ..
        } = self.statistics;
        match (interface_drops, system_drops) {
            (None, None) => self.lost_between,
            (interface, system) => Some(interface.unwrap_or(0).saturating_add(system.unwrap_or(0))),
        }
    }
}

/// The length of an interface's tick, as the option `if_tsresol` has it: a negative power of 10
/// seconds, or of 2 where the top bit is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution(pub u8);

impl Resolution {
    /// That of an interface whose description names none.
    pub const MICROSECONDS: Self = Self(6);
    /// A thousand times finer.
    pub const NANOSECONDS: Self = Self(9);
}

/// In seconds: `10^-6`, `2^-20`.
impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = if self.0 & 0x80 == 0 { 10 } else { 2 };
        write!(f, "{base}^-{}", self.0 & 0x7f)
    }
}

/// Packets of an interface that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub packets: u64,
    /// Those that the capturing host received, where the file says so.
    pub inbound: u64,
    /// Those that it sent, where the file says so.
    pub outbound: u64,
    /// Those in whose frames the network card found an error.
    pub link_errors: u64,
}

impl Tally {
    const NONE: Self = Self {
        packets: 0,
        inbound: 0,
        outbound: 0,
        link_errors: 0,
    };

    /// Counts a packet.
    pub(super) fn count(&mut self, reception: Reception) {
        self.packets += 1;
        match reception.direction {
            Some(Direction::Inbound) => self.inbound += 1,
            Some(Direction::Outbound) => self.outbound += 1,
            None => {}
        }
        self.link_errors += u64::from(reception.link_error);
    }
}

/// What a capture counted at an interface, from its begin: an Interface Statistics Block of
/// pcapng. `None` stands for what the file does not say.
///
/// Who counts a drop as whose differs between programs: dumpcap has those of the kernel's buffer
/// among those of the interface. Only their sum is the same everywhere. The times of begin and end
/// are left out: dumpcap writes them in microseconds, whatever the interface's resolution is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Packets that the interface received (`isb_ifrecv`).
    pub received: Option<u64>,
    /// Packets that the interface dropped (`isb_ifdrop`).
    pub interface_drops: Option<u64>,
    /// Packets that passed the filter (`isb_filteraccept`).
    pub accepted: Option<u64>,
    /// Packets that the operating system dropped (`isb_osdrop`).
    pub system_drops: Option<u64>,
    /// Packets handed to the program that captured (`isb_usrdeliv`).
    pub delivered: Option<u64>,
}

impl Statistics {
    const UNKNOWN: Self = Self {
        received: None,
        interface_drops: None,
        accepted: None,
        system_drops: None,
        delivered: None,
    };

    /// Takes over what later statistics say. Each counts from the begin, so they are no sum.
    pub(super) fn update(&mut self, later: Self) {
        *self = Self {
            received: later.received.or(self.received),
            interface_drops: later.interface_drops.or(self.interface_drops),
            accepted: later.accepted.or(self.accepted),
            system_drops: later.system_drops.or(self.system_drops),
            delivered: later.delivered.or(self.delivered),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_the_total_and_packets_stand_in_for_them() {
        let mut interface = Interface::new(LinkType::ETHERNET, 0, Resolution::MICROSECONDS);
        assert_eq!(interface.lost(), None);
        interface.lost_between = Some(7);
        assert_eq!(interface.lost(), Some(7));
        interface.statistics.system_drops = Some(3);
        assert_eq!(interface.lost(), Some(3));
        interface.statistics.interface_drops = Some(u64::MAX);
        assert_eq!(interface.lost(), Some(u64::MAX));
    }

    #[test]
    fn resolutions_are_powers_of_ten_or_two() {
        assert_eq!(Resolution::NANOSECONDS.to_string(), "10^-9");
        assert_eq!(Resolution(0x80 | 20).to_string(), "2^-20");
    }

    #[test]
    fn later_statistics_hold_and_what_they_do_not_say_stays() {
        let mut statistics = Statistics {
            received: Some(10),
            interface_drops: Some(1),
            ..Statistics::default()
        };
        statistics.update(Statistics {
            received: Some(20),
            ..Statistics::default()
        });
        assert_eq!(statistics.received, Some(20));
        assert_eq!(statistics.interface_drops, Some(1));
    }
}
