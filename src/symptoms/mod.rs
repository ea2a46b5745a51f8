//! Error texts and what is behind them: a pasted text is found among those that libraries write,
//! and its numbers are read.
//!
//! No io, and nothing of how it is shown. The knowledge stands in data files (`data/`), a row a
//! cause and a row a meaning.

pub mod data;
pub mod first_byte;
mod meaning;
pub mod note;
pub mod number;
pub mod text;

pub use data::Knowledge;
pub use number::Decoded;
pub use text::{Found, Match};
