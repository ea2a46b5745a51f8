//! Exit statuses. It knows their numbers, and nothing of what leads to them.

use std::process::ExitCode;

/// How a command ended: part of its interface, like its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nothing is broken, or the command did what it was asked.
    Sound,
    /// At least one connection is broken.
    Broken,
    /// Some input could not be read, or some output not written.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Sound => 0,
            Status::Broken => 1,
            // clap's status for bad usage, too.
            Status::Failed => 2,
        })
    }
}
