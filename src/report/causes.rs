//! The causes of verdicts as values that every list and explanation is made from: JSON and the
//! document here, text in `text::causes`. It knows their words, not their checks.

use std::fmt::Write as _;

use serde::Serialize;

use super::catalogue::plain;
use super::model::Snippet;
use crate::diagnosis::Cause;

/// What is said of one cause.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What happened, in one line.
    pub summary: &'static str,
    /// Whom it points at.
    pub parties: &'static str,
    /// What must be seen for it to be named.
    pub shown_by: &'static str,
    /// What to change.
    pub change: &'static str,
    /// The same in the words of products and libraries.
    pub snippets: &'static [Snippet],
    /// A command that shows whether it helped; empty where no command can.
    pub confirm: &'static str,
    /// Where to capture next where it is not certain.
    pub settle: &'static str,
}

impl From<&Cause> for Entry {
    fn from(cause: &Cause) -> Self {
        Self {
            name: cause.name,
            summary: cause.summary,
            parties: cause.parties,
            shown_by: cause.shown_by,
            change: cause.remedy.change,
            snippets: cause.remedy.snippets,
            confirm: cause.remedy.confirm,
            settle: cause.settle,
        }
    }
}

/// The entries of these causes, in their order.
#[must_use]
pub fn entries(causes: &[&Cause]) -> Vec<Entry> {
    causes.iter().map(|cause| Entry::from(*cause)).collect()
}

const HEAD: &str = "\
# Who broke it

Each verdict names a cause. Here is what each of them means, what must be seen for it to be named,
and what to change. `wsblame rules NAME` says the same on a terminal.

`certain`: nothing else fits. `likely`: it explains what was seen better than anything else.
`possible`: it fits; so may others.

`client` and `server` are the endpoints themselves, named only where the capture shows that it was
taken on their machine, or where two captures agree. `client-side` and `server-side` are the honest
answer of one capture: that endpoint, or something between it and the capture. `intermediary` is a
proxy, firewall, load balancer or CDN that shows itself. `network`, `capture` and `undetermined` say
that nobody can be named, and why.
";

/// The document. `example` gives what a report says where it names a cause, if any does.
#[must_use]
pub fn markdown(causes: &[&Cause], example: impl Fn(&str) -> Option<String>) -> String {
    let entries = entries(causes);
    let links: Vec<_> = entries
        .iter()
        .map(|entry| format!("[{0}](#{0})", entry.name))
        .collect();
    let mut text = format!("{HEAD}\n{}\n", links.join(",\n"));
    for entry in &entries {
        section(&mut text, entry, example(entry.name));
    }
    text
}

fn section(text: &mut String, entry: &Entry, example: Option<String>) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n## {}\n\n{}.\n", entry.name, plain(entry.summary));
    for (heading, body) in [
        ("Who", entry.parties),
        ("Shown by", entry.shown_by),
        ("What to change", entry.change),
    ] {
        let _ = write!(text, "\n**{heading}.** {}\n", plain(body));
    }
    for snippet in entry.snippets {
        let (product, place) = (plain(snippet.product), plain(snippet.place));
        let _ = write!(
            text,
            "\n{product}, {place}:\n\n```{}\n{}\n```\n",
            snippet.language, snippet.text
        );
    }
    if !entry.confirm.is_empty() {
        let _ = write!(text, "\n**To confirm:**\n\n```sh\n{}\n```\n", entry.confirm);
    }
    let _ = write!(text, "\n**To be sure.** {}\n", plain(entry.settle));
    if let Some(example) = example {
        let _ = write!(text, "\nIn a report:\n\n```text\n{example}```\n");
    }
}
