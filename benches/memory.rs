//! What the costliest traffic costs: peak memory (`max alloc`) and time of a whole check, on
//! captures that are made while they are read; and what many files cost beside one.
//!
//! ```sh
//! cargo bench --bench memory
//! FILE_MEGABYTES=10 cargo bench --bench memory files   # 2 GB in 200 files
//! ```

#[path = "workloads/files.rs"]
mod files;

use std::collections::VecDeque;
use std::fmt;

use divan::{AllocProfiler, Bencher};
use flate2::{Compression, FlushCompress};
use wsblame::driver::{self, Options, check_packets};
use wsblame::packet::{LinkType, PacketId, RawPacket, Reception};
use wsblame::source::PacketSource;
use wsblame::time::Timestamp;
use wsblame_fixtures::{Conversation, Frame, Packet, Side};

use files::Layout;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// Traffic that asks for memory.
#[derive(Clone, Copy, Debug)]
enum Costly {
    /// One text message of 1 GiB in 16,384 fragments of 64 KiB.
    Giant,
    /// One compressed message of about 200 kB that inflates to 200 MB.
    Bomb,
    /// A million Pings from the server, each answered.
    Pings,
    /// A million Pings from the server, none answered.
    UnansweredPings,
}

impl Costly {
    const ALL: [Self; 4] = [Self::Giant, Self::Bomb, Self::Pings, Self::UnansweredPings];
}

impl fmt::Display for Costly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Giant => "message of 1 GiB",
            Self::Bomb => "200 kB to 200 MB",
            Self::Pings => "a million Pings",
            Self::UnansweredPings => "a million unanswered Pings",
        })
    }
}

#[divan::bench(args = Costly::ALL, sample_count = 1, sample_size = 1)]
fn check(bencher: Bencher<'_, '_>, costly: Costly) {
    bencher
        .with_inputs(|| Source::new(costly))
        .bench_local_values(|mut source| check_packets(&mut source, &Options::default()));
}

/// A directory of files; of each `FILE_MEGABYTES` MB, 1 if that is not set.
#[divan::bench(args = Layout::ALL, sample_count = 1, sample_size = 1)]
fn files(bencher: Bencher<'_, '_>, layout: Layout) {
    let megabytes = std::env::var("FILE_MEGABYTES").ok();
    let megabytes: u64 = megabytes.and_then(|it| it.parse().ok()).unwrap_or(1);
    bencher
        .with_inputs(|| layout.write(megabytes * 1_000_000).ok())
        .bench_local_refs(|folder| {
            let path = folder.as_ref().map(|folder| folder.path().to_owned());
            let paths: Vec<_> = path.into_iter().collect();
            driver::check(&paths, &Options::default(), &mut |_, _| {})
        });
}

const MILLION: u32 = 1_000_000;
const FRAGMENT: usize = 64 << 10;
const FRAGMENTS: u32 = 1 << 14;

/// Packets of one connection, each made when it is asked for.
struct Source {
    costly: Costly,
    conversation: Conversation,
    /// Rounds played so far.
    round: u32,
    ready: VecDeque<Packet>,
    number: u64,
    current: Option<Packet>,
}

impl Source {
    fn new(costly: Costly) -> Self {
        let conversation = match costly {
            Costly::Bomb => Conversation::accepted_with_deflate(),
            _ => Conversation::accepted(),
        };
        Self {
            costly,
            conversation,
            round: 0,
            ready: VecDeque::new(),
            number: 0,
            current: None,
        }
    }

    /// Plays the next round; `false` when there is none.
    fn play(&mut self) -> bool {
        let (round, conversation) = (self.round, &mut self.conversation);
        let rounds = match self.costly {
            Costly::Giant => {
                let text = vec![b'a'; FRAGMENT];
                let frame = match round {
                    0 => Frame::text(text).not_final(),
                    _ if round + 1 < FRAGMENTS => Frame::continuation(text).not_final(),
                    _ => Frame::continuation(text),
                };
                conversation.server(frame).ack(Side::Client);
                FRAGMENTS
            }
            Costly::Bomb => {
                conversation.server(Frame::text(bomb()).compressed());
                1
            }
            Costly::Pings | Costly::UnansweredPings => {
                let payload = round.to_be_bytes();
                conversation.server(Frame::ping(payload));
                match self.costly {
                    Costly::Pings => conversation.client(Frame::pong(payload)),
                    _ => conversation.ack(Side::Client),
                };
                MILLION
            }
        };
        self.round += 1;
        if self.round == rounds {
            conversation.close(1000);
        }
        self.round <= rounds
    }
}

impl PacketSource for Source {
    fn advance(&mut self) -> bool {
        if self.ready.is_empty() && self.play() {
            let segments = self.conversation.segments_mut().drain(..);
            self.ready.extend(segments.map(|segment| segment.packet()));
        }
        self.number += 1;
        self.current = self.ready.pop_front();
        self.current.is_some()
    }

    fn packet(&self) -> Option<RawPacket<'_>> {
        let packet = self.current.as_ref()?;
        Some(RawPacket {
            id: PacketId {
                input: 0,
                number: self.number,
            },
            time: Timestamp::from_nanos(i64::try_from(packet.time.as_nanos()).ok()?, 6),
            link: LinkType::ETHERNET,
            wire_length: u32::try_from(packet.wire_length).ok()?,
            reception: Reception::default(),
            bytes: &packet.bytes,
        })
    }
}

/// 200 MB of zeros, compressed without the four bytes that end a message (RFC 7692 section 7.2.1).
fn bomb() -> Vec<u8> {
    let mut compress = flate2::Compress::new(Compression::best(), false);
    let mut out = Vec::with_capacity(1 << 20);
    let zeros = vec![b'0'; 1_000_000];
    for part in 0..200 {
        let flush = if part == 199 {
            FlushCompress::Sync
        } else {
            FlushCompress::None
        };
        let before = compress.total_in();
        while compress.total_in() < before + zeros.len() as u64 {
            let from = usize::try_from(compress.total_in() - before).unwrap_or(0);
            let rest = zeros.get(from..).unwrap_or_default();
            if compress.compress_vec(rest, &mut out, flush).is_err() {
                return out;
            }
        }
    }
    out.truncate(out.len().saturating_sub(4));
    out
}
