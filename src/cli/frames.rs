//! `wsblame frames`: one line a frame, and what stands between frames.

use super::args::CHOOSE;
use super::console::Console;
use super::following::Following;
use super::status::Status;
use crate::analyzer::watch::{Moment, Seen};
use crate::report::lines::Subject;
use crate::websocket::header::Opcode;

/// List the frames of a capture, one line each
///
/// With the rules that a frame breaks by itself; what a rule finds only when a
/// connection is over is in `check`. What stands between frames has lines of
/// its own: handshakes, bytes that were not captured, foreign bytes, the end.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  wsblame frames ws.pcap
  wsblame frames --connection 10.0.0.5:51234 --show-payload ws.pcap
  wsblame frames --opcode ping,pong,close --sender server ws.pcap
  wsblame frames --errors --format json ws.pcap | jq .rules

Exit status:
  0  every input was read, whatever was in it
  2  an input could not be read, or the usage is wrong"
)]
pub(super) struct Frames {
    #[command(flatten)]
    following: Following,
    /// Only frames with these opcodes
    ///
    /// text, binary, continuation, close, ping, pong, reserved, or a number
    /// as 0x3; repeatable.
    #[arg(
        help_heading = CHOOSE, long,
        value_name = "OPCODE,..",
        value_delimiter = ',',
        value_parser = Wanted::parse,
        verbatim_doc_comment
    )]
    opcode: Vec<Wanted>,
    /// Only what breaks a rule
    #[arg(help_heading = CHOOSE, long)]
    errors: bool,
}

/// An opcode as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    One(Opcode),
    Reserved,
}

impl Wanted {
    fn parse(wanted: &str) -> Result<Self, String> {
        let known = [
            ("continuation", Self::One(Opcode::Continuation)),
            ("text", Self::One(Opcode::Text)),
            ("binary", Self::One(Opcode::Binary)),
            ("close", Self::One(Opcode::Close)),
            ("ping", Self::One(Opcode::Ping)),
            ("pong", Self::One(Opcode::Pong)),
            ("reserved", Self::Reserved),
        ];
        if let Some((_, opcode)) = known.into_iter().find(|(name, _)| *name == wanted) {
            return Ok(opcode);
        }
        let number = wanted
            .strip_prefix("0x")
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .filter(|number| *number <= 0xf);
        match number {
            Some(number) => Ok(Self::One(Opcode::from_low_bits(number))),
            None => Err(
                "it is text, binary, continuation, close, ping, pong, reserved, or 0x0 \
                         to 0xF"
                    .to_owned(),
            ),
        }
    }

    fn has(self, opcode: Opcode) -> bool {
        match self {
            Self::One(wanted) => wanted == opcode,
            Self::Reserved => matches!(opcode, Opcode::Reserved(_)),
        }
    }
}

impl Frames {
    pub(super) fn run(&self, console: Console) -> Status {
        self.following
            .run(console, Subject::Frames, |seen| self.wants(seen))
    }

    /// What stands between frames is wanted where all frames are, or where it breaks a rule.
    fn wants(&self, seen: &Seen) -> bool {
        match &seen.moment {
            Moment::Frame(frame) => {
                let opcode = frame.seen.header.opcode();
                (self.opcode.is_empty() || self.opcode.iter().any(|it| it.has(opcode)))
                    && !(self.errors && frame.rules.is_empty())
            }
            Moment::Foreign { .. } => self.opcode.is_empty(),
            _ => self.opcode.is_empty() && !self.errors,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opcode_is_a_name_or_a_number() {
        assert_eq!(Wanted::parse("text"), Wanted::parse("0x1"));
        assert!(Wanted::parse("reserved").unwrap().has(Opcode::Reserved(3)));
        assert!(Wanted::parse("0xB").unwrap().has(Opcode::Reserved(0xb)));
        assert!(!Wanted::parse("0x3").unwrap().has(Opcode::Reserved(4)));
        for other in ["", "Text", "3", "0x10", "0x", "fin"] {
            assert!(Wanted::parse(other).is_err(), "{other}");
        }
    }
}
