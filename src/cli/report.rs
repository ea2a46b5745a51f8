//! `wsblame report`: render an earlier JSON report in another form, so that one analysis serves many
//! readers.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::{Format, REPORT};
use super::console::Console;
use super::file::ReportFile;
use super::status::Status;
use super::{check, compare};
use crate::report::redact;
use crate::report::saved::{Saved, Unreadable};
use crate::untrusted::Untrusted;

/// Render an earlier JSON report in another form
///
/// Of `check` or `compare`, as --format json or --output report.json wrote it:
/// the captures are not needed any more.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  wsblame check --output incident.json ws.pcap
  wsblame report incident.json
  wsblame report incident.json --output ticket.md

Exit status:
  0  nothing is broken in it
  1  a connection is broken in it
  2  it could not be read, or the usage is wrong"
)]
pub(super) struct Rendering {
    /// The report; - is standard input
    #[arg(value_name = "REPORT.json")]
    report: PathBuf,
    /// What is printed: text, json or markdown
    #[arg(help_heading = REPORT, long, value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    format: Format,
    /// Write it there, too: .txt, .json or .md; repeatable
    #[arg(help_heading = REPORT, long, value_name = "FILE", value_parser = ReportFile::<Format>::parse)]
    output: Vec<ReportFile>,
    /// Broken connections that are told in full
    #[arg(help_heading = REPORT, long, value_name = "N")]
    top: Option<usize>,
    /// Hide the reasons of Close frames
    #[arg(help_heading = REPORT, long)]
    redact: bool,
    /// Print no report, only set the exit status
    ///
    /// Errors are still told on standard error.
    #[arg(help_heading = REPORT, long, short)]
    quiet: bool,
}

impl Rendering {
    pub(super) fn run(&self, console: Console) -> Status {
        let name = Untrusted(self.report.as_os_str().as_encoded_bytes());
        let mut saved = match self.read() {
            Ok(saved) => saved,
            Err(unreadable) => return console.complain(name, unreadable),
        };
        if self.redact {
            match &mut saved {
                Saved::Report(report) => redact::close_reasons(report),
                Saved::Comparison(comparison) => redact::comparison(comparison),
            }
        }
        let mut status = status(&saved);
        for file in &self.output {
            let own = self.report.to_str();
            let written = if file.is_one_of(own) {
                let refusal = "is the report itself, and nothing takes its place";
                Err(io::Error::other(refusal))
            } else {
                file.write(|out| self.write(&saved, file.format, out))
            };
            if let Err(error) = written {
                let name = file.path.as_os_str().as_encoded_bytes();
                status = status.max(console.complain(Untrusted(name), error));
            }
        }
        if self.quiet {
            return status;
        }
        status.max(match self.format {
            Format::Text => console.styled(|out| self.write(&saved, Format::Text, out)),
            other => console.plain(|out| self.write(&saved, other, out)),
        })
    }

    fn read(&self) -> Result<Saved, Unreadable> {
        if self.report == Path::new("-") {
            Saved::read(io::stdin().lock())
        } else {
            Saved::read(File::open(&self.report)?)
        }
    }

    fn write(
        &self,
        saved: &Saved,
        format: Format,
        out: &mut (impl Write + ?Sized),
    ) -> io::Result<()> {
        match saved {
            Saved::Report(report) => check::write(report, format, self.top, out),
            Saved::Comparison(comparison) => compare::write(comparison, format, out),
        }
    }
}

fn status(saved: &Saved) -> Status {
    match saved {
        Saved::Report(report) => check::status(report),
        Saved::Comparison(comparison) => compare::status(comparison),
    }
}
