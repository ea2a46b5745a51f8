//! What became of packets, counted. It knows numbers and inputs, not why.

use std::collections::BTreeMap;

use super::Skipped;

/// What became of the packets of one input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    skipped: [u64; Skipped::ALL.len()],
    /// Packets that brought a fragment of an IP datagram which was put together and gave a
    /// segment.
    pub fragments: u64,
    /// Those datagrams, each counted where its last fragment came from.
    pub datagrams: u64,
}

impl Counts {
    /// How many packets gave no segment, by reason, as far as there are any.
    pub fn skipped(&self) -> impl Iterator<Item = (Skipped, u64)> {
        let reasons = Skipped::ALL.into_iter().zip(self.skipped);
        reasons.filter(|(_, count)| *count > 0)
    }
}

/// What became of all packets.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    inputs: Vec<Counts>,
    /// Bounds that were met, by name, and how often.
    pub limits: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// What became of the packets of the input with this index.
    #[must_use]
    pub fn of(&self, input: u32) -> Counts {
        let index = usize::try_from(input).ok();
        let counts = index.and_then(|index| self.inputs.get(index));
        counts.copied().unwrap_or_default()
    }

    /// One packet gave no segment.
    pub(super) fn skip(&mut self, input: u32, reason: Skipped) {
        self.add(input, 1, reason);
    }

    /// These packets gave no segment.
    pub(super) fn skip_all(&mut self, packets: &Packets, reason: Skipped) {
        for (input, count) in packets.counts() {
            self.add(input, count, reason);
        }
    }

    /// These packets gave one segment together, the last of them from `input`.
    pub(super) fn put_together(&mut self, packets: &Packets, input: u32) {
        self.belong(packets);
        if let Some(counts) = self.entry(input) {
            counts.datagrams += 1;
        }
    }

    /// These packets brought fragments of a datagram that gave a segment.
    pub(super) fn belong(&mut self, packets: &Packets) {
        for (input, count) in packets.counts() {
            if let Some(counts) = self.entry(input) {
                counts.fragments += count;
            }
        }
    }

    /// A bound was met.
    pub(super) fn met(&mut self, bound: &'static str) {
        *self.limits.entry(bound).or_default() += 1;
    }

    fn add(&mut self, input: u32, count: u64, reason: Skipped) {
        let counts = self.entry(input);
        if let Some(number) = counts.and_then(|counts| counts.skipped.get_mut(reason as usize)) {
            *number += count;
        }
    }

    fn entry(&mut self, input: u32) -> Option<&mut Counts> {
        let index = usize::try_from(input).ok()?;
        if index >= self.inputs.len() {
            self.inputs.resize(index + 1, Counts::default());
        }
        self.inputs.get_mut(index)
    }
}

/// Some packets, of which only their inputs are remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packets {
    /// The first one's input, and how many are from there.
    first: (u32, u64),
    /// The same of other inputs, which few captures have.
    others: Vec<(u32, u64)>,
}

impl Packets {
    /// One packet.
    pub(super) const fn one(input: u32) -> Self {
        Self {
            first: (input, 1),
            others: Vec::new(),
        }
    }

    /// These and those.
    pub(super) fn join(&mut self, more: &Self) {
        for (input, count) in more.counts() {
            let known = std::iter::once(&mut self.first)
                .chain(&mut self.others)
                .find(|(known, _)| *known == input);
            match known {
                Some((_, sum)) => *sum += count,
                None => self.others.push((input, count)),
            }
        }
    }

    fn counts(&self) -> impl Iterator<Item = (u32, u64)> {
        std::iter::once(&self.first).chain(&self.others).copied()
    }
}
