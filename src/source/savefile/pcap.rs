//! The pcap format (draft-ietf-opsawg-pcap): one file header, then records of one link type.
//! It knows bytes and no files.
//!
//! pcap-parser reads the file header. The records' headers are read here: nothing in a record says
//! where the next one begins but its length, so that a damaged one has to be found by what the
//! header holds beside it, also where packets are searched behind damage.

mod header;
mod search;

use nom::Err;
use pcap_parser::parse_pcap_header;

use super::byte_order::ByteOrder;
use super::record::{LONGEST_RECORD, Record, Records, Step};
use crate::packet::{LinkType, Reception};
use crate::source::{About, Format, Interface, Reason, Refusal, Resolution};
use crate::time::Timestamp;
use header::{Header, Layout, Oddities};

/// Length of a record's header in bytes.
const HEADER: usize = 16;

/// Length of a record's header in the format of a patched libpcap of the nineties.
const HEADER_MODIFIED: usize = 24;

/// The most headers behind an odd one that are asked whether it can be right.
const WITNESSES: usize = 8;

/// Zeros at the end of a packet, in bytes, that make one look whether there are more behind it.
/// The last two of a TCP segment without data are, and so is often the last of compressed data.
const ZERO_TAIL: [u8; 4] = [0; 4];

/// What the file header says about every record, and what the records so far say about the next.
#[derive(Debug)]
pub(super) struct Pcap {
    layout: Layout,
    link: LinkType,
    nanos_per_tick: i64,
    digits: u8,
    /// Oddities that are a habit of this file's writer: records that have them were borne out by
    /// those behind them.
    habits: Oddities,
    /// Time of the last record, in seconds.
    last: Option<u32>,
}

impl Pcap {
    /// Reads the file header: what it says, and its length. `None` for too few bytes. The one
    /// interface of the file goes into `about`.
    pub(super) fn begin(
        start: &[u8],
        about: &mut About,
    ) -> Result<Option<(Records, usize)>, Refusal> {
        let (rest, header) = match parse_pcap_header(start) {
            Ok(parsed) => parsed,
            Err(Err::Incomplete(_)) => return Ok(None),
            Err(_) => {
                return Err(Refusal::NotACapture {
                    start: start.to_vec(),
                });
            }
        };
        if header.version_major != 2 {
            return Err(Refusal::Version {
                format: Format::Pcap,
                major: header.version_major,
                minor: header.version_minor,
                known: "2.x",
            });
        }
        let (nanos_per_tick, digits, resolution) = if header.is_nanosecond_precision() {
            (1, 9, Resolution::NANOSECONDS)
        } else {
            (1000, 6, Resolution::MICROSECONDS)
        };
        let layout = Layout {
            order: if header.is_bigendian() {
                ByteOrder::Big
            } else {
                ByteOrder::Little
            },
            length: if header.is_modified_format() {
                HEADER_MODIFIED
            } else {
                HEADER
            },
            lengths_in_either_order: header.version_minor < 4,
            ticks_per_second: 10_u32.pow(u32::from(digits)),
            snap_length: header.snaplen,
        };
        // The upper half says whether frames end in a check sequence, which the length of the IP
        // packet cuts off.
        let link = LinkType(header.network.0.cast_unsigned() & 0xffff);
        about.add_interface(Interface::new(link, header.snaplen, resolution));
        let pcap = Self {
            layout,
            link,
            nanos_per_tick,
            digits,
            habits: Oddities::empty(),
            last: None,
        };
        Ok(Some((Records::Pcap(pcap), start.len() - rest.len())))
    }

    /// Reads the record at the front. A record that is odd, or ends like one that was overwritten,
    /// waits for the header behind it; no other waits for more than itself.
    pub(super) fn step(&mut self, at_hand: &[u8], at_end: bool) -> Step {
        let Some(header) = self.layout.read(at_hand) else {
            return Step::More;
        };
        // A length that no record has is refused before its bytes are waited for.
        if let Some(fault) = header.fault() {
            return Step::Damage(fault);
        }
        let odd = self.layout.oddities(&header, self.last) - self.habits;
        let end = self.end_of(&header);
        let Some(record) = at_hand.get(..end) else {
            return if at_end && !odd.is_empty() {
                Step::Damage(Reason::EndsInsideRecord)
            } else {
                Step::More
            };
        };
        if !odd.is_empty() {
            match self.borne_out(&header, odd, at_hand, at_end) {
                None => return Step::More,
                Some(Err(reason)) => return Step::Damage(reason),
                // A clock that was set once says nothing of the next time.
                Some(Ok(())) => self.habits |= odd - Oddities::JUMP,
            }
        }
        if record.ends_with(&ZERO_TAIL) {
            match zeros(at_hand.get(end..).unwrap_or(&[]), at_end) {
                None => return Step::More,
                Some(true) => return Step::Withhold(end),
                Some(false) => {}
            }
        }
        self.last = Some(header.seconds);
        Step::Packet(self.packet(&header))
    }

    /// Length of the record that begins with this header, in bytes.
    const fn end_of(&self, header: &Header) -> usize {
        self.layout.length + header.captured as usize
    }

    /// Whether the records behind one that is odd show that its length is right: `None` where they
    /// have to be waited for.
    ///
    /// One that is not odd itself is enough, and the same oddities are a writer's. Where a wrong
    /// length leads into a packet, what is taken for a header there is soon none.
    fn borne_out(
        &self,
        header: &Header,
        odd: Oddities,
        at_hand: &[u8],
        at_end: bool,
    ) -> Option<Result<(), Reason>> {
        let allowed = self.habits | (odd - Oddities::JUMP);
        let (mut before, mut place) = (header.seconds, self.end_of(header));
        for witness in 0..WITNESSES {
            if place >= LONGEST_RECORD {
                break;
            }
            let Some(next) = at_hand.get(place..).and_then(|it| self.layout.read(it)) else {
                return match (at_end, witness) {
                    (false, _) => None,
                    (true, 0) => Some(Ok(())),
                    (true, _) => Some(Err(not_followed(header))),
                };
            };
            match next.fault() {
                Some(zeros @ Reason::Zeros { .. }) => return Some(Err(zeros)),
                Some(_) => return Some(Err(not_followed(header))),
                None if allowed.contains(self.layout.oddities(&next, Some(before))) => break,
                None => {}
            }
            before = next.seconds;
            place += self.end_of(&next);
        }
        Some(Ok(()))
    }

    fn packet(&self, header: &Header) -> Record {
        let end = self.end_of(header);
        // Seconds of 32 bits and a fraction of 32 bits stay far below 2^63 nanoseconds.
        let nanos = i64::from(header.seconds) * 1_000_000_000
            + i64::from(header.fraction) * self.nanos_per_tick;
        Record {
            time: Some(Timestamp::from_nanos(nanos, self.digits)),
            link: self.link,
            // Some writers state less than they captured.
            wire_length: header.original.max(header.captured),
            reception: Reception::default(),
            data: self.layout.length..end,
            length: end,
        }
    }
}

/// Whether there are zeros where a header should be; `None` where it is not there yet.
fn zeros(behind: &[u8], at_end: bool) -> Option<bool> {
    match behind.get(..HEADER) {
        Some(header) => Some(header == [0; HEADER]),
        None if at_end => Some(!behind.is_empty() && behind.iter().all(|byte| *byte == 0)),
        None => None,
    }
}

const fn not_followed(header: &Header) -> Reason {
    Reason::NotFollowed {
        captured: header.captured,
        original: header.original,
    }
}

#[cfg(test)]
mod tests;
