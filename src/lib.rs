//! `wsblame` reads a packet capture and says who broke a WebSocket connection, how sure that is, on
//! which bytes of which packet it stands, and what to change.
//!
//! # The straight line
//!
//! A core that does no io and has no clock, and a thin program around it. Packets come from a
//! [`PacketSource`](source::PacketSource); from there to the report everything is a chain of
//! plain values, bytes borrowed as far as they can be, time taken from the packets, memory
//! bounded by one [`Limits`](limits::Limits).
//!
//! ```text
//! source ──RawPacket<'p>──▶ decode ──Segment<'p>──▶ tcp ──StreamEvent<'s>──▶ preamble ──▶ http
//!     ──Handshake──▶ websocket ──FrameEvent<'s>──▶ rules ──Finding──▶ diagnosis ──Verdict──▶
//!     report::model::Report ──▶ text, JSON, Markdown, HTML
//! ```
//!
//! Two paths leave the line and come back to it. What segments show beside their bytes (another
//! machine's marks, two versions of the same bytes, repetitions without answer) goes past the
//! streams to the rules:
//!
//! ```text
//! tcp ──Anomaly──▶ rules
//! ```
//!
//! and frames become messages, joined, unmasked and inflated, before rules look at what is in them:
//!
//! ```text
//! websocket::reader ──FrameEvent<'s>──▶ websocket::assembly ──Heard──▶ rules
//! ```
//!
//! Where both sides of a proxy were captured, what passed on each leg is recorded beside the
//! report, and the two are held against each other:
//!
//! ```text
//! analyzer::tape ──Recorded──▶ compare ──▶ report::model::Comparison ──▶ text, JSON, Markdown
//! ```
//!
//! What was found can be proven: the captures are read once more, and the packets of the broken
//! connections are written down as they were, or without what was said in them:
//!
//! ```text
//! Report, RawPacket, analyzer::outline ──▶ evidence ──▶ pcapng
//! ```
//!
//! [`analyzer`] holds the line together: it knows which stage each connection is in, passes events
//! on, and shows them to whoever watches ([`analyzer::watch`]: `frames` and `messages` are made of
//! that, and `check` of the findings).
//!
//! When a connection is over, [`diagnosis`] is shown all that is known of it, and each declared cause
//! says whether the case speaks for it. What ties several connections together (the two legs of one
//! through a proxy, many that end at once) is considered when all are known.
//!
//! The layers *describe*: their parsers keep every value and have no opinions. The rules
//! *judge*. The diagnosis *concludes*. The reports *render*. Down is a call, up is a value or an event.
//!
//! | module | knows | does not know |
//! |---|---|---|
//! | [`source`] | files, sets of files and pipes, formats, compression, what they say of themselves, how they end; whether a packet passes a filter | what packets hold |
//! | [`decode`] | the headers of links, tunnels, IP and TCP, which fragments belong together | connections |
//! | [`tcp`] | sequence numbers, what is missing, whose segments they are, when a connection is over | what streams carry |
//! | [`preamble`] | what stands before HTTP: the PROXY protocol, SOCKS | HTTP |
//! | [`http`] | heads, where bodies end, which answer belongs to which request | frames |
//! | [`websocket`] | handshake fields, frames, messages, closing, foreign bytes | what is allowed |
//! | [`products`] | how intermediaries show themselves, and what their timers are | what they did |
//! | [`rules`] | what is allowed, and in which words to say that it was not done | io, other connections |
//! | [`diagnosis`] | which causes there are, what shows each, who it blames, what to change | bytes |
//! | [`choice`] | what of the captures was asked for, and in which words | how it is read |
//! | [`analyzer`] | which stage a connection is in, and what both sides did | files, formats of reports |
//! | [`symptoms`] | what libraries say, which causes are behind it, and what of that a report shows | io, packets |
//! | [`driver`] | captures in, one report out; or what is read, as it is read | the command line |
//! | [`evidence`] | which packets a report is about, how they are written, what of them may be shown | files |
//! | [`exposure`] | what of the wire may be shown, and what stands in its place | what it is for |
//! | [`hygiene`] | what is the matter with the capture itself | connections |
//! | [`compare`] | two recordings of the same connections: which belong together, what is not the same | packets |
//! | [`report`] | the report as values, how it is shown, and how it is read back | packets |
//! | [`cli`] | options, exit statuses; the only place that prints | everything else |
//!
//! # What crosses each border
//!
//! | border | value | bytes owned by | copies |
//! |---|---|---|---|
//! | source → decode | [`RawPacket`](packet::RawPacket) | the source's buffer, until the next call | 0 |
//! | decode → tcp | [`Segment`](decode::Segment) | the packet, or the decoder if it came in fragments | 0 / 2 |
//! | tcp → streams | [`StreamEvent`](tcp::StreamEvent): data, gap | the packet if in order, the reorder store if late | 0 / 1 |
//! | preamble → report | [`Preamble`](preamble::Preamble): what stood before HTTP | itself | once, bounded |
//! | http → websocket | [`Handshake`](websocket::handshake::Handshake) as it stood on the wire | the connection | once, bounded |
//! | tcp → rules | [`Anomaly`](tcp::Anomaly): what contradicts, is another machine's, is not answered | itself | bounded |
//! | reader → assembly | [`FrameEvent`](websocket::event::FrameEvent): header (`Copy`), payload chunks, end, oddities | the chunk | 0 |
//! | websocket → rules | the facts of [`Judge`](rules::Judge): a frame, a message, a Close, a Ping, a handshake, foreign bytes, an end | the connection | 0 |
//! | analyzer → lines | [`Seen`](analyzer::watch::Seen): frames and messages, only where somebody watches | itself | bounded |
//! | rules → diagnosis → report | [`Finding`](rules::Finding) | itself | – |
//! | analyzer → diagnosis | [`Case`](diagnosis::Case): what is known of a broken connection | the connection | 0 |
//! | diagnosis → report | [`Verdict`](report::model::Verdict) | itself | – |
//! | analyzer → evidence | [`Outlined`](analyzer::outline::Outlined): what bytes of a stream are, only where payload is masked | itself, until it is taken | once, heads alone |
//! | analyzer → compare | [`Recorded`](analyzer::tape::Recorded): digests of frames and messages, and the heads, only where captures are compared | itself | bounded |
//!
//! # Keys to honesty
//!
//! - Missing bytes are events. A gap inside a payload leaves the next header's place known, one
//!   over a header does not: then nothing is judged until several headers in a row make sense.
//! - Behind damage in a file only what several records bear out is read. A packet that what stands
//!   behind it speaks against is left out: its bytes may be others.
//! - Where something not being there is the accusation, the stream must have been captured whole
//!   up to its end.
//! - What one side sends may mean nothing before the other side's bytes are there, in whichever
//!   order the capture holds them: such bytes wait (bounded), so that the order of packets in a
//!   file changes no finding.
//! - Judgements about both sides are made when the connection is over, by the packets' times.
//! - A verdict names the endpoint itself only where the capture shows that it was taken on its
//!   machine, and an intermediary only where something shows that there is one. The side that
//!   complains is not the culprit for complaining.
//! - Whatever came from the wire reaches a reader through [`Untrusted`](untrusted::Untrusted), and
//!   in Markdown through a layer on it that leaves a renderer nothing to act on.
//!
//! # Errors
//!
//! Errors are for input, findings for traffic, panics for faults of this program. Between the
//! packet and the finding there is no error type.

pub mod analyzer;
pub mod choice;
pub mod cli;
pub mod compare;
pub mod decode;
pub mod diagnosis;
pub mod driver;
pub mod evidence;
pub mod exposure;
pub mod http;
pub mod hygiene;
pub mod limits;
pub mod packet;
pub mod place;
pub mod preamble;
pub mod products;
pub mod report;
pub mod rules;
pub mod side;
pub mod source;
pub mod symptoms;
pub mod tcp;
pub mod time;
pub mod untrusted;
pub mod websocket;
