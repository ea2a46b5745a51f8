//! The report as values: all that any renderer needs, and the JSON contract.
//!
//! `wsblame.report/1`: fields may be added; none may change its name, type or meaning.

mod capture;
mod comparison;
mod timeline;
mod verdict;
pub(super) mod word;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::Severity;
use crate::side::{Side, Sides};
use crate::time::Timestamp;

pub use capture::{Comment, Dropped, Interface, LinkType, Section};
pub use comparison::{
    COMPARE_SCHEMA, ClockOffset, Comparison, ComparisonSummary, Difference, DifferenceKind,
    HeaderLine, Latency, Pair, PairedBy, PairedLeg, Spot, Unpaired,
};
pub use timeline::{Event, EventKind, Head, HeadField, Timeline};
pub use verdict::{Alternative, Confidence, Party, Snippet, Verdict};
pub use word::Word;

/// The contract's name and number.
pub const SCHEMA: &str = "wsblame.report/1";

/// What `wsblame check` has to say.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// [`SCHEMA`].
    #[serde(deserialize_with = "word::one")]
    pub schema: Word,
    /// The program that wrote the report.
    pub tool: Tool,
    /// The captures, in command-line order.
    pub inputs: Vec<Input>,
    /// Files that the command line led to and that are not among `inputs`.
    pub passed_over: PassedOver,
    /// What of the captures and of the findings was asked for: a report that leaves some out says
    /// so.
    pub selection: Selection,
    /// Everything counted.
    pub summary: Summary,
    /// What is the matter with the captures themselves, whatever they hold.
    pub hygiene: Vec<Note>,
    /// The WebSocket connections, in the order of their first packets.
    pub connections: Vec<Connection>,
}

/// The program that wrote the report.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `wsblame`.
    #[serde(deserialize_with = "word::one")]
    pub name: Word,
    /// Its version.
    #[serde(deserialize_with = "word::one")]
    pub version: Word,
}

impl Tool {
    /// This program.
    pub const THIS: Self = Self {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    };
}

/// What was asked for. The options of the same names say what each means; a list that is empty
/// leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Selection {
    /// Packets that pass this filter.
    pub filter: Option<String>,
    /// Connections of these hosts.
    pub host: Vec<String>,
    /// Segments from or to these ports.
    pub port: Vec<String>,
    /// Connections whose request asked for these paths.
    pub path: Vec<String>,
    /// Connections that had a packet at this moment or later; as it was asked for where there is
    /// no packet that it could count from.
    pub since: Option<String>,
    /// Packets up to this moment; likewise.
    pub until: Option<String>,
    /// Connections that were named by id or client.
    pub connection: Vec<String>,
    /// Findings of these rules only, unless empty.
    #[serde(deserialize_with = "word::list")]
    pub only: Vec<Word>,
    /// No findings of these rules.
    #[serde(deserialize_with = "word::list")]
    pub ignore: Vec<Word>,
    /// Findings of these rules, taken as seriously as this instead of as declared.
    #[serde(deserialize_with = "word::map")]
    pub severity: BTreeMap<Word, Severity>,
}

/// Files that are no inputs, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PassedOver {
    /// Files in directories that are no captures by their content.
    pub not_captures: Vec<String>,
    /// Names that led to an input which was named before.
    pub repeated: Vec<String>,
}

/// One capture.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// As given on the command line, or below a directory as given there.
    pub name: String,
    /// `pcap` or `pcapng`; null if it could not be read at all.
    #[serde(deserialize_with = "word::maybe")]
    pub format: Option<Word>,
    /// Packets in it.
    pub packets: u64,
    /// Bytes of these packets that it holds.
    pub bytes: u64,
    /// The earliest packet's time.
    pub first_time: Option<Timestamp>,
    /// The latest packet's time.
    pub last_time: Option<Timestamp>,
    /// It ends in the middle of a record; everything before is analysed.
    pub truncated: bool,
    /// The user stopped the reading of it; everything before is analysed.
    pub stopped: bool,
    /// Why it, or a part of it, could not be read.
    pub error: Option<String>,
    /// Where it is damaged, and that reading went on behind it: the first hundred places.
    pub damage: Vec<Damage>,
    /// How many such places there are.
    pub damaged_places: u64,
    /// Packets that hold no TCP segment that could be read, by reason.
    #[serde(deserialize_with = "word::map")]
    pub skipped: BTreeMap<Word, u64>,
    /// Fragments of IP datagrams that gave TCP segments.
    pub fragments: Fragments,
    /// Packets that the capture cut short (snaplen).
    pub cut_packets: u64,
    /// Packets that were not chosen, and so not analysed.
    pub filtered: u64,
    /// Why the filter could not be applied to some of its packets: these are among `filtered`.
    pub filter_error: Option<String>,
    /// Who captured: the sections of a pcapng file.
    pub sections: Vec<Section>,
    /// The interfaces that were captured on; a pcap file has one.
    pub interfaces: Vec<Interface>,
    /// What users noted in it.
    pub comments: Vec<Comment>,
    /// Bytes of secrets of TLS sessions that it holds, as a key log; they are not used yet.
    pub tls_key_log_bytes: u64,
    /// How many more of these it holds than are kept, by name: `sections`, `interfaces`,
    /// `comments`, `names`, `key-log-bytes`; and `long-blocks` that were passed over.
    #[serde(deserialize_with = "word::map")]
    pub left_out: BTreeMap<Word, u64>,
}

