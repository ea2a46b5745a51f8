//! Files to measure sets of files with: the same long-lived connections in one file, in the
//! files of a rotation, or each in a file of its own.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use wsblame_fixtures::{Capture, Conversation, Frame, Precision, Side};

/// Bytes of the header of a pcap file.
const FILE_HEADER: usize = 24;

/// Connections in every set: what is kept of them is the same.
const CONNECTIONS: u8 = 200;

/// Files of a rotation.
const ROTATED: u64 = 200;

/// How packets are laid out in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One file, as large as one of the others.
    One,
    /// One file, as large as all of the others.
    Large,
    /// 200 files, one behind the other.
    Rotated,
    /// A file for each of 200 connections, all at the same time.
    Overlapping,
}

impl Layout {
    pub(crate) const ALL: [Self; 4] = [Self::One, Self::Large, Self::Rotated, Self::Overlapping];

    /// Files of about `bytes` each, or together as large as a rotation of such files.
    pub(crate) fn write(self, bytes: u64) -> io::Result<TempDir> {
        let folder = tempfile::tempdir()?;
        let total = if self == Self::One {
            bytes
        } else {
            ROTATED * bytes
        };
        let mut conversations: Vec<_> = (0..CONNECTIONS).map(conversation).collect();
        let mut files: Vec<Option<Pcap>> = Vec::new();
        let mut written = 0;
        let mut round = 0;
        while written < total {
            for (place, conversation) in conversations.iter_mut().enumerate() {
                play(conversation, round, place as u64);
                let packets = conversation.segments_mut().drain(..);
                let packets = packets.map(|segment| segment.packet()).collect();
                let records = Capture { packets }.to_pcap(Precision::Microseconds);
                let number = match self {
                    Self::One | Self::Large => 0,
                    Self::Rotated => usize::try_from(written / bytes).unwrap_or(0),
                    Self::Overlapping => place,
                };
                if number >= files.len() {
                    if self != Self::Overlapping {
                        files.iter_mut().for_each(|file| *file = None);
                    }
                    files.resize_with(number + 1, || None);
                }
                if let Some(file) = files.get_mut(number) {
                    let file = match file {
                        Some(file) => file,
                        None => {
                            let path = folder.path().join(format!("ws.pcap{number}"));
                            file.insert(Pcap::create(path)?)
                        }
                    };
                    written += file.write(&records)?;
                }
            }
            round += 1;
        }
        for file in files.into_iter().flatten() {
            file.0.into_inner()?;
        }
        Ok(folder)
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "1 file",
            Self::Large => "1 file 200 times as large",
            Self::Rotated => "200 files of a rotation",
            Self::Overlapping => "200 files that overlap",
        })
    }
}

/// A file under construction.
struct Pcap(BufWriter<File>);

impl Pcap {
    fn create(path: PathBuf) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create_new(path)?);
        file.write_all(&Capture::default().to_pcap(Precision::Microseconds))?;
        Ok(Self(file))
    }

    /// Writes the records of a capture; gives their length.
    fn write(&mut self, capture: &[u8]) -> io::Result<u64> {
        let records = capture.get(FILE_HEADER..).unwrap_or_default();
        self.0.write_all(records)?;
        Ok(records.len() as u64)
    }
}

fn conversation(number: u8) -> Conversation {
    Conversation::between(
        SocketAddr::from(([192, 0, 2, number], 40_000)),
        SocketAddr::from(([198, 51, 100, 20], 80)),
    )
}

/// What a connection sends in a round, at a time of its own.
fn play(conversation: &mut Conversation, round: u64, place: u64) {
    conversation.at(Duration::from_secs(round) + Duration::from_millis(place));
    conversation.step(Duration::from_micros(1));
    if round == 0 {
        conversation.open().upgrade();
    }
    let text = vec![b'a'; 10_000];
    conversation.server(Frame::text(text)).ack(Side::Client);
}
