//! A WebSocket once it is open: both directions' frames, counted, put together and judged.

mod pings;
mod tally;
mod trail;

use crate::limits::Limits;
use crate::rules::Ledger;
use crate::rules::judge::{Framing, SideEnding, TcpEnding};
use crate::side::{Side, Sides};
use crate::tcp::{Chunk, Direction, Gap};
use crate::time::Timestamp;
use crate::websocket::assembly::CompressionUsed;
use crate::websocket::event::FrameEvent;
use crate::websocket::extensions::Agreement;
use crate::websocket::handshake::Handshake;
use crate::websocket::message::MessageState;
use crate::websocket::reader::FrameReader;

use super::messages::Messages;
use super::outline::Outline;
use super::tape::Tape;
use super::watch::Log;
use pings::Answering;
pub(super) use pings::EarlyAcknowledgement;
pub(super) use tally::Tally;
pub(super) use trail::Step;

/// What the whole connection lends while bytes of one side are read.
pub(super) struct Context<'a> {
    pub(super) limits: &'a Limits,
    pub(super) ledger: &'a mut Ledger,
    pub(super) handshake: Option<&'a Handshake>,
    pub(super) roles_from_masks: bool,
    /// Where somebody watches.
    pub(super) log: Option<&'a mut Log>,
    /// Where what passes is recorded.
    pub(super) tape: Option<&'a mut Tape>,
    /// Where it is told what bytes are.
    pub(super) outline: Option<&'a mut Outline>,
}

/// An open WebSocket.
#[derive(Debug)]
pub(super) struct Session {
    sides: Sides<SideSession>,
    agreement: Agreement,
}

#[derive(Debug)]
struct SideSession {
    reader: FrameReader,
    tally: Tally,
    messages: Messages,
}

impl Session {
    pub(super) fn new(
        readers: Sides<FrameReader>,
        agreement: Agreement,
        kept: Option<usize>,
    ) -> Self {
        let sides = readers.map(|reader| {
            let sender = reader.sequence().sender;
            SideSession {
                reader,
                tally: Tally::default(),
                messages: Messages::new(sender, agreement, kept),
            }
        });
        Self { sides, agreement }
    }

    /// What was read of a side's messages.
    pub(super) const fn messages(&self, side: Side) -> &Messages {
        &self.sides.of(side).messages
    }

    /// Whether the capture lacks the 101, and messages say of themselves that they are compressed.
    pub(super) fn infers_compression(&self) -> bool {
        let inflates = |side| self.messages(side).compression_used() == CompressionUsed::Inflates;
        self.agreement.is_unseen() && Side::BOTH.into_iter().any(inflates)
    }

    /// Bytes of memory that the decompressors take.
    pub(super) const fn inflating_bytes(&self) -> usize {
        let (client, server) = (&self.sides.client, &self.sides.server);
        client.messages.inflating_bytes() + server.messages.inflating_bytes()
    }

    /// Inflates no more: there is no room for it.
    pub(super) fn stop_inflating(&mut self) {
        self.sides.client.messages.stop_inflating();
        self.sides.server.messages.stop_inflating();
    }

    pub(super) const fn tally(&self, side: Side) -> &Tally {
        &self.sides.of(side).tally
    }

    /// Reads what was kept while it was not known that these are frames.
    pub(super) fn catch_up(&mut self, context: &mut Context<'_>) {
        let agreement = self.agreement;
        for side in Side::BOTH {
            let SideSession {
                reader,
                tally,
                messages,
            } = self.sides.of_mut(side);
            let limits = context.limits;
            reader.catch_up(limits, &mut |event| {
                if let Some(tape) = &mut context.tape {
                    tape.take(side, &event, limits);
                }
                if let Some(outline) = &mut context.outline {
                    outline.take(side, &event);
                }
                messages.take(&event, context);
                tally.take(side, event, agreement, context);
            });
        }
    }

    pub(super) fn data(&mut self, side: Side, chunk: &Chunk<'_>, context: &mut Context<'_>) {
        let agreement = self.agreement;
        let SideSession {
            reader,
            tally,
            messages,
        } = self.sides.of_mut(side);
        tally.activity.note(chunk.arrival.time);
        if let Some(tape) = &mut context.tape {
            tape.arrive(side, chunk.arrival);
        }
        let limits = context.limits;
        reader.data(chunk, limits, &mut |event| {
            take(side, tally, messages, event, agreement, context);
        });
    }

    /// Notes missing bytes of a side; `told` if it was told of them already.
    pub(super) fn gap(&mut self, side: Side, gap: Gap, told: bool, context: &mut Context<'_>) {
        let agreement = self.agreement;
        let SideSession {
            reader,
            tally,
            messages,
        } = self.sides.of_mut(side);
        // When they came is not known, but no later than what shows that they are missing.
        tally.activity.note(gap.arrival.time);
        let limits = context.limits;
        reader.gap(gap, told, limits, &mut |event| {
            take(side, tally, messages, event, agreement, context);
        });
    }

    /// Nothing more will come from a side.
    pub(super) fn finish(&mut self, side: Side, ended: bool, context: &mut Context<'_>) {
        let agreement = self.agreement;
        let SideSession {
            reader,
            tally,
            messages,
        } = self.sides.of_mut(side);
        let limits = context.limits;
        reader.finish(ended, limits, &mut |event| {
            take(side, tally, messages, event, agreement, context);
        });
        tally.end_close(side, false, context);
        messages.finish(context);
        let framing = if reader.unread_bytes() > 0 {
            Framing::Lost
        } else {
            Framing::Undisturbed
        };
        tally.judge_lost(side, framing, context);
    }

