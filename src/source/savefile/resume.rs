//! Going on behind damage: passes over what cannot be read, and says what it was.

use super::trail::{Found, LOOKAHEAD, MOST_RIVALS};
use super::{Over, Savefile};
use crate::source::{Damage, Ending, Reason};

impl Savefile {
    /// Goes on from a record that is damaged to the next place from which records can be
    /// followed; without one, the input ends.
    #[cold]
    pub(super) fn resume(&mut self, reason: Reason, is_packet: bool) {
        let mut damage = Damage {
            offset: self.offset_of_record(),
            length: 0,
            after: self.input.packets,
            next: None,
            resumed: false,
            reason,
        };
        if is_packet {
            self.withhold();
        }
        // What begins there was seen to be no record.
        let seen = usize::from(self.records.passed() == 0);
        self.records.lose();
        let mut zeros = Zeros::default();
        self.pass_over(seen, &mut zeros);
        let mut rivals = MOST_RIVALS;
        loop {
            let is_over = self.over.is_some();
            if !is_over && self.buffer.at_hand().len() < LOOKAHEAD {
                self.fill();
                continue;
            }
            let at_hand = self.buffer.at_hand();
            let found = self.records.search(at_hand, is_over, &mut rivals);
            let (Found::At(length) | Found::NotIn(length)) = found;
            self.pass_over(length, &mut zeros);
            damage.resumed = matches!(found, Found::At(_));
            if damage.resumed || is_over {
                break;
            }
        }
        damage.length = self.buffer.offset().saturating_sub(damage.offset);
        if let Reason::Zeros { length } = &mut damage.reason {
            *length = zeros.longest;
        }
        if damage.resumed {
            self.input.damages.note(damage);
        } else {
            self.end_in(damage, zeros.run);
        }
    }

    /// Passes over a record that is whole and cannot be read.
    #[cold]
    pub(super) fn skip(&mut self, length: usize, is_packet: bool, reason: Reason) {
        let damage = Damage {
            offset: self.offset_of_record(),
            length: length as u64,
            after: self.input.packets,
            next: None,
            resumed: true,
            reason,
        };
        self.buffer.consume(length);
        self.input.damages.note(damage);
        if is_packet {
            self.withhold();
        }
    }

    /// Numbers a packet that is not lent, as Wireshark numbers it.
    pub(super) const fn withhold(&mut self) {
        self.input.number_record();
        self.input.withheld += 1;
    }

    fn pass_over(&mut self, length: usize, zeros: &mut Zeros) {
        zeros.count(self.buffer.at_hand().get(..length).unwrap_or(&[]));
        self.buffer.consume(length);
    }

    /// Ends the input, behind whose damage nothing can be read. `last_zeros` is how many zeros it
    /// ends in.
    fn end_in(&mut self, damage: Damage, last_zeros: u64) {
        let place = damage.place();
        // A record that is longer than the file has nothing wrong but that.
        if damage.reason == Reason::EndsInsideRecord {
            return self.end_over(place);
        }
        // Room that was made for records that were never written.
        let is_cut = damage.reason == Reason::Zeros { length: last_zeros };
        self.input.damages.note(damage);
        match self.over {
            Some(Over::Broken(_)) => self.end_over(place),
            _ if is_cut => self.end(Ending::Truncated(place)),
            _ => self.end(Ending::Damaged(place)),
        }
    }
}

/// Zeros among the bytes that are passed over.
#[derive(Clone, Copy, Debug, Default)]
struct Zeros {
    /// Those since the last byte that was none.
    run: u64,
    /// The most in a row.
    longest: u64,
}

impl Zeros {
    fn count(&mut self, bytes: &[u8]) {
        for alike in bytes.chunk_by(|one, other| (*one == 0) == (*other == 0)) {
            if alike.first() == Some(&0) {
                self.run += alike.len() as u64;
                self.longest = self.longest.max(self.run);
            } else {
                self.run = 0;
            }
        }
    }
}
