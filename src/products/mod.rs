//! Intermediaries by name: how each shows itself in heads, pages and Closes, what its timers are
//! set to, how it treats WebSockets, and what to change in it.
//!
//! The table is data, `products.toml` beside this file; users put entries of their own behind it.
//! That a product shows itself is no proof that it did anything: whoever looks here for a name
//! has found what is wrong before. Some products also write the pages of a server of their own;
//! a [`Match`] says whether this one must have stood between that server and its client.

mod entry;
mod index;
mod matching;
mod pattern;
mod table;
mod timer;

pub use entry::{Advice, Answer, Close, Field, Head, Kind, Product};
pub use matching::{Match, Sign};
pub use pattern::{Pattern, Text};
pub use table::{Products, Refused};
pub use timer::{Counts, Ends, Timer};

use std::sync::OnceLock;

/// One table for the whole program, as there is one list of rules.
static TABLE: OnceLock<Products> = OnceLock::new();

/// The table in use.
pub fn table() -> &'static Products {
    TABLE.get_or_init(Products::builtin)
}

/// Takes another table into use; false, and nothing is done, where one was looked at before.
#[must_use]
pub fn take_into_use(products: Products) -> bool {
    TABLE.set(products).is_ok()
}
