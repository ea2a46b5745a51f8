//! A verdict as values for the page: who, how sure, on what it stands, and what to change.

use serde::Serialize;

use crate::report::model::{Confidence, Connection, Party, Snippet, Verdict};
use crate::report::names::Names;
use crate::report::words::verdict::{sure, who_of};
use crate::report::words::{bounded, untrusted, with_names};

/// Entries of a list that are shown: what this program writes has fewer.
const LISTED: usize = 40;

/// Characters of a text to paste that are shown: what this program writes has fewer.
const PASTED: usize = 20_000;

/// Who broke a connection.
#[derive(Serialize)]
pub(super) struct View {
    /// How sure it is; nothing where nobody is named.
    sure: &'static str,
    who: String,
    meaning: &'static str,
    confidence: &'static str,
    cause: String,
    explanation: String,
    evidence: Vec<String>,
    against: Vec<String>,
    alternatives: Vec<String>,
    remedy: String,
    snippets: Vec<Paste>,
    /// The place on the page where the same fix is told, and that connection's number.
    told_at: Option<(usize, u64)>,
    confirm: Option<String>,
    next_capture: Option<String>,
}

/// A text to paste.
#[derive(Serialize)]
struct Paste {
    product: String,
    place: String,
    text: String,
}

/// The verdict on a connection; `told_at` is where its fix stands on the page already.
pub(super) fn view(
    names: &Names,
    connection: &Connection,
    verdict: &Verdict,
    told_at: Option<(usize, u64)>,
) -> View {
    let told = |text: &String| bounded(&with_names(text, names));
    let list = |texts: &[String]| texts.iter().take(LISTED).map(told).collect();
    let ends = (&connection.client, &connection.server);
    let alternatives = verdict.alternatives.iter().take(LISTED).map(|other| {
        let (party, sure) = (who_of(other.party, ends), other.confidence.as_str());
        let reason = told(&other.reason);
        format!("{} – {party}, {sure}: {reason}", bounded(other.cause))
    });
    View {
        sure: surely(verdict),
        who: who(connection, verdict),
        meaning: meaning(verdict.confidence),
        confidence: verdict.confidence.as_str(),
        cause: bounded(verdict.cause),
        explanation: told(&verdict.explanation),
        evidence: list(&verdict.evidence),
        against: list(&verdict.against),
        alternatives: alternatives.collect(),
        remedy: bounded(&verdict.remedy),
        snippets: match told_at {
            Some(_) => Vec::new(),
            None => verdict.snippets.iter().take(LISTED).map(paste).collect(),
        },
        told_at: told_at.filter(|_| !verdict.snippets.is_empty()),
        confirm: verdict.confirm.as_deref().map(pasted),
        next_capture: verdict.next_capture.as_ref().map(told),
    }
}

/// How sure it is who, in a word; nobody at all is not `likely nobody`.
pub(super) const fn surely(verdict: &Verdict) -> &'static str {
    match verdict.party {
        Party::Capture | Party::Undetermined => "",
        _ => sure(verdict.confidence),
    }
}

/// The party, and the product that shows itself.
pub(super) fn who(connection: &Connection, verdict: &Verdict) -> String {
    let ends = (&connection.client, &connection.server);
    let who = untrusted(&who_of(verdict.party, ends));
    match &verdict.product {
        Some(product) => format!("{who} ({})", untrusted(product)),
        None => who,
    }
}

/// What a confidence means.
pub(super) const fn meaning(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "nothing else fits what was seen",
        Confidence::Likely => "it explains what was seen better than anything else",
        Confidence::Possible => "it fits what was seen; so may other causes",
    }
}

fn paste(snippet: &Snippet) -> Paste {
    Paste {
        product: bounded(snippet.product),
        place: bounded(snippet.place),
        text: pasted(snippet.text),
    }
}

/// In one piece: it is to be copied.
fn pasted(text: &str) -> String {
    text.chars().take(PASTED).collect()
}
