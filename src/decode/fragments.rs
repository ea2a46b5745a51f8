//! Fragments of IP datagrams (RFC 791 section 3.2, RFC 8200 section 4.5), kept until there are
//! all of one. What stands in a datagram is not known here, nor which packets it came in.
//!
//! Hosts differ in which of two contradicting fragments they take, and RFC 5722 has them take none:
//! such a datagram is not put together.

mod datagram;
mod piece;

use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};

use etherparse::IpNumber;

use super::Skipped;
use super::passed::IpHeader;
use super::tally::{Packets, Tally};
use crate::limits::Limits;
use crate::time::Timestamp;
use datagram::{Datagram, Relation};
use piece::Key;
pub(super) use piece::Piece;

/// Datagrams that are remembered once they were whole, so that a second copy of their last fragment
/// does not begin another one: a capture of several interfaces holds each packet twice, close
/// behind each other. They take at most 8 MiB.
const REMEMBERED: usize = 64;

/// A datagram of which all fragments came.
#[derive(Debug)]
pub(super) struct Whole {
    /// What is kept of the header in front of its first fragment.
    pub(super) header: IpHeader,
    /// What it begins with.
    pub(super) protocol: IpNumber,
    /// Its bytes on the wire.
    pub(super) length: usize,
    /// The packets that brought its fragments.
    pub(super) packets: Packets,
}

/// How things stand with a datagram.
#[derive(Clone, Copy, Debug)]
enum State {
    /// Fragments are missing.
    Waiting,
    /// All fragments came, and are remembered.
    Whole,
    /// It is not put together, and its fragments count as this: those to come, too.
    GivenUp(Skipped),
}

/// A datagram that is followed.
#[derive(Debug)]
struct Followed {
    state: State,
    datagram: Datagram,
    /// What brought its fragments.
    packets: Packets,
    /// The number of its first fragment, among those of all datagrams.
    number: u64,
    /// When that was captured.
    since: Timestamp,
}

impl Followed {
    /// Whether the rest of it is awaited no longer, at this time and number.
    fn is_over(&self, now: Timestamp, number: u64, limits: &Limits) -> bool {
        now.since(self.since) > limits.fragment_wait
            || number.saturating_sub(self.number) > limits.fragment_reordering
    }
}

/// The datagrams whose fragments come.
#[derive(Debug)]
pub(super) struct Fragments {
    limits: Limits,
    datagrams: HashMap<Key, Followed>,
    /// Datagrams and the numbers of their first fragments, the oldest first. Those that are not
    /// followed any more leave it when they are the oldest.
    queue: VecDeque<(Key, u64)>,
    /// The same of those that are remembered.
    remembered: VecDeque<(Key, u64)>,
    /// Fragments that came.
    number: u64,
    /// When the latest was captured.
    clock: Option<Timestamp>,
    /// Datagrams that wait.
    waiting: usize,
    /// Bytes of memory that they take.
    bytes: usize,
    /// The number of the datagram that the latest fragment belongs to.
    latest: Option<u64>,
}

