//! The command line: what may be asked, and where the answer goes. The only part that prints.

mod args;
mod check;
mod choosing;
mod compare;
mod console;
mod draft;
mod evidence;
mod explain;
mod file;
mod following;
mod frames;
mod interrupt;
mod known;
mod messages;
mod progress;
mod reading;
mod report;
mod rules;
mod status;

pub use args::Arguments;
pub use status::Status;