impl Input {
    /// Whatever kept it, or a part of it, from being analysed.
    pub fn errors(&self) -> impl Iterator<Item = &str> {
        [&self.error, &self.filter_error]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }
}

/// Something that is the matter with a capture: nobody's fault who speaks in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// `kernel-drops`, `snaplen`, `one-sided`, `doubled-packets`, `clock-backwards` or
    /// `offload-sizes`.
    #[serde(deserialize_with = "word::one")]
    pub kind: Word,
    /// Always info.
    pub severity: Severity,
    /// Index of the input; null where it is about all of them.
    pub input: Option<u32>,
    /// How many packets (of one-sided: connections, of clock-backwards: steps) it is about.
    pub count: u64,
    /// The first packet that shows it; null where it is about no packets.
    pub packet: Option<u64>,
    /// What was seen, and what it means for the findings.
    pub message: String,
    /// How to capture without it.
    #[serde(deserialize_with = "word::one")]
    pub advice: Word,
}

/// A place where a capture is damaged.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Damage {
    /// Offset in bytes of the first record that could not be read, of a compressed capture behind
    /// decompression.
    pub offset: u64,
    /// Bytes that were passed over.
    pub length: u64,
    /// The last packet before it; 0 if there was none.
    pub after_packet: u64,
    /// The first packet behind it. What was lost is not numbered: from here on Wireshark, if it
    /// reads on at all, may have other numbers.
    pub next_packet: Option<u64>,
    /// Whether records go on behind it.
    pub resumed: bool,
    /// What is wrong there.
    pub reason: String,
}

/// Fragments of IP datagrams that were put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fragments {
    /// Packets that brought one.
    pub packets: u64,
    /// The datagrams, each counted where its last fragment came from. Each gave a TCP segment.
    pub datagrams: u64,
}

/// Everything counted.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// WebSocket connections.
    pub connections: u64,
    /// Those with an error, or a warning about how they began or ended or about a foreign segment.
    pub broken: u64,
    /// Findings by severity.
    pub findings: Severities,
    /// TCP connections that are no WebSocket connections.
    pub other: Other,
    /// WebSocket connections that were analysed and not chosen: nothing else counts them.
    pub unchosen: Unchosen,
    /// Bounds of the analysis ([`Limits`](crate::limits::Limits)) that were met, by name, and how
    /// often: what lies beyond them was not looked at.
    #[serde(deserialize_with = "word::map")]
    pub limits: BTreeMap<Word, u64>,
}

impl Summary {
    /// Counts what is in these connections anew.
    pub fn count(&mut self, connections: &[Connection]) {
        self.connections = connections.len() as u64;
        (self.broken, self.findings) = Default::default();
        for connection in connections {
            self.broken += u64::from(connection.broken);
            for finding in &connection.findings {
                *match finding.severity {
                    Severity::Error => &mut self.findings.error,
                    Severity::Warning => &mut self.findings.warning,
                    Severity::Info => &mut self.findings.info,
                } += 1;
            }
        }
    }
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Severities {
    /// Errors.
    pub error: u64,
    /// Warnings.
    pub warning: u64,
    /// The rest.
    pub info: u64,
}

/// TCP connections that are no WebSocket connections, by what they carry.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Other {
    /// TLS: a WebSocket inside it cannot be seen.
    pub tls: u64,
    /// HTTP/1 without a WebSocket upgrade.
    pub http: u64,
    /// HTTP/2 in clear text.
    pub http2: u64,
    /// Something else, or no data at all.
    pub unknown: u64,
}

