//! Streams cut into chunks, each as if a packet of its own had brought it.

use wsblame::packet::PacketId;
use wsblame::tcp::{Arrival, Chunk, Gap, GapCause};
use wsblame::time::Timestamp;

/// Sequence number of a stream's first byte: soon they wrap.
const FIRST: u32 = u32::MAX - 300;

/// The sequence number of a stream's byte.
pub fn sequence(offset: u64) -> u32 {
    FIRST.wrapping_add(u32::try_from(offset).unwrap())
}

/// The packet with this number; nobody knows what its sender had received.
fn arrival(number: u64) -> Arrival {
    Arrival {
        packet: PacketId { input: 0, number },
        time: Timestamp::from_nanos(i64::try_from(number).unwrap() * 1_000_000, 6),
        acknowledgement: None,
    }
}

/// The chunk that starts at `offset` and that packet `number` brought.
pub fn chunk(number: u64, offset: usize, bytes: &[u8]) -> Chunk<'_> {
    Chunk {
        offset: offset as u64,
        sequence: sequence(offset as u64),
        bytes,
        arrival: arrival(number),
    }
}

/// The gap that starts at `offset` and that packet `number` shows.
pub fn gap(number: u64, offset: usize, length: usize) -> Gap {
    Gap {
        offset: offset as u64,
        length: length as u64,
        cause: GapCause::Lost,
        sequence: sequence(offset as u64),
        arrival: arrival(number),
    }
}

/// Chunks of the lengths that `cuts` names, over and over; a zero takes all that is left.
pub fn pieces<'a>(bytes: &'a [u8], cuts: &'a [u8]) -> impl Iterator<Item = (usize, &'a [u8])> {
    let mut lengths = cuts.iter().cycle();
    let mut offset = 0;
    std::iter::from_fn(move || {
        let left = bytes.len() - offset;
        let length = match lengths.next() {
            Some(&length) if length > 0 => left.min(usize::from(length)),
            _ => left,
        };
        let piece = (offset, &bytes[offset..offset + length]);
        offset += length;
        (length > 0).then_some(piece)
    })
}
