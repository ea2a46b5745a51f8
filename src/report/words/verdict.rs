//! Who it was and how sure that is, in words.

use crate::report::model::{Confidence, Party, Peer, Snippet};

/// An adverb for how sure it is.
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

/// The products that these texts are for, each once; none if there are none.
pub(in crate::report) fn others(snippets: &[Snippet]) -> Option<String> {
    let mut products: Vec<&str> = Vec::new();
    for snippet in snippets {
        if !products.contains(&snippet.product) {
            products.push(snippet.product);
        }
    }
    (!products.is_empty()).then(|| products.join(", "))
}
