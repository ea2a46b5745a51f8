//! What one side's frames come to: counted, put together and judged as they are read.

use crate::diagnosis::Intrusion;
use crate::place::Place;
use crate::report::model;
use crate::rules::judge::{Activity, CloseFacts, FrameFacts, Framing, SHOWN_PAYLOAD, StreamFacts};
use crate::side::Side;
use crate::websocket::close::ClosePayload;
use crate::websocket::event::{FrameEvent, FrameSeen, Oddity};
use crate::websocket::extensions::Agreement;
use crate::websocket::header::Opcode;
use crate::websocket::mask::unmask;
use crate::websocket::message::MessageState;
use crate::websocket::notable::Notable;

use super::Context;
use super::pings::Pings;
use super::trail::Trail;

/// Places of one side where nothing could be judged that are listed: enough to find them.
const UNJUDGED: usize = 16;

/// What is known of one side's frames so far.
#[derive(Debug, Default)]
pub(in crate::analyzer) struct Tally {
    pub(in crate::analyzer) frames: model::Frames,
    pub(in crate::analyzer) messages: model::Messages,
    pub(in crate::analyzer) close: Option<(FrameSeen, ClosePayload)>,
    /// The latest frame, whose payload is coming or has come.
    pub(super) current: Option<FrameSeen>,
    /// The payload of a Close that is coming.
    pub(super) closing: Option<ClosePayload>,
    /// The latest frame that began a fragmented message; most sides have none.
    pub(super) message_begin: Option<Box<FrameSeen>>,
    /// The latest data frame before `current`, where that is a control frame.
    pub(super) data_before: Option<FrameSeen>,
    pub(super) first_frame: Option<Place>,
    pub(super) activity: Activity,
    pub(super) pings: Pings,
    /// Some of its bytes are missing, or could not be read as frames.
    pub(super) unseen: bool,
    /// What lost the place of the next header, until it is known where frames go on.
    pub(super) lost: Option<Box<Oddity>>,
    /// What it sent, event by event.
    pub(in crate::analyzer) trail: Trail,
    /// What first stood where a frame was due.
    pub(in crate::analyzer) intrusion: Option<Box<Intrusion>>,
    /// Where nothing could be judged: from where, and to where if frames were found again.
    pub(in crate::analyzer) unjudged: Vec<(Place, Option<Place>)>,
}

impl Tally {
    pub(super) fn take(
        &mut self,
        side: Side,
        event: FrameEvent<'_>,
        agreement: Agreement,
        context: &mut Context<'_>,
    ) {
        match event {
            FrameEvent::Frame(seen) => self.begin(side, seen, agreement, context),
            FrameEvent::Payload { bytes, at } => {
                self.frames.payload_bytes += bytes.len() as u64;
                self.pings.payload(bytes, at);
                self.collect(bytes, at);
                if let Some(log) = &mut context.log {
                    log.payload(side, bytes, at);
                }
            }
            FrameEvent::End { whole } => {
                self.pings.end(whole, self.activity.last());
                self.end_close(side, whole, context);
                self.end_message();
                if let Some(log) = &mut context.log {
                    log.end(side, whole, context.ledger.take_recent(side));
                }
            }
            FrameEvent::Oddity(oddity) => self.note_oddity(side, oddity, context),
        }
    }

    /// Notes bytes that are no frames. What loses the place of the next header is judged when it
    /// is known where frames go on.
    fn note_oddity(&mut self, side: Side, oddity: Oddity, context: &mut Context<'_>) {
        if matches!(oddity, Oddity::Found { .. }) {
            return;
        }
        self.unseen = true;
        self.trail.oddity(&oddity);
        if let Oddity::Foreign {
            kind,
            place,
            bytes,
            inside_frame,
        } = &oddity
            && self.intrusion.is_none()
        {
            self.intrusion = Some(Box::new(Intrusion {
                kind: *kind,
                place: *place,
                bytes: bytes.clone(),
                inside_frame: *inside_frame,
            }));
        }
        if oddity.loses_place() {
            self.pings.lose_place();
        }
        if let Oddity::Gap {
            gap, lost_place, ..
        } = &oddity
            && !lost_place
        {
            self.frames.payload_bytes += gap.length;
        }
        if oddity.loses_place() && self.lost.is_none() {
            self.lost = Some(Box::new(oddity));
        } else {
            // Behind a loss it is the loss that tells from where on frames go on.
            self.judge_oddity(side, &oddity, Framing::Undisturbed, context);
        }
    }

    /// Judges what lost the place of the next header, if anything did.
    pub(super) fn judge_lost(&mut self, side: Side, framing: Framing, context: &mut Context<'_>) {
        let Some(oddity) = self.lost.take() else {
            return;
        };
        let framing = match framing {
            Framing::FoundAgain(place) if place.stream_offset <= oddity.end_offset() => {
                Framing::Undisturbed
            }
            framing => framing,
        };
        let to = match framing {
            Framing::Undisturbed => None,
            Framing::FoundAgain(place) => Some(Some(place)),
            Framing::Lost => Some(None),
        };
        if let Some(to) = to
            && self.unjudged.len() < UNJUDGED
        {
            self.unjudged.push((oddity.place(), to));
        }
        self.judge_oddity(side, &oddity, framing, context);
        if let (Framing::FoundAgain(place), Some(log)) = (framing, &mut context.log) {
            log.found(side, place);
        }
    }

