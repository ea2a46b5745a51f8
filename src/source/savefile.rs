//! Capture files, and streams of the same formats. This module knows how files are opened,
//! named and ended; the formats know their records and do no io.

mod byte_order;
mod pcap;
mod pcapng;
mod record;
mod resume;
mod trail;

use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Read};
use std::ops::Range;
use std::path::Path;

use super::buffer::Buffer;
use super::compressed::decompressed;
use super::foreign;
use super::pipe::Pipe;
use super::stream::{ReadFault, Stream};
use super::visited::Visited;
use super::{
    About, Break, Damages, Ending, Format, Input, OpenError, PacketSource, Reason, Refusal, Stop,
};
use crate::packet::{LinkType, PacketId, RawPacket, Reception};
use crate::time::Timestamp;
use record::{Records, Step};

pub(super) use record::LONGEST_RECORD;

/// What stands for the time of a packet where none is known.
const NO_TIME: Timestamp = Timestamp::from_nanos(0, 0);

/// Bytes that the buffer of a file grows to which is read beside others.
const BESIDE_OTHERS: usize = 128 << 10;

/// Bytes at the begin of an input that is no capture, for its error message.
const SHOWN_START: usize = 24;

/// A capture file or stream, open and with a file header that can be read.
#[derive(Debug)]
pub struct Savefile {
    buffer: Buffer,
    records: Records,
    input: Input,
    current: Option<Current>,
    over: Option<Over>,
    /// Who may want it to stop at the next packet.
    stop: Option<Stop>,
}

/// Why no more bytes come.
#[derive(Debug)]
enum Over {
    /// There are none.
    End,
    /// They cannot be read.
    Broken(ReadFault),
}

/// The packet that is lent.
#[derive(Debug)]
struct Current {
    id: PacketId,
    time: Timestamp,
    link: LinkType,
    wire_length: u32,
    reception: Reception,
    /// Place in the buffer.
    data: Range<usize>,
}

impl Savefile {
    /// Opens the file `name`, or standard input where that is `-`, and reads its file header.
    /// `index` is the input's place on the command line.
    ///
    /// # Errors
    ///
    /// The input cannot be read or is no capture.
    pub fn open(name: &Path, index: u32) -> Result<Self, OpenError> {
        Self::open_until(&Stop::default(), name, index)
    }

    /// Opens an input as [`Self::open`] does, and reads it until its end or until it is to stop.
    ///
    /// # Errors
    ///
    /// The same; and it was to stop before the file header was read.
    pub fn open_until(stop: &Stop, name: &Path, index: u32) -> Result<Self, OpenError> {
        let shown = name.to_string_lossy();
        let open = || {
            let (stream, size) = open(name, stop)?;
            let mut savefile = Self::begin(&shown, index, Buffer::new(stream))?;
            savefile.input.size = size;
            // A pipe listens by itself.
            savefile.stop = size.map(|_| stop.clone());
            // A pipe must not wait for what comes behind a packet.
            if size.is_some() {
                savefile.records.look_ahead();
            }
            Ok(savefile)
        };
        open().map_err(|reason| OpenError {
            name: shown.clone().into_owned(),
            reason,
        })
    }

    /// Opens the regular file `name` as [`Self::open`] does, to be read beside others: with a
    /// smaller buffer and, unless it `holds` its descriptor, with a small one and none.
    pub(super) fn open_beside(
        stop: &Stop,
        name: &Path,
        index: u32,
        holds: bool,
    ) -> Result<Self, OpenError> {
        let shown = name.to_string_lossy();
        let begin = || {
            let visited = Visited::new(name)?;
            let size = visited.size();
            let buffer = if holds {
                Buffer::of(Stream::new(Box::new(File::open(name)?)), BESIDE_OTHERS)
            } else {
                Buffer::of(Stream::new(Box::new(visited)), Visited::AT_ONCE)
            };
            let mut savefile = Self::begin(&shown, index, buffer)?;
            savefile.input.size = Some(size);
            savefile.stop = Some(stop.clone());
            savefile.records.look_ahead();
            Ok(savefile)
        };
        begin().map_err(|reason| OpenError {
            name: shown.clone().into_owned(),
            reason,
        })
    }

