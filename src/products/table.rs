//! The table of products: the program's own, and what users put into it.

use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;

use crate::http::Field;

use super::entry::{Entry, Kind, Product};
use super::index::Index;
use super::pattern::Pattern;
use super::timer::{self, Timer};

/// The program's own table.
const BUILTIN: &str = include_str!("products.toml");

/// Bytes that a file of products may have.
const LARGEST: u64 = 1 << 20;

/// Products that may be known.
const MOST: usize = 1000;

/// A file of products.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    /// Header fields that only an intermediary writes, whichever.
    #[serde(default)]
    forwarding: Vec<Pattern>,
    /// Seconds that timers are set to, whosesoever.
    #[serde(default)]
    usual_timers: Vec<Seconds>,
    #[serde(default)]
    product: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Seconds(#[serde(deserialize_with = "timer::seconds")] u64);

/// Why a file of products is refused.
#[derive(Debug, Error)]
pub enum Refused {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is too large.
    #[error("a file of products has at most {LARGEST} bytes")]
    TooLarge,
    /// It does not say what such a file may say.
    #[error("line {line}{}: {reason}", named(.key))]
    Wrong {
        /// The line, counted from 1.
        line: usize,
        /// What stands before the line's `=`; empty where nothing does.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

fn named(key: &str) -> String {
    if key.is_empty() {
        String::new()
    } else {
        format!(", `{key}`")
    }
}

/// The products that are known, the most telling first: a page may name the filter that wrote it,
/// and the server that delivered it.
#[derive(Clone, Debug, Default)]
pub struct Products {
    products: Vec<Product>,
    forwarding: Vec<Pattern>,
    usual_timers: Vec<u64>,
    index: Index,
}

impl Products {
    /// The program's own table.
    #[must_use]
    pub fn builtin() -> Self {
        // A test holds the file to being right.
        Self::default().with(BUILTIN).unwrap_or_default()
    }

    /// With what a user's file says: new products go before those that are known, entries of the
    /// same name say more of those, or something else.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or says what such a file may not say.
    pub fn with_file(self, path: &Path) -> Result<Self, Refused> {
        let mut text = String::new();
        File::open(path)?
            .take(LARGEST + 1)
            .read_to_string(&mut text)?;
        if text.len() as u64 > LARGEST {
            return Err(Refused::TooLarge);
        }
        self.with(&text)
    }

    /// The same with the text of a file.
    ///
    /// # Errors
    ///
    /// If it says what such a file may not say.
    pub fn with(mut self, text: &str) -> Result<Self, Refused> {
        let contents: Contents = toml::from_str(text)
            .map_err(|error| wrong(text, error.span().unwrap_or_default(), error.message()))?;
        self.forwarding.extend(contents.forwarding);
        let usual = contents.usual_timers.into_iter().map(|Seconds(it)| it);
        self.usual_timers.extend(usual);
        let mut new = Vec::new();
        for entry in contents.product {
            let name = entry.name.get_ref();
            let span = entry.name.span();
            if !(1..=80).contains(&name.len()) || name.contains(char::is_control) {
                return Err(wrong(text, span, "a name has 1 to 80 bytes, all printable"));
            }
            let mut known = self.products.iter_mut().chain(&mut new);
            let known: Option<&mut Product> = known.find(|known| known.name == *name);
            match (known, entry.kind) {
                (Some(known), _) => known.take(entry),
                (None, Some(kind)) => new.push(entry.into_product(kind)),
                (None, None) => {
                    let reason = "no such product is known, and a new one needs a `kind`";
                    return Err(wrong(text, span, reason));
                }
            }
            if self.products.len() + new.len() > MOST {
                return Err(wrong(text, 0..0, &format!("more than {MOST} products")));
            }
        }
        self.products.splice(0..0, new);
        self.usual_timers.sort_unstable();
        self.usual_timers.dedup();
        self.index = Index::new(&self.products, &self.forwarding);
        Ok(self)
    }

    /// All products, the most telling first.
    #[must_use]
    pub fn all(&self) -> &[Product] {
        &self.products
    }

    /// The product of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.name == name)
    }

    /// Whether only an intermediary writes such a line of a head.
    #[must_use]
    pub fn shows_intermediary(&self, line: Field<'_>) -> bool {
        self.index.shows_intermediary(line)
    }

    /// Patterns of names of fields that only an intermediary writes, whichever.
    #[must_use]
    pub fn forwarding(&self) -> &[Pattern] {
        &self.forwarding
    }

    /// The products with a timer that is set to so many seconds, the commonest first.
    #[must_use]
    pub fn timers(&self, seconds: u64) -> Vec<(&Product, &Timer)> {
        let all = self.products.iter().flat_map(Product::timers_of);
        let mut set: Vec<_> = all.filter(|(_, timer)| timer.seconds == seconds).collect();
        set.sort_by_key(|(_, timer)| !timer.common);
        set
    }

    /// The seconds that a timer is set to, a product's or any, which ran out in `took`: up to
    /// `early` before, up to `late` behind. Of several the shortest one.
    #[must_use]
    pub fn timer_of(&self, took: Duration, early: Duration, late: Duration) -> Option<u64> {
        let own = self.products.iter().flat_map(|product| &product.timers);
        let set = own.map(|timer| timer.seconds);
        let fits = |seconds: &u64| {
            let set = Duration::from_secs(*seconds);
            took + early >= set && took <= set + late
        };
        set.chain(self.usual_timers.iter().copied())
            .filter(fits)
            .min()
    }
}

impl Product {
    fn timers_of(&self) -> impl Iterator<Item = (&Self, &Timer)> {
        self.timers.iter().map(move |timer| (self, timer))
    }

    /// Whether it stands between others, and is never the end of a connection.
    #[must_use]
    pub fn is_intermediary(&self) -> bool {
        self.kind != Kind::Server && !self.may_be_origin
    }
}

/// What is wrong, with the line that it stands in and what that line sets.
fn wrong(text: &str, span: Range<usize>, reason: &str) -> Refused {
    let before = text.get(..span.start).unwrap_or(text);
    let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(begin..).and_then(|rest| rest.lines().next());
    let key = line
        .and_then(|line| line.split_once('='))
        .map(|(key, _)| key);
    Refused::Wrong {
        line: before.matches('\n').count() + 1,
        key: one_line(key.unwrap_or_default(), 80),
        reason: one_line(reason, 400),
    }
}

/// As much of a text as has room, in one line.
fn one_line(text: &str, room: usize) -> String {
    let harmless = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.trim().chars().map(harmless).take(room).collect()
}

#[cfg(test)]
mod tests;
