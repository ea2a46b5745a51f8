//! What is collected of one connection until somebody fetches it. It knows which frame is going
//! on, and how much of it to keep.

use std::sync::Arc;

use crate::http::RequestHead;
use crate::place::Place;
use crate::side::{Side, Sides};
use crate::tcp::{Direction, Gap};
use crate::websocket::assembly::MessageSeen;
use crate::websocket::close::ClosePayload;
use crate::websocket::event::{FrameSeen, Oddity};
use crate::websocket::handshake::Handshake;
use crate::websocket::header::Opcode;
use crate::websocket::mask::unmask;

use super::moments::Moments;
use super::{Asked, Moment, Sight, WatchedFrame};

/// What is collected of one connection.
#[derive(Debug)]
pub(in crate::analyzer) struct Log {
    sight: Sight,
    moments: Moments,
    /// Its handshake, or that there is none, was told of.
    begun: bool,
    /// What the latest upgrade that was told of asked for.
    asked: Option<Arc<Asked>>,
    sides: Sides<SideLog>,
}

#[derive(Debug, Default)]
struct SideLog {
    /// The frame that is going on.
    frame: Option<Box<WatchedFrame>>,
    /// The message that is open is marked as compressed.
    compressed: bool,
    /// The end of its TCP stream was told of.
    ended: bool,
}

impl Log {
    pub(in crate::analyzer) fn new(sight: Sight) -> Self {
        Self {
            sight,
            moments: Moments::default(),
            begun: false,
            asked: None,
            sides: Sides::default(),
        }
    }

    /// What is to be collected.
    pub(in crate::analyzer) const fn sight(&self) -> Sight {
        self.sight
    }

    /// What was collected since the last time, each with what had been asked for then.
    pub(in crate::analyzer) fn take(
        &mut self,
    ) -> impl Iterator<Item = (Option<Arc<Asked>>, Moment)> {
        std::iter::from_fn(|| {
            let moment = self.moments.next()?;
            if let Moment::Handshake { asked, .. } = &moment {
                self.asked.clone_from(asked);
            }
            Some((self.asked.clone(), moment))
        })
    }

    /// An upgrade was answered.
    pub(in crate::analyzer) fn handshake(&mut self, handshake: &Handshake) {
        let (Some(response), Some(status)) = (handshake.response(), handshake.status()) else {
            return;
        };
        self.begun = true;
        let asked = |head: &RequestHead| {
            let host = head.fields.first("Host");
            let target = head.target.split('?').next();
            Arc::new(Asked {
                host: host.map(|host| String::from_utf8_lossy(host).into_owned()),
                target: target.unwrap_or_default().to_owned(),
            })
        };
        self.moments.push(Moment::Handshake {
            place: response.place,
            status,
            asked: handshake.request().map(|request| asked(&request.head)),
        });
    }

    /// A frame's header has come, and broke these rules.
    pub(in crate::analyzer) fn begin(
        &mut self,
        sender: Side,
        seen: FrameSeen,
        rules: Vec<&'static str>,
    ) {
        if !std::mem::replace(&mut self.begun, true) {
            self.moments.push(Moment::Joined {
                sender,
                place: seen.place,
            });
        }
        if self.sides.of(sender).frame.is_some() {
            self.cut(sender);
        }
        let side = self.sides.of_mut(sender);
        let opcode = seen.header.opcode();
        if opcode.begins_message() {
            side.compressed = seen.header.rsv1();
        }
        side.frame = Some(Box::new(WatchedFrame {
            sender,
            seen,
            whole: false,
            compressed: side.compressed && !opcode.is_control(),
            payload: Vec::new(),
            close: None,
            rules,
        }));
    }

    /// Bytes of the payload, as they stood on the wire.
    pub(in crate::analyzer) fn payload(&mut self, sender: Side, bytes: &[u8], at: u64) {
        let sight = self.sight;
        let side = self.sides.of_mut(sender);
        let Some(frame) = &mut side.frame else { return };
        let key = frame.seen.header.masking_key();
        let plain = |bytes: &[u8]| {
            let mut plain = bytes.to_vec();
            if let Some(key) = key {
                unmask(&mut plain, key, at);
            }
            plain
        };
        // Behind missing bytes nothing is kept: what is kept has no holes.
        let room = sight.frame_bytes.saturating_sub(frame.payload.len());
        if room > 0 && frame.payload.len() as u64 == at {
            let wanted = bytes.get(..room.min(bytes.len())).unwrap_or_default();
            frame.payload.extend(plain(wanted));
        }
    }

