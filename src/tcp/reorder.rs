//! A pure store of bytes that came before their turn. It knows their positions and the packets
//! that brought them; when to stop waiting is not its business.

use std::collections::BTreeMap;

use crate::decode::Checksum;

use super::conflict::{PROBE, SHOWN, Version};
use super::event::Arrival;

/// Bytes of one segment that wait for earlier ones.
#[derive(Debug)]
pub(super) struct Piece {
    /// What the capture holds.
    pub(super) bytes: Vec<u8>,
    /// Bytes after them that the capture cut off.
    pub(super) missing: u64,
    /// The packet that brought them.
    pub(super) arrival: Arrival,
}

impl Piece {
    fn length(&self) -> u64 {
        self.bytes.len() as u64 + self.missing
    }
}

/// Pieces by position; no two overlap, and the first to come wins.
#[derive(Debug, Default)]
pub(super) struct Reorder {
    pieces: BTreeMap<u64, Piece>,
    bytes: usize,
}

impl Reorder {
    /// Bytes of memory that it takes.
    pub(super) fn cost(&self) -> usize {
        /// What a piece takes beside its bytes.
        const PIECE: usize = 192;
        self.bytes + self.pieces.len() * PIECE
    }

    /// Pieces held.
    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Where the first piece stands.
    pub(super) fn first(&self) -> Option<u64> {
        self.pieces.first_key_value().map(|(position, _)| *position)
    }

    /// Where the last piece ends.
    pub(super) fn end(&self) -> Option<u64> {
        self.pieces
            .last_key_value()
            .map(|(position, piece)| position + piece.length())
    }

    /// The packet that brought the first piece.
    pub(super) fn first_arrival(&self) -> Option<Arrival> {
        self.pieces
            .first_key_value()
            .map(|(_, piece)| piece.arrival)
    }

    /// Keeps what of `bytes` (and of the `missing` bytes after them) is not held yet.
    pub(super) fn insert(
        &mut self,
        position: u64,
        mut bytes: &[u8],
        mut missing: u64,
        arrival: Arrival,
    ) {
        let mut position = position;
        loop {
            // Pass over what the piece before, or at, this position covers.
            if let Some((start, piece)) = self.pieces.range(..=position).next_back() {
                let covered = (start + piece.length()).saturating_sub(position);
                (position, bytes, missing) = skip(position, bytes, missing, covered);
            }
            let length = bytes.len() as u64 + missing;
            if length == 0 {
                return;
            }
            let free = match self.pieces.range(position..).next() {
                Some((next, _)) => (next - position).min(length),
                None => length,
            };
            if free > 0 {
                let held = bytes.len().min(usize::try_from(free).unwrap_or(usize::MAX));
                let piece = Piece {
                    bytes: bytes.get(..held).unwrap_or_default().to_vec(),
                    missing: free - held as u64,
                    arrival,
                };
                self.bytes += piece.bytes.len();
                self.pieces.insert(position, piece);
                (position, bytes, missing) = skip(position, bytes, missing, free);
            }
        }
    }

    /// Where bytes differ first from what waits, and what waits there.
    pub(super) fn differing(&self, position: u64, bytes: &[u8]) -> Option<(u64, Version)> {
        let end = position + bytes.len() as u64;
        let before = self.pieces.range(..position).next_back();
        for (start, piece) in before.into_iter().chain(self.pieces.range(position..end)) {
            if piece.bytes.len() <= PROBE {
                continue;
            }
            let from = position.max(*start);
            let own = bytes.get(usize::try_from(from - position).ok()?..)?;
            let kept = usize::try_from(from - *start)
                .ok()
                .and_then(|passed| piece.bytes.get(passed..))
                .unwrap_or_default();
            let mut pairs = own.iter().zip(kept);
            if let Some(at) = pairs.position(|(own, kept)| own != kept) {
                let shown = kept.iter().skip(at).take(SHOWN).copied();
                let first = Version {
                    packet: piece.arrival.packet,
                    checksum: Checksum::Unknown,
                    bytes: shown.collect(),
                };
                return Some((from + at as u64, first));
            }
        }
        None
    }

