//! Whose hand a segment is from: the marks that a host and the way to it leave on all that it
//! sends, and the segments that break with them. It judges only when the connection is over,
//! because a new route or a machine that took over leaves new marks on all that follows, and is
//! nobody's forgery.

use crate::decode::{Layout, Segment, TcpFlags};
use crate::place::Place;
use crate::time::Timestamp;

/// Packets on one route differ in their TTL by less: routers are added and taken away, and a
/// packet that is captured on both sides of one has it one less.
const SAME_ROUTE: u8 = 4;

/// Segments with the same marks that are still an exception; more are a way of their own: one of
/// several routes, or a new one.
const FEW: u32 = 6;

/// Segments that make a rule of which others may be exceptions.
const ENOUGH: u32 = 4;

/// Steps of a counter that show that the IP identification is one.
const STEPS: u16 = 3;

/// A host's counter goes on by at most so much from one segment of a connection to its next.
const STEP: u16 = 64;

/// An identification so far from the counter is none of it.
const FAR: u16 = 256;

/// Ticks by which a host's clock may be off its course before it is another clock: some hours in
/// milliseconds.
const CLOCK_OFF: i64 = 1 << 24;

/// No host's clock has more ticks in a second.
const TICKS_PER_SECOND: i64 = 1_000_000;

/// Kinds of marks, and suspects, that are kept of one direction.
const KEPT: usize = 8;

/// A mark by which a segment breaks with the others of its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Time to live, or hop limit.
    Ttl {
        /// The others'.
        usual: u8,
        /// Its own.
        own: u8,
    },
    /// Address on the link.
    Link {
        /// The others'.
        usual: [u8; 6],
        /// Its own.
        own: [u8; 6],
    },
    /// IP identification, where the others count.
    Identification {
        /// Of the segment before it.
        before: u16,
        /// Its own.
        own: u16,
    },
    /// TCP options.
    Options {
        /// The others'.
        usual: Layout,
        /// Its own.
        own: Layout,
    },
    /// The sender's clock in the timestamps option.
    Clock {
        /// Of the segment before it.
        before: u32,
        /// Its own.
        own: u32,
    },
}

impl Mark {
    /// Whether it is worth something alone: links change with the route, and identifications
    /// have several counters on some hosts.
    const fn is_strong(&self) -> bool {
        matches!(
            self,
            Self::Ttl { .. } | Self::Options { .. } | Self::Clock { .. }
        )
    }

    /// Whether another route explains it.
    const fn is_of_the_route(&self) -> bool {
        matches!(self, Self::Ttl { .. } | Self::Link { .. })
    }
}

/// What kind of segment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Data, and no end.
    Data,
    /// FIN.
    Fin,
    /// RST.
    Rst,
}

impl Kind {
    /// The kind, where the segment is one that changes the stream.
    fn of(segment: &Segment<'_>, is_probe: bool) -> Option<Self> {
        if segment.flags.contains(TcpFlags::RST) {
            Some(Self::Rst)
        } else if segment.flags.contains(TcpFlags::FIN) {
            Some(Self::Fin)
        } else {
            (!segment.payload.is_empty() && !is_probe).then_some(Self::Data)
        }
    }
}

/// A segment that breaks with the others of its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
    /// By which marks.
    pub marks: Vec<Mark>,
    /// How many others of that sender agree with each other.
    pub others: u32,
}

/// What nearly all segments of a direction have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hand {
    ttl: u8,
    link: Option<[u8; 6]>,
    /// `None` where the segment does not show it.
    layout: Option<Layout>,
}

impl Hand {
    fn fits(&self, other: &Self) -> bool {
        self.ttl == other.ttl
            && self.link == other.link
            && (self.layout == other.layout || self.layout.is_none() || other.layout.is_none())
    }
}

