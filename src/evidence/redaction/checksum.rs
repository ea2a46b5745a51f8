//! The checksum of a segment whose payload is changed (RFC 1624): as right, or as wrong, as it was.

/// The checksum that says of the new bytes what `stated` says of the old ones. Both stand at an even
/// place of the segment and are of one length.
pub(in crate::evidence) fn adjust(stated: u16, old: &[u8], new: &[u8]) -> u16 {
    let sum = fold(u64::from(!stated) + u64::from(!fold(sum(old))) + sum(new));
    !sum
}

/// The sum of words of 16 bits in network byte order.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<2>();
    let words = words
        .iter()
        .map(|word| u64::from(u16::from_be_bytes(*word)));
    let last = rest.first().map_or(0, |byte| u64::from(*byte) << 8);
    words.sum::<u64>() + last
}

#[expect(clippy::cast_possible_truncation, reason = "folded until it fits")]
const fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_right_is_right_and_what_was_wrong_is_wrong(
            header in any::<u64>(),
            pairs in prop::collection::vec(any::<(u8, u8)>(), 0..50),
            error in any::<u16>(),
        ) {
            let (old, new): (Vec<u8>, Vec<u8>) = pairs.into_iter().unzip();
            let right = |payload: &[u8]| !fold(sum(&header.to_be_bytes()) + sum(payload));
            let verify = |payload: &[u8], stated: u16| {
                fold(sum(&header.to_be_bytes()) + sum(payload) + u64::from(stated)) == 0xffff
            };
            prop_assume!(header != 0);
            prop_assert!(verify(&new, adjust(right(&old), &old, &new)));
            let wrong = right(&old).wrapping_add(error);
            let was_right = verify(&old, wrong);
            prop_assert_eq!(verify(&new, adjust(wrong, &old, &new)), was_right);
        }
    }
}