    /// Bytes of memory that what the readers keep takes.
    pub(super) fn cost(&self) -> usize {
        let cost = |side: &SideSession| {
            side.reader.cost() + side.tally.pings.cost() + side.messages.kept_bytes()
        };
        cost(&self.sides.client) + cost(&self.sides.server)
    }

    /// Gives up what the readers keep: there is no room for it.
    pub(super) fn give_up(&mut self) {
        for side in Side::BOTH {
            let SideSession {
                reader,
                tally,
                messages,
            } = self.sides.of_mut(side);
            reader.give_up();
            tally.pings.give_up();
            messages.stop_keeping();
        }
    }

    /// Bytes of a side that were captured and could not be read as frames.
    pub(super) const fn unread_bytes(&self, side: Side) -> u64 {
        self.sides.of(side).reader.unread_bytes()
    }

    /// Whether there is anything to say about Pings and Pongs.
    pub(super) const fn has_pings(&self) -> bool {
        self.sides.client.tally.pings.has_any() || self.sides.server.tally.pings.has_any()
    }

    /// Notes that all of a side's stream before this sequence number had been received by the
    /// other side at this time.
    pub(super) fn acknowledge(&mut self, side: Side, number: u32, time: Timestamp) {
        self.sides
            .of_mut(side)
            .tally
            .pings
            .acknowledge(number, time);
    }

    /// Holds each side's Pongs against the other side's Pings, as far as the streams were read:
    /// to these sequence numbers, or to their ends.
    pub(super) fn match_pings(&mut self, read_to: Option<Sides<u32>>, ledger: &mut Ledger) {
        // What a reader keeps for later holds Pings that nobody has seen yet.
        let is_behind = |side: &SideSession| !side.reader.is_in_step() || side.reader.cost() > 0;
        if read_to.is_some() && (is_behind(&self.sides.client) || is_behind(&self.sides.server)) {
            return;
        }
        let Sides { client, server } = &mut self.sides;
        let (client, server) = (&mut client.tally.pings, &mut server.tally.pings);
        let read_to = |side| read_to.map(|read_to| *read_to.of(side));
        client.answer(Side::Client, server, read_to(Side::Server), ledger);
        server.answer(Side::Server, client, read_to(Side::Client), ledger);
    }

    /// Judges the Pings of one side that the other one, which ended so, did not answer in time.
    /// The capture runs until `until`.
    pub(super) fn judge_pings(
        &mut self,
        side: Side,
        early: &[EarlyAcknowledgement],
        endings: &Sides<SideEnding>,
        answering: &Direction,
        until: Timestamp,
        ledger: &mut Ledger,
    ) {
        let (own, peer) = (endings.of(side), endings.of(side.peer()));
        let reset = own.tcp.filter(|tcp| tcp.by_reset).map(|tcp| tcp.place.time);
        let left = peer.leavings().map(|place| place.time);
        let answering = Answering {
            side: side.peer(),
            is_whole: peer.whole && !peer.may_have_left,
            is_from_start: answering.is_from_start(),
            until: left.chain(reset).fold(until, Timestamp::min),
            read: (answering.sequence(), answering.offset()),
        };
        let Sides { client, server } = &mut self.sides;
        let (own, others) = match side {
            Side::Client => (&mut client.tally.pings, &server.tally.pings),
            Side::Server => (&mut server.tally.pings, &client.tally.pings),
        };
        own.judge(answering, others, early, ledger);
    }

    /// What is known of a side when the connection is over.
    pub(super) fn ending(&self, side: Side, direction: &Direction) -> SideEnding {
        let SideSession {
            reader,
            tally,
            messages,
        } = self.sides.of(side);
        let end = direction.end();
        let reached = end.is_none_or(|(end, _)| direction.reached(end));
        let message = reader.sequence().message;
        let lacks_bytes = direction.missing_bytes() > 0 || !direction.is_from_start();
        SideEnding {
            close: tally.close.clone(),
            tcp: end.map(|(end, by_reset)| TcpEnding {
                place: direction.place_of(end),
                by_reset,
            }),
            whole: direction.is_captured() && reader.is_in_step() && reached,
            message,
            message_begin: match message {
                MessageState::Open { .. } => tally.message_begin.as_deref().copied(),
                MessageState::Idle | MessageState::Unknown => None,
            },
            first_frame: tally.first_frame,
            last_frame: tally.last_frame(),
            activity: tally.activity,
            is_inside_frame: tally.pings.is_inside_frame(),
            last_ping: tally.pings.latest_ping(),
            last_pong: tally.pings.latest_pong(),
            last_data: tally.last_data(),
            may_have_left: !direction.is_captured()
                || (lacks_bytes && !reader.is_in_step())
                || direction.has_unseen_end(),
            read_to: direction.sequence(),
            unseen: tally.unseen || lacks_bytes,
            unread_messages: messages.unread() > 0 || self.agreement.has_unknown(),
        }
    }
}

/// Takes what came out of a side's framing.
fn take(
    side: Side,
    tally: &mut Tally,
    messages: &mut Messages,
    event: FrameEvent<'_>,
    agreement: Agreement,
    context: &mut Context<'_>,
) {
    if let Some(tape) = &mut context.tape {
        tape.take(side, &event, context.limits);
    }
    if let Some(outline) = &mut context.outline {
        outline.take(side, &event);
    }
    messages.take(&event, context);
    if let Some(log) = &mut context.log {
        log.settle(side, context.ledger.take_recent(side));
    }
    tally.take(side, event, agreement, context);
    // What is found in a message may be told only when it is certain that nothing cut into it.
    if let Some(log) = &mut context.log
        && !messages.is_pending()
    {
        log.settle(side, Vec::new());
    }
}
