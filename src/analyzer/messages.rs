//! What one side's messages say, told to the rules and counted.

use crate::rules::judge::MessageFacts;
use crate::side::Side;
use crate::websocket::assembly::{Assembly, Compression, CompressionUsed, Heard};
use crate::websocket::event::FrameEvent;
use crate::websocket::extensions::Agreement;

use super::session::Context;

/// What one side's messages say.
#[derive(Debug)]
pub(super) struct Messages {
    sender: Side,
    assembly: Assembly,
    counted: Counted,
}

#[derive(Debug, Default)]
struct Counted {
    /// Compressed messages that could not be read, nobody being at fault.
    unread: u64,
    used: CompressionUsed,
}

impl Messages {
    /// Before the first frame of `sender`; `kept`: bytes of each message for somebody who wants to
    /// see them.
    pub(super) const fn new(sender: Side, agreement: Agreement, kept: Option<usize>) -> Self {
        Self {
            sender,
            assembly: Assembly::new(sender, agreement, kept),
            counted: Counted {
                unread: 0,
                used: CompressionUsed::Unknown,
            },
        }
    }

    /// Whether a message is over of which it is not told yet what was found in it.
    pub(super) const fn is_pending(&self) -> bool {
        self.assembly.is_pending()
    }

    /// Compressed messages that could not be read, nobody being at fault.
    pub(super) const fn unread(&self) -> u64 {
        self.counted.unread
    }

    /// Whether messages with RSV1 that nothing agreed allows, or whose agreement is not in the
    /// capture, are compressed.
    pub(super) const fn compression_used(&self) -> CompressionUsed {
        self.counted.used
    }

    pub(super) fn kept_bytes(&self) -> usize {
        if self.assembly.is_watched() {
            self.assembly.kept_bytes()
        } else {
            0
        }
    }

    pub(super) const fn inflating_bytes(&self) -> usize {
        self.assembly.inflating_bytes()
    }

    pub(super) fn stop_keeping(&mut self) {
        self.assembly.stop_keeping();
    }

    pub(super) fn stop_inflating(&mut self) {
        self.assembly.stop_inflating();
    }

    /// Takes what came out of the framing.
    #[inline]
    pub(super) fn take(&mut self, event: &FrameEvent<'_>, context: &mut Context<'_>) {
        let Self {
            sender,
            assembly,
            counted,
        } = self;
        match event {
            FrameEvent::Frame(seen) => {
                assembly.frame(seen, &mut |heard| counted.note(*sender, heard, context));
            }
            FrameEvent::Payload { bytes, at } => assembly.payload(bytes, *at, context.limits),
            FrameEvent::End { whole } => {
                assembly.end(*whole, &mut |heard| counted.note(*sender, heard, context));
            }
            FrameEvent::Oddity(oddity) => {
                assembly.oddity(oddity, &mut |heard| counted.note(*sender, heard, context));
            }
        }
    }

    /// Nothing more will come.
    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        let Self {
            sender,
            assembly,
            counted,
        } = self;
        assembly.finish(&mut |heard| counted.note(*sender, heard, context));
    }
}

impl Counted {
    fn note(&mut self, sender: Side, heard: Heard, context: &mut Context<'_>) {
        match heard {
            Heard::Fault(seen) => {
                self.unread += u64::from(seen.compression == Compression::Unseen);
                let facts = MessageFacts {
                    sender,
                    seen: &seen,
                };
                context.ledger.judge_message(&facts);
            }
            Heard::Tried { first, inflates } => {
                self.used = match (self.used, inflates) {
                    (CompressionUsed::Inflates, _) | (_, true) => CompressionUsed::Inflates,
                    (_, false) => CompressionUsed::DoesNotInflate,
                };
                if inflates {
                    if let Some(outline) = &context.outline {
                        outline.inflates(sender, &first.place);
                    }
                    context.ledger.add(
                        "rsv-without-extension",
                        sender,
                        &first.place,
                        "; its payload inflates: the sender compresses",
                    );
                }
            }
            Heard::Unread => self.unread += 1,
            Heard::Message(seen) => {
                if let Some(tape) = &mut context.tape {
                    tape.message(&seen);
                }
                if let Some(log) = &mut context.log {
                    log.message(seen);
                }
            }
        }
    }
}
