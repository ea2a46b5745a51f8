//! Reports that were written as JSON, read back. It knows which forms there are, and trusts nothing
//! that stands in them.

use std::io::Read;

use serde::Deserialize;

use super::model::{COMPARE_SCHEMA, Comparison, Report, SCHEMA};

/// A report that was written as JSON.
#[derive(Debug)]
pub enum Saved {
    /// Of `check`.
    Report(Box<Report>),
    /// Of `compare`.
    Comparison(Box<Comparison>),
}

/// Why it cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file itself.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It is larger than any report.
    #[error("it has more than {} MiB", LONGEST >> 20)]
    TooLong,
    /// It is no JSON, or something is missing in it; with line and column.
    #[error("it is no report in JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is another program's, or a later version's.
    #[error(
        "its schema is {0:?}; this version reads {SCHEMA} and {COMPARE_SCHEMA}, as `check` and \
         `compare` write them with --format json"
    )]
    OtherSchema(String),
}

/// Bytes of a report: some ten thousand connections have a tenth of that.
const LONGEST: u64 = 1 << 30;

impl Saved {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// Why it cannot be read.
    pub fn read(source: impl Read) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Head {
            #[serde(default)]
            schema: String,
        }
        let mut bytes = Vec::new();
        let read = source.take(LONGEST + 1).read_to_end(&mut bytes)?;
        if read as u64 > LONGEST {
            return Err(Unreadable::TooLong);
        }
        let head: Head = serde_json::from_slice(&bytes)?;
        match head.schema.as_str() {
            SCHEMA => Ok(Self::Report(serde_json::from_slice(&bytes)?)),
            COMPARE_SCHEMA => Ok(Self::Comparison(serde_json::from_slice(&bytes)?)),
            other => Err(Unreadable::OtherSchema(
                other.chars().take(40).collect::<String>(),
            )),
        }
    }
}