/// WebSocket connections that were not chosen.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Unchosen {
    /// How many.
    pub connections: u64,
    /// The hosts that their requests name, without ports, and how often: the most frequent ones.
    pub hosts: BTreeMap<String, u64>,
    /// The paths that their requests ask for, and how often: the most frequent ones.
    pub paths: BTreeMap<String, u64>,
}

/// One WebSocket connection, or an attempt at one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Connection {
    /// Its number, from 1, in the order of first packets.
    pub id: u64,
    /// Index of the input that holds its first packet.
    pub input: u32,
    /// The end that asked for it.
    pub client: Peer,
    /// The end that was asked.
    pub server: Peer,
    /// How the two were told apart: `handshake`, `syn` or `masks`.
    #[serde(deserialize_with = "word::one")]
    pub roles_from: Word,
    /// The protocols, from below. In front of `tcp` stands what carried its first packet over the
    /// link: `vlan`, `vxlan`, `gre` and so on; nothing where it was plain.
    #[serde(deserialize_with = "word::list")]
    pub layers: Vec<Word>,
    /// What stood before HTTP, in the order of the wire.
    pub preambles: Vec<Preamble>,
    /// Its first packet.
    pub first_packet: u64,
    /// Its last packet.
    pub last_packet: u64,
    /// Index of the input that holds `last_packet`.
    pub last_input: u32,
    /// The first packet's time.
    pub start: Timestamp,
    /// The last packet's time.
    pub end: Timestamp,
    /// It has an error, or a warning about how it began or ended or about a foreign segment.
    pub broken: bool,
    /// Where it was captured, as far as that shows.
    pub vantage: Vantage,
    /// The opening handshake.
    pub handshake: Handshake,
    /// What passed on it, event by event; null where it is not broken.
    pub timeline: Option<Box<Timeline>>,
    /// Frames by sender.
    pub frames: Sides<Frames>,
    /// Whole messages by sender.
    pub messages: Sides<Messages>,
    /// How it ended.
    pub close: Close,
    /// What of each direction the capture holds.
    pub captured: Sides<Captured>,
    /// What is wrong with it, in the order of the first occurrences.
    pub findings: Vec<Finding>,
    /// Who broke it; null where it is not broken.
    pub verdict: Option<Box<Verdict>>,
    /// The id of the same TCP connection, captured a second time behind address translation.
    pub same_as: Option<u64>,
    /// The id of the other leg, where the capture holds both sides of a proxy.
    pub other_leg: Option<u64>,
    /// What ties it to other connections; no part of the report.
    #[serde(skip)]
    pub ties: Ties,
}

/// Where a connection was captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Vantage {
    /// The side on whose machine, where a sign shows that; that may be a proxy's.
    pub at: Option<Side>,
    /// The sign: `directions` (the capture says which packets the machine sent) or `offload`
    /// (segments that a network card was still to cut and fill in).
    #[serde(deserialize_with = "word::maybe")]
    pub sign: Option<Word>,
    /// The side that was several times nearer when the connection was opened; what lies between
    /// does not show.
    pub near: Option<Side>,
}

/// What ties a connection to others.
#[derive(Debug, Default)]
pub struct Ties {
    /// Sec-WebSocket-Key of its request.
    pub key: Option<Vec<u8>>,
    /// The sequence numbers with which its streams begin.
    pub sequences: Sides<Option<u32>>,
    /// The side on whose machine it was captured, where that shows.
    pub at: Option<Side>,
    /// The verdict that holds if that machine is no endpoint.
    pub unplaced: Option<Box<Verdict>>,
}

/// One end of a TCP connection.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Peer {
    /// IP address.
    pub address: String,
    /// TCP port.
    pub port: u16,
    /// The name that the connection's first capture has for the address; null for none.
    pub name: Option<String>,
}

/// What stood before HTTP, or before what opened the way to it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Preamble {
    /// The packet with its first byte, which is the client's.
    pub packet: u64,
    /// Index of its input.
    pub input: u32,
    /// What it was.
    #[serde(flatten)]
    pub kind: PreambleKind,
}

