//! Lines for programs: one object a line, told apart by `type`.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::{Shape, Standing};
use crate::analyzer::watch::{Moment, Seen, WatchedFrame};
use crate::decode::Endpoint;
use crate::report::json::write_line;
use crate::side::Side;
use crate::time::Timestamp;
use crate::websocket::assembly::{Legible, MessageSeen};
use crate::websocket::header::Opcode;

/// What every line has, and what only some have.
#[derive(Serialize)]
struct Line<'a> {
    r#type: &'static str,
    connection: Connection,
    input: u32,
    /// Its name, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    input_name: Option<&'a str>,
    packet: u64,
    time: Timestamp,
    sender: Side,
    #[serde(flatten)]
    rest: Rest<'a>,
}

#[derive(Serialize)]
struct Connection {
    client: Peer,
    server: Peer,
}

#[derive(Serialize)]
struct Peer {
    address: String,
    port: u16,
}

impl From<Endpoint> for Peer {
    fn from(endpoint: Endpoint) -> Self {
        Self {
            address: endpoint.address.to_string(),
            port: endpoint.port,
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Rest<'a> {
    Handshake {
        status: u16,
        target: Option<&'a str>,
    },
    Nothing {},
    Frame(Box<Frame<'a>>),
    Message(Box<Message>),
    Gap {
        length: u64,
        stream_offset: u64,
        lost_place: bool,
    },
    Foreign {
        frame: Option<u64>,
        stream_offset: u64,
        what: Option<String>,
        rules: &'a [&'static str],
    },
    End {
        by: &'static str,
    },
}

#[derive(Serialize)]
struct Frame<'a> {
    frame: Option<u64>,
    stream_offset: u64,
    opcode: &'static str,
    opcode_value: u8,
    fin: bool,
    rsv1: bool,
    rsv2: bool,
    rsv3: bool,
    masked: bool,
    length: Option<u64>,
    whole: bool,
    compressed: bool,
    close: Option<Close>,
    rules: &'a [&'static str],
    #[serde(flatten)]
    payload: Option<Payload>,
}

#[derive(Serialize)]
struct Close {
    code: Option<u16>,
    reason: String,
}

#[derive(Serialize)]
struct Message {
    opcode: &'static str,
    first_frame: Option<u64>,
    last_frame: Option<u64>,
    last_packet: u64,
    last_input: u32,
    last_time: Timestamp,
    frames: u64,
    wire_length: u64,
    length: Option<u64>,
    compressed: bool,
    content: &'static str,
    unreadable: Option<&'static str>,
    #[serde(flatten)]
    payload: Option<Payload>,
}

/// A payload as it is: text, or base64 where it is none. Of a long one this is the beginning.
#[derive(Serialize)]
struct Payload {
    payload: String,
    payload_encoding: &'static str,
    payload_bytes: usize,
}

impl Payload {
    fn new(bytes: &[u8], is_text: bool) -> Self {
        let text = str::from_utf8(bytes).ok().filter(|_| is_text);
        let (payload, payload_encoding) = match text {
            Some(text) => (text.to_owned(), "text"),
            None => (STANDARD.encode(bytes), "base64"),
        };
        Self {
            payload,
            payload_encoding,
            payload_bytes: bytes.len(),
        }
    }
}

