//! `wsblame check`: analyse captures, print the report, say by the exit status what it says.

use std::io::{self, Write};
use std::path::PathBuf;

use super::args::{Format, REPORT, rule_name, rule_severity};
use super::console::Console;
use super::draft::Draft;
use super::evidence::Evidence;
use super::file::{ReportFile, try_places};
use super::interrupt::stop_on_interrupt;
use super::known;
use super::progress::Progress;
use super::reading::Reading;
use super::status::Status;
use crate::analyzer::Exposure;
use crate::driver::{self, Options};
use crate::report::model::Report;
use crate::report::selection::Selection;
use crate::report::{chosen, html, json, markdown, redact, text};
use crate::rules::Severity;
use crate::source::Captures;
use crate::untrusted::Untrusted;

/// Say what broke the WebSocket connections of a capture
///
/// Several captures are analysed in time order as one: the files of a
/// rotation, or captures of several interfaces or hosts. Connections are
/// also found behind a PROXY protocol header, SOCKS or CONNECT. What a
/// pcapng file says beside its packets is in the report: packets that the
/// capture itself lost, interfaces, comments, names of addresses.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  wsblame check ws.pcap
  wsblame check --output incident.md monday.pcapng tuesday.pcapng.gz
  wsblame check /var/captures
  ssh proxy tcpdump -U -w - 'tcp port 8001' | wsblame check -
  wsblame check --evidence evidence.pcapng --redact ws.pcap

Exit status:
  0  nothing is broken
  1  a connection is broken
  2  an input could not be read, or the usage is wrong"
)]
pub(super) struct Check {
    #[command(flatten)]
    reading: Reading,
    /// Text, json, markdown or html
    #[arg(help_heading = REPORT, long, value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    format: Format,
    /// Write it: .txt, .json, .md, .html; repeatable
    #[arg(help_heading = REPORT, long, value_name = "FILE", value_parser = ReportFile::<Format>::parse)]
    output: Vec<ReportFile>,
    /// Tell so many broken connections in full
    ///
    /// The others are counted. If it is not given, text and html tell of 20,
    /// and markdown of one for each cause. JSON has all of them.
    #[arg(help_heading = REPORT, long, value_name = "N", verbatim_doc_comment)]
    top: Option<usize>,
    /// Report findings of these rules only
    #[arg(help_heading = REPORT, long, value_name = "RULE,..", value_delimiter = ',', value_parser = rule_name)]
    only: Vec<&'static str>,
    /// Report no findings of these rules
    #[arg(help_heading = REPORT, long, value_name = "RULE,..", value_delimiter = ',', value_parser = rule_name)]
    ignore: Vec<&'static str>,
    /// Take a rule for error, warning or info
    ///
    /// It takes the place of the rule's own severity, and so decides which
    /// connections are broken. Cases that the rule itself takes for less
    /// stay so. The report says which rules were changed.
    #[arg(
        help_heading = REPORT, long,
        value_name = "RULE=LEVEL",
        verbatim_doc_comment,
        value_delimiter = ',',
        value_parser = rule_severity
    )]
    severity: Vec<(&'static str, Severity)>,
    /// Know these proxies and timers, too; repeatable
    ///
    /// A file in TOML, written as docs/products.md says. Its products go
    /// before those that wsblame knows; those of the same name change them.
    #[arg(help_heading = REPORT, long, value_name = "FILE", verbatim_doc_comment)]
    products: Vec<PathBuf>,
    /// Show query strings and header values unmasked
    ///
    /// They often hold credentials.
    #[arg(help_heading = REPORT, long)]
    show_headers: bool,
    /// Hide the reasons of Close frames
    ///
    /// In evidence the payload of all frames is masked.
    #[arg(help_heading = REPORT, long)]
    redact: bool,
    /// Print no report, only set the exit status
    ///
    /// Errors are still told on standard error.
    #[arg(help_heading = REPORT, long, short)]
    quiet: bool,
    #[command(flatten)]
    evidence: Evidence,
}

impl Check {
    pub(super) fn run(&self, console: Console) -> Status {
        if let Err(status) = known::take_into_use(&self.products, console) {
            return status;
        }
        let wanted = !self.quiet && !self.reading.no_progress && console.is_watched();
        let mut progress = Progress::new(wanted);
        let options = Options {
            exposure: Exposure {
                headers: self.show_headers,
            },
            choice: self.reading.choosing.choice(),
            stop: stop_on_interrupt(),
            ..Options::default()
        };
        let captures = Captures::gather(&self.reading.captures);
        let names: Vec<&str> = captures.inputs().map(|(name, _)| name).collect();
        if let Err(status) = try_places(&self.output, names, console) {
            return status;
        }
        let draft = match self.evidence.begin(&captures, console) {
            Ok(draft) => draft,
            Err(status) => return status,
        };
        let mut report = driver::check_captures(&captures, &options, &mut |read, total| {
            progress.update(read, total);
        });
        progress.finish();
        self.shape(&mut report);
        let status = draft.map(|draft| self.prove(draft, &captures, &report, &options, console));
        let delivered = self.deliver(&report, console);
        status.map_or(delivered, |status| delivered.max(status))
    }

