//! A frame's header, as soon as it has come.

use crate::rules::{Cause, Rule, Severity};
use crate::side::Side;
use crate::websocket::event::FrameSeen;
use crate::websocket::header::Opcode;

use super::Telling;

/// A frame's header and what was known when it came.
#[derive(Clone, Copy, Debug)]
pub struct FrameFacts<'a> {
    /// Who sent it.
    pub sender: Side,
    /// The frame.
    pub seen: &'a FrameSeen,
    /// The sides were told apart by the masks alone.
    pub roles_from_masks: bool,
    /// permessage-deflate was agreed.
    pub has_deflate: bool,
    /// The finding about a fragmented control frame of the same sender, if there is one: what
    /// goes on with it has no message to go on with.
    pub fragmented_control: Option<Cause>,
}

impl FrameFacts<'_> {
    /// A finding at this frame, its header shown.
    #[must_use]
    pub fn tell(&self, message: impl Into<String>) -> Telling {
        Telling::new(self.seen.place, message).showing(self.seen.header.to_bytes())
    }

    /// A finding at this frame, whose first byte breaks the rule.
    #[must_use]
    pub fn tell_of_first_byte(&self, message: impl Into<String>) -> Telling {
        self.tell(message)
            .offending(0..1, self.first_byte())
            .context(1..2, self.second_byte())
    }

    /// The header's first byte in words: `FIN, RSV1, opcode 0x1 (text)`.
    #[must_use]
    pub fn first_byte(&self) -> String {
        let header = &self.seen.header;
        let mut words = String::new();
        words.push_str(if header.fin() { "FIN" } else { "no FIN" });
        for (bit, name) in [(4, ", RSV1"), (2, ", RSV2"), (1, ", RSV3")] {
            if header.rsv() & bit != 0 {
                words.push_str(name);
            }
        }
        let code = header.to_bytes().first().map_or(0, |byte| byte & 0xf);
        let name = header.opcode().as_str();
        format!("{words}, opcode {code:#x} ({name})")
    }

    /// The header's mask and length in words: `MASK=0, length 7`.
    #[must_use]
    pub fn second_byte(&self) -> String {
        let header = &self.seen.header;
        let mask = u8::from(header.masked());
        match header.payload_length() {
            Some(length) => format!("MASK={mask}, length {length}"),
            None => format!("MASK={mask}, length cut off"),
        }
    }

    /// The frame in words: `text frame`, `frame with reserved opcode 0xb`.
    #[must_use]
    pub fn frame_name(&self) -> String {
        match self.seen.header.opcode() {
            Opcode::Reserved(code) => format!("frame with reserved opcode {code:#x}"),
            opcode => format!("{} frame", opcode.as_str()),
        }
    }
}

/// Fires whenever it is asked: what makes the rule worth asking is the violation itself.
pub const fn always(rule: &Rule, _: &FrameFacts<'_>) -> Option<Severity> {
    Some(rule.severity)
}

/// Fires as declared, but only as an info where the sides were told apart by their masks: then
/// the mask cannot accuse one of them.
pub const fn unless_masks_tell_sides(rule: &Rule, facts: &FrameFacts<'_>) -> Option<Severity> {
    Some(if facts.roles_from_masks {
        Severity::Info
    } else {
        rule.severity
    })
}
