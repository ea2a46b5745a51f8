//! Where the place in a stream is not known, because bytes are missing before it: heads and
//! frames are recognised by what they are.

use crate::http::{Attempt, Purpose, looks_like_request, looks_like_response};
use crate::limits::Limits;
use crate::place::Place;
use crate::preamble::proxy_protocol;
use crate::side::{Side, Sides};
use crate::tcp::{Arrival, Chunk, Gap, GapCause, Way};
use crate::websocket::extensions::Agreement;
use crate::websocket::foreign::{self, Foreign};
use crate::websocket::handshake::Handshake;
use crate::websocket::kept::KeptChunk;
use crate::websocket::reader::FrameReader;
use crate::websocket::search::{Search, Threshold};

use super::{Conversation, RolesFrom};

impl Conversation {
    /// The answer to an attempt is missing: what follows on both sides may be HTTP or frames.
    pub(super) fn lose_answer(&mut self, attempt: Option<Attempt>) {
        if let Some(attempt) = attempt
            && attempt.purpose == Purpose::Upgrade
        {
            self.handshake = Some(Handshake::new(attempt));
        }
        self.exchanges.lose_place(Side::Client);
        self.exchanges.lose_place(Side::Server);
    }

    /// What of a client's bytes are frames, where they begin behind a request that was not read.
    pub(super) fn frames_of<'s>(
        &mut self,
        side: Side,
        chunk: Chunk<'s>,
        limits: &Limits,
    ) -> Chunk<'s> {
        self.miss_frames_before(side, chunk.place(None), limits);
        let (Side::Client, Some(begin)) = (side, self.frames_begin) else {
            return chunk;
        };
        let before = begin.wrapping_sub(chunk.sequence);
        let before = usize::try_from(before).unwrap_or(usize::MAX);
        if before >= chunk.bytes.len() {
            return chunk.behind(chunk.bytes.len());
        }
        self.frames_begin = None;
        chunk.behind(before)
    }

    /// Where a client's frames begin before all that the capture holds of them, the first ones
    /// are missing; that bytes are missing was told when they were missed.
    pub(super) fn miss_frames_before(&mut self, side: Side, place: Place, limits: &Limits) {
        let (Side::Client, Some(begin)) = (side, self.frames_begin) else {
            return;
        };
        let Ok(missing @ 1..) = u64::try_from(place.sequence.wrapping_sub(begin).cast_signed())
        else {
            return;
        };
        self.frames_begin = None;
        let gap = Gap {
            offset: place.stream_offset.saturating_sub(missing),
            length: missing,
            cause: GapCause::Lost,
            sequence: begin,
            arrival: Arrival {
                packet: place.packet,
                time: place.time,
                acknowledgement: place.acknowledgement,
            },
        };
        if let Some((session, mut context)) = self.session(limits) {
            session.gap(side, gap, true, &mut context);
        }
    }

    /// What of a client's missing bytes are frames; `None` if they all come before.
    pub(super) fn missing_frames(&mut self, side: Side, gap: Gap, limits: &Limits) -> Option<Gap> {
        self.miss_frames_before(side, gap.place(None), limits);
        let (Side::Client, Some(begin)) = (side, self.frames_begin) else {
            return Some(gap);
        };
        let before = begin.wrapping_sub(gap.sequence);
        if u64::from(before) >= gap.length {
            return None;
        }
        self.frames_begin = None;
        Some(gap.behind(before))
    }

    /// Bytes of a connection of which neither the SYN nor a head was seen yet.
    pub(super) fn join(&mut self, way: Way, chunk: &Chunk<'_>, limits: &Limits) {
        /// The shortest beginning that tells a head.
        const ENOUGH: usize = 12;
        let long = chunk.bytes.len() >= ENOUGH;
        let from_client = long && looks_like_request(chunk.bytes);
        let client = if from_client || proxy_protocol::whole(chunk.bytes).is_some() {
            Some(way)
        } else if long && looks_like_response(chunk.bytes) {
            Some(way.back())
        } else {
            None
        };
        let Some(client) = client else {
            self.search(way, chunk, limits);
            return;
        };
        self.learn_roles(client, RolesFrom::Handshake);
        self.opening.give_up();
        self.exchanges.lose_place(Side::Client);
        self.exchanges.lose_place(Side::Server);
        self.waiting.of_mut(way).push_front(KeptChunk::of(chunk));
        self.read_searched_again();
    }

    /// What was kept for a search is read again, now that it is known what it may be.
    pub(super) fn read_searched_again(&mut self) {
        for way in Way::BOTH {
            let search = self.searches.of_mut(way).take();
            let kept = search.map(|search| search.into_chunks(0));
            for chunk in kept.into_iter().flatten().rev() {
                self.waiting.of_mut(way).push_front(chunk);
            }
        }
    }

    /// Keeps bytes whose place is not known, and looks for frames among them.
    pub(super) fn search(&mut self, way: Way, chunk: &Chunk<'_>, limits: &Limits) {
        /// One record may be an accident, as a payload's packet may begin with anything.
        const RECORDS: u32 = 2;
        let is_tls = foreign::protocol(chunk.bytes) == Some(Foreign::Tls) && chunk.bytes.len() > 4;
        self.tls_records = if is_tls { self.tls_records + 1 } else { 0 };
        self.searched += chunk.bytes.len() as u64;
        let hopeless = self.searched > limits.recognition_bytes && self.handshake.is_none();
        if self.tls_records >= RECORDS || hopeless {
            self.leave_alone(chunk.bytes);
            return;
        }
        let masked = self.side(way).map(|side| side == Side::Client);
        let threshold = if self.handshake.is_some() {
            Threshold::KNOWN
        } else {
            Threshold::UNKNOWN
        };
        self.searches
            .of_mut(way)
            .get_or_insert_with(|| Box::new(Search::new(masked, true, threshold)))
            .push(chunk, limits);
        self.look(way, false, limits);
    }

    /// Looks for frames in what is kept of one way; a WebSocket it is if there are any.
    pub(super) fn look(&mut self, way: Way, ended: bool, limits: &Limits) {
        let Some(search) = self.searches.of_mut(way) else {
            return;
        };
        let Some((offset, masked)) = search.find(ended, limits) else {
            return;
        };
        let client = match self.client {
            Some((client, _)) => client,
            None if masked => way,
            None => way.back(),
        };
        self.learn_roles(client, RolesFrom::Masks);
        let agreement = Agreement::UNSEEN;
        let mut reader = |side: Side| {
            let its_way = if side == Side::Client {
                client
            } else {
                client.back()
            };
            let masked = side == Side::Client;
            let mut search = self
                .searches
                .of_mut(its_way)
                .take()
                .map(|search| *search)
                .unwrap_or_else(|| Search::new(Some(masked), true, Threshold::KNOWN));
            if its_way == way {
                FrameReader::found(side, agreement, search.into_chunks(offset))
            } else {
                search.expect(masked, true);
                FrameReader::searching(side, agreement, search)
            }
        };
        let readers = Sides {
            client: reader(Side::Client),
            server: reader(Side::Server),
        };
        self.begin_session(readers, agreement);
        if let Some((session, mut context)) = self.session(limits) {
            session.catch_up(&mut context);
        }
    }
}