impl Fragments {
    /// None came yet.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            datagrams: HashMap::new(),
            queue: VecDeque::new(),
            remembered: VecDeque::new(),
            number: 0,
            clock: None,
            waiting: 0,
            bytes: 0,
            latest: None,
        }
    }

    /// The number of the datagram that the latest fragment belongs to: no other one has it.
    pub(super) const fn latest(&self) -> Option<u64> {
        self.latest
    }

    /// Takes a fragment that these packets brought, the last of them at `time`.
    ///
    /// Gives the datagram that it completes; its bytes go `into` there, up to the first that the
    /// capture does not hold. Packets that are not given are counted, at once or when it is clear
    /// what as.
    pub(super) fn take(
        &mut self,
        piece: &Piece<'_>,
        time: Timestamp,
        packets: Packets,
        into: &mut Vec<u8>,
        tally: &mut Tally,
    ) -> Option<Whole> {
        self.number += 1;
        // One packet with a wrong time must not end every wait: two in a row agree.
        let now = self.clock.map_or(time, |last| last.min(time));
        self.clock = Some(time);
        self.expire(now, tally);
        let key = Key::of(piece);
        self.make_way(key, piece, now, tally);
        let limits = &self.limits;
        let followed = match self.datagrams.entry(key) {
            Entry::Vacant(vacant) => {
                self.latest = Some(self.number);
                self.queue.push_back((key, self.number));
                self.waiting += 1;
                vacant.insert(Followed {
                    state: State::Waiting,
                    datagram: Datagram::default(),
                    packets,
                    number: self.number,
                    since: time,
                })
            }
            Entry::Occupied(occupied) => {
                let followed = occupied.into_mut();
                self.latest = Some(followed.number);
                match followed.state {
                    State::Waiting => followed.packets.join(&packets),
                    State::Whole => {
                        tally.belong(&packets);
                        return None;
                    }
                    State::GivenUp(reason) => {
                        tally.skip_all(&packets, reason);
                        return None;
                    }
                }
                followed
            }
        };
        let datagram = &mut followed.datagram;
        match datagram.relation(piece) {
            Relation::Known => return None,
            Relation::Contradictory => {
                self.give_up(key, Skipped::FragmentConflict, tally);
                return None;
            }
            Relation::New if !datagram.has_room(piece, limits) => {
                tally.met("fragments_per_datagram");
                self.give_up(key, Skipped::IpFragment, tally);
                return None;
            }
            Relation::New => {
                let before = datagram.cost();
                datagram.add(piece);
                self.bytes = self.bytes + datagram.cost() - before;
            }
        }
        let Some((length, header, protocol)) = datagram.whole(into) else {
            self.make_room(tally);
            return None;
        };
        followed.state = State::Whole;
        let whole = Whole {
            header,
            protocol,
            length,
            packets: followed.packets.clone(),
        };
        self.waiting -= 1;
        self.bytes -= datagram.cost();
        let number = followed.number;
        self.remember(key, number, tally);
        Some(whole)
    }

    /// Lets go of what has the key of a fragment and cannot be its datagram: identifications come
    /// back.
    fn make_way(&mut self, key: Key, piece: &Piece<'_>, now: Timestamp, tally: &mut Tally) {
        let Some(followed) = self.datagrams.get(&key) else {
            return;
        };
        let another = match followed.state {
            State::Whole => followed.datagram.relation(piece) != Relation::Known,
            State::Waiting | State::GivenUp(_) => false,
        };
        if another || followed.is_over(now, self.number, &self.limits) {
            self.leave(key, followed.number, tally);
        }
    }

    /// Awaits no longer what was awaited too long.
    fn expire(&mut self, now: Timestamp, tally: &mut Tally) {
        while let Some((key, number)) = self.queue.front().copied() {
            let followed = self.datagrams.get(&key).filter(|it| it.number == number);
            if followed.is_some_and(|it| !it.is_over(now, self.number, &self.limits)) {
                break;
            }
            self.queue.pop_front();
            self.leave(key, number, tally);
        }
    }

    /// Gives up the oldest datagrams until the rest keeps its bounds.
    fn make_room(&mut self, tally: &mut Tally) {
        loop {
            let bound = if self.waiting > self.limits.fragmented_datagrams {
                "fragmented_datagrams"
            } else if self.bytes > self.limits.fragment_bytes_total {
                "fragment_bytes_total"
            } else {
                return;
            };
            let Some((key, number)) = self.queue.pop_front() else {
                return;
            };
            let waiting = self.waiting;
            self.leave(key, number, tally);
            if self.waiting < waiting {
                tally.met(bound);
            }
        }
    }

    /// Remembers a datagram that is whole, and forgets the one that was so first.
    fn remember(&mut self, key: Key, number: u64, tally: &mut Tally) {
        self.remembered.push_back((key, number));
        if self.remembered.len() > REMEMBERED
            && let Some((key, number)) = self.remembered.pop_front()
        {
            self.leave(key, number, tally);
        }
    }

    /// Counts the fragments of a datagram, and those of it that are still to come.
    fn give_up(&mut self, key: Key, reason: Skipped, tally: &mut Tally) {
        if let Some(followed) = self.datagrams.get_mut(&key) {
            followed.state = State::GivenUp(reason);
            let datagram = std::mem::take(&mut followed.datagram);
            self.waiting -= 1;
            self.bytes -= datagram.cost();
            tally.skip_all(&followed.packets, reason);
        }
    }

    /// Follows a datagram no longer.
    fn leave(&mut self, key: Key, number: u64, tally: &mut Tally) {
        if let Entry::Occupied(occupied) = self.datagrams.entry(key)
            && occupied.get().number == number
        {
            let followed = occupied.remove();
            if let State::Waiting = followed.state {
                self.waiting -= 1;
                self.bytes -= followed.datagram.cost();
                tally.skip_all(&followed.packets, Skipped::IpFragment);
            }
        }
    }

    /// The capture ends here: nothing is awaited any longer.
    pub(super) fn give_up_all(&mut self, tally: &mut Tally) {
        while let Some((key, number)) = self.queue.pop_front() {
            self.leave(key, number, tally);
        }
    }
}

#[cfg(test)]
mod tests;