    /// Writes the evidence.
    fn prove(
        &self,
        draft: Draft,
        captures: &Captures,
        report: &Report,
        options: &Options,
        console: Console,
    ) -> Status {
        let how = (options, self.redact);
        self.evidence.write(draft, captures, report, how, console)
    }

    /// Writes the report wherever it is wanted.
    fn deliver(&self, report: &Report, console: Console) -> Status {
        let mut status = status(report);
        for input in &report.inputs {
            for reason in input.errors() {
                let name = Untrusted(input.name.as_bytes());
                // The reason was made harmless where it was made.
                status = status.max(console.complain(name, reason));
            }
        }
        for file in &self.output {
            let mut inputs = report.inputs.iter().map(|input| input.name.as_str());
            let written = if file.is_one_of(&mut inputs) {
                let refusal = "is one of the captures, and no report takes its place";
                Err(io::Error::other(refusal))
            } else {
                file.write(|out| write(report, file.format, self.top, out))
            };
            if let Err(error) = written {
                let name = file.path.as_os_str().as_encoded_bytes();
                status = status.max(console.complain(Untrusted(name), error));
            }
        }
        let unseen = self.quiet || matches!(self.format, Format::Json);
        if unseen
            && report.connections.is_empty()
            && let Some(nothing) = chosen::nothing(report)
        {
            console.note(nothing);
        }
        // What was just said on standard error is all there is to say.
        let is_empty = report.inputs.iter().all(|input| input.format.is_none());
        if self.quiet || (is_empty && matches!(self.format, Format::Text)) {
            return status;
        }
        status.max(match self.format {
            Format::Text => console.styled(|out| write(report, Format::Text, self.top, out)),
            plain => console.plain(|out| write(report, plain, self.top, out)),
        })
    }

    /// Leaves in the report what was asked for.
    fn shape(&self, report: &mut Report) {
        let selection = Selection {
            only: self.only.clone(),
            ignore: self.ignore.clone(),
            severity: self.severity.clone(),
        };
        selection.apply(report);
        if self.redact {
            redact::close_reasons(report);
        }
    }
}

pub(super) fn status(report: &Report) -> Status {
    if report
        .inputs
        .iter()
        .any(|input| input.errors().next().is_some())
    {
        Status::Failed
    } else if report.summary.broken > 0 {
        Status::Broken
    } else {
        Status::Sound
    }
}

/// Writes a report in a form; of broken connections at most `top` are told in full, or as many as the
/// form tells by itself.
pub(super) fn write(
    report: &Report,
    format: Format,
    top: Option<usize>,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    match format {
        Format::Text => text::write_at_most(report, top, out),
        Format::Json => json::write(report, out),
        Format::Markdown => markdown::write(report, top, out),
        Format::Html => html::write(report, top.unwrap_or(html::TOP), out),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _, ValueEnum as _};

    use super::*;
    use crate::report::sample;

    fn parse(arguments: &[&str]) -> Result<Check, clap::Error> {
        let command = Check::augment_args(Command::new("check"));
        let matches = command.try_get_matches_from([&["check"], arguments].concat())?;
        Check::from_arg_matches(&matches)
    }

    #[test]
    fn the_exit_status_says_what_the_report_says() {
        let clean = sample::clean_with_gaps();
        assert_eq!(status(&clean), Status::Sound);
        let mut broken = sample::runbook();
        assert_eq!(status(&broken), Status::Broken);
        broken.inputs[0].truncated = true;
        assert_eq!(status(&broken), Status::Broken);
        broken.inputs[0].error = Some("damaged".to_owned());
        assert_eq!(status(&broken), Status::Failed);
    }

    #[test]
    fn redacted_reports_hold_no_reason() {
        let mut report = sample::runbook();
        let check = parse(&["--redact", "x"]).unwrap();
        check.shape(&mut report);
        let mut out = Vec::new();
        for format in Format::value_variants() {
            write(&report, *format, check.top, &mut out).unwrap();
        }
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains("must be clear"));
        assert!(text.contains("[redacted]"));
    }

    #[test]
    fn bad_usage_is_refused() {
        for arguments in [
            &[][..],
            &["--output", "x.pdf", "y"],
            &["--only", "no-such-rule", "y"],
            &["--format", "pdf", "y"],
        ] {
            let error = parse(arguments).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{error}");
        }
    }
}
