//! The checksum of a TCP segment (RFC 9293 section 3.1), computed only where somebody asks.

use std::net::IpAddr;

/// What a checksum says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksum {
    /// It is the segment's: the segment arrived as it was sent.
    Valid,
    /// It is another one's: a receiver drops the segment.
    Invalid,
    /// The capture does not hold the whole segment, or the sum was still to be filled in by the
    /// network card when the packet was captured.
    #[default]
    Unknown,
}

const TCP: u64 = 6;

/// The sum of RFC 1071, in the byte order of this machine and not folded. Sums of several parts
/// may be added where each but the last has an even number of bytes.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<4>();
    let mut sum: u64 = words
        .iter()
        .map(|word| u64::from(u32::from_ne_bytes(*word)))
        .sum();
    if !rest.is_empty() {
        let mut last = [0; 4];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        sum += u64::from(u32::from_ne_bytes(last));
    }
    sum
}

/// Folds to 16 bits, in the order of bytes on the wire.
#[expect(clippy::cast_possible_truncation, reason = "folded until it fits")]
const fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    u16::from_be(sum as u16)
}

/// Of a whole segment between these addresses, its header complete and of whole words.
pub(super) fn of(source: IpAddr, destination: IpAddr, header: &[u8], payload: &[u8]) -> Checksum {
    let address = |address: IpAddr| match address {
        IpAddr::V4(address) => sum(&address.octets()),
        IpAddr::V6(address) => sum(&address.octets()),
    };
    let in_order = |value: u64| {
        let [.., a, b, c, d] = value.to_be_bytes();
        sum(&[a, b, c, d])
    };
    let addresses = address(source) + address(destination) + in_order(TCP);
    let length = in_order((header.len() + payload.len()) as u64);
    let pseudo = addresses + length;
    if fold(pseudo + sum(header) + sum(payload)) == u16::MAX {
        return Checksum::Valid;
    }
    let Some((_, &[high, low, ..])) = header.split_at_checked(16) else {
        return Checksum::Unknown;
    };
    let stated = u16::from_be_bytes([high, low]);
    // What a host leaves there for its card to go on with, and what one that puts segments
    // together on arrival writes: the sum of the pseudo header, with the length or without.
    if stated == 0 || stated == fold(pseudo) || stated == fold(addresses) {
        return Checksum::Unknown;
    }
    Checksum::Invalid
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Word by word, as the standard tells it.
    fn plainly(bytes: &[u8]) -> u16 {
        let mut sum = 0_u32;
        for pair in bytes.chunks(2) {
            sum += u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0));
            sum = (sum & 0xffff) + (sum >> 16);
        }
        u16::try_from(sum).unwrap()
    }

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 10));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 20));

    fn pseudo(length: usize) -> Vec<u8> {
        let length = u32::try_from(length).unwrap().to_be_bytes();
        [
            &[192, 0, 2, 10, 198, 51, 100, 20, 0, 0, 0, 6][..],
            &length[..],
        ]
        .concat()
    }

    proptest! {
        #[test]
        fn sums_as_the_standard_does(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(fold(sum(&bytes)), plainly(&bytes));
        }

        #[test]
        fn a_right_sum_is_valid_and_a_changed_byte_is_not(
            mut header: [u8; 20],
            payload in prop::collection::vec(any::<u8>(), 1..100),
            at: prop::sample::Index,
            change in 1_u8..,
        ) {
            header[16..18].fill(0);
            let all = [&pseudo(20 + payload.len())[..], &header, &payload].concat();
            header[16..18].copy_from_slice(&(!plainly(&all)).to_be_bytes());
            prop_assert_eq!(of(ONE, OTHER, &header, &payload), Checksum::Valid);
            let mut changed = payload.clone();
            changed[at.index(payload.len())] ^= change;
            prop_assert_ne!(of(ONE, OTHER, &header, &changed), Checksum::Valid);
        }
    }

    #[test]
    fn what_the_card_was_to_fill_in_says_nothing() {
        let mut header = [7; 20];
        for stated in [0, plainly(&pseudo(25)), plainly(&pseudo(0))] {
            header[16..18].copy_from_slice(&stated.to_be_bytes());
            assert_eq!(of(ONE, OTHER, &header, b"hello"), Checksum::Unknown);
        }
        header[16..18].fill(0x55);
        assert_eq!(of(ONE, OTHER, &header, b"hello"), Checksum::Invalid);
    }
}
