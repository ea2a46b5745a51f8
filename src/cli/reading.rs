//! What the commands that read captures have in common: which captures, what of them is chosen,
//! and whether a bar shows how far they are read.

use std::path::PathBuf;

use super::choosing::Choosing;

#[derive(Debug, clap::Args)]
pub(super) struct Reading {
    /// Files, directories of files, patterns, - for standard input
    ///
    /// pcap or pcapng, also in gzip, zstd or lz4, whatever their names. Of a
    /// directory all captures are read, and those of its directories;
    /// patterns are for where no shell expands them. A pipe is read as it
    /// comes, until its end or Ctrl-C.
    #[arg(required = true, value_name = "CAPTURE", verbatim_doc_comment)]
    pub(super) captures: Vec<PathBuf>,
    /// Show no progress bar
    #[arg(long)]
    pub(super) no_progress: bool,
    #[command(flatten)]
    pub(super) choosing: Choosing,
}
