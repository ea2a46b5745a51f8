//! The rules as a document: a section for each, which stands alone. It knows Markdown, and takes
//! every word from the declarations and every example from what a report says.

use std::fmt::Write as _;

use super::catalogue::{Entry, by_table, entries, plain};
use crate::rules::Rule;

const HEAD: &str = "\
# What wsblame finds

Each rule: what it means that it was found, why it breaks connections, what real software says
when it meets it, what usually is behind it, and what to change. `wsblame rules NAME` says the
same on a terminal.

A finding names the side whose bytes break the rule, which need not be the side that ended the
connection, nor the one to blame: where an intermediary stands between client and server, its
bytes look like theirs.

`error`: bytes in the capture break a MUST, or the upgrade failed. `warning`: the connection was
killed or complained of, or something is suspicious. `info`: worth knowing.

In your own setting a rule may matter more or less: `--severity RULE=LEVEL` says so, and
`--ignore RULE` leaves its findings out.
";

/// The document. `example` gives what a report says of a rule's finding, if anything does.
#[must_use]
pub fn markdown(rules: &[&Rule], example: impl Fn(&str) -> Option<String>) -> String {
    document(&entries(rules), example)
}

fn document(entries: &[Entry], example: impl Fn(&str) -> Option<String>) -> String {
    let mut text = HEAD.to_owned();
    for (table, of) in by_table(entries) {
        let links: Vec<_> = of
            .iter()
            .map(|entry| format!("[{0}](#{0})", entry.name))
            .collect();
        // Writing to a string cannot fail.
        let _ = write!(text, "\n**{table}**: {}\n", links.join(",\n"));
    }
    for (table, of) in by_table(entries) {
        let _ = write!(text, "\n## {table}\n");
        for entry in of {
            section(&mut text, entry, example(entry.name));
        }
    }
    text
}

fn section(text: &mut String, entry: &Entry, example: Option<String>) {
    let Entry {
        name,
        severity,
        reference,
        ..
    } = entry;
    let _ = write!(text, "\n### {name}\n\n");
    let _ = writeln!(text, "{severity}, {reference}: {}.", plain(entry.summary));
    paragraph(text, "What it means", entry.meaning);
    paragraph(text, "Why it breaks connections", entry.harm);
    list(
        text,
        "What software says",
        entry.says.iter().map(|it| said(it)),
    );
    list(
        text,
        "Usual causes",
        entry.causes.iter().map(|it| plain(it)),
    );
    paragraph(text, "What to change", entry.fix);
    if let Some(example) = example {
        let _ = write!(text, "\nIn a report:\n\n```text\n{example}```\n");
    }
}

fn paragraph(text: &mut String, heading: &str, body: &str) {
    if !body.is_empty() {
        let _ = write!(text, "\n**{heading}.** {}\n", plain(body));
    }
}

fn list(text: &mut String, heading: &str, items: impl Iterator<Item = String>) {
    let items: String = items.map(|item| format!("- {item}\n")).collect();
    if !items.is_empty() {
        let _ = write!(text, "\n**{heading}:**\n\n{items}");
    }
}

/// `library: text`, the text as it stands in a log.
fn said(says: &str) -> String {
    match says.split_once(": ") {
        Some((library, text)) => format!("{}: `{text}`", plain(library)),
        None => format!("`{says}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::catalogue::tests::{KEY, RSV};
    use crate::rules::ALL;

    #[test]
    fn each_rule_has_a_section_that_stands_alone() {
        let text = document(&[KEY, RSV], |rule| {
            (rule == RSV.name).then(|| "  error: RSV1 is set\n".to_owned())
        });
        let (_, sections) = text.split_once("\n## ").unwrap();
        insta::assert_snapshot!(sections.split("\n## Handshake").next().unwrap(), @r"
        Frames

        ### rsv-without-extension

        error, RFC 6455 section 5.2: RSV1, RSV2 or RSV3 is set and no agreed extension defines that bit.

        **What it means.** The sender set a bit that only an extension may give a meaning, and the 101 of this connection names no such extension.

        **Why it breaks connections.** Every receiver must fail the connection: it cannot know what the payload is.

        **What software says:**

        - Node ws: `Invalid WebSocket frame: RSV1 must be clear`
        - tungstenite: `Reserved bits are non-zero`

        **Usual causes:**

        - a proxy took Sec-WebSocket-Extensions out of the 101, and the server compresses
        - bytes of an HTTP response stand where a frame was due

        **What to change.** Let the header pass, or switch compression off on the server.

        In a report:

        ```text
          error: RSV1 is set
        ```
        ");
    }

    #[test]
    fn what_software_says_names_the_software() {
        for rule in ALL {
            for says in rule.says {
                assert!(says.contains(": "), "{}: {says}", rule.name);
                assert!(!says.contains(['`', '\n']), "{}: {says}", rule.name);
            }
        }
    }
}
