//! What a rule looks at.

/// What a rule looks at, and its check.
#[derive(Debug)]
pub enum Judge {}
