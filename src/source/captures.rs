//! The captures that arguments name, and what a first look at each finds. It knows names,
//! directories and patterns, and of packets the time of each capture's first one.

mod gathering;

use std::path::PathBuf;

use super::{Input, Member, Merged, Refusal, Stop};
use crate::time::Timestamp;

/// Captures to be read as one, each looked at and none of them open.
///
/// They stand in the order of the arguments, those of a directory by name.
#[derive(Debug, Default)]
pub struct Captures {
    captures: Vec<Capture>,
    passed_over: PassedOver,
}

/// A capture, or a name that leads to none.
#[derive(Debug)]
struct Capture {
    /// As given, or below the directory as given.
    name: String,
    path: PathBuf,
    look: Look,
}

/// What the first look at something found.
#[derive(Debug)]
enum Look {
    /// It can be opened only once: standard input, a pipe.
    Stream,
    /// A packet of this time stands first in it.
    Begins(Timestamp, Box<Input>),
    /// It holds no packet that can be read: this is all that there is to know of it.
    Nothing(Box<Input>),
    Refused(Refusal),
}

/// Files that the arguments led to and that are not among the captures, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// Files of directories that are no captures.
    pub not_captures: Vec<String>,
    /// Files that were there before, under this name or another one.
    pub repeated: Vec<String>,
}

impl Captures {
    /// Looks for the captures that `arguments` name, and at each.
    ///
    /// An argument is a file, `-` for standard input, a directory, whose files are read and those
    /// of its directories, or, where there is no such file, a pattern as shells have them. What
    /// leads to no capture keeps its place among them, with the reason.
    #[must_use]
    pub fn gather(arguments: &[PathBuf]) -> Self {
        gathering::gather(arguments)
    }

    /// The captures by name, with the reason where one cannot be read, and what is known of one
    /// that can.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, Result<Option<&Input>, &Refusal>)> {
        self.captures.iter().map(|capture| {
            let known = match &capture.look {
                Look::Nothing(input) => Ok(Some(&**input)),
                Look::Stream | Look::Begins(..) => Ok(None),
                Look::Refused(refusal) => Err(refusal),
            };
            (capture.name.as_str(), known)
        })
    }

    /// Files that are not among them.
    #[must_use]
    pub const fn passed_over(&self) -> &PassedOver {
        &self.passed_over
    }

    /// Whether they can be read more than once.
    #[must_use]
    pub fn are_files(&self) -> bool {
        let is_stream = |capture: &Capture| matches!(capture.look, Look::Stream);
        !self.captures.iter().any(is_stream)
    }

    /// Their sizes together, in bytes, as far as they are known.
    #[must_use]
    pub fn size(&self) -> u64 {
        let sizes = self.captures.iter().map(|capture| match &capture.look {
            Look::Begins(_, input) | Look::Nothing(input) => input.size.unwrap_or(0),
            Look::Stream | Look::Refused(_) => 0,
        });
        sizes.fold(0, u64::saturating_add)
    }

    /// Their packets, in the order of time, until their end or until reading is to stop.
    #[must_use]
    pub fn merged(&self, stop: &Stop) -> Merged<Member> {
        let captures = (0..).zip(&self.captures);
        let members = captures.filter_map(|(index, capture)| {
            let path = capture.path.clone();
            match &capture.look {
                Look::Stream => Some(Member::stream(path, index, stop)),
                Look::Begins(time, input) => Some(Member::file(path, *time, input, stop)),
                Look::Nothing(_) | Look::Refused(_) => None,
            }
        });
        Merged::new(members.collect())
    }
}

#[cfg(test)]
mod tests;
