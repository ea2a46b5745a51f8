//! From arguments to captures. It knows where to look for files, and which of them count.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use glob::MatchOptions;
use walkdir::WalkDir;

use super::{Capture, Captures, Look};
use crate::source::{PacketSource, Refusal, Savefile};

/// Levels of directories that are looked into below one that is named: more than anybody lays
/// out, and an end to what a file system may come up with.
const DEEPEST: usize = 16;

/// Captures that are read together. Of each about 1 KiB is kept for the report.
const MOST_CAPTURES: usize = 1 << 16;

/// Patterns mean what they mean to a shell.
const AS_SHELLS_DO: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

pub(super) fn gather(arguments: &[PathBuf]) -> Captures {
    let mut gathering = Gathering::default();
    for argument in arguments {
        gathering.argument(argument);
    }
    gathering.captures
}

#[derive(Default)]
struct Gathering {
    captures: Captures,
    /// The captures so far, by what the system makes of their names.
    known: HashSet<PathBuf>,
    /// The files that are none.
    others: HashSet<PathBuf>,
}

impl Gathering {
    fn argument(&mut self, argument: &Path) {
        if argument == Path::new("-") {
            return self.stream(argument, argument.to_owned());
        }
        match fs::metadata(argument) {
            Ok(metadata) => self.named(argument, &metadata),
            Err(error) => match argument
                .to_str()
                .filter(|name| name.contains(['*', '?', '[']))
            {
                Some(pattern) => self.pattern(pattern),
                None => self.refuse(argument, error.into()),
            },
        }
    }

    /// Takes a file or directory that was asked for.
    fn named(&mut self, path: &Path, metadata: &Metadata) {
        if metadata.is_dir() {
            self.directory(path);
        } else if !metadata.is_file() || opens_only_once(path) {
            self.stream(path, canonical(path));
        } else if self.is_new(path, canonical(path))
            && let Err(refusal) = self.look(path)
        {
            self.refuse(path, refusal);
        }
    }

    fn pattern(&mut self, pattern: &str) {
        let paths = match glob::glob_with(pattern, AS_SHELLS_DO) {
            Ok(paths) => paths,
            Err(error) => return self.refuse(Path::new(pattern), Refusal::Pattern(error.msg)),
        };
        let before = self.taken();
        for path in paths {
            if self.is_full() {
                break;
            }
            let (path, metadata) = match path {
                Ok(path) => {
                    let metadata = fs::metadata(&path);
                    (path, metadata)
                }
                Err(error) => (error.path().to_owned(), Err(error.into())),
            };
            match metadata {
                Ok(metadata) => self.named(&path, &metadata),
                Err(error) => self.refuse(&path, error.into()),
            }
        }
        if self.taken() == before {
            self.refuse(Path::new(pattern), Refusal::NoMatch);
        }
    }

    fn directory(&mut self, directory: &Path) {
        let before = self.taken();
        let others = self.captures.passed_over.not_captures.len();
        let walk = WalkDir::new(directory)
            .sort_by_file_name()
            .max_depth(DEEPEST)
            .into_iter()
            .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()));
        for entry in walk {
            if self.is_full() {
                break;
            }
            match entry {
                Ok(entry) if !entry.file_type().is_dir() => self.found(entry.path()),
                Ok(entry) if entry.depth() == DEEPEST => {
                    self.refuse(entry.path(), Refusal::TooDeep(DEEPEST));
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(directory).to_owned();
                    self.refuse(&path, io::Error::from(error).into());
                }
            }
        }
        if self.taken() == before {
            let others = self.captures.passed_over.not_captures.len() - others;
            self.refuse(directory, Refusal::NoCaptures { others });
        }
    }

    /// Takes a file of a directory if it is a capture.
    fn found(&mut self, path: &Path) {
        let key = canonical(path);
        // A link may lead to a file. Nothing else is opened unasked: a pipe would wait for
        // whoever writes to it.
        let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        if self.others.contains(&key) || is_file && !self.is_new(path, key.clone()) {
            return;
        }
        match if is_file {
            self.look(path)
        } else {
            Err(Refusal::Empty)
        } {
            Ok(()) => {}
            Err(refusal) if refusal.is_no_capture() => {
                self.known.remove(&key);
                self.others.insert(key);
                self.captures.passed_over.not_captures.push(name_of(path));
            }
            Err(refusal) => self.refuse(path, refusal),
        }
    }

    /// Whether a file was not there before; notes it, whichever it is.
    fn is_new(&mut self, path: &Path, key: PathBuf) -> bool {
        let is_new = self.known.insert(key);
        if !is_new {
            self.captures.passed_over.repeated.push(name_of(path));
        }
        is_new
    }

    fn stream(&mut self, path: &Path, key: PathBuf) {
        if self.is_new(path, key) {
            self.add(path, Look::Stream);
        }
    }

    /// Looks at a file, and takes it if it can be read.
    fn look(&mut self, path: &Path) -> Result<(), Refusal> {
        let index = u32::try_from(self.captures.captures.len()).unwrap_or(u32::MAX);
        let mut savefile = Savefile::open(path, index).map_err(|error| error.reason)?;
        savefile.advance();
        let input = Box::new(savefile.input().clone());
        let look = match savefile.packet() {
            Some(packet) => Look::Begins(packet.time, input),
            None => Look::Nothing(input),
        };
        self.add(path, look);
        Ok(())
    }

    fn refuse(&mut self, path: &Path, refusal: Refusal) {
        self.add(path, Look::Refused(refusal));
    }

    fn add(&mut self, path: &Path, look: Look) {
        let captures = &mut self.captures.captures;
        let look = match captures.len().cmp(&MOST_CAPTURES) {
            Ordering::Less => look,
            Ordering::Equal => Look::Refused(Refusal::TooMany(MOST_CAPTURES)),
            Ordering::Greater => return,
        };
        captures.push(Capture {
            name: name_of(path),
            path: path.to_owned(),
            look,
        });
    }

    fn is_full(&self) -> bool {
        self.captures.captures.len() > MOST_CAPTURES
    }

    /// What came of the arguments so far, be it refused or repeated.
    fn taken(&self) -> usize {
        self.captures.captures.len() + self.captures.passed_over.repeated.len()
    }
}

fn name_of(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What tells files apart whatever they are called.
fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_fault| path.to_owned())
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether a file would not begin anew when it is opened again: of such names some systems only
/// give out the open file once more.
fn opens_only_once(path: &Path) -> bool {
    path == Path::new("/dev/stdin") || path.starts_with("/dev/fd")
}
