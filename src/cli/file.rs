//! Report files. It knows which ending means which format, and how a file appears whole or not
//! at all.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anstream::StripStream;

use super::args::Format;

/// A file that a report is to be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportFile {
    pub(super) path: PathBuf,
    pub(super) format: Format,
}

impl ReportFile {
    /// The file of this name; its ending chooses the format.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        let path = PathBuf::from(name);
        let format = match path.extension().and_then(OsStr::to_str) {
            Some("json") => Format::Json,
            Some("txt") => Format::Text,
            Some("html") => Format::Html,
            _ => return Err("the ending chooses the format: .json, .txt or .html".to_owned()),
        };
        Ok(Self { path, format })
    }

    /// The file of this name, of what has no form for a browser.
    pub(super) fn parse_plain(name: &str) -> Result<Self, String> {
        match Self::parse(name)? {
            file if file.format == Format::Html => Err("there is no HTML of that".to_owned()),
            file => Ok(file),
        }
    }

    /// Whether it is one of these files, as far as they can be found.
    pub(super) fn is_one_of<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        let Ok(path) = fs::canonicalize(&self.path) else {
            return false;
        };
        names
            .into_iter()
            .any(|name| fs::canonicalize(name).is_ok_and(|found| found == path))
    }

    /// Writes the file beside its place and moves it there, so that nobody finds half of it.
    pub(super) fn write(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let temporary = temporary(&self.path);
        // Not through a link that somebody else put there.
        let file = File::create_new(&temporary)?;
        let written = match self.format {
            Format::Json | Format::Html => finish(BufWriter::new(file), write),
            Format::Text => finish(BufWriter::new(StripStream::new(file)), write),
        };
        let moved = written.and_then(|()| fs::rename(&temporary, &self.path));
        if moved.is_err() {
            // The first error is the one to tell.
            let _ = fs::remove_file(&temporary);
        }
        moved
    }
}

fn finish(
    mut out: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    write(&mut out)?;
    out.flush()
}

/// A hidden name in the same directory, which no other run uses at the same time.
fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{sample, text};

    #[test]
    fn the_ending_chooses_the_format() {
        assert_eq!(ReportFile::parse("a/b.json").unwrap().format, Format::Json);
        assert_eq!(ReportFile::parse("b.txt").unwrap().format, Format::Text);
        assert_eq!(ReportFile::parse("b.html").unwrap().format, Format::Html);
        assert!(ReportFile::parse_plain("b.html").is_err());
        for other in ["b.pcap", "b", "-", "", ".json", "b.JSON"] {
            assert!(ReportFile::parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_file_appears_whole_without_styles_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("wsblame-file-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = ReportFile::parse(folder.join("report.txt").to_str().unwrap()).unwrap();

        let failed = file.write(|out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);

        // Long enough for several buffers, so that characters are cut at their ends.
        let connections = (1..=25).map(sample::runbook_connection).collect();
        let report = sample::report(vec![sample::input("ws.pcap")], connections);
        let mut styled = Vec::new();
        text::write(&report, &mut styled).unwrap();
        for padding in 0..4 {
            file.write(|out| {
                out.write_all(&b"xxx"[..padding])?;
                text::write(&report, out)
            })
            .unwrap();
            let written = fs::read_to_string(&file.path).unwrap();
            let styled = std::str::from_utf8(&styled).unwrap();
            let plain = anstream::adapter::strip_str(styled).to_string();
            assert_eq!(&written[padding..], plain);
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
