//! The beginning of a connection, as long as it may be a preamble.

use crate::place::Place;
use crate::side::Side;
use crate::tcp::{Chunk, Gap};

use super::proxy_protocol;
use super::socks::{self, Answer, Asked};
use super::{Kind, Parsed, Preamble};

/// Preambles of one connection: more than any path of proxies has. What follows them is left to
/// others.
const MOST: usize = 16;

/// Bytes of a side that every parser can tell by: no more are kept.
const LONGEST: usize = proxy_protocol::LONGEST;

/// Bytes of a client that turned out to be no preamble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where the first of them stands.
    pub place: Place,
    /// They, as far as they came before those that told.
    pub bytes: Vec<u8>,
}

/// What came of some bytes.
#[derive(Debug)]
pub enum Step<'s> {
    /// They were a preamble's; this is what is left of them.
    Rest(Chunk<'s>),
    /// They are something else, and so are those of the client that were held, which come before.
    Over(Option<Held>, Chunk<'s>),
    /// There is a dialogue that cannot be read: the place in both streams is not known.
    Unplaced(Chunk<'s>),
}

/// What is left of a preamble that is not to become whole.
#[derive(Debug, PartialEq, Eq)]
pub enum Remains {
    /// Nothing.
    Nothing,
    /// Bytes of the client that may be something else.
    Held(Held),
    /// A header or a dialogue: what follows it may be anything, and the place in both streams is
    /// not known.
    Unplaced,
}

/// The beginning of a connection, and of each one inside it.
#[derive(Debug, Default)]
pub struct Opening {
    state: State,
    found: Vec<Preamble>,
}

#[derive(Debug, Default)]
enum State {
    /// The client's next byte is the first.
    #[default]
    Start,
    /// The client's first bytes may be a preamble's.
    Begun(Box<Held>),
    /// They are a client's part in a dialogue, if the server's are the other.
    Asked(Box<Dialogue>),
    /// So many of the client's bytes are still the header's.
    Passing(usize),
    /// The client's first bytes are missing, or some of a dialogue: more of it may come.
    Unheard,
    /// It is something else.
    Over,
}

#[derive(Debug)]
struct Dialogue {
    held: Held,
    asked: Asked,
    /// What came of the server's part.
    answer: Vec<u8>,
}

impl Opening {
    /// Preambles that were read, in their order.
    #[must_use]
    pub fn found(&self) -> &[Preamble] {
        &self.found
    }

    /// Gives away the preambles that were read.
    #[must_use]
    pub fn into_found(self) -> Vec<Preamble> {
        self.found
    }

    /// Whether what a side sends next can be read only when the other side's bytes are there;
    /// `None` where that is not for a preamble to say.
    #[must_use]
    pub fn waits(&self, side: Side) -> Option<bool> {
        let speaker = match self.state {
            State::Start | State::Begun(_) | State::Passing(_) => Side::Client,
            State::Asked(_) => Side::Server,
            State::Unheard | State::Over => return None,
        };
        Some(side != speaker)
    }

    /// Bytes of memory that it takes beside itself.
    #[must_use]
    pub fn cost(&self) -> usize {
        let state = match &self.state {
            State::Begun(held) => size_of::<Held>() + held.bytes.capacity(),
            State::Asked(dialogue) => {
                let Dialogue { held, answer, .. } = &**dialogue;
                size_of::<Dialogue>() + held.bytes.capacity() + answer.capacity()
            }
            State::Start | State::Passing(_) | State::Unheard | State::Over => 0,
        };
        let found: usize = self.found.iter().map(|one| one.kind.cost()).sum();
        state + found + self.found.capacity() * size_of::<Preamble>()
    }

    /// Notes a preamble that others read: the connection begins anew.
    pub fn note(&mut self, preamble: Preamble) {
        self.add(preamble);
        self.begin_anew();
    }

    /// Adds a preamble that was recognised where the place in the stream is not known.
    pub fn add(&mut self, preamble: Preamble) {
        if self.found.len() < MOST {
            self.found.push(preamble);
        }
    }

    fn begin_anew(&mut self) {
        self.state = if self.found.len() < MOST {
            State::Start
        } else {
            State::Over
        };
    }

    /// No more will come of what was begun, or there is no room to wait for it: all preambles are
    /// over.
    pub fn give_up(&mut self) -> Remains {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Begun(held) if !is_begun(&held.bytes) => Remains::Held(*held),
            State::Begun(_) | State::Asked(_) => Remains::Unplaced,
            State::Start | State::Passing(_) | State::Unheard | State::Over => Remains::Nothing,
        }
    }

    /// Notes missing bytes of a side; says which of them are no preamble's, and what is left of
    /// one that they cut.
    pub fn gap(&mut self, side: Side, gap: Gap) -> Option<(Gap, Remains)> {
        match (&self.state, side) {
            (State::Start, Side::Client) => {
                self.state = State::Unheard;
                Some((gap, Remains::Nothing))
            }
            (State::Unheard, _) => Some((gap, Remains::Nothing)),
            (State::Passing(left), Side::Client) if gap.length > 0 => {
                let length = usize::try_from(gap.length).unwrap_or(usize::MAX);
                let passed = length.min(*left);
                self.pass(*left - passed);
                // No header is longer than 32 bits can say.
                let behind = gap.behind(u32::try_from(passed).unwrap_or(u32::MAX));
                if behind.length == 0 {
                    return None;
                }
                self.gap(side, behind)
            }
            // The client is heard first, whatever the server's stream lacks.
            (State::Start | State::Begun(_) | State::Passing(_), Side::Server) => {
                Some((gap, Remains::Nothing))
            }
            _ => {
                let remains = self.give_up();
                if remains == Remains::Unplaced {
                    self.state = State::Unheard;
                }
                Some((gap, remains))
            }
        }
    }

    /// Takes the next bytes of a side that need not wait.
    pub fn data<'s>(&mut self, side: Side, chunk: Chunk<'s>) -> Step<'s> {
        match (std::mem::replace(&mut self.state, State::Over), side) {
            (State::Start, Side::Client) => {
                // The common case: no preamble, which one byte tells.
                if chunk.bytes.first().is_some_and(|first| may_begin(*first)) {
                    let (place, bytes) = (chunk.place(None), Vec::new());
                    self.begun(Held { place, bytes }, chunk)
                } else {
                    Step::Over(None, chunk)
                }
            }
            (State::Begun(held), Side::Client) => self.begun(*held, chunk),
            (State::Asked(dialogue), Side::Server) => self.answered(dialogue, chunk),
            (State::Passing(left), Side::Client) => {
                let passed = left.min(chunk.bytes.len());
                self.pass(left - passed);
                Step::Rest(chunk.behind(passed))
            }
            (State::Unheard, Side::Server) if socks::is_answer(chunk.bytes) => {
                self.state = State::Unheard;
                Step::Unplaced(chunk.behind(chunk.bytes.len()))
            }
            (State::Unheard, Side::Client) => {
                self.state = State::Unheard;
                Step::Over(None, chunk)
            }
            _ => Step::Over(None, chunk),
        }
    }

    /// So many bytes of the client's are still to be passed over.
    fn pass(&mut self, left: usize) {
        if left > 0 {
            self.state = State::Passing(left);
        } else {
            self.begin_anew();
        }
    }

    /// Takes bytes of a client behind those that were held.
    fn begun<'s>(&mut self, mut held: Held, chunk: Chunk<'s>) -> Step<'s> {
        let before = held.bytes.len();
        held.bytes.extend_from_slice(chunk.first(LONGEST).bytes);
        match client(&held.bytes) {
            Parsed::Partial if held.bytes.len() < LONGEST => {
                self.state = State::Begun(Box::new(held));
                Step::Rest(chunk.behind(chunk.bytes.len()))
            }
            Parsed::Whole(Begin::Header(header), length) => {
                let (kind, place) = (Kind::ProxyProtocol(Box::new(header)), held.place);
                self.add(Preamble { kind, place });
                let length = length.saturating_sub(before);
                self.pass(length.saturating_sub(chunk.bytes.len()));
                Step::Rest(chunk.behind(length))
            }
            Parsed::Whole(Begin::Asked(asked), length) => {
                held.bytes.truncate(length);
                let answer = Vec::new();
                self.state = State::Asked(Box::new(Dialogue {
                    held,
                    asked,
                    answer,
                }));
                Step::Rest(chunk.behind(length.saturating_sub(before)))
            }
            Parsed::Partial | Parsed::Other => {
                held.bytes.truncate(before);
                Step::Over((before > 0).then_some(held), chunk)
            }
        }
    }

    /// Takes bytes of a server's part in a dialogue.
    fn answered<'s>(&mut self, mut dialogue: Box<Dialogue>, chunk: Chunk<'s>) -> Step<'s> {
        let before = dialogue.answer.len();
        dialogue
            .answer
            .extend_from_slice(chunk.first(LONGEST).bytes);
        match dialogue.asked.answer(&dialogue.answer) {
            Parsed::Partial if dialogue.answer.len() < LONGEST => {
                self.state = State::Asked(dialogue);
                Step::Rest(chunk.behind(chunk.bytes.len()))
            }
            Parsed::Whole(Answer::Opened(tunnel), length) => {
                let (kind, place) = (Kind::Socks(Box::new(tunnel)), dialogue.held.place);
                self.note(Preamble { kind, place });
                Step::Rest(chunk.behind(length.saturating_sub(before)))
            }
            Parsed::Whole(Answer::Unreadable, length) => {
                Step::Unplaced(chunk.behind(length.saturating_sub(before)))
            }
            Parsed::Partial | Parsed::Other => Step::Over(Some(dialogue.held), chunk),
        }
    }
}

/// What a client may begin with.
#[derive(Debug)]
enum Begin {
    Header(proxy_protocol::Header),
    Asked(Asked),
}

/// Whether a client's first byte may be a preamble's.
const fn may_begin(first: u8) -> bool {
    matches!(first, b'P' | b'\r' | 4 | 5)
}

/// Whether a client's first bytes, which may be a preamble's, are likely one's.
fn is_begun(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(4 | 5) => socks::is_begun(bytes),
        _ => proxy_protocol::is_begun(bytes),
    }
}

/// What a client's first bytes are.
fn client(bytes: &[u8]) -> Parsed<Begin> {
    match bytes.first() {
        Some(4 | 5) => socks::asked(bytes).map(Begin::Asked),
        _ => proxy_protocol::parse(bytes).map(Begin::Header),
    }
}

#[cfg(test)]
mod tests;
