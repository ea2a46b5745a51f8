//! Several sources as one, in the order of time. It knows the times of the packets that are
//! next, and which sources have to be open for them; it looks at nothing else.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::PacketSource;
use crate::packet::RawPacket;
use crate::time::Timestamp;

/// A source of which the time of the first packet is known before it is opened.
pub trait Part: PacketSource {
    /// The time of its first packet; `None` if it has none. Asked once, before anything else.
    fn first_time(&mut self) -> Option<Timestamp>;

    /// Opens it and goes to its first packet, while `open` others are open; `false` if it cannot
    /// be read after all. Its turn has come then.
    fn open(&mut self, open: usize) -> bool;

    /// Gives back what it needed to be open: it is at its end.
    fn close(&mut self);
}

/// Sources read as one capture.
///
/// Of the packets that are next in their sources, the earliest is lent; between equal times the
/// order of the sources decides. The order within a source is never changed, even where its
/// clock ran backwards.
///
/// A source is open from the turn of its first packet to its end: of sources that follow one
/// another in time one, of others as many as overlap.
#[derive(Debug)]
pub struct Merged<S> {
    sources: Vec<S>,
    /// The sources that have a packet. The first is current, and open.
    turns: BinaryHeap<Reverse<Turn>>,
    /// How many sources are open.
    open: usize,
    begun: bool,
}

/// What a source waits for. No two have the same place, so that it decides between equal times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    /// Time of the packet that is next in it.
    time: Timestamp,
    /// Its place among the sources.
    place: usize,
    is_open: bool,
}

impl<S: Part> Merged<S> {
    /// Merges `sources`; none is read before the first [`PacketSource::advance`].
    #[must_use]
    pub fn new(sources: Vec<S>) -> Self {
        Self {
            turns: BinaryHeap::with_capacity(sources.len()),
            sources,
            open: 0,
            begun: false,
        }
    }

    /// The sources, in the order given.
    #[must_use]
    pub fn sources(&self) -> &[S] {
        &self.sources
    }

    fn begin(&mut self) {
        self.begun = true;
        for (place, source) in self.sources.iter_mut().enumerate() {
            if let Some(time) = source.first_time() {
                self.turns.push(Reverse(Turn {
                    time,
                    place,
                    is_open: false,
                }));
            }
        }
    }

    /// Goes on in the current source.
    fn pass_current(&mut self) {
        let Some(mut current) = self.turns.peek_mut() else {
            return;
        };
        let Some(source) = self.sources.get_mut(current.0.place) else {
            return;
        };
        if source.advance()
            && let Some(packet) = source.packet()
        {
            current.0.time = packet.time;
        } else {
            source.close();
            self.open -= 1;
            PeekMut::pop(current);
        }
    }
}

impl<S: Part> PacketSource for Merged<S> {
    fn advance(&mut self) -> bool {
        if self.begun {
            self.pass_current();
        } else {
            self.begin();
        }
        while let Some(Reverse(turn)) = self.turns.peek() {
            if turn.is_open {
                return true;
            }
            let source = self.sources.get_mut(turn.place);
            let opened = source.is_some_and(|source| source.open(self.open));
            if let Some(mut turn) = self.turns.peek_mut() {
                if opened {
                    turn.0.is_open = true;
                    self.open += 1;
                } else {
                    PeekMut::pop(turn);
                }
            }
        }
        false
    }

    fn packet(&self) -> Option<RawPacket<'_>> {
        let Reverse(turn) = self.turns.peek()?;
        self.sources.get(turn.place)?.packet()
    }
}

#[cfg(test)]
mod tests;
