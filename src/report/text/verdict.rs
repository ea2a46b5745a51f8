//! Who broke a connection: the verdict, what it stands on, and what to change. It knows the order
//! in which somebody who must act wants that.

use super::page::{BAD, DOUBTFUL, FAINT, Line, PLAIN, Page};
use super::words::verdict::{others, sure, who_of};
use super::words::{bounded, with_names};
use crate::report::model::{Confidence, Connection, Peer, Snippet, Verdict};
use crate::report::names::Names;

/// Tells the verdict on a connection.
pub(super) fn write(page: &mut Page, names: &Names, connection: &Connection, verdict: &Verdict) {
    let ends = (&connection.client, &connection.server);
    write_between(page, names, ends, verdict);
}

/// Tells the verdict on a connection between these ends.
pub(super) fn write_between(
    page: &mut Page,
    names: &Names,
    ends: (&Peer, &Peer),
    verdict: &Verdict,
) {
    write_conclusion(page, names, ends, verdict);
    let told = |text: &str| bounded(&with_names(text, names));
    page.field("change", verdict.remedy.as_str());
    if let Some((first, others)) = verdict.snippets.split_first() {
        snippet(page, first);
        also(page, verdict, others);
    }
    if let Some(confirm) = &verdict.confirm {
        // In one piece, however long: it is to be copied.
        page.field("confirm", "by this command:");
        page.pasted(17, confirm);
    }
    if let Some(next) = &verdict.next_capture {
        page.field("to be sure", told(next));
    }
    page.blank();
}

/// Tells who it was, and what that stands on.
pub(super) fn write_conclusion(
    page: &mut Page,
    names: &Names,
    ends: (&Peer, &Peer),
    verdict: &Verdict,
) {
    let told = |text: &str| bounded(&with_names(text, names));
    page.field("verdict", heading(ends, verdict));
    page.field("", told(&verdict.explanation));
    list(page, "evidence", verdict.evidence.iter().map(|it| told(it)));
    list(page, "but", verdict.against.iter().map(|it| told(it)));
    let others = verdict.alternatives.iter().map(|other| {
        let who = who_of(other.party, ends);
        format!("{}: {who}, {}", other.cause, other.confidence.as_str())
    });
    list(page, "or", others);
}

/// `likely an intermediary (nginx): extension-response-stripped`.
fn heading(ends: (&Peer, &Peer), verdict: &Verdict) -> Line {
    let who = who_of(verdict.party, ends);
    let product = verdict.product.as_ref();
    let product = product.map_or_else(String::new, |product| format!(" ({product})"));
    let style = match verdict.confidence {
        Confidence::Certain | Confidence::Likely => BAD,
        Confidence::Possible => DOUBTFUL,
    };
    Line::default()
        .and(PLAIN, format!("{} ", sure(verdict.confidence)))
        .and(style, format!("{who}{product}"))
        .and(PLAIN, format!("  [{}]", verdict.cause))
}

fn list(page: &mut Page, label: &str, texts: impl Iterator<Item = String>) {
    for (number, text) in texts.enumerate() {
        let label = if number == 0 { label } else { "" };
        let head = Line::new("  ")
            .and(FAINT, format!("{label:<11}"))
            .and(PLAIN, "- ");
        page.entry(head, 15, text);
    }
}

fn snippet(page: &mut Page, snippet: &Snippet) {
    let place = format!("{}: {}", snippet.product, snippet.place);
    page.field("", Line::default().and(FAINT, place));
    page.pasted(17, snippet.text);
}

/// For which other products there is a text to paste.
fn also(page: &mut Page, verdict: &Verdict, snippets: &[Snippet]) {
    if let Some(products) = others(snippets) {
        let text = format!("also for {products}: wsblame rules {}", verdict.cause);
        page.field("", Line::default().and(FAINT, text));
    }
}
