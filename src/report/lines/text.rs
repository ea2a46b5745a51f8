//! Lines for people: columns below a heading that names the connection whenever it changes. What
//! stands between frames is set apart.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::Style;

use super::{Shape, Standing, Subject};
use crate::analyzer::watch::{Moment, Seen, Watched, WatchedFrame};
use crate::report::text::{BAD, FAINT, PLAIN, STRONG};
use crate::tcp::{Gap, GapCause};
use crate::untrusted::Untrusted;
use crate::websocket::assembly::{Legible, MessageSeen, Unreadable};
use crate::websocket::close::code_name;
use crate::websocket::header::{FrameHeader, Opcode};
use crate::websocket::message::MessageState;

/// Characters of a payload in a line.
const PAYLOAD: usize = 120;

/// What the heading above the last line said.
#[derive(Debug, Default)]
pub(super) struct Text {
    heading: Option<(Watched, String, u32)>,
}

impl Text {
    pub(super) fn write(
        &mut self,
        shape: &Shape,
        seen: &Seen,
        out: &mut (impl Write + ?Sized),
    ) -> io::Result<()> {
        let standing = Standing::of(&seen.moment);
        let time = standing.time.to_string();
        let (date, clock) = time.split_once('T').unwrap_or(("", &time));
        let heading = (seen.connection, date.to_owned(), standing.packet.input);
        if self.heading.as_ref() != Some(&heading) {
            if self.heading.is_some() {
                out.write_all(b"\n")?;
            }
            write_heading(shape, &heading, out)?;
            if self.heading.is_none() {
                write_columns(shape, out)?;
            }
            self.heading = Some(heading);
        }
        let (number, sender) = (standing.packet.number, standing.sender.as_str());
        write!(
            out,
            "{number:>7}  {:<15}  {sender:<6}  ",
            clock.trim_end_matches('Z')
        )?;
        let rest = match (&seen.moment, shape.subject) {
            (Moment::Frame(frame), Subject::Frames) => frame_line(shape, frame),
            (Moment::Message(message), _) => message_line(shape, message),
            (moment, _) => apart(shape, moment),
        };
        writeln!(out, "{}", rest.trim_end())
    }
}

fn write_heading(
    shape: &Shape,
    (connection, date, input): &(Watched, String, u32),
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let Watched { client, server, .. } = connection;
    write!(out, "{STRONG}{client} → {server}{STRONG:#}, {date}")?;
    match shape.inputs.short(*input) {
        Some(name) => writeln!(out, ", in {}", Untrusted(name.as_bytes())),
        None => writeln!(out),
    }
}

fn write_columns(shape: &Shape, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let columns = match shape.subject {
        Subject::Frames => "opcode       FIN RSV MASK    length",
        Subject::Messages => "message      length  frames    on wire",
    };
    writeln!(
        out,
        "{FAINT} packet  time (UTC)       sender  {columns}{FAINT:#}"
    )
}

fn frame_line(shape: &Shape, frame: &WatchedFrame) -> String {
    let header = &frame.seen.header;
    let bit = |set| if set { "1" } else { "0" };
    let length = header
        .payload_length()
        .map_or_else(|| "?".to_owned(), |length| length.to_string());
    let mut line = format!(
        "{:<12} {:<3} {:<3} {:<4} {length:>9}",
        opcode(header.opcode()),
        bit(header.fin()),
        rsv(header),
        bit(header.masked()),
    );
    if !frame.whole {
        line.push_str("  incomplete");
    }
    if let Some(close) = close(shape, frame) {
        let _ = write!(line, "  {close}");
    }
    broken(&mut line, &frame.rules);
    if shape.payload && frame.close.is_none() {
        let all = header.payload_length().unwrap_or(u64::MAX);
        payload(&mut line, &frame.payload, all, is_text(frame));
    }
    line
}

/// Whether the payload is told as text.
fn is_text(frame: &WatchedFrame) -> bool {
    match (frame.seen.header.opcode(), frame.seen.message) {
        _ if frame.compressed => false,
        (Opcode::Text, _) => true,
        (Opcode::Continuation, MessageState::Open { opcode, .. }) => opcode == Opcode::Text,
        (Opcode::Ping | Opcode::Pong, _) => str::from_utf8(&frame.payload).is_ok(),
        _ => false,
    }
}

fn opcode(opcode: Opcode) -> String {
    match opcode {
        Opcode::Reserved(code) => format!("0x{code:X}"),
        other => other.as_str().to_owned(),
    }
}

/// The numbers of the reserved bits that are set.
fn rsv(header: &FrameHeader) -> String {
    let bits = [(4, '1'), (2, '2'), (1, '3')];
    let shown = bits.map(
        |(bit, name)| {
            if header.rsv() & bit == 0 { '-' } else { name }
        },
    );
    shown.iter().collect()
}

