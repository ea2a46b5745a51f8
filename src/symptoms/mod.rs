//! Error texts and what is behind them: a pasted text is found among those that libraries write,
//! its numbers are read, and each known cause is held against what a report shows.
//!
//! No io, and nothing of how it is shown. The knowledge stands in data files (`data/`), a row a
//! cause and a row a meaning.

pub mod data;
pub mod first_byte;
pub mod fit;
mod meaning;
pub mod note;
pub mod number;
pub mod text;

pub use data::Knowledge;
pub use fit::Fit;
pub use number::Decoded;
pub use text::{Found, Match};