/// A segment that may prove to be foreign.
#[derive(Debug)]
struct Suspect {
    place: Place,
    kind: Kind,
    hand: Hand,
    /// Of the segment before it, and its own.
    id: Option<(u16, u16)>,
    /// The clock of the segment before it, and its own, where that is off its course.
    clock: Option<(u32, u32)>,
    /// Segments with the usual marks before it.
    before: u32,
}

/// What few directions need.
#[derive(Debug, Default)]
struct Exceptions {
    hands: Vec<(Hand, u32)>,
    /// More kinds of marks than are kept: there is no rule.
    overflow: bool,
    suspects: Vec<Suspect>,
    /// Another clock, and how many segments in a row have it.
    clock: Option<(u32, u32)>,
}

/// The marks of one direction.
#[derive(Debug, Default)]
pub(super) struct Hands {
    usual: Option<Hand>,
    count: u32,
    id: Option<u16>,
    id_steps: u16,
    id_jumps: u16,
    /// The latest timestamp of its clock, and the second in which it was captured.
    clock: Option<(u32, i32)>,
    exceptions: Option<Box<Exceptions>>,
}

impl Hands {
    /// Notes a segment, which stands where `place` says.
    pub(super) fn note(
        &mut self,
        segment: &Segment<'_>,
        is_probe: bool,
        place: impl FnOnce() -> Place,
    ) {
        let options = segment.options();
        let is_syn = segment.flags.contains(TcpFlags::SYN);
        let is_reset = segment.flags.contains(TcpFlags::RST);
        let layout = options.map(|options| options.layout);
        // A SYN has options of its own, a RST may have none.
        let shown = layout.filter(|layout| {
            !is_syn && layout.is_lasting() && !(is_reset && *layout == Layout::default())
        });
        let hand = Hand {
            ttl: segment.ttl,
            link: segment.link_source,
            layout: shown,
        };
        let clock = options.and_then(|options| options.timestamps);
        let clock = clock.map(|(own, _)| own);
        let off = clock.and_then(|own| Some((self.is_off(own, segment.time)?, own)));
        let usual = self.usual.get_or_insert(hand);
        let is_usual = usual.fits(&hand);
        if is_usual {
            usual.layout = usual.layout.or(hand.layout);
        }
        if off.is_none() && is_usual {
            self.count = self.count.saturating_add(1);
            if let Some(own) = clock {
                self.clock = Some((own, second(segment.time)));
            }
            if !is_syn && !is_reset {
                self.count_on(segment.ip_id);
            }
            return;
        }
        let kind = Kind::of(segment, is_probe).filter(|_| !is_syn);
        let id = self.id.zip(segment.ip_id.filter(|id| *id != 0));
        let before = self.count;
        let exceptions = self.exceptions.get_or_insert_default();
        let company = exceptions.count(hand, is_usual);
        if let Some((_, own)) = off
            && exceptions.sees_clock(own)
        {
            self.clock = Some((own, second(segment.time)));
        }
        if let Some(kind) = kind
            && company <= FEW
            && exceptions.suspects.len() < KEPT
        {
            exceptions.suspects.push(Suspect {
                place: place(),
                kind,
                hand,
                id,
                clock: off,
                before,
            });
        }
        if company > self.count.saturating_mul(2).saturating_add(FEW) {
            exceptions.replace(usual, &mut self.count, hand);
            (self.id, self.id_steps, self.id_jumps) = (None, 0, 0);
        }
    }

    /// The clock of the segment before, where this one is off its course.
    fn is_off(&self, own: u32, time: Timestamp) -> Option<u32> {
        let (last, then) = self.clock?;
        let passed = i64::from(second(time)) - i64::from(then) + 1;
        let most = passed.max(0).saturating_mul(TICKS_PER_SECOND);
        let ticks = i64::from(own.wrapping_sub(last).cast_signed());
        // A clock that may have gone all the way round shows nothing.
        let is_off = most < CLOCK_OFF && !(-CLOCK_OFF..=most + CLOCK_OFF).contains(&ticks);
        is_off.then_some(last)
    }

