//! The command line program: parse, run, exit status; nothing else.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    wsblame::cli::Arguments::parse().run().into()
}
