//! The exchanges of one connection: requests one way, answers the other, matched in their order,
//! until an upgrade is answered.
//!
//! A side may have to wait for the other, whichever the capture holds first: what a client sends
//! behind an upgrade request is HTTP or frames as the answer says, and what an answer means
//! depends on its request.

use std::cmp::Ordering;
use std::collections::VecDeque;

use crate::limits::Limits;
use crate::place::Place;
use crate::side::{Side, Sides};
use crate::tcp::{Chunk, Gap};

use super::body::Body;
use super::head::{
    Fields, Parsed, RequestHead, ResponseHead, looks_like_request, looks_like_response,
    parse_request, parse_response,
};

/// A head, and where its first byte stands.
#[derive(Clone, Debug)]
pub struct Located<H> {
    /// The head.
    pub head: H,
    /// Where its first byte stands.
    pub place: Place,
}

/// Bytes of a message as they were read, where these are kept.
#[derive(Clone, Debug)]
pub struct MessageBytes {
    /// Who sent them.
    pub sender: Side,
    /// Where the first of them stands.
    pub place: Place,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Which of them say where a body ends; `None` for a head.
    pub framing: Option<Vec<bool>>,
}

/// What a request wants that is of interest here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A WebSocket.
    Upgrade,
    /// A tunnel through a forward proxy (RFC 9110 section 9.3.6).
    Connect,
}

/// A request for a WebSocket or a tunnel, and its answer, as far as the capture holds them.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// What it is for.
    pub purpose: Purpose,
    /// The request.
    pub request: Option<Located<RequestHead>>,
    /// Sequence number of the byte behind the request.
    pub request_end: Option<u32>,
    /// The final answer.
    pub response: Option<Located<ResponseHead>>,
    /// The answer acknowledges more than the request, bytes of either side being missing: it
    /// may answer a later one.
    pub is_answered_late: bool,
}

impl Attempt {
    /// Bytes of memory that its heads take.
    #[must_use]
    pub fn cost(&self) -> usize {
        let request = self.request.as_ref().map(|request| &request.head.fields);
        let response = self.response.as_ref().map(|response| &response.head.fields);
        [request, response]
            .into_iter()
            .flatten()
            .map(Fields::cost)
            .sum()
    }
}

