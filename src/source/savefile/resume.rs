//! Going on behind damage: passes over what cannot be read, and says what it was.

use super::trail::{Found, LOOKAHEAD, LOOKAHEAD_OF_HINTS, MOST_RIVALS};
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
        let is_whole = self.records.passed() == 0;
        self.records.lose();
        let mut zeros = Zeros::default();
        damage.resumed =
            is_whole && self.follow_hint(&mut zeros) || self.search(is_whole, &mut zeros);
        damage.length = self.buffer.offset().saturating_sub(damage.offset);
        let is_zeros = matches!(damage.reason, Reason::Zeros { .. });
        // Room that was made for records that were never written, behind the last that was begun.
        let is_cut = !damage.resumed
            && (is_zeros && zeros.run == zeros.longest || zeros.run > damage.length / 2);
        if is_zeros || is_cut {
            damage.reason = Reason::Zeros {
                length: zeros.longest,
            };
        }
        if damage.resumed {
            self.input.damages.note(damage);
        } else {
            self.end_in(damage, is_cut);
        }
    }

    /// Goes on where the damaged record at the front says that it ends, if records go on there.
    fn follow_hint(&mut self, zeros: &mut Zeros) -> bool {
        while self.over.is_none() && self.buffer.at_hand().len() < LOOKAHEAD_OF_HINTS {
            self.fill();
        }
        let at_hand = self.buffer.at_hand();
        let at_hand = at_hand.get(..LOOKAHEAD_OF_HINTS).unwrap_or(at_hand);
        let hint = self.records.hinted(at_hand, self.over.is_some());
        self.pass_over(hint.unwrap_or(0), zeros);
        hint.is_some()
    }

    /// Goes on at the next place from which records can be followed, if there is one. `is_known`
    /// says that the first byte was seen to begin no record.
    fn search(&mut self, is_known: bool, zeros: &mut Zeros) -> bool {
        self.pass_over(usize::from(is_known), zeros);
        let mut rivals = MOST_RIVALS;
        loop {
            let is_over = self.over.is_some();
            if !is_over && self.buffer.at_hand().len() < LOOKAHEAD {
                self.fill();
                continue;
            }
            let at_hand = self.buffer.at_hand();
            match self.records.search(at_hand, is_over, &mut rivals) {
                Found::At(length) => {
                    self.pass_over(length, zeros);
                    return true;
                }
                Found::NotIn(length) => self.pass_over(length, zeros),
            }
            if is_over {
                return false;
            }
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

    /// Ends the input, behind whose damage nothing can be read; `is_cut` says that nothing was.
    fn end_in(&mut self, damage: Damage, is_cut: bool) {
        let place = damage.place();
        // A record that is longer than the file has nothing wrong but that.
        if damage.reason == Reason::EndsInsideRecord {
            return self.end_over(place);
        }
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

#[cfg(test)]
mod tests;
