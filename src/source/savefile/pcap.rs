//! The pcap format (draft-ietf-opsawg-pcap): one file header, then records of one link type.
//! It knows bytes and no files.
//!
//! pcap-parser reads the file header. The records' headers are read here: nothing in a record says
//! where the next one begins but its length, so that a damaged one has to be found by what the
//! header holds beside it, also where packets are searched behind damage.

mod header;
mod search;
mod witness;

use nom::Err;
use pcap_parser::{PcapHeader, parse_pcap_header};

use super::byte_order::ByteOrder;
use super::record::{Record, Records, Step};
use crate::packet::{LinkType, Reception};
use crate::source::{About, Format, Interface, Refusal, Resolution};
use crate::time::Timestamp;
use header::{Header, Layout, Oddities};
use witness::not_followed;

/// Length of a record's header in bytes.
const HEADER: usize = 16;

/// Length of a record's header in the format of a patched libpcap of the nineties.
const HEADER_MODIFIED: usize = 24;

/// Zeros at the end of a packet that make one look whether there are more behind it; and the same
/// where that may hold up a packet that has arrived. The last two bytes of a TCP segment without
/// data are zeros, and often that of compressed data.
const ZERO_TAIL: [u8; 1] = [0; 1];
const LONG_ZERO_TAIL: [u8; 4] = [0; 4];

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
    looks_ahead: bool,
    /// The header at the front, if it was looked at already and there is nothing to ask about it.
    ahead: Option<Header>,
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
        let resolution = if header.is_nanosecond_precision() {
            Resolution::NANOSECONDS
        } else {
            Resolution::MICROSECONDS
        };
        let pcap = Self::of(&header);
        about.add_interface(Interface::new(pcap.link, header.snaplen, resolution));
        let records = Records::Pcap(pcap);
        Ok(Some((records, start.len() - rest.len())))
    }

    /// A file with this header.
    fn of(header: &PcapHeader) -> Self {
        let (nanos_per_tick, digits) = if header.is_nanosecond_precision() {
            (1, 9)
        } else {
            (1000, 6)
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
        Self {
            layout,
            // The upper half says whether frames end in a check sequence, which the length of
            // the IP packet cuts off.
            link: LinkType(header.network.0.cast_unsigned() & 0xffff),
            nanos_per_tick,
            digits,
            habits: Oddities::empty(),
            last: None,
            looks_ahead: false,
            ahead: None,
        }
    }

    /// Looks at the header behind each record before it is read: for files, where that waits for
    /// nothing.
    pub(super) const fn look_ahead(&mut self) {
        self.looks_ahead = true;
    }

    /// Reads the record at the front. A record that is odd, or ends like one that was overwritten,
    /// waits for the header behind it; without [`Self::look_ahead`] no other waits for more than
    /// itself.
    pub(super) fn step(&mut self, at_hand: &[u8], at_end: bool) -> Step {
        let header = match self.ahead.take() {
            Some(header) => header,
            None => match self.first(at_hand, at_end) {
                Ok(header) => header,
                Err(step) => return step,
            },
        };
        let end = self.end_of(&header);
        let Some((record, behind)) = at_hand.split_at_checked(end) else {
            return Step::More;
        };
        let tail: &[u8] = if self.looks_ahead {
            &ZERO_TAIL
        } else {
            &LONG_ZERO_TAIL
        };
        if record.ends_with(tail) {
            match begins_with_zeros(behind, at_end) {
                None => return Step::More,
                Some(true) => return Step::Withhold(end),
                Some(false) => {}
            }
        }
        let next = self.layout.read(behind);
        let ahead = next.filter(|next| self.is_plain(next, Some(header.seconds)));
        if self.looks_ahead && ahead.is_none() {
            match self.is_followed(&header, next, behind, at_end) {
                None => return Step::More,
                Some(false) => return Step::Lost(not_followed(&header)),
                Some(true) => {}
            }
        }
        self.ahead = ahead;
        self.last = Some(header.seconds);
        Step::Packet(self.packet(&header))
    }

    /// The header at the front, if it is to be believed; otherwise what there is to do.
    fn first(&mut self, at_hand: &[u8], at_end: bool) -> Result<Header, Step> {
        let header = self.layout.read(at_hand).ok_or(Step::More)?;
        if self.is_plain(&header, self.last) {
            return Ok(header);
        }
        // Another file, written behind the first one.
        match parse_pcap_header(at_hand) {
            Ok((rest, file)) if file.version_major == 2 => {
                *self = Self {
                    looks_ahead: self.looks_ahead,
                    ..Self::of(&file)
                };
                return Err(Step::Pass(at_hand.len() - rest.len()));
            }
            Err(Err::Incomplete(_)) => return Err(Step::More),
            _ => {}
        }
        match self.judge(&header, self.last, at_hand, at_end) {
            None => Err(Step::More),
            Some(Err(reason)) => Err(Step::Damage(reason)),
            Some(Ok(odd)) => {
                // A clock that was set once says nothing of the next time.
                self.habits |= odd - Oddities::JUMP;
                Ok(header)
            }
        }
    }

    /// Whether there is nothing to ask about a header behind a record of the time `before`. Nearly
    /// all headers are like the first that it asks for.
    fn is_plain(&self, header: &Header, before: Option<u32>) -> bool {
        self.layout.is_usual(header, before)
            || header.fault().is_none()
                && self.habits.contains(self.layout.oddities(header, before))
    }

    /// Length of the record that begins with this header, in bytes.
    const fn end_of(&self, header: &Header) -> usize {
        self.layout.length + header.captured as usize
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
fn begins_with_zeros(behind: &[u8], at_end: bool) -> Option<bool> {
    match behind.get(..HEADER) {
        Some(header) => Some(header == [0; HEADER]),
        None if at_end => Some(!behind.is_empty() && behind.iter().all(|byte| *byte == 0)),
        None => None,
    }
}

#[cfg(test)]
mod tests;
