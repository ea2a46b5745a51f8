//! One capture of several that are read as one: opened when its turn comes, closed at its end.

use std::path::PathBuf;

use super::merged::Part;
use super::{Ending, Input, Merged, OpenError, PacketSource, Refusal, Savefile, Stop};
use crate::packet::RawPacket;
use crate::time::Timestamp;

/// Captures that hold a descriptor at once. Captures of one place follow one another, or are as
/// many as it has interfaces; of more that overlap in time each further one is opened anew
/// whenever it is read from.
const HELD_OPEN: usize = 16;

/// Captures that may be open when a compressed one is opened: it cannot be read on in its middle
/// without what its decompressor keeps, which is up to 8 MiB of zstd as it is used.
const OPEN_BESIDE_COMPRESSED: usize = 64;

/// A capture among others.
#[derive(Debug)]
pub struct Member {
    path: PathBuf,
    index: u32,
    stop: Stop,
    state: State,
}

#[derive(Debug)]
enum State {
    /// What can be opened only once, not open yet: standard input, a pipe.
    Stream,
    /// A file with a packet of this time, not open.
    Waiting(Timestamp, Box<Input>),
    /// It stands on a packet.
    Open(Box<Savefile>),
    /// Nothing more is read of it.
    Read(Box<Input>),
    /// It could not be opened when its turn came.
    Refused(Refusal),
}

impl Member {
    pub(super) fn stream(path: PathBuf, index: u32, stop: &Stop) -> Self {
        Self {
            path,
            index,
            stop: stop.clone(),
            state: State::Stream,
        }
    }

    /// A file whose first packet has this time, and what else is known of it.
    pub(super) fn file(path: PathBuf, first: Timestamp, input: &Input, stop: &Stop) -> Self {
        Self {
            path,
            index: input.index,
            stop: stop.clone(),
            state: State::Waiting(first, Box::new(input.clone().unread())),
        }
    }

    /// Index of the input that it is.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// What is known of it so far; `None` before a stream is opened.
    ///
    /// # Errors
    ///
    /// It could not be opened.
    pub const fn input(&self) -> Result<Option<&Input>, &Refusal> {
        match &self.state {
            State::Stream => Ok(None),
            State::Waiting(_, input) | State::Read(input) => Ok(Some(input)),
            State::Open(savefile) => Ok(Some(savefile.input())),
            State::Refused(refusal) => Err(refusal),
        }
    }

    /// Opens it and goes to its first packet; gives the time of that.
    fn begin(
        &mut self,
        open: impl FnOnce(&Self) -> Result<Savefile, OpenError>,
    ) -> Option<Timestamp> {
        let mut savefile = match open(self) {
            Ok(savefile) => savefile,
            Err(error) => {
                self.state = State::Refused(error.reason);
                return None;
            }
        };
        savefile.advance();
        let first = savefile.packet().map(|packet| packet.time);
        self.state = match first {
            Some(_) => State::Open(Box::new(savefile)),
            None => State::Read(Box::new(savefile.input().clone())),
        };
        first
    }
}

impl Merged<Member> {
    /// Bytes read so far of all captures, as they are stored.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        let inputs = self.sources().iter().filter_map(|it| it.input().ok()?);
        inputs.fold(0, |sum, input| sum.saturating_add(input.bytes_read))
    }
}

impl Part for Member {
    fn first_time(&mut self) -> Option<Timestamp> {
        match &self.state {
            State::Waiting(first, _) => Some(*first),
            State::Stream => self.begin(|it| Savefile::open_until(&it.stop, &it.path, it.index)),
            State::Open(_) | State::Read(_) | State::Refused(_) => None,
        }
    }

    fn open(&mut self, open: usize) -> bool {
        let State::Waiting(first, input) = &self.state else {
            return matches!(self.state, State::Open(_));
        };
        if self.stop.is_requested() {
            let mut input = input.clone();
            input.ending = Some(Ending::Stopped);
            self.state = State::Read(input);
            return false;
        }
        let (first, is_compressed) = (*first, input.compression.is_some());
        let time = self.begin(|it| {
            if open == 0 {
                Savefile::open_until(&it.stop, &it.path, it.index)
            } else if is_compressed && open >= OPEN_BESIDE_COMPRESSED {
                Err(OpenError {
                    name: it.path.to_string_lossy().into_owned(),
                    reason: Refusal::TooManyOpen(open),
                })
            } else {
                Savefile::open_beside(&it.stop, &it.path, it.index, open < HELD_OPEN)
            }
        });
        // Packets of another time would not be in their place.
        let is_stopped =
            matches!(&self.state, State::Read(input) if input.ending == Some(Ending::Stopped));
        if time != Some(first) && !is_stopped && !matches!(self.state, State::Refused(_)) {
            self.state = State::Refused(Refusal::Changed);
        }
        matches!(self.state, State::Open(_))
    }

    fn close(&mut self) {
        if let State::Open(savefile) = &self.state {
            self.state = State::Read(Box::new(savefile.input().clone()));
        }
    }
}

impl PacketSource for Member {
    fn advance(&mut self) -> bool {
        match &mut self.state {
            State::Open(savefile) => savefile.advance(),
            _ => false,
        }
    }

    fn packet(&self) -> Option<RawPacket<'_>> {
        match &self.state {
            State::Open(savefile) => savefile.packet(),
            _ => None,
        }
    }
}
