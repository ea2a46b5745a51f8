//! `wsblame compare`: hold the two legs of connections against each other, print what is not the
//! same, say by the exit status whether anything must not be.

use std::io::{self, Write};
use std::path::PathBuf;

use super::args::{Format, REPORT};
use super::choosing::Choosing;
use super::console::Console;
use super::file::{ReportFile, try_places};
use super::interrupt::stop_on_interrupt;
use super::progress::Progress;
use super::status::Status;
use crate::analyzer::Exposure;
use crate::compare::compare;
use crate::driver::{self, Options, Recording};
use crate::report::model::Comparison;
use crate::report::{json, markdown, redact, text};
use crate::source::Captures;
use crate::untrusted::Untrusted;

/// Say what a proxy changed, from captures of both sides of it
///
/// The legs of each connection are paired, their clocks aligned by what
/// passed on them, and their heads, frames, messages and ends held against
/// each other. Of one capture that holds both legs, as one of all interfaces
/// of the proxy's host, the legs are found in it. The same connection
/// captured at two places, and two runs of the same client, one directly and
/// one through the proxy, are noticed and compared as that.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  wsblame compare client-side.pcap server-side.pcap
  wsblame compare proxy-any.pcap
  wsblame compare direct.pcap through-the-proxy.pcap
  wsblame compare --format json client-side.pcap server-side.pcap

Exit status:
  0  nothing is broken, and nothing was changed that must not be
  1  a connection is broken, or something was changed that must not be
  2  an input could not be read, or the usage is wrong"
)]
pub(super) struct Compare {
    /// The capture from the client's side of the proxy
    ///
    /// A file, or a directory of files; - is standard input.
    #[arg(required = true, value_name = "NEAR_CLIENT")]
    near_client: PathBuf,
    /// The one from the server's side; none if the first holds both
    #[arg(value_name = "NEAR_SERVER")]
    near_server: Option<PathBuf>,
    /// Show no progress bar
    #[arg(long)]
    no_progress: bool,
    #[command(flatten)]
    choosing: Choosing,
    /// Print text, json or markdown
    #[arg(help_heading = REPORT, long, value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    format: Format,
    /// Write it there, too: .txt, .json, .md; repeatable
    #[arg(help_heading = REPORT, long, value_name = "FILE", value_parser = ReportFile::<Format>::parse)]
    output: Vec<ReportFile>,
    /// Show query strings and header values unmasked
    ///
    /// They often hold credentials.
    #[arg(help_heading = REPORT, long)]
    show_headers: bool,
    /// Hide the reasons of Close frames
    #[arg(help_heading = REPORT, long)]
    redact: bool,
    /// Print no report, only set the exit status
    ///
    /// Errors are still told on standard error.
    #[arg(help_heading = REPORT, long, short)]
    quiet: bool,
}

impl Compare {
    pub(super) fn run(&self, console: Console) -> Status {
        let exposure = Exposure {
            headers: self.show_headers,
        };
        let options = Options {
            exposure,
            choice: self.choosing.choice(),
            stop: stop_on_interrupt(),
            ..Options::default()
        };
        let outputs = self.output.iter().map(|file| file.format);
        if outputs.chain([self.format]).any(|it| it == Format::Html) {
            let instead = "is for `check` and `report`: a comparison is written as text, JSON or \
                           Markdown";
            return console.complain("HTML", instead);
        }
        let captures = [Some(&self.near_client), self.near_server.as_ref()];
        let names: Vec<&str> = captures
            .into_iter()
            .flatten()
            .filter_map(|it| it.to_str())
            .collect();
        if let Err(status) = try_places(&self.output, names, console) {
            return status;
        }
        let near_client = self.record(&self.near_client, 0, &options, console);
        let read = u32::try_from(near_client.report.inputs.len()).unwrap_or(u32::MAX);
        let near_server = self.near_server.as_ref();
        let near_server = near_server.map(|path| self.record(path, read, &options, console));
        let comparison = compare(near_client, near_server, exposure);
        self.deliver(comparison, console)
    }

    fn record(&self, path: &PathBuf, first: u32, options: &Options, console: Console) -> Recording {
        let wanted = !self.quiet && !self.no_progress && console.is_watched();
        let mut progress = Progress::new(wanted);
        let captures = Captures::gather(std::slice::from_ref(path));
        let recording = driver::record(&captures, first, options, &mut |read, total| {
            progress.update(read, total);
        });
        progress.finish();
        recording
    }

    /// Writes the report wherever it is wanted.
    fn deliver(&self, mut comparison: Comparison, console: Console) -> Status {
        if self.redact {
            redact::comparison(&mut comparison);
        }
        let mut status = status(&comparison);
        for input in &comparison.inputs {
            for reason in input.errors() {
                let name = Untrusted(input.name.as_bytes());
                // The reason was made harmless where it was made.
                status = status.max(console.complain(name, reason));
            }
        }
        for file in &self.output {
            let mut inputs = comparison.inputs.iter().map(|input| input.name.as_str());
            let written = if file.is_one_of(&mut inputs) {
                let refusal = "is one of the captures, and no report takes its place";
                Err(io::Error::other(refusal))
            } else {
                file.write(|out| write(&comparison, file.format, out))
            };
            if let Err(error) = written {
                let name = file.path.as_os_str().as_encoded_bytes();
                status = status.max(console.complain(Untrusted(name), error));
            }
        }
        // What was just said on standard error is all there is to say.
        let is_empty = comparison.inputs.iter().all(|input| input.format.is_none());
        if self.quiet || (is_empty && matches!(self.format, Format::Text)) {
            return status;
        }
        status.max(match self.format {
            Format::Text => console.styled(|out| write(&comparison, Format::Text, out)),
            plain => console.plain(|out| write(&comparison, plain, out)),
        })
    }
}

pub(super) fn status(comparison: &Comparison) -> Status {
    let inputs = &comparison.inputs;
    if inputs.iter().any(|input| input.errors().next().is_some()) {
        Status::Failed
    } else if comparison.summary.broken > 0 || comparison.summary.illegal > 0 {
        Status::Broken
    } else {
        Status::Sound
    }
}

pub(super) fn write(
    comparison: &Comparison,
    format: Format,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    match format {
        Format::Text => text::comparison::write(comparison, out),
        Format::Json => json::write_comparison(comparison, out),
        Format::Markdown => markdown::comparison::write(comparison, out),
        Format::Html => Err(io::Error::other("there is no HTML of a comparison")),
    }
}