/// What may stand before HTTP.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PreambleKind {
    /// A header of the PROXY protocol, by which a proxy says whose connection it passes on.
    ProxyProtocol {
        /// 1 or 2.
        version: u8,
        /// `proxy`, or `local` for a connection of the proxy's own.
        #[serde(deserialize_with = "word::one")]
        command: Word,
        /// The client whose connection it is; null where the proxy does not say.
        source: Option<Address>,
        /// Where that client connected to; null where the proxy does not say.
        destination: Option<Address>,
        /// Application protocol agreed on in TLS before the proxy.
        alpn: Option<String>,
        /// Host name that the client gave to the proxy.
        authority: Option<String>,
        /// What the proxy calls this connection, in hexadecimal.
        unique_id: Option<String>,
        /// Version of TLS before the proxy.
        tls_version: Option<String>,
        /// Whether the header's checksum is right; null where it has none, or was too long to be
        /// read whole.
        checksum_fits: Option<bool>,
        /// Bytes at the header's end that were not read.
        unread_bytes: u64,
    },
    /// A dialogue by which a proxy was asked for a connection, and gave it.
    Socks {
        /// 4 or 5.
        version: u8,
        /// How the client showed who it is: `none`, `user` or `password`.
        #[serde(deserialize_with = "word::one")]
        login: Word,
        /// Where the client asked to be connected to.
        destination: Address,
        /// From where the proxy says that it connected.
        bound: Address,
    },
    /// A CONNECT that was accepted.
    HttpConnect {
        /// Where the client asked to be connected to, as it wrote that.
        target: String,
    },
}

/// An address as the wire names it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// IP address, domain name or path of a Unix socket.
    pub host: String,
    /// TCP port; null for a Unix socket.
    pub port: Option<u16>,
}

/// The opening handshake (RFC 6455 section 4).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Handshake {
    /// How it went.
    pub outcome: Outcome,
    /// Status code of the answer; null where none was seen.
    pub status: Option<u16>,
    /// Request target; a query string is masked unless header values are to be shown.
    pub target: Option<String>,
    /// Host header field.
    pub host: Option<String>,
    /// Elements of Sec-WebSocket-Extensions in the request.
    pub offered_extensions: Vec<String>,
    /// Elements of Sec-WebSocket-Extensions in the 101 that is in this capture; null where the
    /// answer was not captured, empty where it was a refusal.
    pub negotiated_extensions: Option<Vec<String>>,
    /// Extensions that the frames show where no 101 is in this capture: `permessage-deflate`,
    /// if messages with RSV1 inflate.
    #[serde(deserialize_with = "word::list")]
    pub inferred_extensions: Vec<Word>,
    /// Elements of Sec-WebSocket-Protocol in the request.
    pub offered_subprotocols: Vec<String>,
    /// Sec-WebSocket-Protocol of the answer; null where it names none, or was not captured.
    pub subprotocol: Option<String>,
    /// Header fields by which intermediaries show themselves.
    pub intermediaries: Vec<Intermediary>,
    /// The request, of a broken connection; null where the capture lacks it.
    pub request: Option<Box<Head>>,
    /// The answer, of a broken connection; null where the capture lacks it.
    pub response: Option<Box<Head>>,
    /// The packet with the request's first byte.
    pub request_packet: Option<u64>,
    /// Index of the input that holds it.
    pub request_input: Option<u32>,
    /// The packet with the answer's first byte.
    pub response_packet: Option<u64>,
    /// Index of the input that holds it.
    pub response_input: Option<u32>,
    /// When the answer was captured.
    pub response_time: Option<Timestamp>,
}

/// How an opening handshake went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Answered with 101.
    Accepted,
    /// Answered with another status.
    Rejected,
    /// Not answered while the capture ran.
    Unanswered,
    /// The capture does not hold it, or not the answer.
    Unseen,
}

/// A header field that an intermediary added.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Intermediary {
    /// Name of the header field.
    pub header: String,
    /// Its value.
    pub value: String,
}

/// Frames of one sender, by opcode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Frames {
    /// Opcode 0x1.
    pub text: u64,
    /// Opcode 0x2.
    pub binary: u64,
    /// Opcode 0x0.
    pub continuation: u64,
    /// Opcode 0x8.
    pub close: u64,
    /// Opcode 0x9.
    pub ping: u64,
    /// Opcode 0xA.
    pub pong: u64,
    /// Opcodes 0x3-0x7 and 0xB-0xF.
    pub reserved: u64,
    /// Payload bytes that their headers announce and the stream reached.
    pub payload_bytes: u64,
}

/// Whole messages of one sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Messages {
    /// Text messages.
    pub text: u64,
    /// Binary messages.
    pub binary: u64,
}

