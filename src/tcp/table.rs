//! The connections that are followed at once, found by their endpoints. It knows how many there
//! may be and how long a silent or ended one is kept; what they carry is not its business.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

use crate::decode::{Endpoint, Segment};
use crate::limits::Limits;
use crate::time::Timestamp;

use super::flow::Flow;

/// Both endpoints of a connection, the lower one first: the same for both ways.
///
/// Of a tunnel these are the endpoints inside. VLANs, labels and the numbers of overlay networks
/// are not part of it: one connection is often captured on both sides of a router, or in and out of
/// a tunnel, and two halves would be judged as if each were the whole. Two networks that use the
/// same addresses may have the same endpoints with the same ports at once, which is seldom, and
/// then sequence numbers tell them apart only where both begin in the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key(Endpoint, Endpoint);

/// In one piece: a keyed hash costs more by the piece than by the byte.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self(one, other) = self;
        let ports = u32::from(one.port) << 16 | u32::from(other.port);
        match (one.address, other.address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => {
                let addresses = u128::from(one.to_bits()) << 32 | u128::from(other.to_bits());
                state.write(&(addresses << 32 | u128::from(ports)).to_ne_bytes());
            }
            (one, other) => (one, other, ports).hash(state),
        }
    }
}

impl Key {
    fn of(segment: &Segment<'_>) -> Self {
        let (one, other) = (segment.source, segment.destination);
        Self(one.min(other), one.max(other))
    }
}

/// Where a connection stands in the table, until another one is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Slot(usize);

/// A connection that left the table, with what its owner kept beside it.
#[derive(Debug)]
pub struct Retired<T> {
    /// The connection.
    pub flow: Flow,
    /// What the owner kept beside it.
    pub state: T,
    /// The bound that made it leave before its end, by name.
    pub bound: Option<&'static str>,
}

#[derive(Debug)]
struct Entry<T> {
    key: Key,
    flow: Flow,
    state: T,
    queue: Queue,
    before: Option<usize>,
    after: Option<usize>,
}

/// Where an entry waits to leave: the longest silent one is at the front of its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Queue {
    Open,
    Over,
}

#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    front: Option<usize>,
    back: Option<usize>,
}

/// The connections that are followed at once.
#[derive(Debug)]
pub struct FlowTable<T> {
    places: HashMap<Key, usize>,
    entries: Vec<Option<Entry<T>>>,
    free: Vec<usize>,
    open: Ends,
    over: Ends,
}

impl<T> Default for FlowTable<T> {
    fn default() -> Self {
        Self {
            places: HashMap::new(),
            entries: Vec::new(),
            free: Vec::new(),
            open: Ends::default(),
            over: Ends::default(),
        }
    }
}

impl<T> FlowTable<T> {
    /// The connection that a segment belongs to, made if it is not there, and its place.
    ///
    /// A connection that must leave for it (an earlier one with the same endpoints, or the
    /// longest silent one of a full table) goes to `retire`.
    pub fn entry(
        &mut self,
        segment: &Segment<'_>,
        limits: &Limits,
        make: impl FnOnce() -> T,
        retire: &mut dyn FnMut(Retired<T>),
    ) -> Option<(Slot, &mut Flow, &mut T)> {
        let key = Key::of(segment);
        let mut place = self.places.get(&key).copied();
        if let Some(taken) = place
            && self.get(taken)?.flow.is_other(segment)
        {
            retire(self.remove(taken, None)?);
            place = None;
        }
        let place = match place {
            Some(place) => {
                self.move_to_back(place, self.get(place)?.queue);
                place
            }
            None => {
                if self.places.len() >= limits.connections.max(1) {
                    let silent = self.over.front.or(self.open.front)?;
                    let bound = self.bound_if_open(silent, "connections");
                    retire(self.remove(silent, bound)?);
                }
                self.insert(key, Flow::new(segment), make())
            }
        };
        let entry = self.get_mut(place)?;
        Some((Slot(place), &mut entry.flow, &mut entry.state))
    }

