//! What a reader does where it is not certain that a frame begins: it waits, looks and decides.

use crate::limits::Limits;
use crate::tcp::Chunk;

use super::{FrameReader, MAX_LOSSES, Pending, State};
use crate::websocket::event::{FrameEvent, Oddity};
use crate::websocket::foreign::{self, Foreign};
use crate::websocket::header::FrameHeader;
use crate::websocket::intrusion::IntrusionReader;
use crate::websocket::kept::KeptChunk;
use crate::websocket::notable::Notable;
use crate::websocket::suspect::Suspect;

impl FrameReader {
    /// Takes bytes behind a header that breaks two rules; returns how many.
    pub(super) fn read_suspect(
        &mut self,
        chunk: &Chunk<'_>,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) -> usize {
        let State::Suspect(suspect) = &mut self.state else {
            return 0;
        };
        let (taken, is_settled) = suspect.push(chunk, limits);
        if is_settled {
            self.resolve_suspect(limits, sink);
        }
        taken
    }

    /// The place that a suspect header announced has come, or never will.
    pub(super) fn resolve_suspect(
        &mut self,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) {
        let state = std::mem::replace(&mut self.state, State::Header(Pending::default()));
        let State::Suspect(suspect) = state else {
            self.state = state;
            return;
        };
        let place = suspect.place();
        if suspect.fits(self.sequence, self.frames + 1, &self.agreement) {
            self.accept_suspect(*suspect, sink);
            return;
        }
        self.losses += 1;
        // A place that was found by a search may have been found wrongly: that is no finding.
        if !self.is_found {
            sink(FrameEvent::Oddity(suspect.to_oddity()));
        }
        self.lose_place();
        if self.losses >= MAX_LOSSES {
            self.state = State::GivenUp;
            return;
        }
        for kept in suspect.into_chunks(place.stream_offset + 1) {
            let chunk = kept.as_chunk();
            if let State::Searching(search) = &mut self.state {
                search.push(&chunk, limits);
                self.unread += chunk.bytes.len() as u64;
            }
        }
        self.look(false, limits, sink);
    }

    /// Takes a suspect header for what it says, although nothing shows what follows its frame.
    pub(super) fn believe(&mut self, sink: &mut impl FnMut(FrameEvent<'_>)) {
        let state = std::mem::replace(&mut self.state, State::Header(Pending::default()));
        match state {
            State::Suspect(suspect) if self.is_found || suspect.may_be_no_header() => {
                self.lose_place();
            }
            State::Suspect(suspect) => {
                self.accept_suspect(*suspect, sink);
                // What follows it is no surer than it is.
                self.is_found = true;
            }
            other => self.state = other,
        }
    }

    fn accept_suspect(&mut self, suspect: Suspect, sink: &mut impl FnMut(FrameEvent<'_>)) {
        let (header, place, notable) = (suspect.header(), suspect.place(), suspect.notable());
        let behind = place.stream_offset + header.to_bytes().len() as u64;
        let chunks = suspect.into_chunks(behind);
        self.accept(header, place, notable, sink);
        if let (
            State::Payload {
                left, at, whole, ..
            },
            Some(first),
        ) = (&mut self.state, chunks.first())
        {
            // Of a long payload only the end was kept.
            let forgotten = first.offset() - behind;
            *left = left.saturating_sub(forgotten);
            *at += forgotten;
            *whole &= forgotten == 0;
        }
        self.replay_first(chunks);
    }

    pub(super) fn begin_foreign(&mut self, sink: &mut impl FnMut(FrameEvent<'_>)) {
        let State::Header(pending) = &mut self.state else {
            return;
        };
        let Some(place) = pending.place else { return };
        let bytes = std::mem::take(&mut pending.bytes);
        if let Some(intrusion) = pending.intrusion.take() {
            // It is the rest of what cut into the frame before.
            sink(FrameEvent::Oddity(intrusion.to_oddity()));
            self.lose_place();
            self.replay_first([KeptChunk::of(&Chunk::at(place, &bytes))]);
            return;
        }
        let kind = foreign::protocol(&bytes).unwrap_or(Foreign::Text);
        self.sequence.interrupt();
        self.state = State::Foreign(Box::new(IntrusionReader::new(kind, place, &bytes)));
    }

    /// Takes bytes of something foreign; returns how many.
    pub(super) fn read_foreign(
        &mut self,
        chunk: &Chunk<'_>,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) -> usize {
        let State::Foreign(intrusion) = &mut self.state else {
            return 0;
        };
        let taken = intrusion.push(chunk.bytes, limits);
        let (over, end_known) = (intrusion.is_over(), intrusion.is_end_known());
        if over {
            sink(FrameEvent::Oddity(intrusion.to_oddity()));
            if end_known {
                self.state = State::Header(Pending {
                    doubtful: true,
                    ..Pending::default()
                });
            } else {
                self.lose_place();
            }
        }
        taken
    }

    /// Looks for frames in what the search keeps; returns whether there are any.
    pub(super) fn look(
        &mut self,
        ended: bool,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) -> bool {
        let State::Searching(search) = &mut self.state else {
            return false;
        };
        let Some((offset, _)) = search.find(ended, limits) else {
            return false;
        };
        let state = std::mem::replace(&mut self.state, State::Header(Pending::default()));
        let State::Searching(search) = state else {
            return false;
        };
        let chunks = search.into_chunks(offset);
        if let Some(first) = chunks.first() {
            let place = first.as_chunk().place(Some(self.frames + 1));
            sink(FrameEvent::Oddity(Oddity::Found { place }));
        }
        let found: usize = chunks.iter().map(|kept| kept.as_chunk().bytes.len()).sum();
        self.unread = self.unread.saturating_sub(found as u64);
        self.is_found = true;
        self.is_first_found = true;
        self.replay_first(chunks);
        true
    }

    /// Judges a header of which only the beginning came.
    pub(super) fn end_header(
        &mut self,
        ended: bool,
        limits: &Limits,
        sink: &mut impl FnMut(FrameEvent<'_>),
    ) {
        let state = std::mem::replace(&mut self.state, State::Header(Pending::default()));
        let State::Header(pending) = state else {
            return;
        };
        let (Some(place), [first, second, ..]) = (pending.place, pending.bytes.as_slice()) else {
            return;
        };
        let whole = FrameHeader::parse(&pending.bytes).ok();
        let header = whole.map_or_else(|| FrameHeader::cut(*first, *second), |(_, header)| header);
        let notable = self.sequence.notable(&header, &self.agreement);
        let odd = notable & Notable::FRAMING;
        if odd.is_empty() {
            self.accept(header, place, notable, sink);
        } else if let Some(intrusion) = pending.intrusion {
            sink(FrameEvent::Oddity(intrusion.to_oddity()));
            self.lose_place();
        } else if pending.doubtful {
            self.lose_place();
        } else if odd.bits().count_ones() < 2 {
            self.accept(header, place, notable, sink);
        } else if ended {
            let search = self.new_search();
            let suspect = Suspect::new(header, place, notable, search, None, limits);
            self.state = State::Suspect(Box::new(suspect));
            self.resolve_suspect(limits, sink);
        } else {
            self.lose_place();
        }
    }
}
