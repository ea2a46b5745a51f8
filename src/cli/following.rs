//! What the commands that follow conversations have in common: which connection, which side, and
//! how lines reach their reader as they come.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;

use clap::ValueEnum;

use super::args::{CHOOSE, REPORT, TextOrJson};
use super::choosing::find_ids;
use super::console::Console;
use super::interrupt::stop_on_interrupt;
use super::progress::Progress;
use super::reading::Reading;
use super::status::Status;
use crate::analyzer::watch::{Seen, Sight};
use crate::choice::{Choice, Named};
use crate::driver::{self, Options};
use crate::limits::Limits;
use crate::packet::LinkType;
use crate::report::chosen;
use crate::report::lines::{Lines, Shape, Subject};
use crate::report::model::{Input, Interface, Report};
use crate::report::names::Names;
use crate::side::Side;
use crate::source::{Captures, Stop};
use crate::untrusted::Untrusted;

#[derive(Debug, clap::Args)]
pub(super) struct Following {
    #[command(flatten)]
    reading: Reading,
    /// What is printed: text or json
    ///
    /// json is one object a line.
    #[arg(help_heading = REPORT, long, value_enum, default_value_t = TextOrJson::Text, hide_possible_values = true)]
    pub(super) format: TextOrJson,
    /// Only what this side sent: client or server
    #[arg(help_heading = CHOOSE, long, value_enum, value_name = "SIDE", hide_possible_values = true)]
    sender: Option<Sender>,
    /// Show payloads, unmasked
    ///
    /// They may hold whatever the users of the connection wrote.
    #[arg(help_heading = REPORT, long)]
    pub(super) show_payload: bool,
    /// Hide the reasons of Close frames
    #[arg(help_heading = REPORT, long)]
    redact: bool,
}

/// Who sent something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sender {
    Client,
    Server,
}

impl Following {
    /// Writes a line for each thing that was read and that `wants` lets pass.
    pub(super) fn run(
        &self,
        console: Console,
        subject: Subject,
        wants: impl Fn(&Seen) -> bool,
    ) -> Status {
        let stop = stop_on_interrupt();
        let captures = Captures::gather(&self.reading.captures);
        let choice = match self.choice(&captures, &stop) {
            Ok(choice) => choice,
            Err(reason) => return console.complain("--connection", reason),
        };
        let sender = self.sender.map(|sender| match sender {
            Sender::Client => Side::Client,
            Sender::Server => Side::Server,
        });
        let others = captures.passed_over().not_captures.len();
        if others > 0 {
            console.note(format_args!(
                "files that are no captures, passed over: {others}"
            ));
        }
        let options = Options {
            choice,
            stop,
            ..Options::default()
        };
        let (mut report, mut any) = (None, false);
        let write = |out: &mut dyn Write| {
            let mut wants = |seen: &Seen| {
                any = true;
                let its_sender = seen.moment.sender();
                (sender.is_none() || its_sender.is_none() || its_sender == sender) && wants(seen)
            };
            report = Some(self.follow(console, subject, &captures, &options, out, &mut wants)?);
            Ok(())
        };
        let status = match self.format {
            TextOrJson::Text => console.styled(write),
            TextOrJson::Json => console.plain(write),
        };
        let Some(report) = report else { return status };
        if !any {
            let was_read = report.inputs.iter().any(|input| input.format.is_some());
            if let Some(nothing) = chosen::nothing(&report) {
                console.note(nothing);
            } else if was_read {
                console.note("no WebSocket connection; wsblame check says what there is instead");
            }
        }
        for input in &report.inputs {
            let name = Untrusted(input.name.as_bytes());
            for (link, packets) in unread_links(input) {
                console.note(format_args!(
                    "{name}: link type {}, cannot be read (packets: {packets})",
                    LinkType(link)
                ));
            }
        }
        for input in report.inputs.iter().filter(|input| input.truncated) {
            let name = Untrusted(input.name.as_bytes());
            console.note(format_args!(
                "{name}: ends in the middle of a packet, read up to there"
            ));
        }
        report.inputs.iter().fold(status, |status, input| {
            let name = Untrusted(input.name.as_bytes());
            // The reasons were made harmless where they were made.
            let complaints = input.errors().map(|reason| console.complain(name, reason));
            complaints.fold(status, Status::max)
        })
    }

    fn follow(
        &self,
        console: Console,
        subject: Subject,
        captures: &Captures,
        options: &Options,
        out: &mut dyn Write,
        wants: &mut dyn FnMut(&Seen) -> bool,
    ) -> io::Result<Report> {
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
        let report = driver::watch(captures, options, sight, &mut show, &mut |read, total| {
            progress.update(read, total);
        });
        progress.finish();
        written.map(|()| report)
    }

    fn shape(&self, subject: Subject, captures: &Captures) -> Shape {
        Shape {
            subject,
            json: self.format == TextOrJson::Json,
            payload: self.show_payload,
            reasons: !self.redact,
            inputs: Names::new(captures.inputs().map(|(name, _)| name)),
        }
    }

    fn sight(&self, subject: Subject, limits: &Limits) -> Sight {
        let bytes = |limit: usize| match (self.show_payload, self.format) {
            (false, _) => 0,
            (true, TextOrJson::Text) => Lines::TEXT_BYTES,
            (true, TextOrJson::Json) => limit,
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

    /// What is chosen, with the connections found that are named by their ids.
    fn choice(&self, captures: &Captures, stop: &Stop) -> Result<Choice, String> {
        let mut choice = self.reading.choosing.choice();
        let is_id = |named: &Named| matches!(named, Named::Id { .. });
        if choice.connections.iter().any(is_id) {
            if !captures.are_files() {
                return Err(
                    "ids are known at the end of a capture, and standard input cannot be read \
                     twice; save it to a file, or name the client"
                        .to_owned(),
                );
            }
            find_ids(&mut choice, captures, stop)?;
        }
        Ok(choice)
    }
}

/// Packets of which not even the link can be read, by its type.
fn unread_links(input: &Input) -> BTreeMap<u32, u64> {
    let mut links = BTreeMap::new();
    let unread = |it: &&Interface| !it.link_type.readable && it.packets > 0;
    for interface in input.interfaces.iter().filter(unread) {
        let packets: &mut u64 = links.entry(interface.link_type.number).or_default();
        *packets = packets.saturating_add(interface.packets);
    }
    links
}
