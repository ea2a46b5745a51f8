//! What passed on a broken connection: its heads and its events.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::side::Side;
use crate::time::Timestamp;

/// The head of a request or an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    /// Request line or status line.
    pub line: String,
    /// Its fields, in their order: the first 64.
    pub fields: Vec<HeadField>,
}

/// A header field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeadField {
    /// Its name, as it was written.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its length and a part of its hash stand in its place: it may hold credentials.
    pub masked: bool,
}

/// What passed, event by event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// In the order of their times: the first and the last ones of each side.
    pub events: Vec<Event>,
    /// Events between those that are not listed.
    pub left_out: u64,
}

/// Something that a side sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// When its first byte was captured.
    pub time: Timestamp,
    /// The packet with its first byte.
    pub packet: u64,
    /// Index of the input that holds it.
    pub input: u32,
    /// Who sent it.
    pub sender: Side,
    /// What it is.
    pub kind: EventKind,
    /// Number of the frame among its sender's; null of what is no frame.
    pub frame: Option<u64>,
    /// FIN of a frame; false of what is none.
    pub fin: bool,
    /// RSV1, RSV2 and RSV3 of a frame: 4, 2 and 1.
    pub rsv: u8,
    /// Bytes: of a frame its payload's, as its header has them; of a gap those that are missing; null
    /// where that is not known.
    pub length: Option<u64>,
}

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// The request of the handshake.
    Request,
    /// The answer to it.
    Answer,
    /// A text frame.
    Text,
    /// A binary frame.
    Binary,
    /// A continuation frame.
    Continuation,
    /// A Close frame.
    Close,
    /// A Ping frame.
    Ping,
    /// A Pong frame.
    Pong,
    /// A frame with a reserved opcode.
    Reserved,
    /// Bytes that are no frame.
    Foreign,
    /// Bytes that the capture lacks.
    Gap,
    /// FIN.
    Fin,
    /// RST.
    Rst,
}
