//! `wsblame rules`: the list of rules and causes, or one of them explained.

use std::io::{self, Write};

use super::args::{TextOrJson, topic_name};
use super::console::Console;
use super::status::Status;
use crate::diagnosis::causes;
use crate::report::catalogue::{Entry, entries, write_json};
use crate::report::{causes as listed, text};
use crate::rules::ALL;

/// List the rules and the causes of verdicts, or explain one
///
/// Of a rule: what it means, why it breaks connections, what is behind it,
/// what to change. Of a cause: who it is, what shows it, what to change, with
/// the text to paste.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Rules {
    /// The rule or cause to explain; all are listed without it
    #[arg(value_name = "RULE", value_parser = topic_name)]
    rule: Option<&'static str>,
    /// What is printed: text or json
    #[arg(long, value_enum, default_value_t = TextOrJson::Text, hide_possible_values = true)]
    format: TextOrJson,
}

impl Rules {
    pub(super) fn run(&self, console: Console) -> Status {
        let (mut rules, mut causes) = (entries(ALL), listed::entries(causes::ALL));
        rules.retain(|entry| self.rule.is_none_or(|name| name == entry.name));
        causes.retain(|entry| self.rule.is_none_or(|name| name == entry.name));
        match self.format {
            TextOrJson::Json => console.plain(|out| write_json(&rules, &causes, out)),
            TextOrJson::Text => console.styled(|out| self.write_text(&rules, &causes, out)),
        }
    }

    fn write_text(
        &self,
        rules: &[Entry],
        causes: &[listed::Entry],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match (self.rule, rules, causes) {
            (Some(_), [rule], _) => text::catalogue::write_explanation(rule, out),
            (Some(_), _, [cause]) => text::causes::write_explanation(cause, out),
            _ => {
                text::catalogue::write_list(rules, out)?;
                text::causes::write_list(causes, out)?;
                writeln!(out, "Explain one: wsblame rules NAME")
            }
        }
    }
}
