//! Who broke a connection: the verdict, what it stands on, and what to change. It knows the order
//! in which somebody who must act wants that.

use super::page::{BAD, DOUBTFUL, FAINT, Line, PLAIN, Page};
use super::words::{bounded, with_names};
use crate::report::model::{Confidence, Connection, Party, Peer, Snippet, Verdict};
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

pub(in crate::report) const fn sure(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certainly",
        Confidence::Likely => "likely",
        Confidence::Possible => "possibly",
    }
}

/// A party in words.
pub(in crate::report) fn who_of(party: Party, (client, server): (&Peer, &Peer)) -> String {
    let (client, server) = (&client.address, &server.address);
    match party {
        Party::Client => format!("the client {client}"),
        Party::Server => format!("the server {server}"),
        Party::Intermediary => "an intermediary".to_owned(),
        Party::ClientSide => format!("the client's side: {client}, or what is behind it"),
        Party::ServerSide => format!("the server's side: {server}, or what is behind it"),
        Party::Network => "the network".to_owned(),
        Party::Capture => "nobody that can be named: the capture lacks what would tell".to_owned(),
        Party::Undetermined => "nobody that can be named from here".to_owned(),
    }
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
fn also(page: &mut Page, verdict: &Verdict, others: &[Snippet]) {
    let mut products: Vec<&str> = Vec::new();
    for snippet in others {
        if !products.contains(&snippet.product) {
            products.push(snippet.product);
        }
    }
    if !products.is_empty() {
        let products = products.join(", ");
        let text = format!("also for {products}: wsblame rules {}", verdict.cause);
        page.field("", Line::default().and(FAINT, text));
    }
}
