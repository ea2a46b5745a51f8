//! The next place behind damage from which records can be followed. It knows what makes a trail of
//! records believable, and no format.
//!
//! A wrong place would be worse than none: what it gives are no packets. So a place is believed
//! only if several records behind it, each leading to the next, bear it out. Packets may
//! themselves hold captures (of a file being copied, of a capture sent to another machine), which
//! look just like one. Those lead nowhere at the end of the packet; so of two trails that cross,
//! the one that leads further is taken.

/// Bytes from a place that decide whether it is believed, whatever arrived behind them: what is
/// found does not depend on how the bytes come in. Below half of what a buffer grows to in flow,
/// so that each read brings as much again.
pub(super) const LOOKAHEAD: usize = 512 << 10;

/// The farthest that a hint leads, in bytes: as far as the longest packet of a capture.
const FARTHEST_HINT: usize = 300 << 10;

/// Bytes from a damaged record that decide about its hints.
pub(super) const LOOKAHEAD_OF_HINTS: usize = FARTHEST_HINT + LOOKAHEAD;

/// A trail that leads this far, in bytes, is not one inside a packet.
const FAR: usize = super::record::LONGEST_PACKET as usize;

/// The evidence that is asked for.
const ENOUGH: u32 = 6;

/// The evidence that is asked for where the trail ends exactly with the input.
const ENOUGH_AT_END: u32 = 2;

/// How often a place is given up for one whose trail leads further, so that a file made for it
/// cannot make the search long.
pub(super) const MOST_RIVALS: u32 = 16;

/// The most trails that are followed to find one that leads further.
const MOST_FOLLOWED: usize = 64;

/// A record on a trail.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// Its length in bytes, at least 1.
    pub(super) length: usize,
    /// How much it says for the trail.
    pub(super) evidence: u32,
}

/// Follows records, believing only what no writer has to be excused for.
pub(super) trait Trail {
    /// What one record says about the next.
    type Memory: Clone;

    /// What the records before the damage say.
    fn memory(&self) -> Self::Memory;

    /// Where the next record may begin behind the one that these bytes begin with, although that is
    /// damaged: as many bytes further as one of its lengths says.
    fn hints(&self, bytes: &[u8]) -> Hints;

    /// The record that these bytes begin with, if they are believed to begin with one.
    fn follow(&self, memory: &mut Self::Memory, bytes: &[u8]) -> Option<Link>;
}

/// Distances from a damaged record to where the next one may begin, at most [`FARTHEST_HINT`]
/// bytes; 0 is none.
pub(super) type Hints = [usize; 2];

/// What was found in the bytes at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Records go on so many bytes further.
    At(usize),
    /// They do not in so many bytes; what is behind them cannot be said yet.
    NotIn(usize),
}

/// The first of the hints of a damaged record from which records can be followed. All of the bytes
/// at hand are looked at, the damaged record at their front: [`LOOKAHEAD_OF_HINTS`], if they do
/// not end before.
pub(super) fn hinted<T: Trail>(trail: &T, at_hand: &[u8], at_end: bool) -> Option<usize> {
    let hints = trail.hints(at_hand).into_iter();
    hints
        .filter(|hint| (1..=FARTHEST_HINT).contains(hint))
        .find(|hint| {
            let (window, ends) = window(at_hand.get(*hint..).unwrap_or(&[]), at_end);
            walk(trail, window, ends).is_some()
        })
}

/// The bytes that decide about the place where they begin, and whether the input ends with them.
fn window(rest: &[u8], at_end: bool) -> (&[u8], bool) {
    match rest.get(..LOOKAHEAD) {
        Some(window) => (window, at_end && window.len() == rest.len()),
        None => (rest, at_end),
    }
}

/// Looks for the first place from which records can be followed. `rivals` is how often one may
/// still be given up for another ([`MOST_RIVALS`] at first), which is counted down.
pub(super) fn search<T: Trail>(trail: &T, at_hand: &[u8], at_end: bool, rivals: &mut u32) -> Found {
    let mut place = 0;
    while let Some(rest) = at_hand.get(place..).filter(|rest| !rest.is_empty()) {
        if rest.len() < LOOKAHEAD && !at_end {
            return Found::NotIn(place);
        }
        let (window, ends) = window(rest, at_end);
        let Some(walk) = walk(trail, window, ends) else {
            place += 1;
            continue;
        };
        let further = || rival(trail, window, ends, walk.reach);
        match Some(())
            .filter(|()| walk.is_broken && *rivals > 0)
            .and_then(|()| further())
        {
            None => return Found::At(place),
            Some(distance) => {
                *rivals -= 1;
                place += distance;
            }
        }
    }
    Found::NotIn(place)
}

/// A trail that is believed.
#[derive(Clone, Copy, Debug)]
struct Walk {
    /// Bytes from its begin to where nothing could be followed any more, or it was far enough.
    reach: usize,
    /// What stands there is no record.
    is_broken: bool,
}

/// Follows the records from the begin of `window`, if they are believed. `ends` says that the
/// input ends with the window.
fn walk<T: Trail>(trail: &T, window: &[u8], ends: bool) -> Option<Walk> {
    let mut memory = trail.memory();
    let (mut reach, mut evidence) = (0, 0);
    let (enough, is_broken) = loop {
        match window.get(reach..) {
            Some([]) if ends => break (ENOUGH_AT_END, false),
            None => break (ENOUGH, false),
            Some(_) if reach >= FAR => break (ENOUGH, false),
            Some(rest) => match trail.follow(&mut memory, rest) {
                None => break (ENOUGH, true),
                Some(link) => {
                    reach += link.length;
                    evidence += link.evidence;
                }
            },
        }
    };
    (evidence >= enough).then_some(Walk { reach, is_broken })
}

/// The distance to a trail that begins between the records of the one at the begin of `window`,
/// and leads further than `reach`.
fn rival<T: Trail>(trail: &T, window: &[u8], ends: bool, reach: usize) -> Option<usize> {
    let mut memory = trail.memory();
    let mut next = 0;
    let mut followed = 0;
    for place in 0..reach {
        let rest = window.get(place..)?;
        if place == next {
            next += trail.follow(&mut memory, rest)?.length;
            continue;
        }
        let Some(walk) = walk(trail, rest, ends) else {
            continue;
        };
        if place + walk.reach > reach {
            return Some(place);
        }
        followed += 1;
        if followed == MOST_FOLLOWED {
            break;
        }
    }
    None
}
