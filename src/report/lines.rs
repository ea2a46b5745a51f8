//! What was read of conversations as lines, one for each frame or message: text for people, JSON
//! for programs. Lines are written as things are read, and nothing is kept of them.

mod json;
mod text;

use std::io::{self, Write};

use super::names::Names;
use crate::analyzer::watch::{Moment, Seen};
use crate::packet::PacketId;
use crate::side::Side;
use crate::time::Timestamp;

/// What has a line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Frames.
    Frames,
    /// Messages; of the frames only Close has a line.
    Messages,
}

/// How lines are to be.
#[derive(Clone, Debug)]
pub struct Shape {
    /// What has a line.
    pub subject: Subject,
    /// JSON; text otherwise.
    pub json: bool,
    /// Payloads are shown.
    pub payload: bool,
    /// The reasons of Close frames are shown.
    pub reasons: bool,
    /// The names of the captures.
    pub inputs: Names,
}

/// Writes lines.
#[derive(Debug)]
pub struct Lines {
    shape: Shape,
    text: text::Text,
}

impl Lines {
    /// Payload bytes of a frame that a line of text has use for.
    pub const TEXT_BYTES: usize = 256;

    /// No line written yet.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            text: text::Text::default(),
        }
    }

    /// Writes the line of something, if it has one.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(&mut self, seen: &Seen, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        if !self.shape.shows(&seen.moment) {
            Ok(())
        } else if self.shape.json {
            json::write(&self.shape, seen, out)
        } else {
            self.text.write(&self.shape, seen, out)
        }
    }
}

impl Shape {
    fn shows(&self, moment: &Moment) -> bool {
        match (moment, self.subject) {
            (Moment::Message(_), subject) => subject == Subject::Messages,
            (Moment::Frame(frame), Subject::Messages) => frame.close.is_some(),
            _ => true,
        }
    }
}

/// Where in the captures something stands, and whose it is.
#[derive(Clone, Copy)]
struct Standing {
    packet: PacketId,
    time: Timestamp,
    sender: Side,
}

impl Standing {
    fn of(moment: &Moment) -> Self {
        let (packet, time) = moment.packet();
        Self {
            packet,
            time,
            sender: match moment {
                Moment::Joined { sender, .. } => *sender,
                // A handshake is told of by its answer.
                _ => moment.sender().unwrap_or(Side::Server),
            },
        }
    }
}
