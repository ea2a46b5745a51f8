//! What a rule found: which rule, by whom, where, and in which words. It names no culprit.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::packet::PacketId;
use crate::place::Place;
use crate::side::Side;

use super::Rule;

/// How serious a finding is; rules.rs declares it for each rule.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// The connection was killed or complained of, a SHOULD was broken, or something is suspicious.
    Warning,
    /// A MUST was broken by bytes in the capture, or the upgrade failed.
    Error,
}

impl Severity {
    /// As reports name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Bytes to show for a finding, some of them labelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// At most a frame header and 16 bytes of payload.
    pub bytes: Vec<u8>,
    /// What stands at which of them.
    pub labels: Vec<Label>,
}

/// What some bytes of an [`Excerpt`] are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Indices into the excerpt's bytes.
    pub range: Range<usize>,
    /// In words.
    pub text: String,
    /// True where these are the bytes that break the rule, false where they are context.
    pub offending: bool,
}

/// The finding that explains another one: named by its rule, sender and first packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Name of its rule.
    pub rule: &'static str,
    /// Whose bytes broke it.
    pub sender: Option<Side>,
    /// Where it was found first.
    pub packet: PacketId,
}

/// Something that a rule found in one connection; repeated ones of the same rule and sender are
/// one finding, told by its first occurrence.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that was broken.
    pub rule: &'static Rule,
    /// How serious it is here: the worst of its occurrences.
    pub severity: Severity,
    /// The side whose bytes broke the rule, where there is one.
    pub sender: Option<Side>,
    /// Where it was found first.
    pub place: Place,
    /// What was seen and what is allowed, in one line; bytes from the wire are escaped in it.
    pub message: String,
    /// The bytes that show it.
    pub excerpt: Excerpt,
    /// The finding that this one is a consequence of.
    pub because_of: Option<Cause>,
    /// How many times it was found.
    pub count: u64,
    /// The packet of the last time.
    pub last_packet: PacketId,
}

impl Finding {
    /// This finding as the cause of another one.
    #[must_use]
    pub const fn as_cause(&self) -> Cause {
        Cause {
            rule: self.rule.name,
            sender: self.sender,
            packet: self.place.packet,
        }
    }
}