    /// Notes the identification of a segment with the usual marks.
    const fn count_on(&mut self, id: Option<u16>) {
        let Some(id) = id else { return };
        // Without a number: what need not be put together has none.
        if id == 0 {
            return;
        }
        if let Some(last) = self.id {
            match id.wrapping_sub(last) {
                // Captured twice, or out of order.
                0 | 0xffc0.. => return,
                1..=STEP => self.id_steps = self.id_steps.saturating_add(1),
                _ => self.id_jumps = self.id_jumps.saturating_add(1),
            }
        }
        self.id = Some(id);
    }

    /// Whether the identifications are a counter.
    const fn is_counting(&self) -> bool {
        self.id_steps >= STEPS && self.id_jumps <= self.id_steps / 8
    }

    /// Whether a TTL is one that this direction's segments have as a rule.
    pub(super) fn is_usual_ttl(&self, ttl: u8) -> bool {
        self.usual
            .is_some_and(|usual| usual.ttl.abs_diff(ttl) <= SAME_ROUTE)
    }

    /// The TTL that this direction's segments have as a rule.
    pub(super) const fn usual_ttl(&self) -> Option<u8> {
        match self.usual {
            Some(usual) => Some(usual.ttl),
            None => None,
        }
    }

    /// How many segments have the usual marks.
    pub(super) const fn usual_count(&self) -> u32 {
        self.count
    }

    /// The TTL mark of a segment with this TTL, if it is an exception.
    pub(super) fn ttl_mark(&self, own: u8) -> Option<Mark> {
        let usual = self.usual?.ttl;
        self.is_exception(|hand| Some(hand.ttl.abs_diff(own) <= SAME_ROUTE))
            .then_some(Mark::Ttl { usual, own })
    }

    /// Whether few segments have something that all the others have not.
    fn is_exception(&self, has: impl Fn(&Hand) -> Option<bool>) -> bool {
        let (mut company, mut others) = (0_u32, 0_u32);
        for (hand, count) in self.all() {
            match has(hand) {
                Some(true) => company = company.saturating_add(count),
                Some(false) => others = others.saturating_add(count),
                None => {}
            }
        }
        company <= FEW && others >= ENOUGH && others >= company.saturating_mul(3)
    }

    fn all(&self) -> impl Iterator<Item = (&Hand, u32)> {
        let exceptions = self.exceptions.iter().flat_map(|rare| &rare.hands);
        let usual = self.usual.iter().map(|hand| (hand, self.count));
        usual.chain(exceptions.map(|(hand, count)| (hand, *count)))
    }

    /// Whether the sender's own counter goes on with a suspect: another machine would have to know
    /// it.
    fn is_counted(&self, suspect: &Suspect) -> bool {
        let steps = suspect.id.map(|(before, own)| own.wrapping_sub(before));
        self.is_counting() && steps.is_some_and(|steps| (1..=STEP).contains(&steps))
    }

    /// The usual marks never came back behind this suspect.
    const fn is_last(&self, suspect: &Suspect) -> bool {
        self.count == suspect.before
    }

    /// Whether the machine that a suspect is from took over for good: to its end it leads the
    /// conversation, with data in answer to data. A forger says all at once.
    fn took_over(&self, rare: &Exceptions, suspect: &Suspect) -> bool {
        let of_it = |one: &&Suspect| {
            one.kind == Kind::Data && self.is_last(one) && one.hand.fits(&suspect.hand)
        };
        let answers = rare.suspects.iter().filter(of_it);
        let mut answers = answers.map(|one| one.place.acknowledgement);
        let first = answers.next();
        self.is_last(suspect) && answers.any(|later| Some(later) != first)
    }

