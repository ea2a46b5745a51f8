//! Who broke a connection, for somebody who decides, and then for somebody who acts. It knows the
//! order in which a ticket wants that.

use super::document::{Document, Level};
use super::escape::Inline;
use crate::report::model::{Party, Peer, Snippet, Verdict};
use crate::report::names::Names;
use crate::report::words::verdict::{how_sure, others, sentence, sure, which, who_of};
use crate::report::words::{bounded, with_names};

/// A verdict between two ends, and the names of the captures that it speaks of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'r> {
    pub(super) verdict: &'r Verdict,
    pub(super) ends: (&'r Peer, &'r Peer),
    pub(super) names: &'r Names,
}

impl Told<'_> {
    /// Who broke `what`, without a full stop: a heading.
    pub(super) fn title(self, what: &str) -> Inline {
        Inline::text(&sentence(self.verdict, what))
    }

    /// Who, how sure, what happened, what to change: all that a reader needs who reads no further.
    pub(super) fn conclude(self, document: &mut Document) {
        let verdict = self.verdict;
        let mut items = vec![
            Inline::strong("Who:")
                .and_text(&format!(" {}", bounded(&which(verdict.party, self.ends)))),
        ];
        if !matches!(verdict.party, Party::Capture | Party::Undetermined) {
            let sure = how_sure(verdict.confidence);
            items.push(Inline::strong("How sure:").and_text(&format!(" {sure}")));
        }
        items.push(Inline::strong("What happened:").and_text(&self.spoken(&verdict.explanation)));
        items.push(Inline::strong("What to change:").and_prose(&self.spoken(&verdict.remedy)));
        let explained = Inline::code(&format!("wsblame rules {}", verdict.cause));
        items.push(
            Inline::strong("Cause:")
                .and_text(" ")
                .and(Inline::code(verdict.cause))
                .and_text(", explained by ")
                .and(explained),
        );
        document.list(items);
    }

    /// What it stands on, the strongest first.
    pub(super) fn evidence(self, document: &mut Document) {
        document.list(self.verdict.evidence.iter().map(|it| self.text(it)));
    }

    /// What speaks against it, and which other causes would fit.
    pub(super) fn against(self, document: &mut Document, level: Level) {
        document.heading(level, &Inline::text("What speaks against it"));
        let against = self.verdict.against.iter().map(|it| self.text(it));
        let others = self.verdict.alternatives.iter().map(|other| {
            let who = who_of(other.party, self.ends);
            let or = format!("Or {} {}:", sure(other.confidence), bounded(&who));
            Inline::text(&or)
                .and_text(" ")
                .and(Inline::code(other.cause))
                .and_text(".")
                .and_text(&self.spoken(&other.reason))
        });
        let items: Vec<_> = against.chain(others).collect();
        if items.is_empty() {
            document.paragraph(&Inline::text("Nothing in what was captured."));
        }
        document.list(items);
    }

    /// The fix: what to paste, how to see that it helped, and how to be sure of whom to ask for it.
    pub(super) fn fix(self, document: &mut Document, level: Level) {
        let verdict = self.verdict;
        document.heading(level, &Inline::text("The fix"));
        document.paragraph(&Inline::default().and_prose(&verdict.remedy));
        if let Some((first, rest)) = verdict.snippets.split_first() {
            snippet(document, first);
            if let Some(products) = others(rest) {
                let also = Inline::text(&format!("The same for {products}:"))
                    .and_text(" ")
                    .and(Inline::code(&format!("wsblame rules {}", verdict.cause)));
                document.paragraph(&also);
            }
        }
        if let Some(confirm) = &verdict.confirm {
            document.paragraph(&Inline::text("Whether it helped, this command shows:"));
            document.code("sh", confirm);
        }
        if let Some(next) = &verdict.next_capture {
            document.paragraph(&Inline::strong("To be sure:").and_prose(&self.spoken(next)));
        }
    }

    fn text(self, text: &str) -> Inline {
        Inline::text(&bounded(&with_names(text, self.names)))
    }

    /// The text behind a label.
    fn spoken(self, text: &str) -> String {
        format!(" {}", bounded(&with_names(text, self.names)))
    }
}

fn snippet(document: &mut Document, snippet: &Snippet) {
    let place = snippet.place.replace("{ }", "`{ }`");
    let place = format!("For {}, {place}:", snippet.product);
    document.paragraph(&Inline::default().and_prose(&place));
    document.code(snippet.language, snippet.text);
}
