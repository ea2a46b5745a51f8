//! `wsblame messages`: one line a message, to follow a conversation or to take it out of a
//! capture.

use clap::ValueEnum;

use super::args::CHOOSE;
use super::console::Console;
use super::following::Following;
use super::status::Status;
use crate::analyzer::watch::{Moment, Seen};
use crate::report::lines::Subject;
use crate::websocket::header::Opcode;

/// List the messages of a capture, one line each
///
/// A message is told where it ends, by the packet and time of its first frame.
/// What stands between messages has lines of its own: handshakes, Close
/// frames, bytes that were not captured, foreign bytes, the end.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  wsblame messages --show-payload ws.pcap
  wsblame messages --connection 3 --sender client ws.pcap
  wsblame messages --show-payload --format json ws.pcap | jq '.payload // empty'

Exit status:
  0  every input was read, whatever was in it
  2  an input could not be read, or the usage is wrong"
)]
pub(super) struct Messages {
    #[command(flatten)]
    following: Following,
    /// Only these messages: text or binary
    #[arg(
        help_heading = CHOOSE, long,
        value_enum,
        value_name = "OPCODE,..",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    opcode: Vec<Wanted>,
}

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Wanted {
    Text,
    Binary,
}

impl Wanted {
    fn has(self, opcode: Opcode) -> bool {
        match self {
            Self::Text => opcode == Opcode::Text,
            Self::Binary => opcode == Opcode::Binary,
        }
    }
}

impl Messages {
    pub(super) fn run(&self, console: Console) -> Status {
        self.following
            .run(console, Subject::Messages, |seen| self.wants(seen))
    }

    /// What stands between messages is wanted where all messages are.
    fn wants(&self, seen: &Seen) -> bool {
        match &seen.moment {
            Moment::Message(message) => {
                self.opcode.is_empty() || self.opcode.iter().any(|it| it.has(message.opcode))
            }
            _ => self.opcode.is_empty(),
        }
    }
}
