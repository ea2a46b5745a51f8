//! Several sources as one, in the order of time. It knows the times of the packets that are
//! next, and looks at nothing else.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::{Input, PacketSource, Savefile};
use crate::packet::RawPacket;
use crate::time::Timestamp;

/// Sources read as one capture.
///
/// Of the packets that are next in their sources, the earliest is lent; between equal times the
/// order of the sources decides. The order within a source is never changed, even where its
/// clock ran backwards.
#[derive(Debug)]
pub struct Merged<S> {
    sources: Vec<S>,
    /// The sources that have a packet, by its time and their own place. The first is current.
    waiting: BinaryHeap<Reverse<(Timestamp, usize)>>,
    begun: bool,
}

impl<S: PacketSource> Merged<S> {
    /// Merges `sources`; none is read before the first [`PacketSource::advance`].
    #[must_use]
    pub fn new(sources: Vec<S>) -> Self {
        Self {
            waiting: BinaryHeap::with_capacity(sources.len()),
            sources,
            begun: false,
        }
    }

    /// The sources, in the order given.
    #[must_use]
    pub fn sources(&self) -> &[S] {
        &self.sources
    }
}

impl Merged<Savefile> {
    /// What is known of each input so far, in the order given.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        self.sources.iter().map(Savefile::input)
    }
}

impl<S: PacketSource> PacketSource for Merged<S> {
    fn advance(&mut self) -> bool {
        if !self.begun {
            self.begun = true;
            for (place, source) in self.sources.iter_mut().enumerate() {
                if let Some(time) = next_time(source) {
                    self.waiting.push(Reverse((time, place)));
                }
            }
        } else if let Some(mut current) = self.waiting.peek_mut() {
            match self.sources.get_mut(current.0.1).and_then(next_time) {
                Some(time) => current.0.0 = time,
                None => {
                    PeekMut::pop(current);
                }
            }
        }
        !self.waiting.is_empty()
    }

    fn packet(&self) -> Option<RawPacket<'_>> {
        let Reverse((_, place)) = self.waiting.peek()?;
        self.sources.get(*place)?.packet()
    }
}

fn next_time<S: PacketSource>(source: &mut S) -> Option<Timestamp> {
    if source.advance() {
        source.packet().map(|packet| packet.time)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
