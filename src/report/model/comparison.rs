//! The report of a comparison of two legs: the JSON contract of `wsblame compare`.
//!
//! `wsblame.compare/1`: fields may be added; none may change its name, type or meaning.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::word::{self, Word};

use super::{Connection, Input, Note, PassedOver, Tool, Verdict};
use crate::side::Side;
use crate::time::Timestamp;

/// The contract's name and number.
pub const COMPARE_SCHEMA: &str = "wsblame.compare/1";

/// What `wsblame compare` has to say.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// [`COMPARE_SCHEMA`].
    #[serde(deserialize_with = "word::one")]
    pub schema: Word,
    /// The program that wrote the report.
    pub tool: Tool,
    /// The captures: those near the client first.
    pub inputs: Vec<Input>,
    /// Files that the command line led to and that are not among `inputs`.
    pub passed_over: PassedOver,
    /// The captures were given in the other order: what passed on both shows that the second one is
    /// the one near the client.
    pub swapped: bool,
    /// Everything counted.
    pub summary: ComparisonSummary,
    /// What is the matter with the captures themselves.
    pub hygiene: Vec<Note>,
    /// Every connection near the client, and its counterpart near the server.
    pub pairs: Vec<Pair>,
    /// The ids of connections that are in no pair.
    pub unpaired: Unpaired,
    /// The connections of both captures, as the report of `check` has them. Those near the client
    /// come first.
    pub connections: Vec<Connection>,
}

/// Everything counted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ComparisonSummary {
    /// Connections near the client.
    pub pairs: u64,
    /// Those with a verdict.
    pub broken: u64,
    /// Differences that an intermediary must not make.
    pub illegal: u64,
    /// The rest of them.
    pub legal: u64,
    /// Bounds of the analysis that were met, by name, and how often: what lies beyond them was not
    /// compared.
    #[serde(deserialize_with = "word::map")]
    pub limits: BTreeMap<Word, u64>,
}

impl ComparisonSummary {
    /// Counts what is in these pairs anew.
    pub fn count(&mut self, pairs: &[Pair]) {
        self.pairs = pairs.len() as u64;
        (self.broken, self.illegal, self.legal) = Default::default();
        for pair in pairs {
            self.broken += u64::from(pair.verdict.is_some());
            for difference in &pair.differences {
                if difference.legal {
                    self.legal += 1;
                } else {
                    self.illegal += 1;
                }
            }
        }
    }
}

/// A connection as both captures have it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// Its number, from 1.
    pub id: u64,
    /// How the two were found to belong together; null where there is one alone.
    pub paired_by: Option<PairedBy>,
    /// The leg near the client.
    pub near_client: PairedLeg,
    /// The leg near the server; null where the other capture has no counterpart.
    pub near_server: Option<PairedLeg>,
    /// What is not the same on both, the handshake first.
    pub differences: Vec<Difference>,
    /// How many more there are than are listed.
    pub more_differences: u64,
    /// How the clocks of the two captures stand to each other; null where nothing tells.
    pub clock: Option<ClockOffset>,
    /// How long messages took between the two captures; null where none was found on both.
    pub added_latency: Option<Latency>,
    /// What could not be compared, and why, in words.
    pub not_compared: Vec<String>,
    /// The heads of the handshake, field by field.
    pub headers: Vec<HeaderLine>,
    /// Who broke it; null where nothing is broken.
    pub verdict: Option<Verdict>,
}

/// How two connections were found to belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PairedBy {
    /// The same TCP connection, captured at two places: no proxy ends it in between.
    SameConnection,
    /// The same Sec-WebSocket-Key.
    SecWebsocketKey,
    /// The same target, time and messages: the proxy makes a key of its own.
    Content,
    /// Two runs of the same client at different times: one of them goes another way.
    SeparateRuns,
}

impl PairedBy {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameConnection => "the same TCP connection at both places",
            Self::SecWebsocketKey => "by Sec-WebSocket-Key",
            Self::Content => "by target, time and messages: the proxy makes a key of its own",
            Self::SeparateRuns => "two runs of one client, by target and messages",
        }
    }
}