pub(super) fn write(shape: &Shape, seen: &Seen, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let standing = Standing::of(&seen.moment);
    let (r#type, rest) = rest(shape, &seen.moment);
    let line = Line {
        r#type,
        connection: Connection {
            client: seen.connection.client.into(),
            server: seen.connection.server.into(),
        },
        input: standing.packet.input,
        input_name: shape.inputs.whole(standing.packet.input),
        packet: standing.packet.number,
        time: standing.time,
        sender: standing.sender,
        rest,
    };
    write_line(&line, out)
}

fn rest<'a>(shape: &Shape, moment: &'a Moment) -> (&'static str, Rest<'a>) {
    match moment {
        Moment::Handshake { status, asked, .. } => {
            let target = asked.as_ref().map(|asked| asked.target.as_str());
            let status = *status;
            ("handshake", Rest::Handshake { status, target })
        }
        Moment::Joined { .. } => ("joined", Rest::Nothing {}),
        Moment::Frame(it) => ("frame", Rest::Frame(Box::new(frame(shape, it)))),
        Moment::Message(it) => ("message", Rest::Message(Box::new(message(shape, it)))),
        Moment::Gap {
            gap, lost_place, ..
        } => {
            let rest = Rest::Gap {
                length: gap.length,
                stream_offset: gap.offset,
                lost_place: *lost_place,
            };
            ("gap", rest)
        }
        Moment::Foreign {
            place, kind, rules, ..
        } => {
            let rest = Rest::Foreign {
                frame: place.frame,
                stream_offset: place.stream_offset,
                what: kind.map(|kind| kind.to_string()),
                rules,
            };
            ("foreign", rest)
        }
        Moment::Found { .. } => ("found", Rest::Nothing {}),
        Moment::End { by_reset, .. } => {
            let by = if *by_reset { "rst" } else { "fin" };
            ("end", Rest::End { by })
        }
    }
}

fn frame<'a>(shape: &Shape, frame: &'a WatchedFrame) -> Frame<'a> {
    let (header, place) = (&frame.seen.header, &frame.seen.place);
    let (opcode, opcode_value) = match header.opcode() {
        Opcode::Continuation => ("continuation", 0x0),
        Opcode::Text => ("text", 0x1),
        Opcode::Binary => ("binary", 0x2),
        Opcode::Close => ("close", 0x8),
        Opcode::Ping => ("ping", 0x9),
        Opcode::Pong => ("pong", 0xa),
        Opcode::Reserved(value) => ("reserved", value),
    };
    let reason = |reason: &[u8]| match reason {
        [_, ..] if !shape.reasons => "[redacted]".to_owned(),
        reason => String::from_utf8_lossy(reason).into_owned(),
    };
    Frame {
        frame: place.frame,
        stream_offset: place.stream_offset,
        opcode,
        opcode_value,
        fin: header.fin(),
        rsv1: header.rsv1(),
        rsv2: header.rsv() & 2 != 0,
        rsv3: header.rsv() & 1 != 0,
        masked: header.masked(),
        length: header.payload_length(),
        whole: frame.whole,
        compressed: frame.compressed,
        close: frame.close.as_ref().map(|(code, text)| Close {
            code: *code,
            reason: reason(text),
        }),
        rules: &frame.rules,
        // A Close is told of above, its reason hidden where that is wanted.
        payload: (shape.payload && frame.close.is_none()).then(|| {
            let is_text = !frame.compressed && header.opcode() != Opcode::Binary;
            Payload::new(&frame.payload, is_text)
        }),
    }
}

fn message(shape: &Shape, message: &MessageSeen) -> Message {
    let (content, unreadable) = match message.legible {
        // Where no payload is shown, none has to be kept.
        Legible::Prefix if shape.payload => ("prefix", None),
        Legible::Whole | Legible::Prefix => ("whole", None),
        Legible::Unfinished => ("unfinished", None),
        Legible::Unreadable(why) => ("unreadable", Some(why.as_str())),
    };
    Message {
        opcode: message.opcode.as_str(),
        first_frame: message.first.frame,
        last_frame: message.last.frame,
        last_packet: message.last.packet.number,
        last_input: message.last.packet.input,
        last_time: message.last.time,
        frames: message.frames,
        wire_length: message.wire_length,
        length: matches!(message.legible, Legible::Whole | Legible::Prefix)
            .then_some(message.length),
        compressed: message.is_compressed,
        content,
        unreadable,
        payload: shape
            .payload
            .then(|| Payload::new(&message.bytes, message.opcode == Opcode::Text)),
    }
}