/// What came of some bytes.
#[derive(Debug)]
pub enum Progress<'s> {
    /// They were HTTP; this is what is left of them.
    Rest(Chunk<'s>),
    /// An attempt was answered, and HTTP goes on: with 101 to something else than a WebSocket
    /// it does not ([`Progress::Other`]).
    Answered(Attempt, Chunk<'s>),
    /// A WebSocket begins on both sides; the server's first bytes are left.
    Accepted(Attempt, Chunk<'s>),
    /// What answered an attempt is missing: the server has gone on from there.
    Unanswered(Attempt, Chunk<'s>),
    /// The place in the stream is not known: these bytes may be anything.
    Unplaced(Chunk<'s>),
    /// These bytes are not HTTP/1, or not any more.
    Other(Chunk<'s>),
}

#[derive(Debug)]
enum Reader {
    Head {
        bytes: Vec<u8>,
        place: Option<Place>,
    },
    Body(Body),
    Unplaced,
}

impl Reader {
    const fn at_head() -> Self {
        Self::Head {
            bytes: Vec::new(),
            place: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Plain { is_head: bool },
    Attempt,
}

/// The beginning of the body of an answer that refuses an attempt, as it travelled.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Where the head of that answer stands in the server's stream.
    pub of: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The exchanges of one connection.
#[derive(Debug)]
pub struct Exchanges {
    readers: Sides<Reader>,
    pending: VecDeque<Pending>,
    attempt: Option<Box<Attempt>>,
    /// Requests are missing: answers are taken as they come.
    requests_unseen: bool,
    /// Bytes of either side are missing: an answer may belong to a request that is not there,
    /// and a request's answer may be.
    is_doubtful: bool,
    /// The answer that comes was recognised behind missing bytes.
    is_recognised: bool,
    /// What refused the latest attempt, and whether more of it may come.
    page: Option<(Page, bool)>,
    seen: u64,
    /// What was read and nobody has taken yet, where that is kept.
    kept: Option<Vec<MessageBytes>>,
}

impl Default for Exchanges {
    fn default() -> Self {
        Self {
            readers: Sides {
                client: Reader::at_head(),
                server: Reader::at_head(),
            },
            pending: VecDeque::new(),
            attempt: None,
            requests_unseen: false,
            is_doubtful: false,
            is_recognised: false,
            page: None,
            seen: 0,
            kept: None,
        }
    }
}

impl Exchanges {
    /// Whether what a side sends next can be read only when the other side's bytes are there.
    #[must_use]
    pub fn waits(&self, side: Side) -> bool {
        match side {
            // A request's body is read whatever the answer.
            Side::Client => {
                self.attempt.is_some() && !matches!(self.readers.client, Reader::Body(_))
            }
            Side::Server => self.pending.is_empty() && !self.requests_unseen,
        }
    }

    /// Heads that were read, in the latest tunnel if there is one.
    #[must_use]
    pub const fn heads(&self) -> u64 {
        self.seen
    }

    /// Keeps the bytes of heads, and of bodies that say themselves where they end, as they are read.
    /// They are to be taken at once.
    pub fn keep_bytes(&mut self) {
        self.kept = Some(Vec::new());
    }

    /// Takes the bytes that were read since.
    pub fn take_bytes(&mut self) -> Vec<MessageBytes> {
        self.kept.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The heads that are begun and not whole.
    #[must_use]
    pub fn unfinished_heads(&self) -> Vec<MessageBytes> {
        let begun = |sender| match self.readers.of(sender) {
            Reader::Head {
                bytes,
                place: Some(place),
            } if !bytes.is_empty() => Some(MessageBytes {
                sender,
                place: *place,
                bytes: bytes.clone(),
                framing: None,
            }),
            _ => None,
        };
        Side::BOTH.into_iter().filter_map(begun).collect()
    }

    /// Whether a side has begun a head that is not whole.
    #[must_use]
    pub fn is_inside_head(&self, side: Side) -> bool {
        matches!(self.readers.of(side), Reader::Head { bytes, .. } if !bytes.is_empty())
    }

    /// A CONNECT was accepted: what follows is another connection's.
    pub const fn enter_tunnel(&mut self) {
        self.seen = 0;
    }

    /// Bytes of memory that heads which are not whole, or not answered yet, take.
    #[must_use]
    pub fn cost(&self) -> usize {
        let half = |reader: &Reader| match reader {
            Reader::Head { bytes, .. } => bytes.capacity(),
            Reader::Body(_) | Reader::Unplaced => 0,
        };
        let whole = self.attempt.as_ref().map_or(0, |attempt| attempt.cost());
        let pending = self.pending.capacity() * size_of::<Pending>();
        let page = self.page.as_ref().map_or(0, |(page, _)| page.bytes.len());
        half(&self.readers.client) + half(&self.readers.server) + whole + pending + page
    }

    /// The attempt that has no answer yet.
    #[must_use]
    pub fn unanswered(&self) -> Option<&Attempt> {
        self.attempt.as_deref()
    }

    /// Bytes of the head that came so far where an answer to an attempt for a WebSocket is
    /// awaited, and all that came before it was read.
    #[must_use]
    pub fn awaited(&self) -> Option<usize> {
        let attempt = self.attempt.as_ref()?;
        match &self.readers.server {
            Reader::Head { bytes, .. } if attempt.purpose == Purpose::Upgrade => {
                (!self.is_doubtful && self.pending.len() == 1).then_some(bytes.len())
            }
            _ => None,
        }
    }

    /// Where the answer to an attempt for a WebSocket was due and something stands that is no
    /// HTTP/1 response, and its first byte; `rest` is what [`Progress::Other`] left.
    #[must_use]
    pub fn no_answer(&self, rest: &Chunk<'_>) -> Option<(Place, u8)> {
        self.awaited()?;
        let Reader::Head { bytes, place } = &self.readers.server else {
            return None;
        };
        let begin = if bytes.is_empty() { rest.bytes } else { bytes };
        // A head that is too long for this program is an answer.
        let first = begin.first().filter(|_| !looks_like_response(begin));
        (*place).zip(first.copied())
    }

    /// Takes the page that refused an attempt, once it has come; `ended` if no more will.
    pub fn take_page(&mut self, ended: bool) -> Option<Page> {
        let taken = self.page.take_if(|(_, may_grow)| ended || !*may_grow);
        taken.map(|(page, _)| page)
    }

    /// Takes the attempt that has no answer: none will come, or it is missing.
    pub fn give_up_answer(&mut self) -> Option<Attempt> {
        self.pending.clear();
        self.attempt.take().map(|attempt| *attempt)
    }

    /// Requests are missing: what the server sends is read without them.
    pub const fn give_up_requests(&mut self) {
        self.requests_unseen = true;
    }

    /// Notes missing bytes of a side.
    pub fn gap(&mut self, side: Side, gap: &Gap) {
        let kept = match self.readers.of_mut(side) {
            Reader::Body(body) => gap.length > 0 && body.pass_gap(gap.length),
            _ => false,
        };
        if !kept {
            self.lose_place(side);
        }
        if side == Side::Server {
            self.end_page();
        }
    }

    /// The place in a side's stream is not known any more: its next head is recognised by how
    /// it begins.
    pub fn lose_place(&mut self, side: Side) {
        *self.readers.of_mut(side) = Reader::Unplaced;
        self.is_doubtful = true;
        if side == Side::Client {
            self.give_up_requests();
        }
    }

    const fn end_page(&mut self) {
        if let Some((_, may_grow)) = &mut self.page {
            *may_grow = false;
        }
    }

    /// Keeps what a body of the server's brings.
    fn grow_page(&mut self, bytes: &[u8], limits: &Limits) {
        if let Some((page, true)) = &mut self.page {
            let room = limits.page_bytes.saturating_sub(page.bytes.len());
            page.bytes.extend(bytes.iter().take(room));
        }
    }

    /// Takes the next bytes of a side that need not wait.
    pub fn data<'s>(&mut self, side: Side, chunk: Chunk<'s>, limits: &Limits) -> Progress<'s> {
        match self.readers.of_mut(side) {
            Reader::Body(body) => {
                let before = *body;
                let rest = body.pass(chunk.bytes);
                let passed = chunk.bytes.len() - rest.map_or(0, <[u8]>::len);
                if let Some(kept) = &mut self.kept {
                    let bytes = chunk.first(passed).bytes;
                    kept.push(MessageBytes {
                        sender: side,
                        place: chunk.place(None),
                        bytes: bytes.to_vec(),
                        framing: Some(before.framing(bytes)),
                    });
                }
                if side == Side::Server {
                    self.grow_page(chunk.first(passed).bytes, limits);
                }
                if rest.is_some() {
                    *self.readers.of_mut(side) = Reader::at_head();
                    if side == Side::Server {
                        self.end_page();
                    }
                }
                Progress::Rest(chunk.behind(passed))
            }
            Reader::Unplaced => {
                let begins = match side {
                    Side::Client => looks_like_request(chunk.bytes),
                    Side::Server => looks_like_response(chunk.bytes),
                };
                if !begins || chunk.bytes.len() < 8 {
                    return Progress::Unplaced(chunk);
                }
                *self.readers.of_mut(side) = Reader::at_head();
                self.is_recognised |= side == Side::Server;
                Progress::Rest(chunk)
            }
            Reader::Head { .. } => self.head(side, chunk, limits),
        }
    }

    /// Takes bytes of a head.
    fn head<'s>(&mut self, side: Side, mut chunk: Chunk<'s>, limits: &Limits) -> Progress<'s> {
        let Reader::Head { bytes, place } = self.readers.of_mut(side) else {
            return Progress::Rest(chunk);
        };
        if bytes.is_empty() {
            // Line ends before a head are passed over (RFC 9112 section 2.2).
            let blank = chunk
                .bytes
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'));
            chunk = chunk.behind(blank.count());
            if chunk.bytes.is_empty() {
                return Progress::Rest(chunk);
            }
            *place = Some(chunk.place(None));
            if !may_be_head(side, chunk.bytes) {
                return Progress::Other(chunk);
            }
            // The common case: the whole head is in this packet.
            if let Some(length) = end_of_head(chunk.bytes, 0) {
                let head = chunk.bytes.get(..length).unwrap_or_default();
                let rest = chunk.behind(length);
                let place = place.take();
                return self.whole_head(side, head, place, rest);
            }
        }
        let Some(at) = *place else {
            return Progress::Other(chunk);
        };
        let before = bytes.len();
        let room = limits.head_bytes.saturating_sub(before);
        bytes.extend_from_slice(
            chunk
                .bytes
                .get(..room.min(chunk.bytes.len()))
                .unwrap_or_default(),
        );
        if !may_be_head(side, bytes) {
            return Progress::Other(chunk);
        }
        match end_of_head(bytes, before.saturating_sub(3)) {
            Some(length) => {
                let head = bytes.get(..length).unwrap_or_default().to_vec();
                let rest = chunk.behind(length - before);
                self.whole_head(side, &head, Some(at), rest)
            }
            None if bytes.len() >= limits.head_bytes => Progress::Other(chunk),
            None => Progress::Rest(chunk.behind(chunk.bytes.len())),
        }
    }

    fn whole_head<'s>(
        &mut self,
        side: Side,
        bytes: &[u8],
        place: Option<Place>,
        rest: Chunk<'s>,
    ) -> Progress<'s> {
        *self.readers.of_mut(side) = Reader::at_head();
        let Some(place) = place else {
            return Progress::Other(rest);
        };
        if let Some(kept) = &mut self.kept {
            kept.push(MessageBytes {
                sender: side,
                place,
                bytes: bytes.to_vec(),
                framing: None,
            });
        }
        match side {
            Side::Client => match parse_request(bytes) {
                Parsed::Whole(head, _) => {
                    self.seen += 1;
                    self.request(head, place, rest.sequence);
                    Progress::Rest(rest)
                }
                _ => Progress::Other(rest),
            },
            Side::Server => match parse_response(bytes) {
                Parsed::Whole(head, _) => {
                    self.seen += 1;
                    self.response(head, place, rest)
                }
                _ => Progress::Other(rest),
            },
        }
    }

    fn request(&mut self, head: RequestHead, place: Place, end: u32) {
        let purpose = if head.is_upgrade_attempt() {
            Some(Purpose::Upgrade)
        } else if head.method == "CONNECT" {
            Some(Purpose::Connect)
        } else {
            None
        };
        self.readers.client = match Body::announced(&head.fields, Body::NONE) {
            Body::NONE => Reader::at_head(),
            body => Reader::Body(body),
        };
        let Some(purpose) = purpose else {
            let is_head = head.method == "HEAD";
            self.pending.push_back(Pending::Plain { is_head });
            return;
        };
        self.pending.push_back(Pending::Attempt);
        self.attempt = Some(Box::new(Attempt {
            purpose,
            request: Some(Located { head, place }),
            request_end: Some(end),
            response: None,
            is_answered_late: false,
        }));
    }

    /// Whether a head's packet acknowledges exactly the open attempt's request: less, and it
    /// answers an earlier one; more, and the client had gone on, so that the answer is missing.
    fn answers(&self, response: &Place) -> Ordering {
        let end = self
            .attempt
            .as_ref()
            .and_then(|attempt| attempt.request_end);
        match (response.acknowledgement, end) {
            (Some(number), Some(end)) if self.is_doubtful => {
                number.wrapping_sub(end).cast_signed().cmp(&0)
            }
            // Every byte is there: answers come in the order of their requests.
            _ => Ordering::Equal,
        }
    }

    fn response<'s>(&mut self, head: ResponseHead, place: Place, rest: Chunk<'s>) -> Progress<'s> {
        let is_switch = head.status == 101;
        if (100..200).contains(&head.status) && !is_switch {
            return Progress::Rest(rest);
        }
        let order = self.answers(&place);
        let mut request = self.pending.pop_front();
        if is_switch && self.attempt.is_some() && order == Ordering::Equal {
            // Answers before it are missing.
            self.pending.clear();
            request = Some(Pending::Attempt);
        }
        if request == Some(Pending::Attempt) && order == Ordering::Less {
            self.pending.push_front(Pending::Attempt);
            request = None;
        }
        let is_tunnel = self
            .attempt
            .as_ref()
            .is_some_and(|attempt| attempt.purpose == Purpose::Connect)
            && (200..300).contains(&head.status);
        let bodiless = is_switch
            || matches!(head.status, 204 | 304)
            || request == Some(Pending::Plain { is_head: true })
            || (request == Some(Pending::Attempt) && is_tunnel);
        let body = if bodiless {
            Body::NONE
        } else {
            Body::announced(&head.fields, Body::UntilClose)
        };
        if body != Body::NONE {
            self.readers.server = Reader::Body(body);
        }
        let accepted = head.accepts_websocket();
        // Behind missing bytes it is the answer only if nothing came between the two.
        let is_next = self.attempt.as_ref().is_some_and(|attempt| {
            let request = attempt.request.as_ref();
            request.is_some_and(|request| request.place.acknowledgement == Some(place.sequence))
        });
        let is_other = std::mem::take(&mut self.is_recognised) && !is_next;
        let is_late = request == Some(Pending::Attempt) && (order == Ordering::Greater || is_other);
        if let Some(attempt) = self.attempt.take_if(|_| is_late && !accepted) {
            self.pending.clear();
            return Progress::Unanswered(*attempt, rest);
        }
        let elsewhere = is_switch && !accepted && head.fields.first("Upgrade").is_some();
        if request != Some(Pending::Attempt) && !accepted {
            return if is_switch {
                Progress::Other(rest)
            } else {
                Progress::Rest(rest)
            };
        }
        let page = Page {
            of: place.stream_offset,
            bytes: Vec::new(),
        };
        self.page = (body != Body::NONE).then_some((page, true));
        // No tunnel is opened with the words for a WebSocket: the request for that is missing.
        let is_other = |own: &Attempt| accepted && own.purpose == Purpose::Connect;
        let own = self.attempt.take().map(|own| *own);
        let own = own.filter(|own| order != Ordering::Less && !is_other(own));
        let attempt = Attempt {
            response: Some(Located { head, place }),
            is_answered_late: order == Ordering::Greater,
            ..own.unwrap_or(Attempt {
                purpose: Purpose::Upgrade,
                request: None,
                request_end: None,
                response: None,
                is_answered_late: false,
            })
        };
        if elsewhere {
            Progress::Other(rest)
        } else if is_switch && attempt.purpose == Purpose::Upgrade {
            Progress::Accepted(attempt, rest)
        } else {
            Progress::Answered(attempt, rest)
        }
    }

    /// Bounds what a client that pipelines without ever being answered can cost.
    #[must_use]
    pub fn is_overrun(&self, limits: &Limits) -> bool {
        self.pending.len() > limits.pipelined_requests
    }
}

/// Whether a head may begin like this; told from the first bytes, so that other protocols are
/// left alone at once.
fn may_be_head(side: Side, bytes: &[u8]) -> bool {
    /// The longest registered method has 17 letters.
    const METHOD: usize = 24;
    match side {
        Side::Server => looks_like_response(bytes),
        Side::Client => {
            let method = bytes
                .iter()
                .take_while(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'));
            let length = method.count();
            let preface = b"PRI * HTTP/2";
            let is_preface = bytes.starts_with(preface);
            (1..METHOD).contains(&length)
                && bytes.get(length).is_none_or(|byte| *byte == b' ')
                && !is_preface
        }
    }
}

/// The length of the head that ends with an empty line, searched from `from` on.
fn end_of_head(bytes: &[u8], from: usize) -> Option<usize> {
    let tail = bytes.get(from..)?;
    let ends = tail.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.map(|(index, _)| from + index + 1)
        .find_map(|next| match bytes.get(next..)? {
            [b'\n', ..] => Some(next + 1),
            [b'\r', b'\n', ..] => Some(next + 2),
            _ => None,
        })
}

#[cfg(test)]
mod tests;
