//! Every bound of the analysis, by name, with its unit, default and reason.
//!
//! No bound serves two purposes, and meeting one is counted under its name and reported.

use std::time::Duration;

/// The bounds of one analysis.
#[derive(Clone, Debug)]
pub struct Limits {
    /// IP datagrams of which fragments wait for the rest at once. Beyond it the oldest one is
    /// given up. A flood of first fragments must not cost more than any other.
    pub fragmented_datagrams: usize,
    /// Fragments that wait of one IP datagram. Beyond it the datagram is given up. The longest
    /// one, over the smallest link that IPv4 allows (68 bytes), has 1366.
    pub fragments_per_datagram: usize,
    /// Bytes of fragments that wait in all IP datagrams together. Beyond it the oldest datagram
    /// is given up. Linux takes 4 MiB of each network.
    pub fragment_bytes_total: usize,
    /// Capture time that the fragments of an IP datagram are given to arrive, from the first one
    /// on (RFC 8200 section 4.5). Hosts take 30 to 60 s.
    pub fragment_wait: Duration,
    /// Other fragments among which those of an IP datagram are looked for: the identifications
    /// of IPv4 come back after 65,536 datagrams, and fragments of two of them must not be put
    /// together (RFC 4963). Linux takes 64 of the same sender.
    pub fragment_reordering: u64,
    /// TCP connections followed at once. Beyond it the one that was silent longest is
    /// finished early. A connection at rest holds about 1.5 KiB.
    pub connections: usize,
    /// Capture time without a packet after which a connection is finished early: longer than
    /// the keep-alive of any common deployment, so that what is given up is dead.
    pub idle: Duration,
    /// Capture time for which a connection that has ended is kept, so that late and repeated
    /// segments still find it.
    pub linger: Duration,
    /// Bytes of one direction that wait for an earlier byte. Beyond it the missing bytes are
    /// taken as lost. A full window of a fast path fits.
    pub waiting_bytes: usize,
    /// Segments of one direction that wait for an earlier byte; beyond it as for
    /// `waiting_bytes`. It bounds the cost of tiny segments.
    pub waiting_segments: usize,
    /// Bytes that wait in all connections together. Beyond it the connection that asks for
    /// more gives up its missing bytes.
    pub waiting_bytes_total: usize,
    /// Bytes that are kept in all connections together to be read later: heads, and bytes of
    /// which it is not known yet what they are. Beyond it the connection that asks for more is
    /// given up. The heads of some 50,000 open connections fit.
    pub kept_bytes_total: usize,
    /// Bytes that all connections together handed on last, kept to hold against them what is
    /// sent again. What was handed on earlier is not held against anything. A forged answer and
    /// the true one come within a round trip: at 1 Gbit/s this is 8 ms, at 10 Mbit/s 0.8 s.
    /// It is taken as it is needed, and more would no longer stay in a processor's cache.
    pub recent_bytes: usize,
    /// Packets of a connection that are awaited after the peer has acknowledged bytes that
    /// this capture did not hold yet, before they are taken as lost: captures of several
    /// queues store packets out of order by a few.
    pub reordering_packets: u32,
    /// Milliseconds of capture time that are granted instead, where packets are few.
    pub reordering_milliseconds: u64,
    /// Bytes of one HTTP head. Servers refuse longer ones (common bounds are 8 to 64 KiB).
    pub head_bytes: usize,
    /// Bytes of the body of an answer that refuses an upgrade, kept for its title, which stands
    /// at the beginning of a page.
    pub page_bytes: usize,
    /// Requests of one connection that wait for their answers (HTTP/1.1 pipelining).
    pub pipelined_requests: usize,
    /// Bytes that a client sent behind its upgrade request, kept until the answer shows what
    /// they are.
    pub early_bytes: usize,
    /// Bytes of one direction searched for frames at a time, where the place of the next
    /// header is not known.
    pub search_bytes: usize,
    /// Bytes of one direction searched in all: where none of them were frames, none will be.
    pub search_bytes_total: u64,
    /// Bytes of a connection that was joined in its middle which are searched for frames
    /// before it is taken for something else.
    pub recognition_bytes: u64,
    /// Bytes of a frame's payload that are kept for whoever watches frames and wants payloads: it
    /// bounds the length of a line. Whole messages are what is exported.
    pub watched_frame_bytes: usize,
    /// The same of a message. Common receivers take no more than 1 to 16 MiB; what all
    /// connections keep together is bounded by `kept_bytes_total`.
    pub watched_message_bytes: usize,
    /// Frames of one direction that are recorded to be compared with those of another leg. What
    /// comes behind them is not compared.
    pub taped_frames: usize,
    /// Bytes that the recorded frames of all connections may take together: what comes later is
    /// not compared.
    pub taped_bytes_total: usize,
    /// Connections that are no WebSockets which are looked at as possible other legs of one.
    pub bystanders: usize,
    /// Bytes that one compressed message may inflate to before it is taken for a bomb and
    /// inflated no further. Common bounds of receivers are 1 to 100 MiB.
    pub inflated_bytes: u64,
    /// How many times its compressed bytes a message may inflate to, once it is longer than
    /// `ratio_from_bytes`. JSON and logs reach 100; a run of one byte reaches 1032.
    pub inflated_ratio: u64,
    /// Inflated bytes of a message up to which `inflated_ratio` does not count: a short message
    /// of zeros harms nobody.
    pub ratio_from_bytes: u64,
    /// Bytes that the decompressors of all connections may take together. Beyond it the
    /// connection that asks for more does without: its compressed messages are not read. Some
    /// 5,000 directions fit.
    pub inflating_bytes_total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fragmented_datagrams: 4096,
            fragments_per_datagram: 2048,
            fragment_bytes_total: 16 << 20,
            fragment_wait: Duration::from_secs(60),
            fragment_reordering: 8192,
            connections: 131_072,
            idle: Duration::from_secs(24 * 3600),
            linger: Duration::from_secs(120),
            waiting_bytes: 4 << 20,
            waiting_segments: 4096,
            waiting_bytes_total: 64 << 20,
            kept_bytes_total: 128 << 20,
            recent_bytes: 1 << 20,
            reordering_packets: 64,
            reordering_milliseconds: 1000,
            head_bytes: 64 << 10,
            page_bytes: 4 << 10,
            pipelined_requests: 1024,
            early_bytes: 256 << 10,
            search_bytes: 64 << 10,
            search_bytes_total: 16 << 20,
            recognition_bytes: 128 << 10,
            watched_frame_bytes: 64 << 10,
            watched_message_bytes: 16 << 20,
            taped_frames: 256 << 10,
            taped_bytes_total: 512 << 20,
            bystanders: 131_072,
            inflated_bytes: 64 << 20,
            inflated_ratio: 200,
            ratio_from_bytes: 8 << 20,
            inflating_bytes_total: 256 << 20,
        }
    }
}
