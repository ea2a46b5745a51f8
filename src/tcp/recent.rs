//! The bytes that streams handed on last, of all connections together, so that what is sent again
//! can be held against what was read. It knows no connection: each stream remembers only the
//! number of its latest entry, and entries of one stream are linked backwards. A connection at
//! rest costs nothing here.

use crate::decode::Checksum;
use crate::packet::PacketId;

use super::conflict::{PROBE, SHOWN, Version};

/// What an entry takes beside its bytes, about.
const ENTRY: usize = 64;

/// Entries of one stream that are looked through: more small segments than this are seldom in
/// flight, and looking must not cost more than reading.
const LOOKED_THROUGH: usize = 1024;

/// Bytes that one stream handed on together.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The entry before it in its stream.
    before: Latest,
    /// The stream's bytes before it.
    offset: u64,
    /// Where its bytes stand, counted since the beginning of all.
    begin: u64,
    length: u32,
    packet: PacketId,
    checksum: Checksum,
}

/// The number of a stream's latest entry, from 1; 0 where it has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Latest(u64);

/// The bytes that were handed on last.
#[derive(Debug)]
pub struct Recent {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    capacity: usize,
    written: u64,
    /// Where the next byte goes in its ring.
    next_byte: usize,
    noted: u64,
    /// Where the next entry goes in its ring.
    next_entry: usize,
}

/// Where what is sent again differs from what was handed on.
#[derive(Debug)]
pub(super) struct Difference {
    /// The stream's bytes before the first that differs.
    pub(super) offset: u64,
    /// What was handed on.
    pub(super) first: Version,
}