    /// The marks of a suspect that no other segments share.
    fn marks(&self, usual: Hand, suspect: &Suspect) -> Vec<Mark> {
        let own = suspect.hand;
        let mut marks: Vec<Mark> = self.ttl_mark(own.ttl).into_iter().collect();
        if let (Some(usual), Some(link)) = (usual.link, own.link)
            && self.is_exception(|hand| Some(hand.link? == link))
        {
            marks.push(Mark::Link { usual, own: link });
        }
        if let Some((before, own)) = suspect.id
            && self.is_counting()
            && own.wrapping_sub(before).min(before.wrapping_sub(own)) > FAR
        {
            marks.push(Mark::Identification { before, own });
        }
        if let (Some(usual), Some(layout)) = (usual.layout, own.layout)
            && self.is_exception(|hand| Some(hand.layout? == layout))
        {
            let own = layout;
            marks.push(Mark::Options { usual, own });
        }
        if let Some((before, own)) = suspect.clock
            && self
                .exceptions
                .as_ref()
                .is_some_and(|rare| !rare.clock_goes_on())
        {
            marks.push(Mark::Clock { before, own });
        }
        marks
    }

    /// The segments that break with the rest, now that nothing more will come.
    pub(super) fn foreign(&self) -> Vec<Foreign> {
        let (Some(usual), Some(rare)) = (self.usual, &self.exceptions) else {
            return Vec::new();
        };
        if rare.overflow {
            return Vec::new();
        }
        let judged = rare.suspects.iter().map(|suspect| Foreign {
            place: suspect.place,
            kind: suspect.kind,
            marks: self.marks(usual, suspect),
            others: self.count,
        });
        let breaks = judged.zip(&rare.suspects).filter(|(foreign, suspect)| {
            let marks = &foreign.marks;
            // The usual marks came back behind it; or else it is no new route at least.
            let is_between = !self.is_last(suspect);
            let is_of_the_route = marks.iter().all(Mark::is_of_the_route);
            let is_no_route = suspect.kind == Kind::Rst || !is_of_the_route;
            let is_own =
                self.took_over(rare, suspect) || (is_of_the_route && self.is_counted(suspect));
            !is_own
                && marks.len() >= 2
                && marks.iter().any(Mark::is_strong)
                && suspect.before >= 2
                && (is_between || (is_no_route && suspect.before >= ENOUGH))
        });
        breaks.map(|(foreign, _)| foreign).collect()
    }
}

impl Exceptions {
    /// Counts a segment with these marks, unless they are the usual ones; returns how many there
    /// are.
    fn count(&mut self, hand: Hand, is_usual: bool) -> u32 {
        if is_usual {
            return 0;
        }
        if let Some((_, count)) = self.hands.iter_mut().find(|(known, _)| known.fits(&hand)) {
            *count = count.saturating_add(1);
            return *count;
        }
        if self.hands.len() < KEPT {
            self.hands.push((hand, 1));
        } else {
            self.overflow = true;
        }
        1
    }

    /// What was the exception has become the rule.
    fn replace(&mut self, usual: &mut Hand, count: &mut u32, hand: Hand) {
        if let Some((known, seen)) = self.hands.iter_mut().find(|(known, _)| known.fits(&hand)) {
            std::mem::swap(known, usual);
            std::mem::swap(seen, count);
        }
        self.suspects.clear();
    }

    /// Notes another clock; whether it has become the sender's.
    fn sees_clock(&mut self, own: u32) -> bool {
        let count = match self.clock {
            Some((known, count)) if own.abs_diff(known) < 1 << 24 => count.saturating_add(1),
            _ => 1,
        };
        self.clock = Some((own, count));
        count > FEW
    }

    fn clock_goes_on(&self) -> bool {
        self.clock.is_some_and(|(_, count)| count > FEW)
    }
}

/// The second of a moment, as near as is needed here.
fn second(time: Timestamp) -> i32 {
    i32::try_from(time.nanos() / 1_000_000_000).unwrap_or(i32::MAX)
}