    /// Takes the first piece if it starts at or before `position`, without what lies before it.
    pub(super) fn take(&mut self, position: u64) -> Option<Piece> {
        while let Some(entry) = self.pieces.first_entry() {
            let start = *entry.key();
            if start > position {
                return None;
            }
            let mut piece = entry.remove();
            self.bytes -= piece.bytes.len();
            let passed = position - start;
            if passed < piece.length() {
                let held = piece.bytes.len();
                let cut = held.min(usize::try_from(passed).unwrap_or(usize::MAX));
                piece.bytes.drain(..cut);
                piece.missing -= passed - cut as u64;
                return Some(piece);
            }
        }
        None
    }
}

/// A range without its first `count` bytes.
fn skip(position: u64, bytes: &[u8], missing: u64, count: u64) -> (u64, &[u8], u64) {
    let count = count.min(bytes.len() as u64 + missing);
    let held = bytes
        .len()
        .min(usize::try_from(count).unwrap_or(usize::MAX));
    (
        position + count,
        bytes.get(held..).unwrap_or_default(),
        missing - (count - held as u64),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::packet::PacketId;
    use crate::time::Timestamp;

    const ARRIVAL: Arrival = Arrival {
        packet: PacketId {
            input: 0,
            number: 1,
        },
        time: Timestamp::from_nanos(0, 6),
        acknowledgement: None,
    };

    fn drain(store: &mut Reorder, mut position: u64) -> Vec<Option<u8>> {
        let mut all = Vec::new();
        while let Some(piece) = store.take(position) {
            position += piece.length();
            all.extend(piece.bytes.iter().map(|byte| Some(*byte)));
            all.extend((0..piece.missing).map(|_| None));
        }
        all
    }

    #[test]
    fn the_first_copy_of_a_byte_wins() {
        let mut store = Reorder::default();
        store.insert(12, b"CD", 0, ARRIVAL);
        store.insert(10, b"abxxef", 0, ARRIVAL);
        let all: Vec<u8> = drain(&mut store, 10).into_iter().flatten().collect();
        assert_eq!(all, b"abCDef");
        assert_eq!(store.cost(), 0);
    }

    #[test]
    fn a_piece_is_not_given_before_its_turn() {
        let mut store = Reorder::default();
        store.insert(12, b"CD", 0, ARRIVAL);
        assert!(store.take(11).is_none());
        assert_eq!(store.take(13).unwrap().bytes, b"D");
    }

    proptest! {
        /// Against the stupid way: a table of bytes, each written once.
        #[test]
        fn holds_what_a_plain_table_holds(
            writes in prop::collection::vec((0_u64..40, 0_usize..12, 0_u64..6, any::<u8>()), 0..30)
        ) {
            let mut store = Reorder::default();
            let mut table = [None; 64];
            for (position, length, missing, fill) in writes {
                let bytes = vec![fill; length];
                store.insert(position, &bytes, missing, ARRIVAL);
                let end = position + length as u64 + missing;
                for place in position..end {
                    let here = &mut table[usize::try_from(place).unwrap()];
                    if here.is_none() {
                        *here = Some((place < position + length as u64).then_some(fill));
                    }
                }
            }
            let held = table.iter().flatten().flatten().count();
            prop_assert_eq!(store.bytes, held);
            let mut position = 0;
            while position < 64 {
                let run = drain(&mut store, position);
                for byte in &run {
                    let expected = table[usize::try_from(position).unwrap()].take();
                    prop_assert_eq!(expected, Some(*byte));
                    position += 1;
                }
                position += 1;
            }
            prop_assert!(table.iter().all(Option::is_none));
        }
    }
}
