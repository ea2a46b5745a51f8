//! The interfaces of evidence: each one of the captures that a packet came from gets its description
//! there, before its first packet. It knows clocks and names, and no packets.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::comments::harmless;
use super::pcapng::{self, COMMENT, Options};
use crate::packet::{LinkType, RawPacket};
use crate::source::{Interface, Resolution};
use crate::time::Timestamp;

const NAME: u16 = 2;
const DESCRIPTION: u16 = 3;
const RESOLUTION: u16 = 9;
const FILTER: u16 = 11;
const OS: u16 = 12;
const OFFSET: u16 = 14;
const HARDWARE: u16 = 15;

/// First byte of a filter that is text.
const FILTER_TEXT: u8 = 0;

/// Nanoseconds of a second.
const SECOND: i128 = 1_000_000_000;

/// The interfaces that were described so far.
#[derive(Debug, Default)]
pub(super) struct Interfaces {
    /// By input, and by number there, or by link type where the capture has more of them than are
    /// told apart.
    known: BTreeMap<(u32, Option<u32>, u32), Written>,
}

/// An interface that was described.
#[derive(Clone, Copy, Debug)]
struct Written {
    number: u32,
    clock: Clock,
}

impl Interfaces {
    /// The number and the ticks that stand for the interface and time of a packet of an input with
    /// this name. Its description goes to `out` unless it was there before.
    pub(super) fn place(
        &mut self,
        packet: &RawPacket<'_>,
        described: Option<&Interface>,
        input: &str,
        out: &mut dyn Write,
    ) -> io::Result<(u32, u64)> {
        let which = described.map(|_| packet.reception.interface);
        let key = (packet.id.input, which, packet.link.0);
        if let Some(written) = self.known.get(&key) {
            return Ok((written.number, written.clock.ticks(packet.time)));
        }
        let unknown;
        let interface = match described {
            Some(interface) => interface,
            None => {
                unknown = Interface::new(packet.link, 0, Resolution::NANOSECONDS);
                &unknown
            }
        };
        let number = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        let clock = Clock::of(interface);
        describe(interface, clock, packet.link, input, out)?;
        self.known.insert(key, Written { number, clock });
        Ok((number, clock.ticks(packet.time)))
    }
}

fn describe(
    interface: &Interface,
    clock: Clock,
    link: LinkType,
    input: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut options = Options::default();
    let texts = [
        (NAME, &interface.name),
        (DESCRIPTION, &interface.description),
        (HARDWARE, &interface.hardware),
        (OS, &interface.os),
    ];
    for (code, text) in texts {
        if let Some(text) = text {
            options.add_text(code, &harmless(text));
        }
    }
    if let Some(filter) = &interface.filter {
        let filter = harmless(filter);
        options.add(FILTER, &[&[FILTER_TEXT], filter.as_bytes()].concat());
    }
    options.add(RESOLUTION, &[clock.resolution.0]);
    if clock.offset != 0 {
        options.add(OFFSET, &clock.offset.to_le_bytes());
    }
    options.add_text(COMMENT, &format!("wsblame: from {}", harmless(input)));
    // Packets of other link types are not read, and so are no evidence.
    let link = u16::try_from(link.0).map_err(|_unknown| {
        io::Error::other(format!("pcapng has no room for the link type {}", link.0))
    })?;
    pcapng::interface(out, link, interface.snap_length.unwrap_or(0), options)
}

/// How an interface counts time.
#[derive(Clone, Copy, Debug)]
struct Clock {
    resolution: Resolution,
    /// Seconds to add to its ticks.
    offset: i64,
}

impl Clock {
    /// The clock of an interface. What is finer than nanoseconds is read as nanoseconds.
    const fn of(interface: &Interface) -> Self {
        /// The finest power of two whose ticks are told apart in nanoseconds.
        const FINEST_BINARY: u8 = 29;
        let Resolution(stated) = interface.resolution;
        let finest = if stated & 0x80 == 0 {
            Timestamp::MAX_DIGITS
        } else {
            FINEST_BINARY
        };
        Self {
            resolution: if stated & 0x7f <= finest {
                interface.resolution
            } else {
                Resolution::NANOSECONDS
            },
            offset: interface.offset,
        }
    }

    /// The tick that was read as this time; the nearest where the clock has none.
    fn ticks(self, time: Timestamp) -> u64 {
        let nanos = i128::from(time.nanos()) - i128::from(self.offset) * SECOND;
        let Resolution(stated) = self.resolution;
        let exponent = u32::from(stated & 0x7f);
        let ticks = if stated & 0x80 == 0 {
            // At most nine digits.
            nanos / (SECOND / 10_i128.pow(exponent.min(9)))
        } else {
            // The tick was cut to whole nanoseconds: the first one that gives as many.
            let scaled = nanos << exponent;
            (scaled + SECOND - 1).div_euclid(SECOND)
        };
        u64::try_from(ticks).unwrap_or(if ticks < 0 { 0 } else { u64::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(resolution: u8, offset: i64) -> Clock {
        let interface = Interface::new(LinkType::ETHERNET, 0, Resolution(resolution));
        Clock::of(&Interface {
            offset,
            ..interface
        })
    }

    #[test]
    fn ticks_come_back_as_they_were() {
        for ticks in [0, 1, 999_999, 1_772_359_200_000_001, 1 << 50] {
            for (resolution, offset) in [(6, 0), (3, 0), (6, 3600), (6, -3600)] {
                let unit = i64::pow(10, 9 - u32::from(resolution));
                let nanos = i64::try_from(ticks).unwrap().saturating_mul(unit);
                if nanos == i64::MAX {
                    continue;
                }
                let time = Timestamp::from_nanos(nanos + offset * 1_000_000_000, resolution);
                assert_eq!(clock(resolution, offset).ticks(time), ticks);
            }
        }
    }

    #[test]
    fn ticks_of_powers_of_two_come_back_as_they_were() {
        for exponent in [0, 1, 10, 20, 29] {
            for ticks in [0, 1, 12_345, (1_u64 << 30) + 1] {
                let nanos = (u128::from(ticks) * 1_000_000_000) >> exponent;
                let Ok(nanos) = i64::try_from(nanos) else {
                    continue;
                };
                let time = Timestamp::from_nanos(nanos, 9);
                assert_eq!(clock(0x80 | exponent, 0).ticks(time), ticks, "{exponent}");
            }
        }
    }

    #[test]
    fn what_is_finer_than_nanoseconds_is_kept_in_these() {
        for resolution in [12, 0x80 | 40] {
            let clock = clock(resolution, 0);
            assert_eq!(clock.resolution, Resolution::NANOSECONDS);
            assert_eq!(clock.ticks(Timestamp::from_nanos(77, 9)), 77);
        }
    }
}