    /// Notes that the connection which just took a segment may be over.
    pub fn settle(&mut self, slot: Slot) {
        let Slot(place) = slot;
        let Some(entry) = self.get(place) else { return };
        let queue = if entry.flow.is_over() {
            Queue::Over
        } else {
            Queue::Open
        };
        if entry.queue != queue {
            self.move_to_back(place, queue);
        }
    }

    /// Lets go of connections that have been silent for longer than the bounds allow.
    pub fn expire(&mut self, now: Timestamp, limits: &Limits, retire: &mut dyn FnMut(Retired<T>)) {
        for (queue, patience) in [(Queue::Over, limits.linger), (Queue::Open, limits.idle)] {
            while let Some(place) = self.ends(queue).front
                && let Some(entry) = self.get(place)
                && now.since(entry.flow.last_packet().0) > patience
            {
                let bound = self.bound_if_open(place, "idle");
                match self.remove(place, bound) {
                    Some(retired) => retire(retired),
                    None => return,
                }
            }
        }
    }

    /// Lets go of all that is left, in the order of their first packets.
    pub fn drain(&mut self, retire: &mut dyn FnMut(Retired<T>)) {
        let mut left: Vec<Entry<T>> = self.entries.drain(..).flatten().collect();
        left.sort_by_key(|entry| entry.flow.first_packet());
        *self = Self::default();
        for entry in left {
            retire(Retired {
                flow: entry.flow,
                state: entry.state,
                bound: None,
            });
        }
    }

    fn bound_if_open(&self, place: usize, bound: &'static str) -> Option<&'static str> {
        self.get(place)
            .is_some_and(|entry| entry.queue == Queue::Open)
            .then_some(bound)
    }

    fn get(&self, place: usize) -> Option<&Entry<T>> {
        self.entries.get(place)?.as_ref()
    }

    fn get_mut(&mut self, place: usize) -> Option<&mut Entry<T>> {
        self.entries.get_mut(place)?.as_mut()
    }

    const fn ends(&mut self, queue: Queue) -> &mut Ends {
        match queue {
            Queue::Open => &mut self.open,
            Queue::Over => &mut self.over,
        }
    }

    fn insert(&mut self, key: Key, flow: Flow, state: T) -> usize {
        let entry = Some(Entry {
            key,
            flow,
            state,
            queue: Queue::Open,
            before: None,
            after: None,
        });
        let place = match self.free.pop() {
            Some(place) => {
                if let Some(slot) = self.entries.get_mut(place) {
                    *slot = entry;
                }
                place
            }
            None => {
                self.entries.push(entry);
                self.entries.len() - 1
            }
        };
        self.places.insert(key, place);
        self.link(place, Queue::Open);
        place
    }

    fn remove(&mut self, place: usize, bound: Option<&'static str>) -> Option<Retired<T>> {
        self.unlink(place);
        let entry = self.entries.get_mut(place)?.take()?;
        self.places.remove(&entry.key);
        self.free.push(place);
        Some(Retired {
            flow: entry.flow,
            state: entry.state,
            bound,
        })
    }

    fn move_to_back(&mut self, place: usize, queue: Queue) {
        if self.ends(queue).back != Some(place) {
            self.unlink(place);
            self.link(place, queue);
        }
    }

    fn link(&mut self, place: usize, queue: Queue) {
        let last = self.ends(queue).back.replace(place);
        match last {
            Some(last) => {
                if let Some(entry) = self.get_mut(last) {
                    entry.after = Some(place);
                }
            }
            None => self.ends(queue).front = Some(place),
        }
        if let Some(entry) = self.get_mut(place) {
            entry.queue = queue;
            entry.before = last;
            entry.after = None;
        }
    }

    fn unlink(&mut self, place: usize) {
        let Some(entry) = self.get(place) else { return };
        let (queue, before, after) = (entry.queue, entry.before, entry.after);
        match before.and_then(|before| self.get_mut(before)) {
            Some(entry) => entry.after = after,
            None => self.ends(queue).front = after,
        }
        match after.and_then(|after| self.get_mut(after)) {
            Some(entry) => entry.before = before,
            None => self.ends(queue).back = before,
        }
    }
}
