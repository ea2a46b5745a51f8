//! What of an input was passed over because it could not be read: where, how much, and with which
//! packet reading went on.

use std::fmt;

use super::{Break, Reason};

/// A place of damage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Offset in bytes (behind decompression) of the first record that could not be read.
    pub offset: u64,
    /// Bytes that were passed over, up to the next record that can be read or to the end.
    pub length: u64,
    /// [`PacketId::number`](crate::packet::PacketId::number) of the last packet before it; 0 if
    /// there was none. What was lost is not numbered, so that the next one has the next number.
    pub after: u64,
    /// The number of the first packet behind it, once there is one.
    pub next: Option<u64>,
    /// Whether records go on behind it.
    pub resumed: bool,
    /// What is wrong there.
    pub reason: Reason,
}

impl Damage {
    /// Where reading broke off.
    pub(super) fn place(&self) -> Break {
        Break {
            offset: self.offset,
            after: self.after,
            reason: self.reason.clone(),
        }
    }

    /// Offset in bytes of the first record behind it.
    const fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            offset,
            after,
            reason,
            ..
        } = self;
        write!(
            f,
            "damaged at byte {offset}, after packet {after}: {reason}; "
        )?;
        if !self.resumed {
            return f.write_str("nothing behind it can be read");
        }
        write!(f, "went on at byte {}", self.end())?;
        match self.next {
            Some(next) => write!(f, " with packet {next}"),
            None => f.write_str(", where no packet follows"),
        }
    }
}

/// The damage of one input.
#[derive(Clone, Debug, Default)]
pub struct Damages {
    places: Vec<Damage>,
    count: u64,
    /// No packet was read behind the last of them.
    is_open: bool,
    /// The last of them goes up to the end of the input.
    is_to_the_end: bool,
}

impl Damages {
    /// The most places that are kept of one input: more tell nothing that so many do not.
    pub const MOST: usize = 100;

    /// The places, in their order: the first [`Self::MOST`].
    #[must_use]
    pub fn places(&self) -> &[Damage] {
        &self.places
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Whether no record goes on behind the last of them.
    #[must_use]
    pub const fn is_to_the_end(&self) -> bool {
        self.is_to_the_end
    }

    /// Notes a place. One behind another, with no packet between them that could be read, is the
    /// same.
    pub(super) fn note(&mut self, damage: Damage) {
        let is_same = self.is_open;
        self.is_open = true;
        self.is_to_the_end = !damage.resumed;
        if is_same {
            if let Some(last) = self.latest() {
                last.length = damage.end().saturating_sub(last.offset);
                last.resumed = damage.resumed;
            }
            return;
        }
        if self.places.len() < Self::MOST {
            self.places.push(damage);
        }
        self.count += 1;
    }

    /// Notes that this packet was read.
    pub(super) fn read(&mut self, number: u64) {
        if self.is_open {
            self.is_open = false;
            if let Some(last) = self.latest() {
                last.next = Some(number);
            }
        }
    }

    /// The latest place, if it is one of those that are kept.
    fn latest(&mut self) -> Option<&mut Damage> {
        let is_kept = self.places.len() as u64 == self.count;
        self.places.last_mut().filter(|_| is_kept)
    }
}
