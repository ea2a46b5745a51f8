//! Fields that only an intermediary writes, by their first letter: every line of every head is
//! held against them.

use std::collections::BTreeMap;

use crate::http::Field as Line;

use super::entry::Product;
use super::pattern::{Pattern, Text};

/// A name, and a value; any where there is none.
type Shown = (Pattern, Option<Pattern>);

/// The fields of one table.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    by_letter: BTreeMap<Option<u8>, Vec<Shown>>,
    /// What stands in Server.
    servers: Vec<Text>,
}

impl Index {
    /// Those of these products, and these.
    pub(super) fn new(products: &[Product], forwarding: &[Pattern]) -> Self {
        let mut index = Self::default();
        for name in forwarding {
            index.add((name.clone(), None));
        }
        for product in products {
            let is_own = product.is_intermediary();
            let fields = product.signs.fields.iter();
            for field in fields.filter(|field| is_own || field.proxied) {
                index.add((field.name.clone(), field.value.clone()));
            }
            if is_own {
                index.servers.extend(product.signs.marks.iter().cloned());
            }
        }
        index
    }

    fn add(&mut self, shown: Shown) {
        let letter = shown.0.first_letter();
        self.by_letter.entry(letter).or_default().push(shown);
    }

    /// Whether only an intermediary writes such a line.
    pub(super) fn shows_intermediary(&self, line: Line<'_>) -> bool {
        let name = line.name.as_bytes();
        let letter = name.first().map(u8::to_ascii_lowercase);
        // Those that begin with anything have no letter.
        let letters = [letter, None].into_iter();
        let mut shown = letters.filter_map(|letter| self.by_letter.get(&letter));
        shown.any(|shown| shown.iter().any(|shown| is_on(line, shown)))
            || line.name.eq_ignore_ascii_case("Server") && {
                let server = line.value.to_ascii_lowercase();
                self.servers.iter().any(|mark| mark.stands_in(&server))
            }
    }
}

fn is_on(line: Line<'_>, (name, value): &Shown) -> bool {
    let fits = |value: &Pattern| value.fits(line.value);
    name.fits(line.name.as_bytes()) && value.as_ref().is_none_or(fits)
}