/// How a connection ended.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Close {
    /// The client's first Close frame.
    pub client: Option<CloseFrame>,
    /// The server's first Close frame.
    pub server: Option<CloseFrame>,
    /// How each side ended TCP.
    pub tcp: Sides<Option<TcpEnd>>,
    /// In which packet each side did; the earlier time tells who left first.
    pub tcp_at: Sides<Option<EndPlace>>,
}

impl Close {
    /// A side's first Close frame.
    #[must_use]
    pub const fn of(&self, side: Side) -> Option<&CloseFrame> {
        match side {
            Side::Client => self.client.as_ref(),
            Side::Server => self.server.as_ref(),
        }
    }
}

/// The packet with which a side ended TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndPlace {
    /// The packet with its FIN or RST.
    pub packet: u64,
    /// Index of its input.
    pub input: u32,
    /// That packet's time.
    pub time: Timestamp,
}

/// A Close frame (RFC 6455 section 5.5.1).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CloseFrame {
    /// Status code; null if the payload is empty or a single byte.
    pub code: Option<u16>,
    /// Reason text; empty where there is none, or where reasons were to be hidden.
    pub reason: String,
    /// The packet with the frame's first byte.
    pub packet: u64,
    /// Index of its input.
    pub input: u32,
    /// That packet's time.
    pub time: Timestamp,
}

/// How a side ended its TCP stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TcpEnd {
    /// With FIN.
    Fin,
    /// With RST.
    Rst,
}

/// What of one direction the capture holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Captured {
    /// The stream is known from its SYN on.
    pub from_start: bool,
    /// TCP payload bytes, each counted once.
    pub bytes: u64,
    /// TCP payload bytes that are known to be missing.
    pub missing_bytes: u64,
    /// Places where bytes are missing.
    pub gaps: u64,
    /// TCP payload bytes that were captured and could not be read as frames.
    pub unread_bytes: u64,
    /// Compressed messages that could not be inflated since what they refer to is not known: the
    /// capture lacks it, or it did not inflate itself.
    pub unread_messages: u64,
    /// Where it was not known how frames begin, so that nothing was judged: the first 16 ranges.
    pub unjudged: Vec<Unjudged>,
}

/// A range of one direction in which it is not known where frames begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unjudged {
    /// Index of the input that holds its first packet.
    pub input: u32,
    /// The packet with its first byte.
    pub from_packet: u64,
    /// Index of the input that holds the packet in which frames were recognised again.
    pub to_input: Option<u32>,
    /// The packet in which frames were recognised again; null if there is none.
    pub to_packet: Option<u64>,
}

/// Something that is wrong, or worth knowing.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Name of the rule.
    #[serde(deserialize_with = "word::one")]
    pub rule: Word,
    /// How serious it is here.
    pub severity: Severity,
    /// The side whose bytes break the rule; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Side>,
    /// Index of the input that holds `packet`.
    pub input: u32,
    /// Packet of the first occurrence.
    pub packet: u64,
    /// Frame of the first occurrence, counted from 1 by sender; null where it is about no frame.
    pub frame: Option<u64>,
    /// The sender's TCP payload bytes before the first occurrence; null where they are not known.
    pub stream_offset: Option<u64>,
    /// The time of `packet`.
    pub time: Timestamp,
    /// What was seen and what is allowed.
    pub message: String,
    /// Where the requirement is written.
    #[serde(deserialize_with = "word::one")]
    pub reference: Word,
    /// The bytes that show it, in hexadecimal: a frame's header and at most 16 bytes of payload;
    /// of two versions of the same bytes the beginning of both. Empty where there are none to show.
    pub bytes: String,
    /// What stands at which of `bytes`.
    pub labels: Vec<Label>,
    /// The finding that explains this one; null where it stands for itself.
    pub because_of: Option<BecauseOf>,
    /// How many times it was found.
    pub count: u64,
    /// Index of the input that holds `last_packet`.
    pub last_input: u32,
    /// Packet of the last occurrence.
    pub last_packet: u64,
}

/// What some bytes of a finding are.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// Index of the first byte.
    pub start: usize,
    /// Number of bytes, at least 1.
    pub length: usize,
    /// In words.
    pub text: String,
    /// True where these bytes break the rule, false where they are context.
    pub offending: bool,
}

/// The finding, of the same connection, that explains another one.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BecauseOf {
    /// Its rule.
    #[serde(deserialize_with = "word::one")]
    pub rule: Word,
    /// Its sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Side>,
    /// Its first packet.
    pub packet: u64,
    /// Index of the input that holds it.
    pub input: u32,
}