    /// The payload of a Close, as far as it came.
    pub(in crate::analyzer) fn close(&mut self, sender: Side, payload: &ClosePayload) {
        if let Some(frame) = &mut self.sides.of_mut(sender).frame
            && frame.seen.header.opcode() == Opcode::Close
        {
            frame.close = Some((payload.code(), payload.reason().to_vec()));
        }
    }

    /// The frame ended, and broke these rules, too.
    pub(in crate::analyzer) fn end(&mut self, sender: Side, whole: bool, rules: Vec<&'static str>) {
        self.settle(sender, Vec::new());
        let side = self.sides.of_mut(sender);
        let Some(mut frame) = side.frame.take() else {
            return;
        };
        frame.whole = whole;
        add(&mut frame.rules, rules);
        self.moments.push_uncertain(sender, frame);
    }

    /// Shows the frame that ended, in which these rules were found broken, too.
    pub(in crate::analyzer) fn settle(&mut self, sender: Side, rules: Vec<&'static str>) {
        let side = self.sides.of_mut(sender);
        let ended = self.moments.settle(sender);
        if let Some(frame) = ended.or(side.frame.as_deref_mut()) {
            add(&mut frame.rules, rules);
        }
    }

    /// A message ended, or will not be gone on with.
    pub(in crate::analyzer) fn message(&mut self, message: MessageSeen) {
        self.moments.push(Moment::Message(Box::new(message)));
    }

    /// Bytes are no frames, or missing, and broke these rules.
    pub(in crate::analyzer) fn oddity(
        &mut self,
        sender: Side,
        oddity: &Oddity,
        rules: Vec<&'static str>,
    ) {
        let (place, kind) = match *oddity {
            Oddity::Gap {
                gap, lost_place, ..
            } => return self.gap(sender, gap, lost_place),
            // Of this it is told when the first frame has come.
            Oddity::Found { .. } => return,
            Oddity::Foreign { place, kind, .. } => (place, Some(kind)),
            Oddity::FramingLost { place, .. } => (place, None),
        };
        self.cut(sender);
        self.moments.push(Moment::Foreign {
            sender,
            place,
            kind,
            rules,
        });
    }

    /// Frames go on here.
    pub(in crate::analyzer) fn found(&mut self, sender: Side, place: Place) {
        self.moments.push(Moment::Found { sender, place });
    }

    fn gap(&mut self, sender: Side, gap: Gap, lost_place: bool) {
        if lost_place {
            self.cut(sender);
        }
        self.moments.push(Moment::Gap {
            sender,
            gap,
            lost_place,
        });
    }

    /// What is going on will not be gone on with.
    fn cut(&mut self, sender: Side) {
        self.end(sender, false, Vec::new());
        self.settle(sender, Vec::new());
    }

    /// Tells once where a side ended its stream, as soon as all that comes before was read. Whether
    /// a RST ended it shows only when the connection is over.
    pub(in crate::analyzer) fn note_end(&mut self, sender: Side, stream: &Direction, over: bool) {
        let Some((end, by_reset)) = stream.end() else {
            return;
        };
        let certain = over || (!by_reset && stream.reached(end));
        if !certain || self.sides.of(sender).ended || !self.begun {
            return;
        }
        self.cut(sender);
        self.sides.of_mut(sender).ended = true;
        self.moments.push(Moment::End {
            sender,
            arrival: end.arrival,
            by_reset,
        });
    }

    /// The connection is over.
    pub(in crate::analyzer) fn finish(&mut self) {
        for side in Side::BOTH {
            self.cut(side);
        }
    }

    /// Bytes that are kept of frames and messages which go on.
    pub(in crate::analyzer) fn cost(&self) -> usize {
        let of = |side: &SideLog| side.frame.as_ref().map_or(0, |frame| frame.payload.len());
        of(&self.sides.client) + of(&self.sides.server) + self.moments.cost()
    }

    /// Keeps nothing more of what goes on: there is no room for it.
    pub(in crate::analyzer) fn give_up(&mut self) {
        if self.cost() > 0 {
            self.finish();
        }
    }
}

/// Adds names that are not there yet.
fn add(names: &mut Vec<&'static str>, more: Vec<&'static str>) {
    for name in more {
        if !names.contains(&name) {
            names.push(name);
        }
    }
}
