//! `--evidence`: where the packets of the broken connections go, and what is said of that.

use std::fs;
use std::io::{self, BufWriter};
use std::path::PathBuf;

use super::args::EVIDENCE;
use super::console::Console;
use super::draft::Draft;
use super::status::Status;
use crate::driver::{self, Options};
use crate::evidence::Wish;
use crate::report::model::Report;
use crate::source::Captures;
use crate::untrusted::Untrusted;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = EVIDENCE)]
pub(super) struct Evidence {
    /// Write the packets of broken connections there
    ///
    /// A pcapng file (its name ends so) with these packets as they were
    /// captured, and comments on those that the report names. The captures
    /// are read twice for it, so that none of them can be a pipe. It holds
    /// payload, unless --redact masks that: frame headers stay then, and what
    /// the report shows of the handshake, and all lengths.
    #[arg(long, value_name = "FILE", value_parser = pcapng, verbatim_doc_comment)]
    evidence: Option<PathBuf>,
    /// Only N packets around what was found
    ///
    /// Before and behind each packet that the report names, those of the
    /// handshake and of the end among them; without it whole connections.
    #[arg(long, value_name = "N", requires = "evidence", verbatim_doc_comment)]
    evidence_context: Option<u64>,
}

/// A name whose ending says that it is this format.
fn pcapng(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    match path.extension() {
        Some(ending) if ending == "pcapng" => Ok(path),
        _ => Err("evidence is a pcapng file: the name ends in .pcapng".to_owned()),
    }
}

impl Evidence {
    /// Begins the file, before anything is analysed; nothing where none is wanted.
    pub(super) fn begin(
        &self,
        captures: &Captures,
        console: Console,
    ) -> Result<Option<Draft>, Status> {
        let Some(path) = &self.evidence else {
            return Ok(None);
        };
        let is_input = fs::canonicalize(path).is_ok_and(|path| {
            let mut names = captures.inputs().map(|(name, _)| name);
            names.any(|name| fs::canonicalize(name).is_ok_and(|found| found == path))
        });
        let begun = if !captures.are_files() {
            let refusal = "evidence needs captures that can be read twice, and one is a pipe: \
                           write it to a file first";
            Err(io::Error::other(refusal))
        } else if is_input {
            let refusal = "is one of the captures, and no evidence takes its place";
            Err(io::Error::other(refusal))
        } else {
            Draft::begin(path)
        };
        begun
            .map(Some)
            .map_err(|error| self.complain(console, &error))
    }

    /// Writes the evidence of what the report calls broken, and puts it in its place.
    pub(super) fn write(
        &self,
        draft: Draft,
        captures: &Captures,
        report: &Report,
        (options, redact): (&Options, bool),
        console: Console,
    ) -> Status {
        if report.summary.broken == 0 {
            console.note("nothing is broken: no evidence was written");
            return Status::Sound;
        }
        let wish = Wish {
            context: self.evidence_context,
            redact,
        };
        let out = BufWriter::new(draft.file());
        let written = driver::evidence(captures, report, options, wish, out);
        let account = match written.and_then(|account| draft.finish().map(|()| account)) {
            Ok(account) => account,
            Err(error) => return self.complain(console, &error),
        };
        let name = self.name();
        let holds = if redact {
            "payload is masked in it"
        } else {
            "it holds payload as it was sent (--redact masks it)"
        };
        console.note(format_args!(
            "{name}: {} of {}; {holds}",
            counted(account.packets, "packet"),
            counted(account.connections, "broken connection"),
        ));
        if account.left_out > 0 {
            console.note(format_args!(
                "{name}: {} left out that may have belonged to them",
                counted(account.left_out, "packet with a fragment"),
            ));
        }
        Status::Sound
    }

    fn name(&self) -> String {
        let path = self.evidence.as_deref().unwrap_or("".as_ref());
        Untrusted(path.as_os_str().as_encoded_bytes()).to_string()
    }

    fn complain(&self, console: Console, error: &io::Error) -> Status {
        console.complain(self.name(), error)
    }
}

fn counted(count: u64, what: &str) -> String {
    match (count, what.split_once(' ')) {
        (1, _) => format!("1 {what}"),
        (_, Some(("packet", rest))) => format!("{count} packets {rest}"),
        _ => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_it_is() {
        assert!(pcapng("a/b.pcapng").is_ok());
        for other in ["b.pcap", "b", "-", "", ".pcapng", "b.pcapng.gz"] {
            assert!(pcapng(other).is_err(), "{other}");
        }
    }

    #[test]
    fn what_is_counted_is_one_or_many() {
        assert_eq!(counted(1, "packet"), "1 packet");
        assert_eq!(counted(2, "broken connection"), "2 broken connections");
        assert_eq!(
            counted(3, "packet with a fragment"),
            "3 packets with a fragment"
        );
    }
}