    /// Reads a capture from any reader; `name` is for messages. Bytes are taken as the reader
    /// gives them, so a stream is analysed as it arrives.
    ///
    /// # Errors
    ///
    /// As for [`Self::open`].
    pub fn from_reader<R: Read + Send + 'static>(
        name: &str,
        index: u32,
        reader: R,
    ) -> Result<Self, OpenError> {
        let buffer = Buffer::new(Stream::new(Box::new(reader)));
        Self::begin(name, index, buffer).map_err(|reason| OpenError {
            name: name.to_owned(),
            reason,
        })
    }

    /// What is known of the input so far.
    #[must_use]
    pub const fn input(&self) -> &Input {
        &self.input
    }

    fn begin(name: &str, index: u32, buffer: Buffer) -> Result<Self, Refusal> {
        let mut buffer = decompressed(buffer)?;
        let format = loop {
            match recognise(buffer.at_hand())? {
                Some(format) => break format,
                None if buffer.at_hand().len() < foreign::TELLING
                    && fill_header(&mut buffer, None)? => {}
                None => return Err(not_a_capture(&buffer)),
            }
        };
        let mut about = About::default();
        let records = loop {
            let header = match format {
                Format::Pcap => pcap::Pcap::begin(buffer.at_hand(), &mut about)?,
                Format::Pcapng => pcapng::Pcapng::begin(buffer.at_hand(), &mut about)?,
            };
            match header {
                Some((records, length)) => {
                    buffer.consume(length);
                    break records;
                }
                None if fill_header(&mut buffer, Some(format))? => {}
                None => return Err(header_cut(format, &buffer)),
            }
        };
        let input = Input {
            index,
            name: name.to_owned(),
            format,
            compression: buffer.stream().compressions().first().copied(),
            packets: 0,
            foreign: 0,
            withheld: 0,
            bytes: 0,
            first_time: None,
            last_time: None,
            bytes_read: buffer.stream().bytes_read(),
            size: None,
            damages: Damages::default(),
            about,
            ending: None,
        };
        Ok(Self {
            buffer,
            records,
            input,
            current: None,
            over: None,
            stop: None,
        })
    }

    /// Reads more of the stream.
    #[cold]
    fn fill(&mut self) {
        let filled = self.buffer.fill();
        self.input.bytes_read = self.buffer.stream().bytes_read();
        match filled {
            Ok(true) => {}
            Ok(false) => self.over = Some(Over::End),
            Err(fault) => self.over = Some(Over::Broken(fault)),
        }
    }

    /// Ends the input where the bytes at hand are no whole record and no more come.
    fn finish(&mut self) {
        if self.buffer.at_hand().is_empty()
            && self.records.passed() == 0
            && matches!(self.over, Some(Over::End))
        {
            return self.end(Ending::Complete);
        }
        self.end_over(self.broken(self.offset_of_record(), Reason::EndsInsideRecord));
    }

    /// Ends the input because its bytes do: at the record at `place`, unless they cannot be read.
    fn end_over(&mut self, place: Break) {
        let Some(Over::Broken(fault)) = self.over.take() else {
            return self.end(Ending::Truncated(place));
        };
        let broken = |reason| self.broken(self.buffer.offset_of_end(), reason);
        let ending = match fault {
            ReadFault::Stopped => Ending::Stopped,
            ReadFault::EndsEarly => Ending::Truncated(broken(Reason::CompressionEndsEarly)),
            ReadFault::Damaged(message) => {
                Ending::Damaged(broken(Reason::CompressionDamaged(message)))
            }
            ReadFault::Io(error) => Ending::Failed(broken(Reason::Io(error.to_string()))),
        };
        self.end(ending);
    }

    fn offset_of_record(&self) -> u64 {
        let passed = u64::from(self.records.passed());
        self.buffer.offset().saturating_sub(passed)
    }

    const fn broken(&self, offset: u64, reason: Reason) -> Break {
        Break {
            offset,
            after: self.input.packets,
            reason,
        }
    }

    fn end(&mut self, ending: Ending) {
        self.input.ending = Some(ending);
        self.buffer.release();
    }
}

