//! Report files. It knows which ending means which format, and how a file appears whole or not
//! at all.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anstream::StripStream;

use super::args::{Format, TextOrJson};
use super::console::Console;
use super::draft::Draft;
use super::status::Status;
use crate::untrusted::Untrusted;

/// A form that is chosen by the ending of a file's name.
pub(super) trait Form: Copy {
    /// The endings, for whoever wrote another one.
    const ENDINGS: &str;

    /// The form that an ending means.
    fn of(ending: &str) -> Option<Self>;

    /// Whether it holds terminal styles, which are nothing for a file.
    fn is_styled(self) -> bool;
}

impl Form for Format {
    const ENDINGS: &str = ".txt, .json, .md or .html";

    fn of(ending: &str) -> Option<Self> {
        match ending {
            "txt" => Some(Self::Text),
            "json" => Some(Self::Json),
            "md" => Some(Self::Markdown),
            "html" => Some(Self::Html),
            _ => None,
        }
    }

    fn is_styled(self) -> bool {
        self == Self::Text
    }
}

impl Form for TextOrJson {
    const ENDINGS: &str = ".txt or .json";

    fn of(ending: &str) -> Option<Self> {
        match ending {
            "txt" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    fn is_styled(self) -> bool {
        self == Self::Text
    }
}

/// A file that a report is to be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportFile<F = Format> {
    pub(super) path: PathBuf,
    pub(super) format: F,
}

impl<F: Form> ReportFile<F> {
    /// The file of this name; its ending chooses the format.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        let path = PathBuf::from(name);
        let format = path.extension().and_then(OsStr::to_str).and_then(F::of);
        let refusal = || format!("the ending chooses the format: {}", F::ENDINGS);
        let format = format.ok_or_else(refusal)?;
        Ok(Self { path, format })
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

    /// Finds out whether it can be written, before anybody waits for what is to stand in it.
    pub(super) fn try_place<'a>(
        &self,
        captures: impl IntoIterator<Item = &'a str>,
    ) -> io::Result<()> {
        if self.is_one_of(captures) {
            let refusal = "is one of the captures, and no report takes its place";
            return Err(io::Error::other(refusal));
        }
        Draft::begin(&self.path).map(drop)
    }

    /// Writes the file beside its place and moves it there, so that nobody finds half of it.
    pub(super) fn write(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let draft = Draft::begin(&self.path)?;
        if self.format.is_styled() {
            let file = draft.file().try_clone()?;
            finish(BufWriter::new(StripStream::new(file)), write)?;
        } else {
            finish(BufWriter::new(draft.file()), write)?;
        }
        draft.finish()
    }
}

/// Says of each file that it cannot be written, where that is so: nothing is to be waited for then.
pub(super) fn try_places<'a, F: Form>(
    files: &[ReportFile<F>],
    captures: impl IntoIterator<Item = &'a str> + Clone,
    console: Console,
) -> Result<(), Status> {
    let mut refused = None;
    for file in files {
        if let Err(error) = file.try_place(captures.clone()) {
            let name = Untrusted(file.path.as_os_str().as_encoded_bytes());
            refused = Some(console.complain(name, error));
        }
    }
    refused.map_or(Ok(()), Err)
}

fn finish(
    mut out: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    write(&mut out)?;
    out.flush()
}

/// A hidden name in the same directory, which no other run uses at the same time.
pub(super) fn temporary(path: &Path) -> PathBuf {
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
        let format = |name| ReportFile::<Format>::parse(name).map(|it| it.format);
        assert_eq!(format("a/b.json"), Ok(Format::Json));
        assert_eq!(format("b.txt"), Ok(Format::Text));
        assert_eq!(format("incident.md"), Ok(Format::Markdown));
        for other in ["b.pcap", "b", "-", "", ".json", "b.JSON"] {
            assert!(format(other).is_err(), "{other}");
        }
        assert!(ReportFile::<TextOrJson>::parse("b.md").is_err());
    }

    #[test]
    fn a_file_appears_whole_without_styles_or_not_at_all() {
        let folder = std::env::temp_dir().join(format!("wsblame-file-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file =
            ReportFile::<Format>::parse(folder.join("report.txt").to_str().unwrap()).unwrap();

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
