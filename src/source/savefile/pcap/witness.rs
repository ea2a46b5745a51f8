//! Whether a header is to be believed, by what is behind its record: the records there are its
//! witnesses.

use nom::Err::Incomplete;
use pcap_parser::parse_pcap_header;

use super::Pcap;
use super::header::{DAY, EARLIEST, Header, Oddities};
use crate::source::Reason;
use crate::source::savefile::record::LONGEST_RECORD;

/// The most headers behind an odd one that are asked whether it can be right.
const WITNESSES: usize = 8;

impl Pcap {
    /// What is odd about the header that these bytes begin with, beside the habits; or why it is
    /// none. `None` where that cannot be said yet.
    #[cold]
    pub(super) fn judge(
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
        // No clock goes back to before the format was made, but small numbers are everywhere.
        let is_early = |seconds| seconds < EARLIEST;
        let fell = is_early(header.seconds) && !before.is_none_or(is_early);
        let least = if fell { EARLIEST } else { 0 };
        let borne_out = self.borne_out(header, odd, least, bytes, at_end)?;
        Some(borne_out.map(|()| odd))
    }

    /// Whether a record ends where it should: what is behind it is another one, or damaged on its
    /// own. Otherwise it was overwritten from its middle on, or bytes of it are missing.
    #[cold]
    pub(super) fn is_followed(
        &self,
        header: &Header,
        next: Option<Header>,
        behind: &[u8],
        at_end: bool,
    ) -> Option<bool> {
        let before = header.seconds;
        let Some(next) = next else {
            return at_end.then(|| self.layout.begins_in_time(behind, before));
        };
        if let Ok(_) | Err(Incomplete(_)) = parse_pcap_header(behind) {
            return Some(true);
        }
        Some(match self.judge(&next, Some(before), behind, at_end)? {
            Ok(_) | Err(Reason::Zeros { .. }) => true,
            Err(_) => self.layout.begins_in_time(behind, before),
        })
    }

    /// Whether the records behind one that is odd show that its length is right: `None` where they
    /// have to be waited for.
    ///
    /// One that is not odd itself is enough, and so are some that are near in time, whatever the
    /// habits of their writer. Where a wrong length leads into a packet, what is taken for a
    /// header there is soon none; and where bytes are missing, each header stands a little beside
    /// its place, and is odd in its time and more. A witness of a time below `least` is none.
    fn borne_out(
        &self,
        header: &Header,
        odd: Oddities,
        least: u32,
        at_hand: &[u8],
        at_end: bool,
    ) -> Option<Result<(), Reason>> {
        let (mut before, mut place) = (header.seconds, self.end_of(header));
        let (mut all, mut are_near, mut is_any) = (odd, true, least == 0);
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
                    _ if are_near => break,
                    _ => return Some(Err(not_followed(header))),
                }
            };
            match next.fault() {
                Some(zeros @ Reason::Zeros { .. }) => return Some(Err(zeros)),
                Some(_) => return Some(Err(not_followed(header))),
                None => {}
            }
            let odd = self.layout.oddities(&next, Some(before)) - self.habits;
            is_any |= next.seconds >= least;
            if odd.is_empty() && is_any {
                return Some(Ok(()));
            }
            all |= odd;
            are_near &= next.seconds.abs_diff(header.seconds) <= DAY;
            before = next.seconds;
            place += self.end_of(&next);
        }
        // A clock may be anything, and is in captures that were made up.
        if is_any && (are_near || Oddities::JUMP.contains(all)) {
            Some(Ok(()))
        } else {
            Some(Err(not_followed(header)))
        }
    }
}

pub(super) const fn not_followed(header: &Header) -> Reason {
    Reason::NotFollowed {
        captured: header.captured,
        original: header.original,
    }
}