impl PacketSource for Savefile {
    fn advance(&mut self) -> bool {
        self.current = None;
        while self.input.ending.is_none() {
            if self.stop.as_ref().is_some_and(Stop::is_requested) {
                self.end(Ending::Stopped);
                break;
            }
            let is_over = self.over.is_some();
            let (next, about) = (self.input.packets + 1, &mut self.input.about);
            match self
                .records
                .step(self.buffer.at_hand(), is_over, next, about)
            {
                Step::Packet(record) => {
                    let front = self.buffer.consume(record.length);
                    let id = self.input.number_record();
                    self.input.damages.read(id.number);
                    let (time, reception) = (record.time, record.reception);
                    self.input.count(time, reception, record.data.len());
                    self.current = Some(Current {
                        id,
                        time: record.time.unwrap_or(NO_TIME),
                        link: record.link,
                        wire_length: record.wire_length,
                        reception: record.reception,
                        data: front + record.data.start..front + record.data.end,
                    });
                    return true;
                }
                Step::Pass(length) => {
                    self.buffer.consume(length);
                }
                Step::PassNumbered(length) => {
                    self.buffer.consume(length);
                    self.input.number_record();
                    self.input.foreign += 1;
                }
                Step::Withhold(length) => {
                    self.buffer.consume(length);
                    self.withhold();
                }
                Step::Unreadable {
                    length,
                    is_packet,
                    reason,
                } => self.skip(length, is_packet, reason),
                Step::More if is_over => self.finish(),
                Step::More => self.fill(),
                Step::Lost(reason) => self.resume(reason, true),
                Step::Damage(reason) => self.resume(reason, false),
            }
        }
        false
    }

    fn packet(&self) -> Option<RawPacket<'_>> {
        let current = self.current.as_ref()?;
        Some(RawPacket {
            id: current.id,
            time: current.time,
            link: current.link,
            wire_length: current.wire_length,
            reception: current.reception,
            bytes: self.buffer.consumed(current.data.clone()),
        })
    }
}

/// Opens an input: its bytes, and how many there are where that is known.
fn open(name: &Path, stop: &Stop) -> Result<(Stream, Option<u64>), Refusal> {
    if name == Path::new("-") {
        if io::stdin().is_terminal() {
            return Err(Refusal::Terminal);
        }
        let pipe = Pipe::new(|| Ok(io::stdin()), stop)?;
        return Ok((Stream::piped(pipe), None));
    }
    let metadata = fs::metadata(name)?;
    if metadata.is_dir() {
        return Err(Refusal::Directory);
    }
    if metadata.is_file() {
        let file = File::open(name)?;
        return Ok((Stream::new(Box::new(file)), Some(metadata.len())));
    }
    // Opening waits for a writer, too.
    let name = name.to_owned();
    let pipe = Pipe::new(move || File::open(name), stop)?;
    Ok((Stream::piped(pipe), None))
}

/// The format that begins with these bytes; `None` for too few to say, or for none that is read.
fn recognise(start: &[u8]) -> Result<Option<Format>, Refusal> {
    let Some(magic) = start.first_chunk::<4>() else {
        return Ok(None);
    };
    match magic {
        b"\xd4\xc3\xb2\xa1" | b"\xa1\xb2\xc3\xd4" => Ok(Some(Format::Pcap)),
        b"\x4d\x3c\xb2\xa1" | b"\xa1\xb2\x3c\x4d" => Ok(Some(Format::Pcap)),
        b"\x34\xcd\xb2\xa1" => Ok(Some(Format::Pcap)),
        b"\xa1\xb2\xcd\x34" => Err(Refusal::Unsupported("a big-endian \"modified\" pcap")),
        b"\x0a\x0d\x0d\x0a" => Ok(Some(Format::Pcapng)),
        b"snoo" => Err(Refusal::Unsupported("a snoop capture")),
        b"GMBU" | b"RTSS" => Err(Refusal::Unsupported("a Network Monitor capture")),
        _ => Ok(None),
    }
}

fn not_a_capture(buffer: &Buffer) -> Refusal {
    let start = buffer.at_hand();
    if start.is_empty() {
        return Refusal::Empty;
    }
    let known = foreign::recognise(start, &buffer.stream().compressions());
    known.unwrap_or_else(|| Refusal::NotACapture {
        start: start.get(..SHOWN_START).unwrap_or(start).to_vec(),
    })
}

fn header_cut(format: Format, buffer: &Buffer) -> Refusal {
    Refusal::HeaderCut {
        format,
        length: buffer.offset_of_end(),
    }
}

/// Reads more of an input that is not known to be a capture yet; `false` at its end.
fn fill_header(buffer: &mut Buffer, format: Option<Format>) -> Result<bool, Refusal> {
    buffer.fill().or_else(|fault| match (fault, format) {
        (ReadFault::EndsEarly, None) if !buffer.at_hand().is_empty() => Ok(false),
        (ReadFault::EndsEarly, Some(format)) => Err(header_cut(format, buffer)),
        (fault, _) => Err(Refusal::of_fault(fault, buffer.offset_of_end())),
    })
}

#[cfg(test)]
mod tests;
