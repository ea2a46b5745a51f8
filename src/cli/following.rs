//! What the commands that follow conversations have in common: which connection, which side, and
//! how lines reach their reader as they come.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::ops::ControlFlow;

use clap::ValueEnum;

use super::args::Format;
use super::console::Console;
use super::progress::Progress;
use super::reading::Reading;
use super::status::Status;
use crate::analyzer::watch::{Seen, Sight};
use crate::decode::Endpoint;
use crate::driver::{self, Options};
use crate::limits::Limits;
use crate::packet::PacketId;
use crate::report::lines::{Lines, Shape, Subject};
use crate::report::model;
use crate::report::names::Names;
use crate::side::Side;
use crate::source::Captures;
use crate::untrusted::Untrusted;

#[derive(Debug, clap::Args)]
pub(super) struct Following {
    #[command(flatten)]
    reading: Reading,
    /// What is printed: text or json
    ///
    /// json is one object a line.
    #[arg(long, value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    pub(super) format: Format,
    /// Only this connection: its id or its client
    ///
    /// The id is the one that `check` gives it, for which the captures are
    /// read twice. The client is an address and port, as 10.0.0.5:51234 or
    /// [2001:db8::1]:51234.
    #[arg(long, value_name = "ID|CLIENT", value_parser = Wanted::parse, verbatim_doc_comment)]
    connection: Option<Wanted>,
    /// Only what this side sent: client or server
    #[arg(long, value_enum, value_name = "SIDE", hide_possible_values = true)]
    sender: Option<Sender>,
    /// Show payloads, unmasked
    ///
    /// They may hold whatever the users of the connection wrote.
    #[arg(long)]
    pub(super) show_payload: bool,
    /// Hide the reasons of Close frames
    #[arg(long)]
    redact: bool,
}

/// Who sent something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sender {
    Client,
    Server,
}

/// A connection as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// The number that `check` gives it.
    Id(u64),
    /// Its client.
    Client(Endpoint),
}

impl Wanted {
    fn parse(wanted: &str) -> Result<Self, String> {
        if let Ok(id) = wanted.parse() {
            return Ok(Self::Id(id));
        }
        let client: SocketAddr = wanted.parse().map_err(|_fault| {
            "it is an id, or a client as 10.0.0.5:51234 or [2001:db8::1]:51234".to_owned()
        })?;
        Ok(Self::Client(Endpoint {
            address: client.ip(),
            port: client.port(),
        }))
    }
}

/// The connections whose lines are wanted.
#[derive(Clone, Copy, Debug)]
enum Chosen {
    All,
    Client(Endpoint),
    FirstPacket(PacketId),
}

impl Chosen {
    fn has(self, seen: &Seen) -> bool {
        match self {
            Self::All => true,
            Self::Client(client) => seen.connection.client == client,
            Self::FirstPacket(packet) => seen.connection.first_packet == packet,
        }
    }
}

impl Following {
    /// Writes a line for each thing that was read and that `wants` lets pass.
    pub(super) fn run(
        &self,
        console: Console,
        subject: Subject,
        wants: impl Fn(&Seen) -> bool,
    ) -> Status {
        let captures = Captures::gather(&self.reading.captures);
        let chosen = match self.chosen(&captures) {
            Ok(chosen) => chosen,
            Err(reason) => return console.complain("--connection", reason),
        };
        let sender = self.sender.map(|sender| match sender {
            Sender::Client => Side::Client,
            Sender::Server => Side::Server,
        });
        let others = captures.passed_over().not_captures.len();
        if others > 0 {
            console.remark(format_args!(
                "files that are no captures, passed over: {others}"
            ));
        }
        let mut inputs = Vec::new();
        let write = |out: &mut dyn Write| {
            inputs = self.follow(console, subject, &captures, out, &|seen| {
                let its_sender = seen.moment.sender();
                chosen.has(seen)
                    && (sender.is_none() || its_sender.is_none() || its_sender == sender)
                    && wants(seen)
            })?;
            Ok(())
        };
        let status = match self.format {
            Format::Text => console.styled(write),
            Format::Json => console.plain(write),
        };
        inputs.iter().fold(status, |status, input| {
            let name = Untrusted(input.name.as_bytes());
            match &input.error {
                // The reason was made harmless where it was made.
                Some(reason) => status.max(console.complain(name, reason)),
                None => status,
            }
        })
    }