/// Code and reason of a Close.
fn close(shape: &Shape, frame: &WatchedFrame) -> Option<String> {
    let (code, reason) = frame.close.as_ref()?;
    let mut text = match code {
        None => "without a code".to_owned(),
        // Beside the columns of frames there is no room for names.
        Some(code) => match code_name(*code) {
            Some(name) if shape.subject == Subject::Messages => format!("{code} ({name})"),
            _ => code.to_string(),
        },
    };
    if !reason.is_empty() {
        let _ = match shape.reasons {
            true => write!(text, " \"{}\"", Untrusted(reason)),
            false => write!(text, " [redacted]"),
        };
    }
    Some(text)
}

fn broken(line: &mut String, rules: &[&str]) {
    if !rules.is_empty() {
        styled(line, BAD, &rules.join(" "));
    }
}

fn styled(line: &mut String, style: Style, text: &str) {
    let _ = write!(line, "  {style}{text}{style:#}");
}

/// The beginning of a payload of `all` bytes: text between quotation marks, or hexadecimal.
fn payload(line: &mut String, bytes: &[u8], all: u64, is_text: bool) {
    if bytes.is_empty() {
        return;
    }
    let (shown, taken) = if is_text {
        let (text, taken) = Untrusted(bytes).beginning(PAYLOAD);
        (format!("\"{text}\""), taken)
    } else {
        let bytes = bytes.get(..PAYLOAD / 3).unwrap_or(bytes);
        let hexadecimal: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        (hexadecimal.join(" "), bytes.len())
    };
    let rest = if (taken as u64) < all { "…" } else { "" };
    let _ = write!(line, "  {shown}{rest}");
}

fn message_line(shape: &Shape, message: &MessageSeen) -> String {
    let (length, note) = match message.legible {
        Legible::Whole | Legible::Prefix => (Some(message.length), ""),
        Legible::Unfinished => (None, "never finished"),
        Legible::Unreadable(why) => (None, in_short(why)),
    };
    let shown = length.map_or_else(|| "?".to_owned(), |length| length.to_string());
    let mut line = format!(
        "{:<7}  {shown:>9}  {:>6}  {:>9}",
        message.opcode.as_str(),
        message.frames,
        message.wire_length
    );
    let compressed = if message.is_compressed {
        "compressed"
    } else {
        ""
    };
    for note in [compressed, note] {
        if !note.is_empty() {
            let _ = write!(line, "  {note}");
        }
    }
    if shape.payload {
        let all = length.unwrap_or(u64::MAX);
        let is_text = message.opcode == Opcode::Text;
        payload(&mut line, &message.bytes, all, is_text);
    }
    line
}

/// Why a message could not be read, as a note in a line.
fn in_short(why: Unreadable) -> &'static str {
    match why {
        Unreadable::MissingBytes => "not all captured",
        Unreadable::LostContext => "context lost",
        Unreadable::BadDeflate => "bad deflate",
        Unreadable::Bomb => "too large",
        Unreadable::UnknownExtension => "not readable",
        Unreadable::NoRoom => "no room",
    }
}

/// What stands between frames.
fn apart(shape: &Shape, moment: &Moment) -> String {
    let mut rules: &[&str] = &[];
    let text = match moment {
        Moment::Handshake { status, asked, .. } => {
            let outcome = match status {
                101 => "accepted",
                _ => "refused",
            };
            let target = asked.as_ref().map_or("", |asked| &asked.target);
            let target = Untrusted(target.as_bytes());
            format!("handshake {outcome} with {status} {target}")
        }
        Moment::Joined { .. } => "the handshake is not in this capture".to_owned(),
        Moment::Frame(frame) => close(shape, frame).map_or_else(String::new, |close| {
            rules = &frame.rules;
            format!("Close {close}")
        }),
        Moment::Gap {
            gap, lost_place, ..
        } => missing(gap, *lost_place),
        Moment::Foreign {
            kind, rules: its, ..
        } => {
            rules = its;
            match kind {
                Some(kind) => kind.to_string(),
                None => "bytes that cannot be a frame header".to_owned(),
            }
        }
        Moment::Found { .. } => "frames again".to_owned(),
        Moment::End { by_reset, .. } => if *by_reset { "RST" } else { "FIN" }.to_owned(),
        Moment::Message(_) => String::new(),
    };
    let mut line = String::new();
    let _ = write!(line, "{FAINT}--{FAINT:#} {PLAIN}{text}");
    broken(&mut line, rules);
    line
}

fn missing(gap: &Gap, lost_place: bool) -> String {
    let mut text = match (gap.cause, gap.length) {
        (GapCause::Start, 0) => "what was sent before is not in this capture".to_owned(),
        (_, 1) => "1 byte not captured".to_owned(),
        (_, length) => format!("{length} bytes not captured"),
    };
    if lost_place && gap.length > 0 {
        text.push_str("; whole frames may be missing");
    }
    text
}
