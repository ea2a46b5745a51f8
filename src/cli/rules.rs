//! `wsblame rules`: the list of rules, or one explained.

use std::io::{self, Write};

use super::args::{Format, rule_name};
use super::console::Console;
use super::status::Status;
use crate::report::catalogue::{Entry, entries, write_json};
use crate::report::text::catalogue::{write_explanation, write_list};
use crate::rules::ALL;

/// List the rules, or explain one
///
/// What it means, why it breaks connections, what is behind it, what to change.
#[derive(Debug, clap::Args)]
pub(super) struct Rules {
    /// The rule to explain; all are listed without it
    #[arg(value_name = "RULE", value_parser = rule_name)]
    rule: Option<&'static str>,
    /// What is printed: text or json
    #[arg(long, value_enum, default_value_t = Format::Text, hide_possible_values = true)]
    format: Format,
}

impl Rules {
    pub(super) fn run(&self, console: Console) -> Status {
        let mut entries = entries(ALL);
        entries.retain(|entry| self.rule.is_none_or(|rule| rule == entry.name));
        match self.format {
            Format::Json => console.plain(|out| write_json(&entries, out)),
            Format::Text => console.styled(|out| self.write_text(&entries, out)),
        }
    }

    fn write_text(&self, entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
        match (self.rule, entries) {
            (Some(_), [entry]) => write_explanation(entry, out),
            _ => write_list(entries, out),
        }
    }
}