    fn follow(
        &self,
        console: Console,
        subject: Subject,
        captures: &Captures,
        out: &mut dyn Write,
        wants: &dyn Fn(&Seen) -> bool,
    ) -> io::Result<Vec<model::Input>> {
        let options = Options::default();
        let mut lines = Lines::new(self.shape(subject, captures));
        let at_once = console.is_read_by_people() || !captures.are_files();
        // A bar and lines on one terminal would be written over one another.
        let barred =
            !self.reading.no_progress && console.is_watched() && !console.is_read_by_people();
        let mut progress = Progress::new(barred);
        let mut written = Ok(());
        let mut show = |seen: Seen| {
            if wants(&seen) {
                written = lines.write(&seen, out);
                if at_once && written.is_ok() {
                    written = out.flush();
                }
            }
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        };
        let sight = self.sight(subject, &options.limits);
        let report = driver::watch(captures, &options, sight, &mut show, &mut |read, total| {
            progress.update(read, total);
        });
        progress.finish();
        written.map(|()| report.inputs)
    }

    fn shape(&self, subject: Subject, captures: &Captures) -> Shape {
        Shape {
            subject,
            json: self.format == Format::Json,
            payload: self.show_payload,
            reasons: !self.redact,
            inputs: Names::new(captures.inputs().map(|(name, _)| name)),
        }
    }

    fn sight(&self, subject: Subject, limits: &Limits) -> Sight {
        let bytes = |limit: usize| match (self.show_payload, self.format) {
            (false, _) => 0,
            (true, Format::Text) => Lines::TEXT_BYTES,
            (true, Format::Json) => limit,
        };
        match subject {
            Subject::Frames => Sight {
                frame_bytes: bytes(limits.watched_frame_bytes),
                message_bytes: None,
            },
            Subject::Messages => Sight {
                frame_bytes: 0,
                message_bytes: Some(bytes(limits.watched_message_bytes)),
            },
        }
    }

    /// The connection that is asked for.
    fn chosen(&self, captures: &Captures) -> Result<Chosen, String> {
        let id = match self.connection {
            None => return Ok(Chosen::All),
            Some(Wanted::Client(client)) => return Ok(Chosen::Client(client)),
            Some(Wanted::Id(id)) => id,
        };
        if !captures.are_files() {
            return Err(
                "ids are known at the end of a capture, and standard input or a pipe cannot be \
                 read twice; save it to a file, or name the client"
                    .to_owned(),
            );
        }
        let report = driver::check_captures(captures, &Options::default(), &mut |_, _| {});
        let connection = report.connections.iter().find(|it| it.id == id);
        match connection {
            Some(connection) => Ok(Chosen::FirstPacket(PacketId {
                input: connection.input,
                number: connection.first_packet,
            })),
            None => Err(format!(
                "no connection {id}; there are {} (wsblame check --format json lists them)",
                report.connections.len()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_named_by_its_id_or_its_client() {
        assert_eq!(Wanted::parse("7"), Ok(Wanted::Id(7)));
        for client in ["10.0.0.5:51234", "[2001:db8::1]:51234"] {
            let Ok(Wanted::Client(endpoint)) = Wanted::parse(client) else {
                panic!("{client}");
            };
            assert_eq!(endpoint.to_string(), client);
        }
        for other in ["", "-1", "10.0.0.5", "2001:db8::1:443", "host:80"] {
            assert!(Wanted::parse(other).is_err(), "{other}");
        }
    }
}
