//! Where records may go on behind damage in a pcap file.

use super::Pcap;
use crate::source::savefile::trail::{Link, Trail};

/// The earliest time that is believed of a record without one before it, in seconds since 1970:
/// that of 1990, before the format was made. Small numbers stand in many files.
const EARLIEST: u32 = 631_152_000;

/// How much a header says whose lengths and fraction can be, and whose time is near to that of the
/// record before.
const NEAR: u32 = 2;

/// The record before.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::savefile) struct Before {
    seconds: Option<u32>,
    /// It is the last one before the damage.
    lost: bool,
}

impl Trail for Pcap {
    type Memory = Before;

    fn memory(&self) -> Before {
        Before {
            seconds: self.last,
            lost: true,
        }
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
        let is_near = before
            .seconds
            .is_some_and(|seconds| header.follows(seconds));
        // Behind a clock that was set, or hours that are lost, the records are near to each other.
        let is_first = before.lost && header.seconds >= EARLIEST;
        if !is_near && !is_first {
            return None;
        }
        *before = Before {
            seconds: Some(header.seconds),
            lost: false,
        };
        Some(Link {
            length: self.end_of(&header),
            evidence: if is_near { NEAR } else { 0 },
        })
    }
}
