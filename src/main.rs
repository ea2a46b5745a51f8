//! The command line program: parse, run, exit status; nothing else.

fn main() {}
