//! The rules: opinions on what the layers below describe. One rule a file, declared once.

mod judge;
mod rule;

pub use judge::Judge;
pub use rule::{Rule, Table};

/// Every rule, in the catalogue's order.
pub const ALL: &[&Rule] = &[];
