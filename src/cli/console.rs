//! Standard output and standard error. It knows colours and closed pipes, and nothing of what
//! is written.

use std::fmt;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};

use anstream::AutoStream;
use clap::ColorChoice;

use super::status::Status;

/// The standard streams.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console {
    color: ColorChoice,
}

impl Console {
    pub(super) const fn new(color: ColorChoice) -> Self {
        Self { color }
    }

    /// Writes to standard output, styles taken out where they are not wanted.
    pub(super) fn styled(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Status {
        let choice = match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        self.buffered(AutoStream::new(io::stdout().lock(), choice), write)
    }

    /// Writes to standard output as it is.
    pub(super) fn plain(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Status {
        self.buffered(io::stdout().lock(), write)
    }

    fn buffered(
        self,
        out: impl Write,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Status {
        let mut out = BufWriter::new(out);
        match write(&mut out).and_then(|()| out.flush()) {
            Ok(()) => Status::Sound,
            // Whoever reads has what it wants, as `head` does.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                // Dropped normally, the buffer would try again.
                let _ = out.into_parts();
                Status::Sound
            }
            Err(error) => {
                let _ = out.into_parts();
                self.complain("standard output", error)
            }
        }
    }

    /// Says on standard error what went wrong with something.
    pub(super) fn complain(self, name: impl fmt::Display, reason: impl fmt::Display) -> Status {
        // Nothing is left to say it to where standard error is closed.
        let _ = writeln!(io::stderr().lock(), "wsblame: {name}: {reason}");
        Status::Failed
    }

    /// Says on standard error what is worth knowing and no fault.
    pub(super) fn note(self, note: impl fmt::Display) {
        let _ = writeln!(io::stderr().lock(), "wsblame: {note}");
    }

    /// Whether standard output is a terminal.
    pub(super) fn is_read_by_people(self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether somebody watches standard error.
    pub(super) fn is_watched(self) -> bool {
        io::stderr().is_terminal()
    }
}
