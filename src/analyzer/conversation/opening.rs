//! What stands before HTTP, and behind the CONNECT that opens a tunnel.

use crate::preamble::{Held, Kind as PreambleKind, Preamble, Remains, Step, proxy_protocol};
use crate::side::Side;
use crate::tcp::{Chunk, Gap, Way};
use crate::websocket::handshake::Handshake;
use crate::websocket::kept::KeptChunk;

use super::{Conversation, Kind};

/// What is left of a chunk when preambles have taken theirs.
pub(super) enum Opened<'s> {
    /// What stands behind a preamble, and may be one.
    Rest(Chunk<'s>),
    /// It is none of a preamble.
    Http(Chunk<'s>),
    /// It is none, and other bytes are to be read before it.
    Later,
}

impl Conversation {
    /// Whether what a side sends next can be read only when the other side's bytes are there.
    pub(super) fn waits(&self, side: Side) -> bool {
        let waits = self.opening.waits(side);
        waits.unwrap_or_else(|| self.exchanges.waits(side))
    }

    /// Takes what of a chunk is a preamble's.
    pub(super) fn open<'s>(&mut self, way: Way, side: Side, chunk: Chunk<'s>) -> Opened<'s> {
        match self.opening.data(side, chunk) {
            Step::Rest(rest) => {
                if let Some(outline) = &self.outline {
                    outline.preamble(way, &chunk, &rest);
                }
                Opened::Rest(rest)
            }
            Step::Over(None, rest) => Opened::Http(rest),
            Step::Over(Some(held), rest) => {
                self.waiting.of_mut(way).push_front(KeptChunk::of(&rest));
                self.give_back(&held);
                Opened::Later
            }
            Step::Unplaced(rest) => {
                self.lose_both_places();
                Opened::Rest(rest)
            }
        }
    }

    /// Notes missing bytes; returns those that are not a preamble's.
    pub(super) fn gap_in_opening(&mut self, way: Way, side: Side, gap: Gap) -> Option<Gap> {
        let (gap, remains) = self.opening.gap(side, gap)?;
        match remains {
            Remains::Nothing => Some(gap),
            Remains::Held(held) => {
                self.waiting.of_mut(way).push_front(KeptChunk::missing(gap));
                self.give_back(&held);
                None
            }
            Remains::Unplaced => {
                self.lose_both_places();
                Some(gap)
            }
        }
    }

    /// No preamble is waited for any more.
    pub(super) fn end_opening(&mut self) {
        match self.opening.give_up() {
            Remains::Nothing => {}
            Remains::Held(held) => self.give_back(&held),
            Remains::Unplaced => self.lose_both_places(),
        }
    }

    /// What was held of a client is read as something else, before all that waits.
    fn give_back(&mut self, held: &Held) {
        if let Some((client, _)) = self.client {
            let chunk = KeptChunk::of(&Chunk::at(held.place, &held.bytes));
            self.waiting.of_mut(client).push_front(chunk);
        }
    }

    fn lose_both_places(&mut self) {
        self.exchanges.lose_place(Side::Client);
        self.exchanges.lose_place(Side::Server);
    }

    /// A CONNECT was accepted: inside its tunnel a connection begins anew.
    pub(super) fn enter_tunnel(&mut self, connect: &Handshake) {
        let Some(request) = connect.request() else {
            return;
        };
        self.kind = Kind::Http;
        self.exchanges.enter_tunnel();
        self.opening.note(Preamble {
            kind: PreambleKind::Connect {
                target: request.head.target.clone(),
            },
            place: request.place,
        });
    }

    /// Passes over a whole header of the PROXY protocol where the place in the client's stream is
    /// not known: no frame, and nothing of HTTP, looks like it.
    pub(super) fn pass_header<'s>(&mut self, chunk: Chunk<'s>) -> Option<Chunk<'s>> {
        let (header, length) = proxy_protocol::whole(chunk.bytes)?;
        self.opening.add(Preamble {
            kind: PreambleKind::ProxyProtocol(Box::new(header)),
            place: chunk.place(None),
        });
        Some(chunk.behind(length))
    }
}
