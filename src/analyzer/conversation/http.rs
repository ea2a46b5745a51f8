//! What is still HTTP: exchanges are read until the answer after which a WebSocket begins.

use crate::http::{Attempt, Progress, looks_like_request};
use crate::limits::Limits;
use crate::side::{Side, Sides};
use crate::tcp::{Chunk, Way};
use crate::websocket::handshake::Handshake;
use crate::websocket::reader::FrameReader;
use crate::websocket::search::{Search, Threshold};

use super::Conversation;
use super::opening::Opened;

/// Handshake attempts of one connection that are kept.
const ATTEMPTS: usize = 16;

impl Conversation {
    /// Reads bytes as HTTP; returns how many are left, since they must wait.
    pub(super) fn http(
        &mut self,
        way: Way,
        side: Side,
        mut chunk: Chunk<'_>,
        limits: &Limits,
    ) -> usize {
        while !chunk.bytes.is_empty() {
            if self.waits(side) {
                return chunk.bytes.len();
            }
            match self.open(way, side, chunk) {
                Opened::Http(same) => chunk = same,
                Opened::Rest(rest) => {
                    chunk = rest;
                    continue;
                }
                Opened::Later => return 0,
            }
            let progress = self.exchanges.data(side, chunk, limits);
            self.outline_http(way, side, &progress);
            chunk = match progress {
                Progress::Rest(rest) => {
                    self.keep_page(false);
                    rest
                }
                Progress::Answered(attempt, rest) => {
                    self.note_answer(attempt);
                    rest
                }
                Progress::Accepted(attempt, rest) => {
                    self.accept(attempt);
                    return rest.bytes.len() - self.data(way, rest, limits);
                }
                Progress::Unanswered(attempt, rest) => {
                    self.lose_answer(Some(attempt));
                    rest
                }
                Progress::Unplaced(rest) => {
                    if side == Side::Client
                        && let Some(behind) = self.pass_header(rest)
                    {
                        chunk = behind;
                        continue;
                    }
                    if side == Side::Server && self.exchanges.unanswered().is_some() {
                        let open = self.exchanges.give_up_answer();
                        self.lose_answer(open);
                    }
                    self.search(way, &rest, limits);
                    return 0;
                }
                Progress::Other(rest) => {
                    if side == Side::Server {
                        self.no_answer = self.exchanges.no_answer(&rest).map(Box::new);
                    }
                    self.leave_alone(rest.bytes);
                    return 0;
                }
            };
        }
        if self.exchanges.is_overrun(limits) {
            self.leave_alone(&[]);
        }
        0
    }

    /// Has it told what bytes of HTTP are.
    fn outline_http(&mut self, way: Way, side: Side, progress: &Progress<'_>) {
        let Some(outline) = &self.outline else { return };
        outline.messages(self.exchanges.take_bytes());
        let rest = match progress {
            Progress::Rest(rest)
            | Progress::Answered(_, rest)
            | Progress::Accepted(_, rest)
            | Progress::Unanswered(_, rest) => rest,
            Progress::Unplaced(_) | Progress::Other(_) => return,
        };
        if !self.exchanges.is_inside_head(side) {
            outline.know(way, rest.sequence);
        }
    }

    /// Keeps the page that refused the latest attempt, once it has come; `ended` if no more
    /// will.
    pub(super) fn keep_page(&mut self, ended: bool) {
        if let Some(page) = self.exchanges.take_page(ended)
            && let Some(refused) = self.refused.last_mut()
        {
            refused.keep_page(page);
        }
    }

    fn note_answer(&mut self, attempt: Attempt) {
        let handshake = Handshake::new(attempt);
        if let Some(log) = &mut self.log {
            log.handshake(&handshake);
        }
        let status = handshake.status().unwrap_or_default();
        if handshake.is_connect() && (200..300).contains(&status) {
            self.enter_tunnel(&handshake);
        } else if self.refused.len() < ATTEMPTS {
            self.refused.push(handshake);
        }
    }

    /// A WebSocket begins. Where its request was not read, the client's frames begin where the
    /// answer says that it had received the client's bytes up to.
    fn accept(&mut self, attempt: Attempt) {
        let goes_on_with_http = self.client.is_some_and(|(client, _)| {
            let next = self.waiting.of(client).next_bytes();
            next.is_some_and(|bytes| !bytes.is_empty() && looks_like_request(bytes))
        });
        let mut handshake = Handshake::new(attempt);
        handshake.drop_request_of_another_answer(goes_on_with_http);
        let agreement = handshake.agreement();
        let server = FrameReader::at_handshake(Side::Server, agreement);
        let received = handshake
            .response()
            .and_then(|response| response.place.acknowledgement);
        let client = match (handshake.request(), received) {
            (Some(_), _) => FrameReader::at_handshake(Side::Client, agreement),
            (None, Some(number)) => {
                self.frames_begin = Some(number);
                FrameReader::at_hint(Side::Client, agreement)
            }
            (None, None) => {
                let search = Search::new(Some(true), agreement.allows_rsv1(), Threshold::KNOWN);
                FrameReader::searching(Side::Client, agreement, search)
            }
        };
        let readers = Sides { client, server };
        if let Some(log) = &mut self.log {
            log.handshake(&handshake);
        }
        self.handshake = Some(handshake);
        // What was kept for a search came before the answer and before the request, if that was
        // read: only behind one that was not, it may hold frames.
        let is_read = self
            .handshake
            .as_ref()
            .is_some_and(|it| it.request().is_some());
        if let Some((client, _)) = self.client {
            *self.searches.of_mut(client.back()) = None;
            self.searches.of_mut(client).take_if(|_| is_read);
        }
        self.read_searched_again();
        self.begin_session(readers, agreement);
    }
}
