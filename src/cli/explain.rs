//! `wsblame explain`: what an error text means, its known causes, and which of them a capture
//! supports.

use std::io::{self, Read as _, Write};
use std::path::PathBuf;

use super::args::{REPORT, TextOrJson};
use super::choosing::Choosing;
use super::console::Console;
use super::file::ReportFile;
use super::interrupt::stop_on_interrupt;
use super::progress::Progress;
use super::status::Status;
use crate::driver::{self, Options};
use crate::report::explanation::{self, Explanation};
use crate::report::model::Report;
use crate::report::text;
use crate::symptoms::text::LOOKED_AT;
use crate::untrusted::Untrusted;

/// Explain an error text, and hold its known causes against a capture
///
/// What a library wrote, as it stands in its log: also with the rest of the
/// line around it, cut off, or a mere number as 1006. It says what that means,
/// which causes are known, what each looks like on the wire, who would be at
/// fault and what to change; with captures, which of them these support and
/// which they rule out.
#[derive(Debug, clap::Args)]
#[command(
    verbatim_doc_comment,
    after_help = "\
Examples:
  wsblame explain 'Invalid WebSocket frame: RSV1 must be clear'
  wsblame explain 1006 ws.pcap
  tail -n 1 app.log | wsblame explain - monday.pcap tuesday.pcap

Exit status:
  0  it is explained, or not known; no capture, or nothing broken in it
  1  a connection in the captures is broken
  2  an input could not be read, or the usage is wrong"
)]
pub(super) struct Explain {
    /// The error text, or - for standard input
    ///
    /// At most its first 16 KiB are looked at.
    #[arg(value_name = "TEXT")]
    text: String,
    /// Captures to hold its causes against, as for check
    #[arg(value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Show no progress bar
    #[arg(long)]
    no_progress: bool,
    #[command(flatten)]
    choosing: Choosing,
    /// What is printed: text or json
    #[arg(help_heading = REPORT, long, value_enum, default_value_t = TextOrJson::Text, hide_possible_values = true)]
    format: TextOrJson,
    /// Write it there, too: .json or .txt; repeatable
    #[arg(help_heading = REPORT, long, value_name = "FILE", value_parser = ReportFile::<TextOrJson>::parse)]
    output: Vec<ReportFile<TextOrJson>>,
}

impl Explain {
    pub(super) fn run(&self, console: Console) -> Status {
        let text = match self.text() {
            Ok(text) => text,
            Err(reason) => return console.complain("the text", reason),
        };
        let report = (!self.captures.is_empty()).then(|| self.read(console));
        let mut status = Status::Sound;
        if let Some(report) = &report {
            if report.summary.broken > 0 {
                status = Status::Broken;
            }
            for input in &report.inputs {
                for reason in input.errors() {
                    let name = Untrusted(input.name.as_bytes());
                    // The reason was made harmless where it was made.
                    status = status.max(console.complain(name, reason));
                }
            }
        }
        let explanation = explanation::explain(&text, report.as_ref());
        for file in &self.output {
            let inputs = report.iter().flat_map(|report| &report.inputs);
            let written = if file.is_one_of(inputs.map(|input| input.name.as_str())) {
                let refusal = "is one of the captures, and no report takes its place";
                Err(io::Error::other(refusal))
            } else {
                file.write(|out| write(&explanation, file.format, out))
            };
            if let Err(error) = written {
                let name = file.path.as_os_str().as_encoded_bytes();
                status = status.max(console.complain(Untrusted(name), error));
            }
        }
        status.max(match self.format {
            TextOrJson::Text => console.styled(|out| write(&explanation, TextOrJson::Text, out)),
            TextOrJson::Json => console.plain(|out| write(&explanation, TextOrJson::Json, out)),
        })
    }

    /// The text that was pasted, or comes from standard input.
    fn text(&self) -> Result<String, String> {
        if self.text != "-" {
            return Ok(self.text.clone());
        }
        if self.captures.iter().any(|it| it.as_os_str() == "-") {
            return Err("standard input is either the text or a capture".to_owned());
        }
        // A character more than is looked at: so that it is known that there is more.
        let most = LOOKED_AT as u64 + 4;
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn read(&self, console: Console) -> Report {
        let mut progress = Progress::new(!self.no_progress && console.is_watched());
        let options = Options {
            choice: self.choosing.choice(),
            stop: stop_on_interrupt(),
            ..Options::default()
        };
        let report = driver::check(&self.captures, &options, &mut |read, total| {
            progress.update(read, total);
        });
        progress.finish();
        report
    }
}

fn write(
    explanation: &Explanation,
    format: TextOrJson,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    match format {
        TextOrJson::Text => text::explanation::write(explanation, out),
        TextOrJson::Json => explanation::write_json(explanation, out),
    }
}
