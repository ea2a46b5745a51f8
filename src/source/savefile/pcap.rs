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
use header::{DAY, Header, Layout, Oddities};

/// Length of a record's header in bytes.
const HEADER: usize = 16;

/// Length of a record's header in the format of a patched libpcap of the nineties.
const HEADER_MODIFIED: usize = 24;

/// The most headers behind an odd one that are asked whether it can be right.
const WITNESSES: usize = 8;

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
            looks_ahead: false,
            ahead: None,
        };
        Ok(Some((Records::Pcap(pcap), start.len() - rest.len())))
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
                Ok(Some(header)) => header,
                Ok(None) => return Step::More,
                Err(reason) => return Step::Damage(reason),
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

    /// The header at the front, if it is to be believed; `None` where that cannot be said yet.
    fn first(&mut self, at_hand: &[u8], at_end: bool) -> Result<Option<Header>, Reason> {
        let Some(header) = self.layout.read(at_hand) else {
            return Ok(None);
        };
        if !self.is_plain(&header, self.last) {
            match self.judge(&header, self.last, at_hand, at_end) {
                None => return Ok(None),
                Some(Err(reason)) => return Err(reason),
                // A clock that was set once says nothing of the next time.
                Some(Ok(odd)) => self.habits |= odd - Oddities::JUMP,
            }
        }
        Ok(Some(header))
    }

    /// Whether there is nothing to ask about a header behind a record of the time `before`. Nearly
    /// all headers are like the first that it asks for.
    fn is_plain(&self, header: &Header, before: Option<u32>) -> bool {
        self.layout.is_usual(header, before)
            || header.fault().is_none()
                && self.habits.contains(self.layout.oddities(header, before))
    }

    /// What is odd about the header that these bytes begin with, beside the habits; or why it is
    /// none. `None` where that cannot be said yet.
    #[cold]
    fn judge(
        &self,
        header: &Header,
        before: Option<u32>,
        bytes: &[u8],
        at_end: bool,
    ) -> Option<Result<Oddities, Reason>> {
        // A length that no record has is refused before its bytes are waited for.
        if let Some(fault) = header.fault() {
            return Some(Err(fault));
        }
        let odd = self.layout.oddities(header, before) - self.habits;
        if bytes.len() < self.end_of(header) {
            return at_end.then_some(Err(Reason::EndsInsideRecord));
        }
        let borne_out = self.borne_out(header, odd, bytes, at_end)?;
        Some(borne_out.map(|()| odd))
    }

    /// Whether a record ends where it should: what is behind it is another one, or damaged on its
    /// own. Otherwise it was overwritten from its middle on, or bytes of it are missing.
    #[cold]
    fn is_followed(
        &self,
        header: &Header,
        next: Option<Header>,
        behind: &[u8],
        at_end: bool,
    ) -> Option<bool> {
        let before = header.seconds;
        let Some(next) = next else {
            // A file that was extended before it was written ends in zeros.
            let is_empty = || behind.iter().all(|byte| *byte == 0);
            return at_end.then(|| is_empty() || self.layout.begins_in_time(behind, before));
        };
        Some(match self.judge(&next, Some(before), behind, at_end)? {
            Ok(_) | Err(Reason::Zeros { .. }) => true,
            Err(_) => self.layout.begins_in_time(behind, before),
        })
    }

    /// Length of the record that begins with this header, in bytes.
    const fn end_of(&self, header: &Header) -> usize {
        self.layout.length + header.captured as usize
    }

    /// Whether the records behind one that is odd show that its length is right: `None` where they
    /// have to be waited for.
    ///
    /// One that is not odd itself is enough, and the same oddities near in time are a writer's. Where a wrong
    /// length leads into a packet, what is taken for a header there is soon none; and where bytes
    /// are missing, each header stands a little beside its place, and is odd in more than its time.
    fn borne_out(
        &self,
        header: &Header,
        odd: Oddities,
        at_hand: &[u8],
        at_end: bool,
    ) -> Option<Result<(), Reason>> {
        let not_followed = not_followed(header);
        let shared = odd - Oddities::JUMP;
        let (mut before, mut place, mut all) = (header.seconds, self.end_of(header), odd);
        for witness in 0..WITNESSES {
            if place >= LONGEST_RECORD {
                break;
            }
            let behind = at_hand.get(place..);
            let Some(next) = behind.and_then(|behind| self.layout.read(behind)) else {
                match behind {
                    _ if !at_end => return None,
                    // Nothing speaks against it.
                    _ if witness == 0 => return Some(Ok(())),
                    Some([]) => break,
                    _ => return Some(Err(not_followed)),
                }
            };
            match next.fault() {
                Some(zeros @ Reason::Zeros { .. }) => return Some(Err(zeros)),
                Some(_) => return Some(Err(not_followed)),
                None => {}
            }
            let odd = self.layout.oddities(&next, Some(before)) - self.habits;
            let is_near = next.seconds.abs_diff(header.seconds) <= DAY;
            if odd.is_empty() || is_near && shared.contains(odd) {
                return Some(Ok(()));
            }
            all |= odd;
            before = next.seconds;
            place += self.end_of(&next);
        }
        // A clock may be anything, and is in captures that were made up.
        let is_clock = Oddities::JUMP.contains(all);
        Some(if is_clock { Ok(()) } else { Err(not_followed) })
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

const fn not_followed(header: &Header) -> Reason {
    Reason::NotFollowed {
        captured: header.captured,
        original: header.original,
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