    fn judge_oddity(
        &self,
        side: Side,
        oddity: &Oddity,
        framing: Framing,
        context: &mut Context<'_>,
    ) {
        // Of a gap that belongs to no frame it was told when it came.
        if matches!(oddity, Oddity::Gap { frame: None, .. }) {
            return;
        }
        context.ledger.judge_stream(&StreamFacts {
            sender: side,
            oddity,
            handshake: context.handshake,
            last_frame: self.last_frame(),
            framing,
        });
        if let Some(log) = &mut context.log {
            log.oddity(side, oddity, context.ledger.take_recent(side));
        }
    }

    fn begin(
        &mut self,
        side: Side,
        seen: FrameSeen,
        agreement: Agreement,
        context: &mut Context<'_>,
    ) {
        self.judge_lost(side, Framing::FoundAgain(seen.place), context);
        let opcode = seen.header.opcode();
        let count = match opcode {
            Opcode::Continuation => &mut self.frames.continuation,
            Opcode::Text => &mut self.frames.text,
            Opcode::Binary => &mut self.frames.binary,
            Opcode::Close => &mut self.frames.close,
            Opcode::Ping => &mut self.frames.ping,
            Opcode::Pong => &mut self.frames.pong,
            Opcode::Reserved(_) => &mut self.frames.reserved,
        };
        *count += 1;
        if !seen.notable.is_empty() {
            let orphan = seen.notable.contains(Notable::ORPHAN_CONTINUATION);
            let facts = FrameFacts {
                sender: side,
                seen: &seen,
                roles_from_masks: context.roles_from_masks,
                has_deflate: agreement.has_deflate(),
                fragmented_control: orphan
                    .then(|| context.ledger.cause("fragmented-control-frame", side))
                    .flatten(),
            };
            context.ledger.judge_frame(&facts);
        }
        if opcode == Opcode::Close {
            self.closing = Some(ClosePayload::default());
        }
        if opcode.begins_message() && !seen.header.fin() {
            **self.message_begin.get_or_insert_with(|| Box::new(seen)) = seen;
        }
        if opcode.is_control() {
            self.data_before = self.last_data();
        }
        self.first_frame.get_or_insert(seen.place);
        self.pings.begin(&seen);
        self.trail.frame(&seen);
        self.current = Some(seen);
        if let Some(log) = &mut context.log {
            log.begin(side, seen, context.ledger.take_recent(side));
        }
    }

    /// The latest data frame.
    pub(super) fn last_data(&self) -> Option<FrameSeen> {
        let is_data = |seen: &FrameSeen| !seen.header.opcode().is_control();
        self.current.filter(is_data).or(self.data_before)
    }

    /// Where the latest frame stands.
    pub(super) fn last_frame(&self) -> Option<Place> {
        self.current.map(|seen| seen.place)
    }

    /// Keeps the payload of a Close.
    fn collect(&mut self, bytes: &[u8], at: u64) {
        let (Some(payload), Some(seen)) = (&mut self.closing, &self.current) else {
            return;
        };
        // Behind missing bytes nothing is kept: what is kept has no holes.
        if payload.bytes().len() as u64 != at {
            return;
        }
        let mut plain = bytes.to_vec();
        if let Some(key) = seen.header.masking_key() {
            unmask(&mut plain, key, at);
        }
        payload.push(plain);
    }

    pub(super) fn end_close(&mut self, side: Side, whole: bool, context: &mut Context<'_>) {
        let (Some(mut payload), Some(seen)) = (self.closing.take(), self.current) else {
            return;
        };
        if whole {
            payload.end();
        }
        context.ledger.judge_close(&CloseFacts {
            sender: side,
            seen: &seen,
            payload: &payload,
        });
        if let Some(log) = &mut context.log {
            log.close(side, &payload);
        }
        self.close.get_or_insert((seen, payload));
    }

    /// Counts the message that ends with the current frame.
    const fn end_message(&mut self) {
        let Some(seen) = self.current else { return };
        if !seen.header.fin() {
            return;
        }
        let opcode = match (seen.header.opcode(), seen.message) {
            (Opcode::Continuation, MessageState::Open { opcode, .. }) => opcode,
            (opcode, _) => opcode,
        };
        match opcode {
            Opcode::Text => self.messages.text += 1,
            Opcode::Binary => self.messages.binary += 1,
            _ => {}
        }
    }
}

// A Close fits into what a finding may show only in part: its code always does.
const _: () = assert!(SHOWN_PAYLOAD >= 2);
