//! Sequence numbers without their wrap-around (RFC 9293 section 3.4).

/// Position of the first captured byte of a direction. Far from zero, so that bytes which were
/// sent before it and captured after it have a position too.
pub(super) const FIRST: u64 = 1 << 40;

/// Turns 32-bit sequence numbers into 64-bit positions that never wrap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unwrapper {
    sequence: u32,
    position: u64,
}

impl Unwrapper {
    /// The byte with this sequence number is at [`FIRST`].
    pub(super) const fn starting_at(sequence: u32) -> Self {
        Self {
            sequence,
            position: FIRST,
        }
    }

    /// The position of a sequence number: the one nearest to the latest position that
    /// [`Self::advance_to`] was told.
    pub(super) fn position(self, sequence: u32) -> u64 {
        let distance = sequence.wrapping_sub(self.sequence).cast_signed();
        self.position.saturating_add_signed(i64::from(distance))
    }

    /// The sequence number of a position.
    pub(super) const fn sequence(self, position: u64) -> u32 {
        // Only the low 32 bits of a distance matter to a number that wraps at 32 bits.
        #[expect(clippy::cast_possible_truncation)]
        let distance = position.wrapping_sub(self.position) as u32;
        self.sequence.wrapping_add(distance)
    }

    /// Moves the reference forward, so that numbers may wrap any number of times.
    pub(super) fn advance_to(&mut self, position: u64) {
        if position > self.position {
            self.sequence = self.sequence(position);
            self.position = position;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_on_both_sides_of_the_reference_have_their_places() {
        let numbers = Unwrapper::starting_at(1000);
        assert_eq!(numbers.position(1000), FIRST);
        assert_eq!(numbers.position(1010), FIRST + 10);
        assert_eq!(numbers.position(990), FIRST - 10);
    }

    #[test]
    fn wrapping_does_not_move_a_position_back() {
        let mut numbers = Unwrapper::starting_at(u32::MAX - 1);
        assert_eq!(numbers.position(3), FIRST + 5);
        for round in 1..=5_u64 {
            numbers.advance_to(FIRST + round * (1 << 31));
        }
        assert_eq!(
            numbers.position(u32::MAX - 1),
            FIRST + (2 << 32),
            "the nearest of the places with this number"
        );
    }
}