impl Recent {
    /// Room for so many bytes, which are taken only as they are needed.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self {
            bytes: Vec::new(),
            entries: Vec::new(),
            capacity,
            written: 0,
            next_byte: 0,
            noted: 0,
            next_entry: 0,
        }
    }

    /// Keeps bytes that a stream handed on.
    pub(super) fn note(
        &mut self,
        latest: &mut Latest,
        offset: u64,
        bytes: &[u8],
        packet: PacketId,
        checksum: Checksum,
    ) {
        let Ok(length) = u32::try_from(bytes.len()) else {
            return;
        };
        if bytes.len() > self.capacity {
            return;
        }
        let begin = self.written;
        self.write(bytes);
        let entry = Entry {
            before: *latest,
            offset,
            begin,
            length,
            packet,
            checksum,
        };
        match self.entries.get_mut(self.next_entry) {
            Some(place) => *place = entry,
            None => self.entries.push(entry),
        }
        self.noted += 1;
        self.next_entry += 1;
        if self.next_entry == self.entry_capacity() {
            self.next_entry = 0;
        }
        *latest = Latest(self.noted);
    }

    fn write(&mut self, bytes: &[u8]) {
        self.written += bytes.len() as u64;
        let room = self.capacity - self.bytes.len();
        let (appended, rest) = bytes.split_at(bytes.len().min(room));
        self.bytes.extend_from_slice(appended);
        self.advance(appended.len());
        if rest.is_empty() {
            return;
        }
        // Full: what is left goes over the oldest.
        let start = self.next_byte;
        let (behind, before) = rest.split_at(rest.len().min(self.capacity - start));
        if let Some(to) = self.bytes.get_mut(start..start + behind.len()) {
            to.copy_from_slice(behind);
        }
        if let Some(to) = self.bytes.get_mut(..before.len()) {
            to.copy_from_slice(before);
        }
        self.advance(rest.len());
    }

    /// Notes that so many bytes were written, at most the capacity.
    const fn advance(&mut self, count: usize) {
        self.next_byte += count;
        if self.next_byte >= self.capacity {
            self.next_byte -= self.capacity;
        }
    }

    /// Entries for which there is room.
    const fn entry_capacity(&self) -> usize {
        let entries = self.capacity / ENTRY;
        if entries == 0 { 1 } else { entries }
    }

    /// Where a byte stands in the ring.
    #[expect(clippy::cast_possible_truncation, reason = "less than the capacity")]
    const fn place(&self, at: u64) -> usize {
        (at % self.capacity as u64) as usize
    }

    /// Where an entry stands in its ring.
    #[expect(clippy::cast_possible_truncation, reason = "less than the capacity")]
    fn index(&self, number: u64) -> usize {
        (number % self.entry_capacity() as u64) as usize
    }

    /// The entry with this number, if it and all its bytes are still there.
    fn entry(&self, Latest(number): Latest) -> Option<&Entry> {
        let number = number.checked_sub(1)?;
        if self.noted - number > self.entry_capacity() as u64 {
            return None;
        }
        let entry = self.entries.get(self.index(number))?;
        (self.written - entry.begin <= self.capacity as u64).then_some(entry)
    }

    /// Bytes that stand together in the ring from here on, at most so many.
    fn run(&self, at: u64, length: usize) -> &[u8] {
        let start = self.place(at);
        let end = (start + length).min(self.bytes.len());
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Holds bytes against what the stream with this latest entry handed on at the same offset.
    pub(super) fn compare(&self, latest: Latest, offset: u64, bytes: &[u8]) -> Option<Difference> {
        let end = offset + bytes.len() as u64;
        let mut found = None;
        let mut number = latest;
        for _ in 0..LOOKED_THROUGH {
            let Some(entry) = self.entry(number) else {
                break;
            };
            let entry_end = entry.offset + u64::from(entry.length);
            let (from, to) = (offset.max(entry.offset), end.min(entry_end));
            if from < to
                && entry.length as usize > PROBE
                && let Some(at) = self.first_difference(entry, from, to, offset, bytes)
            {
                found = Some(Difference {
                    offset: at,
                    first: self.version(entry, at),
                });
            }
            if entry.offset <= offset {
                break;
            }
            number = entry.before;
        }
        found
    }

    fn first_difference(
        &self,
        entry: &Entry,
        mut from: u64,
        to: u64,
        offset: u64,
        bytes: &[u8],
    ) -> Option<u64> {
        while from < to {
            let length = usize::try_from(to - from).ok()?;
            let begin = usize::try_from(from - offset).ok()?;
            let kept = self.run(entry.begin + (from - entry.offset), length);
            let own = bytes.get(begin..begin + kept.len())?;
            if kept != own {
                let equal = kept.iter().zip(own).take_while(|(one, other)| one == other);
                return Some(from + equal.count() as u64);
            }
            if kept.is_empty() {
                return None;
            }
            from += kept.len() as u64;
        }
        None
    }

    /// What an entry holds from here on, as much as is shown.
    fn version(&self, entry: &Entry, at: u64) -> Version {
        let passed = at - entry.offset;
        let left = usize::try_from(u64::from(entry.length) - passed).unwrap_or(0);
        let length = left.min(SHOWN);
        let mut shown = self.run(entry.begin + passed, length).to_vec();
        let more = length - shown.len();
        shown.extend(self.run(entry.begin + passed + shown.len() as u64, more));
        Version {
            packet: entry.packet,
            checksum: entry.checksum,
            bytes: shown,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn packet(number: u64) -> PacketId {
        PacketId { input: 0, number }
    }

    proptest! {
        /// Against streams kept whole: what is found differs there, at the first place, and what
        /// is equal is never found different.
        #[test]
        fn finds_what_whole_streams_show(
            writes in prop::collection::vec((0_usize..3, 1_usize..40), 1..60),
            stream in 0_usize..3,
            from: prop::sample::Index,
            length in 1_usize..60,
            change in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut recent = Recent::new(256);
            let mut latest = [Latest::default(); 3];
            let mut streams = [const { Vec::<u8>::new() }; 3];
            for (number, (stream, length)) in (1..).zip(writes) {
                let whole = &mut streams[stream];
                let offset = whole.len();
                whole.extend((0..length).map(|at| u8::try_from((offset + at) % 251).unwrap()));
                let bytes = &whole[offset..];
                let offset = offset as u64;
                recent.note(&mut latest[stream], offset, bytes, packet(number), Checksum::Valid);
            }
            let whole = &streams[stream];
            prop_assume!(!whole.is_empty());
            let from = from.index(whole.len());
            let mut sent = whole[from..whole.len().min(from + length)].to_vec();
            let changed = change.map(|at| at.index(sent.len()));
            if let Some(at) = changed {
                sent[at] ^= 0xff;
            }
            if let Some(found) = recent.compare(latest[stream], from as u64, &sent) {
                let at = usize::try_from(found.offset).unwrap();
                prop_assert_eq!(Some(at), changed.map(|changed| from + changed));
                prop_assert!(whole[at..].starts_with(&found.first.bytes));
                prop_assert!(!found.first.bytes.is_empty());
            }
        }
    }

    #[test]
    fn the_latest_bytes_are_there_across_the_end_of_the_ring() {
        let mut recent = Recent::new(128);
        let mut latest = Latest::default();
        for number in 0..10_u8 {
            let bytes = [number; 50];
            let offset = u64::from(number) * 50;
            recent.note(
                &mut latest,
                offset,
                &bytes,
                packet(number.into()),
                Checksum::Unknown,
            );
        }
        assert!(recent.compare(latest, 450, &[9; 50]).is_none());
        let mut changed = [9; 50];
        changed[40] = 1;
        let found = recent.compare(latest, 450, &changed).unwrap();
        assert_eq!((found.offset, found.first.bytes), (490, vec![9; 10]));
        assert_eq!(found.first.packet, packet(9));
        assert!(recent.compare(latest, 0, &[7; 50]).is_none(), "forgotten");
    }
}