/// A leg of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PairedLeg {
    /// The id of its connection.
    pub connection: u64,
}

/// The ids of connections that are in no pair.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unpaired {
    /// Near the client: always empty, each of them gives a pair.
    pub near_client: Vec<u64>,
    /// Near the server.
    pub near_server: Vec<u64>,
}

/// Something that is not the same on both legs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// What.
    pub kind: DifferenceKind,
    /// Whether an intermediary may do that.
    pub legal: bool,
    /// Whose bytes it is about; left out where it is about neither's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Side>,
    /// Where it is on the leg near the client; null where there is nothing.
    pub near_client: Option<Spot>,
    /// Where it is on the leg near the server; null where there is nothing.
    pub near_server: Option<Spot>,
    /// In words.
    pub message: String,
    /// How many times the same was found.
    pub count: u64,
}

/// A place on one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Spot {
    /// Packet number within its input.
    pub packet: u64,
    /// Index of the input.
    pub input: u32,
    /// That packet's time, by its own capture's clock.
    pub time: Timestamp,
    /// Number of the frame; null where it is about none.
    pub frame: Option<u64>,
}

/// Kinds of differences.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// The other capture holds no counterpart.
    LegMissing,
    /// A header field did not arrive.
    HeaderRemoved,
    /// A header field arrived that nobody sent.
    HeaderAdded,
    /// A header field, or the first line, arrived as another one.
    HeaderChanged,
    /// The answer arrived with another status.
    StatusChanged,
    /// A frame did not arrive.
    FrameDropped,
    /// A frame, or what is none, arrived that nobody sent.
    FrameInserted,
    /// A frame arrived as another one.
    FrameAltered,
    /// A message arrived with another content, in legal frames.
    MessageAltered,
    /// A message arrived in other frames.
    Refragmented,
    /// A message arrived compressed otherwise.
    Recompressed,
    /// A Close did not arrive.
    CloseSwallowed,
    /// A Close arrived that nobody sent.
    CloseInvented,
    /// The two legs ended otherwise.
    EndDiffers,
}

impl DifferenceKind {
    /// As reports name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LegMissing => "leg-missing",
            Self::HeaderRemoved => "header-removed",
            Self::HeaderAdded => "header-added",
            Self::HeaderChanged => "header-changed",
            Self::StatusChanged => "status-changed",
            Self::FrameDropped => "frame-dropped",
            Self::FrameInserted => "frame-inserted",
            Self::FrameAltered => "frame-altered",
            Self::MessageAltered => "message-altered",
            Self::Refragmented => "refragmented",
            Self::Recompressed => "recompressed",
            Self::CloseSwallowed => "close-swallowed",
            Self::CloseInvented => "close-invented",
            Self::EndDiffers => "end-differs",
        }
    }
}

/// How the clocks of two captures stand to each other, as messages in both directions bound it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockOffset {
    /// Microseconds by which the clock near the server is ahead of the one near the client.
    pub offset_us: i64,
    /// Microseconds by which that may be wrong; null where messages of one direction alone tell.
    pub uncertainty_us: Option<u64>,
}

/// How long messages took between the two captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Latency {
    /// Half of them took no longer.
    pub median_us: u64,
    /// 99 of 100 took no longer.
    pub p99_us: u64,
    /// The longest.
    pub worst_us: u64,
    /// Messages that were found on both legs.
    pub messages: u64,
}

/// One field of a head, as the two legs have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeaderLine {
    /// Whose head it stands in.
    pub sender: Side,
    /// Its name; the first line of the head where it has none.
    pub name: String,
    /// Its value near the client; null where it is not there.
    pub near_client: Option<String>,
    /// Its value near the server; null where it is not there.
    pub near_server: Option<String>,
    /// The values are masked: they may hold credentials.
    pub masked: bool,
}
