//! Segments that are not believed: their checksum is wrong, and that of their sender's others is
//! right. A receiver drops such a segment and is sent it again; to read it would find faults in
//! bytes that nobody read. But what the peer acknowledges, and nothing else brought, it has taken:
//! then the checksum says nothing (cards that put segments together leave a wrong one), and the
//! bytes are read after all.

use crate::decode::Checksum;

use super::conflict::{SHOWN, Version};
use super::event::Arrival;

/// Right checksums that show that a sender's checksums are its own work and not left to its
/// network card, whose packets are captured before it has filled them in.
const PROOF: u8 = 2;

/// Segments that the peer took although they were not believed, before all are.
const MISTAKES: u8 = 2;

/// Segments that are kept. Damage does not hit so many before the first of them is sent again;
/// what a card leaves to be filled in, or puts together, does.
const KEPT: usize = 16;

/// A segment that is not believed.
#[derive(Debug)]
pub(super) struct Doubtful {
    pub(super) position: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) arrival: Arrival,
    /// It ends the stream, too.
    pub(super) is_fin: bool,
}

impl Doubtful {
    pub(super) const fn end(&self) -> u64 {
        self.position + self.bytes.len() as u64
    }
}

/// What is not believed of one direction.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    valid: u8,
    mistakes: u8,
    /// Checksums say nothing here.
    is_over: bool,
    segments: Vec<Doubtful>,
}

impl Doubt {
    /// Whether checksums are worth computing.
    pub(super) const fn asks(&self) -> bool {
        !self.is_over
    }

    /// Whether wrong checksums are known to be a receiver's reason to drop a segment.
    pub(super) const fn is_in_force(&self) -> bool {
        self.valid >= PROOF && !self.is_over
    }

    /// What the checksum of a segment was that came earlier and was believed: where wrong ones
    /// are not believed, it was not wrong.
    pub(super) const fn of_believed(&self) -> Checksum {
        if self.is_in_force() {
            Checksum::Valid
        } else {
            Checksum::Unknown
        }
    }

    /// Whether a segment with this checksum is to be believed.
    pub(super) fn believes(&mut self, checksum: Checksum) -> bool {
        match checksum {
            Checksum::Unknown => true,
            Checksum::Valid => {
                self.valid = self.valid.saturating_add(1).min(PROOF);
                true
            }
            Checksum::Invalid => {
                self.is_over |= self.valid < PROOF;
                self.is_over
            }
        }
    }

    /// Keeps a segment that is not believed. Where there are more of them than damage explains,
    /// all are believed: they are returned.
    pub(super) fn keep(&mut self, segment: Doubtful) -> Vec<Doubtful> {
        self.segments.push(segment);
        if self.segments.len() < KEPT {
            return Vec::new();
        }
        self.is_over = true;
        std::mem::take(&mut self.segments)
    }

    /// Takes out what nothing else brought, where the capture holds no word of the peer and no
    /// more will come. One may have been damaged, and what was sent instead be lost; that this
    /// befell several is not believed.
    pub(super) fn left_alone(&mut self, next: u64) -> Vec<Doubtful> {
        self.segments.retain(|segment| segment.end() > next);
        if self.segments.len() < usize::from(MISTAKES) {
            return Vec::new();
        }
        std::mem::take(&mut self.segments)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Bytes of memory that it takes.
    pub(super) fn cost(&self) -> usize {
        self.segments
            .iter()
            .map(|segment| segment.bytes.len() + size_of::<Doubtful>())
            .sum()
    }

    /// Takes out what the peer acknowledged and nothing else brought, where all before `next` is
    /// there; forgets what something else brought.
    pub(super) fn taken_by_peer(&mut self, next: u64, acknowledged: u64) -> Vec<Doubtful> {
        let segments = std::mem::take(&mut self.segments).into_iter();
        let open = segments.filter(|segment| segment.end() > next);
        let (taken, kept): (Vec<_>, Vec<_>) =
            open.partition(|segment| segment.end() <= acknowledged);
        self.segments = kept;
        if !taken.is_empty() {
            self.mistakes = self.mistakes.saturating_add(1);
            self.is_over |= self.mistakes >= MISTAKES;
        }
        taken
    }

    /// Where bytes differ from what was not believed.
    pub(super) fn differing(&self, position: u64, bytes: &[u8]) -> Option<(u64, Version)> {
        for segment in &self.segments {
            let from = position.max(segment.position);
            let skipped = |start: u64| usize::try_from(from - start).unwrap_or(usize::MAX);
            let own = bytes.get(skipped(position)..).unwrap_or_default();
            let kept = segment
                .bytes
                .get(skipped(segment.position)..)
                .unwrap_or_default();
            if let Some(at) = own.iter().zip(kept).position(|(own, kept)| own != kept) {
                let first = Version {
                    packet: segment.arrival.packet,
                    checksum: Checksum::Invalid,
                    bytes: kept.iter().skip(at).take(SHOWN).copied().collect(),
                };
                return Some((from + at as u64, first));
            }
        }
        None
    }
}
