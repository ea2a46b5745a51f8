//! What a packet that brought a fragment had to do with IP datagrams, for whoever keeps packets that
//! belong together. It knows places and no bytes.

use crate::packet::PacketId;

/// A packet that brought a fragment, and the datagrams that this belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// The packet.
    pub packet: PacketId,
    /// The datagrams, by numbers that no other datagram has: its own first, and behind each one
    /// that it completed that of which this is a fragment again.
    pub datagrams: Vec<u64>,
    /// Where its bytes begin in the packet.
    pub at: usize,
    /// How many of them the capture holds.
    pub length: usize,
    /// Where they begin in the first of the datagrams.
    pub start: usize,
    /// Where the TCP header begins in the last of the datagrams, if the packet completed that and it
    /// holds one.
    pub segment_at: Option<usize>,
}

/// Where `inner` begins in `outer`, which it was taken from; `None` if it was taken from elsewhere.
pub(crate) fn place_in(outer: &[u8], inner: &[u8]) -> Option<usize> {
    let begin = inner.as_ptr().addr().checked_sub(outer.as_ptr().addr())?;
    (begin + inner.len() <= outer.len()).then_some(begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_by_its_place_and_not_by_its_bytes() {
        let (whole, other) = (*b"abcabc", *b"abc");
        assert_eq!(place_in(&whole, &whole[3..]), Some(3));
        assert_eq!(place_in(&whole, &whole[6..]), Some(6));
        assert_eq!(place_in(&whole, &other), None);
    }
}
