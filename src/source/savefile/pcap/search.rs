//! Where records may go on behind damage in a pcap file.

use super::Pcap;
use super::header::{EARLIEST, follows};
use crate::source::savefile::trail::{Hints, Link, Trail};

/// How much a header says whose lengths and fraction can be, and whose time is near to that of the
/// record before.
const NEAR: u32 = 2;

/// The records before the one that is looked at.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::savefile) struct Before {
    /// Time of the last one before the damage, in seconds.
    read: Option<u32>,
    trail: Begun,
}

/// What the first record on a trail was.
#[derive(Clone, Copy, Debug)]
enum Begun {
    Not,
    /// Near in time to the last one before the damage; the time of the latest, in seconds.
    Near(u32),
    /// Far from it, as behind a clock that was set and behind a day that is lost.
    Far(u32),
}

impl Trail for Pcap {
    type Memory = Before;

    fn memory(&self) -> Before {
        Before {
            read: self.last,
            trail: Begun::Not,
        }
    }

    fn hints(&self, bytes: &[u8]) -> Hints {
        let header = self.layout.read(bytes);
        header.map_or([0; 2], |header| {
            [header.original, header.captured].map(|length| self.layout.length + length as usize)
        })
    }

    fn follow(&self, before: &mut Before, bytes: &[u8]) -> Option<Link> {
        let header = self.layout.read(bytes)?;
        if header.captured == 0 || header.fault().is_some() {
            return None;
        }
        let odd = self.layout.oddities(&header, None) - self.habits;
        if !odd.is_empty() {
            return None;
        }
        let follows_read = before
            .read
            .is_some_and(|read| follows(header.seconds, read));
        let (trail, evidence) = match before.trail {
            Begun::Not if follows_read => (Begun::Near(header.seconds), NEAR),
            Begun::Not if header.seconds >= EARLIEST => (Begun::Far(header.seconds), 0),
            Begun::Near(latest) if follows(header.seconds, latest) => {
                (Begun::Near(header.seconds), NEAR)
            }
            // If it was the first that is far, it is one of which part of the time is overwritten.
            Begun::Far(latest) if follows(header.seconds, latest) && !follows_read => {
                (Begun::Far(header.seconds), NEAR)
            }
            _ => return None,
        };
        before.trail = trail;
        Some(Link {
            length: self.end_of(&header),
            evidence,
        })
    }
}
